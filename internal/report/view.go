package report

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// view is what the template shows: the report's texts, and all that was computed
// from it.
type view struct {
	Report
	Script   template.JS
	Style    template.CSS
	Policy   string
	Several  bool // runs
	Series   []series
	Verdict  verdict
	Summary  []summaryRow
	Curves   []*chart
	ROC      *chart
	Trusts   []*chart
	Parts    bool // there are curves of training and of validation
	Settings []settingRow
	Specs    map[string]chartSpec
}

// series is an experiment as a line of charts and a row of tables.
type series struct {
	Experiment
	Index  int
	Name   string // with the run's if there are several
	Final  *Evaluation
	Best   bool
	Matrix *matrix
	Fit    *fit
	Notes  []notes
	run    *Run
}

// Color and Shape differ together for the first 42 series.
func (s series) Color() int { return s.Index % 7 }
func (s series) Shape() int { return s.Index % 6 }

// ID begins with a letter, as selectors want.
func (s series) ID() string { return fmt.Sprintf("x%d", s.Index) }

// Mistakes says whether there are examples.
func (s series) Mistakes() bool { return len(s.Wrong)+len(s.Unsure) > 0 }

// ManyClasses says whether the scores of the classes are a long list.
func (s series) ManyClasses() bool { return len(s.PerClass) > fewClasses }

func newView(r Report) *view {
	v := &view{Report: r, Several: len(r.Runs) > 1, Specs: map[string]chartSpec{}}
	if v.Title == "" {
		v.Title = "Report"
	}
	for i := range v.Runs {
		run := &v.Runs[i]
		for _, e := range run.Experiments {
			s := series{Experiment: e, Index: len(v.Series), Name: e.Name, run: run}
			if v.Several {
				s.Name = run.Name + " / " + e.Name
			}
			s.Matrix = newMatrix(e, run.Classes)
			s.Fit = newFit(s)
			s.Notes = newNotes(e, len(run.Classes) == 0)
			v.Series = append(v.Series, s)
		}
	}
	part := ranked(v.Series)
	v.Verdict = v.judge(v.Series, part)
	v.Summary = v.summary()
	v.Curves = v.curves(v.Series)
	v.ROC = v.roc(v.Series)
	v.Trusts = v.trustCharts(v.Series)
	for _, c := range v.Trusts {
		v.Specs[c.ID] = c.Spec
	}
	for _, c := range v.Curves {
		v.Specs[c.ID] = c.Spec
		v.Parts = v.Parts || slices.ContainsFunc(c.Lines, func(l line) bool { return l.Part == "val" })
	}
	if v.ROC != nil {
		v.Specs[v.ROC.ID] = v.ROC.Spec
	}
	v.Settings = settings(v.Runs)
	return v
}

// HasClasses, HasFits and HasMistakes say whether the sections have content.
func (v *view) HasClasses() bool {
	return v.ROC != nil || slices.ContainsFunc(v.Series, func(s series) bool { return s.Matrix != nil || len(s.PerClass) > 0 })
}

// HasMatrices says whether any experiment has a confusion matrix.
func (v *view) HasMatrices() bool {
	return slices.ContainsFunc(v.Series, func(s series) bool { return s.Matrix != nil })
}

// HasFits: see HasClasses.
func (v *view) HasFits() bool {
	return slices.ContainsFunc(v.Series, func(s series) bool { return s.Fit != nil })
}

// HasMistakes: see HasClasses.
func (v *view) HasMistakes() bool { return slices.ContainsFunc(v.Series, series.Mistakes) }

// HasPushes says whether any word of an example is marked.
func (v *view) HasPushes() bool {
	return slices.ContainsFunc(v.Series, func(s series) bool {
		return slices.ContainsFunc(slices.Concat(s.Wrong, s.Unsure), func(x Example) bool { return len(x.Words) > 0 })
	})
}

// HasMarkup says whether markup is left out of any example.
func (v *view) HasMarkup() bool {
	return slices.ContainsFunc(v.Series, func(s series) bool {
		return slices.ContainsFunc(s.Notes, func(n notes) bool { return slices.ContainsFunc(n.Notes, func(n note) bool { return n.Markup }) })
	})
}

// Samples is which of them single predictions are of.
func (v *view) Samples() string {
	switch {
	case v.Verdict.Part == "test":
		return "test"
	case !v.HasTest():
		return "validation"
	}
	return "test, or validation where there was no test"
}

// AnyBest says whether one of several is the best.
func (v *view) AnyBest() bool {
	return slices.ContainsFunc(v.Series, func(s series) bool { return s.Best })
}

// Second is the class that ROC curves are of.
func (v *view) Second() string {
	for _, s := range v.Series {
		if s.ROC != nil && len(s.run.Classes) == 2 {
			return s.run.Classes[1]
		}
	}
	return "the second class"
}

// title writes the first letter large.
func title(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// settingRow is a setting of all runs.
type settingRow struct {
	Name   string
	Values []string // by run, "" where it is not set
	Differ bool
}

// settings returns those of all runs, and what else tells them apart, with those
// that differ first.
func settings(runs []Run) []settingRow {
	var rows []settingRow
	set := func(run int, name, value string) {
		at := slices.IndexFunc(rows, func(r settingRow) bool { return r.Name == name })
		if at < 0 {
			at = len(rows)
			rows = append(rows, settingRow{Name: name, Values: make([]string, len(runs))})
		}
		rows[at].Values[run] = value
	}
	for i, r := range runs {
		set(i, "seed", fmt.Sprint(r.Seed))
		for _, s := range slices.Concat(r.Settings, r.Versions) {
			set(i, s.Name, s.Value)
		}
	}
	for i := range rows {
		values := rows[i].Values
		rows[i].Differ = slices.ContainsFunc(values, func(s string) bool { return s != values[0] })
	}
	slices.SortStableFunc(rows, func(a, b settingRow) int {
		switch {
		case a.Differ == b.Differ:
			return 0
		case a.Differ:
			return -1
		}
		return 1
	})
	return rows
}

// clean keeps a text from breaking a page: what is no UTF-8 and the controls that
// HTML does not allow become the replacement character.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			if r == '\r' {
				return '\n'
			}
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(s, string(utf8.RuneError)))
}
