package classifier

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"unroll/internal/show"
)

// Columns are what a model takes beside a text: numbers, each scaled by the mean and the
// deviation of the texts that were trained on, and categories, each a feature of 0 or 1.
type Columns struct {
	Numbers    []NumberColumn   `json:"numbers,omitempty"`
	Categories []CategoryColumn `json:"categories,omitempty"`
}

// NumberColumn is a column of numbers. A number that is missing is taken for the mean.
type NumberColumn struct {
	Name string `json:"name"`
	Scaling
}

// CategoryColumn is a column of categories. One that is missing or unknown is none of them.
type CategoryColumn struct {
	Name   string   `json:"name"`
	Values []string `json:"values"` // in the order of their bytes
}

// Row is a text with what stands beside it, by the names of the columns.
type Row struct {
	Text    string
	Columns map[string]string
}

// mostCategories are of a column that is one of categories, and not of ids or of texts.
const mostCategories = 1000

// LearnColumns learns columns from the texts to train on alone: rows [texts][columns] have
// the numbers first, and then the categories. It errs if a column has no value, if what
// should be a number is none, and if there are too many categories.
func LearnColumns(numbers, categories []string, rows [][]string) (*Columns, error) {
	c := &Columns{}
	for k, name := range numbers {
		var found []float64
		for _, row := range rows {
			v, ok, err := ParseNumber(row[k])
			if err != nil {
				return nil, errors.WithMessagef(err, "column %s", name)
			}
			if ok {
				found = append(found, v)
			}
		}
		if len(found) == 0 {
			return nil, errors.Errorf("column %s: no training text has a number", name)
		}
		s, err := NewScaling(found)
		if err != nil {
			s.Deviation = 0 // they are all the same, which is no error beside a text
		}
		c.Numbers = append(c.Numbers, NumberColumn{name, s})
	}
	for k, name := range categories {
		seen := map[string]bool{}
		for _, row := range rows {
			if v := row[len(numbers)+k]; v != "" {
				seen[v] = true
			}
		}
		if len(seen) == 0 {
			return nil, errors.Errorf("column %s: no training text has a category", name)
		}
		if len(seen) > mostCategories {
			return nil, errors.Errorf("column %s: %s categories, want at most %s: is it a number, or a text?", name, show.Thousands(len(seen)), show.Thousands(mostCategories))
		}
		values := make([]string, 0, len(seen))
		for v := range seen {
			values = append(values, v)
		}
		slices.Sort(values)
		c.Categories = append(c.Categories, CategoryColumn{name, values})
	}
	return c, nil
}

// missing are the ways to write that there is no number.
var missing = []string{"", "na", "n/a", "nan", "null", "none", "-", "?"}

// ParseNumber reads a value of a column of numbers; ok is false where it is missing: empty,
// or NA, N/A, NaN, null, none, - or ? in any case. What is no finite number is an error.
func ParseNumber(value string) (v float64, ok bool, err error) {
	value = strings.TrimSpace(value)
	if slices.Contains(missing, strings.ToLower(value)) {
		return 0, false, nil
	}
	v, err = strconv.ParseFloat(value, 64)
	if err != nil || v-v != 0 {
		return 0, false, errors.Errorf("%q is not a number", value)
	}
	return v, true, nil
}

// Names returns the names of the columns, those of numbers first.
func (c *Columns) Names() (names []string) {
	for _, n := range c.Numbers {
		names = append(names, n.Name)
	}
	for _, k := range c.Categories {
		names = append(names, k.Name)
	}
	return names
}

// Width is the number of features of a text; 0 of no columns.
func (c *Columns) Width() int {
	if c == nil {
		return 0
	}
	n := len(c.Numbers)
	for _, k := range c.Categories {
		n += len(k.Values)
	}
	return n
}

// Encode returns the features of a text, [Width], of its values in the order of Names: a
// number as (x − mean)/deviation. Gaps tell which values it does without. What should be a
// number and is none is an error that names the column.
func (c *Columns) Encode(values []string) (features []float32, gaps []Gap, err error) {
	if len(values) != len(c.Numbers)+len(c.Categories) {
		return nil, nil, errors.Errorf("%d values, want those of %s", len(values), show.List(c.Names()))
	}
	features = make([]float32, c.Width())
	for k, n := range c.Numbers {
		v, ok, err := ParseNumber(values[k])
		if err != nil {
			return nil, nil, errors.WithMessagef(err, "column %s", n.Name)
		}
		if ok {
			features[k] = n.feature(v)
		} else {
			gaps = append(gaps, Gap{Column: n.Name})
		}
	}
	at := len(c.Numbers)
	for k, of := range c.Categories {
		v := strings.TrimSpace(values[len(c.Numbers)+k])
		if i, ok := slices.BinarySearch(of.Values, v); ok {
			features[at+i] = 1
		} else {
			gaps = append(gaps, Gap{Column: of.Name, Value: v})
		}
		at += len(of.Values)
	}
	return features, gaps, nil
}

// mostDeviations bounds a feature: a number that is further off says no more.
const mostDeviations = 1000

// feature is that of a number; 0 where all that were learned from are the same.
func (n NumberColumn) feature(v float64) float32 {
	if n.Deviation == 0 {
		return 0
	}
	return min(max(n.apply(v), -mostDeviations), mostDeviations)
}

// values are those of a row in the order of Names.
func (c *Columns) values(r Row) ([]string, error) {
	names := c.Names()
	values := make([]string, len(names))
	found := 0
	for i, name := range names {
		v, ok := r.Columns[name]
		if values[i] = v; ok {
			found++
		}
	}
	if found < len(r.Columns) {
		for _, name := range slices.Sorted(maps.Keys(r.Columns)) {
			if !slices.Contains(names, name) {
				return nil, errors.Errorf("the model takes no column %q, but %s", name, show.List(names))
			}
		}
	}
	return values, nil
}

// check refuses what Save does not write.
func (c *Columns) check() error {
	names := c.Names()
	for i, name := range names {
		if name == "" || slices.Contains(names[:i], name) {
			return errors.Errorf("damaged: the columns are %q", names)
		}
	}
	for _, n := range c.Numbers {
		if n.Mean-n.Mean != 0 || !(n.Deviation >= 0) || n.Deviation-n.Deviation != 0 {
			return errors.Errorf("damaged: column %s has the mean %v and the deviation %v", n.Name, n.Mean, n.Deviation)
		}
	}
	for _, k := range c.Categories {
		if len(k.Values) == 0 || !slices.IsSorted(k.Values) || len(slices.Compact(slices.Clone(k.Values))) < len(k.Values) {
			return errors.Errorf("damaged: column %s has the categories %q", k.Name, k.Values)
		}
	}
	return nil
}

// String says what the columns are, for people.
func (c *Columns) String() string {
	var parts []string
	for _, n := range c.Numbers {
		parts = append(parts, fmt.Sprintf("%s (a number, mean %.4g, deviation %.4g)", n.Name, n.Mean, n.Deviation))
	}
	for _, k := range c.Categories {
		parts = append(parts, fmt.Sprintf("%s (%s)", k.Name, show.List(k.Values)))
	}
	return strings.Join(parts, "; ")
}
