package corpus

import (
	"fmt"
	"slices"

	"github.com/pkg/errors"

	"unroll/cmd/sentiment/internal/usage"
	"unroll/datasets"
	"unroll/internal/show"
	"unroll/train/classifier"
)

// beside are the columns beside a text, those of numbers first.
func (s *Settings) beside() []string { return slices.Concat(s.NumberColumns, s.CategoryColumns) }

// checkColumns refuses columns that are named twice or not at all.
func (s *Settings) checkColumns() error {
	for _, f := range []struct {
		flag  string
		names Columns
	}{{"text-column", s.TextColumns}, {"number-column", s.NumberColumns}, {"category-column", s.CategoryColumns}} {
		for i, name := range f.names {
			if name == "" {
				return usage.Errorf("--%s is empty, want the name of a column", f.flag)
			}
			if slices.Contains(f.names[:i], name) {
				return usage.Errorf("--%s is %q twice, want the name of another column each time", f.flag, name)
			}
		}
	}
	for _, name := range s.NumberColumns {
		if slices.Contains(s.CategoryColumns, name) {
			return usage.Errorf("the column %q is given as --number-column and as --category-column: it is one or the other", name)
		}
	}
	return nil
}

// checkNumbers refuses a row in which what should be a number is none.
func (s *Settings) checkNumbers(r *datasets.Record) error {
	for i, name := range s.NumberColumns {
		if i >= len(r.Columns) {
			break // of a format without columns, which is refused elsewhere
		}
		if _, _, err := classifier.ParseNumber(r.Columns[i]); err != nil {
			return errors.WithMessagef(err, "column %s", name)
		}
	}
	return nil
}

// Learn learns the columns beside the given texts; nil if there are none.
func (set *Set) Learn(s Settings, rows []int) (*classifier.Columns, error) {
	if len(s.beside()) == 0 {
		return nil, nil
	}
	c, err := classifier.LearnColumns(s.NumberColumns, s.CategoryColumns, pick(set.Columns, rows))
	return c, errors.WithMessage(err, set.Line)
}

// Features are what a network takes beside the given texts; nil of no columns.
func (set *Set) Features(c *classifier.Columns, rows []int) ([][]float32, *Gaps, error) {
	if c == nil {
		return nil, nil, nil
	}
	features, gaps := make([][]float32, len(rows)), &Gaps{}
	for k, i := range rows {
		var missing []classifier.Gap
		var err error
		if features[k], missing, err = c.Encode(set.Columns[i]); err != nil {
			return nil, nil, errors.WithMessage(err, set.Line)
		}
		gaps.Add(missing)
	}
	return features, gaps, nil
}

// Row is a text with what stands beside it, for a model that takes that.
func (set *Set) Row(c *classifier.Columns, i int, text string) classifier.Row {
	r := classifier.Row{Text: text}
	if c != nil {
		r.Columns = ByName(c, set.Columns[i])
	}
	return r
}

// ByName are the values of a model's columns by their names.
func ByName(c *classifier.Columns, values []string) map[string]string {
	all := map[string]string{}
	for i, name := range c.Names() {
		if i < len(values) {
			all[name] = values[i]
		}
	}
	return all
}

// Gaps counts the values that models did without.
type Gaps struct {
	texts int
	order []string
	of    map[string]*gap
}

// gap counts those of a column.
type gap struct {
	missing, unknown int
	first            string // that is unknown
}

// Add adds those of a text.
func (g *Gaps) Add(of []classifier.Gap) {
	g.texts++
	for _, one := range of {
		if g.of == nil {
			g.of = map[string]*gap{}
		}
		n := g.of[one.Column]
		if n == nil {
			n = &gap{first: one.Value}
			g.of[one.Column] = n
			g.order = append(g.order, one.Column)
		}
		if one.Value == "" {
			n.missing++
			continue
		}
		if n.unknown++; n.first == "" {
			n.first = one.Value
		}
	}
}

// Tell says what was missing, and what was unknown, a line each.
func (g *Gaps) Tell(c *classifier.Columns, tell func(format string, args ...any)) {
	if g == nil {
		return
	}
	for _, name := range g.order {
		n := g.of[name]
		if n.missing > 0 {
			instead := "it counts as none of the known ones"
			if slices.ContainsFunc(c.Numbers, func(of classifier.NumberColumn) bool { return of.Name == name }) {
				instead = "the mean of the training texts stands for it"
			}
			tell("column %s: missing in %s: %s", name, g.share(n.missing), instead)
		}
		if n.unknown > 0 {
			tell("column %s: unknown in %s, the first is %q: it counts as none of the known ones", name, g.share(n.unknown), n.first)
		}
	}
}

func (g *Gaps) share(n int) string {
	return fmt.Sprintf("%s of %s", show.Thousands(n), show.Plural(g.texts, "text"))
}
