package main

import (
	"slices"
	"strings"

	"unroll/cmd/sentiment/internal/usage"
	"unroll/internal/show"
	"unroll/train/classifier"
)

// besideOf reads what --column gives of the columns that a model takes. A name may have an
// equals sign in it.
func besideOf(c *classifier.Columns, given []string) (map[string]string, error) {
	if len(given) > 0 && c == nil {
		return nil, usage.Errorf("--column has no effect on a model that takes no columns beside a text")
	}
	values := map[string]string{}
	for _, one := range given {
		names := c.Names()
		at := slices.IndexFunc(names, func(name string) bool { return strings.HasPrefix(one, name+"=") })
		if at < 0 {
			return nil, usage.Errorf("--column is %q, want NAME=VALUE of one of the model's columns, %s", one, show.List(names))
		}
		name := names[at]
		if _, twice := values[name]; twice {
			return nil, usage.Errorf("--column %s is given twice", name)
		}
		values[name] = one[len(name)+1:]
		if slices.ContainsFunc(c.Numbers, func(n classifier.NumberColumn) bool { return n.Name == name }) {
			if _, _, err := classifier.ParseNumber(values[name]); err != nil {
				return nil, usage.Errorf("--column %s: %v", name, err)
			}
		}
	}
	return values, nil
}
