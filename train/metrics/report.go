package metrics

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Report is the scores of the classes and their means: as text that is String,
// as JSON its fields. scikit-learn: classification_report.
type Report struct {
	Classes  []ClassReport `json:"classes"`
	Accuracy float64       `json:"accuracy"`
	Macro    Scores        `json:"macro_avg"`
	Weighted Scores        `json:"weighted_avg"`
}

// ClassReport is the scores of a class.
type ClassReport struct {
	Name string `json:"name"`
	Scores
}

// Report returns the scores of the classes under the given names; a class
// without one has its index.
func (m *ConfusionMatrix) Report(names ...string) Report {
	of := m.tallies()
	r := Report{Accuracy: m.Value(), Macro: mean(of, Macro), Weighted: mean(of, Weighted)}
	for i, t := range of {
		name := strconv.Itoa(i)
		if i < len(names) {
			name = names[i]
		}
		r.Classes = append(r.Classes, ClassReport{name, t.scores()})
	}
	return r
}

// String writes the report in the layout of scikit-learn's
// classification_report. A support that is not whole has two decimals.
func (r Report) String() string {
	const macro, weighted = "macro avg", "weighted avg"
	width := len(weighted)
	for _, c := range r.Classes {
		width = max(width, utf8.RuneCountInString(c.Name))
	}
	var b strings.Builder
	row := func(name string, columns ...string) {
		fmt.Fprintf(&b, "%*s ", width, name)
		for _, c := range columns {
			fmt.Fprintf(&b, " %9s", c)
		}
		b.WriteByte('\n')
	}
	number := func(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }
	scores := func(name string, s Scores) {
		row(name, number(s.Precision), number(s.Recall), number(s.F1), plain(s.Support))
	}
	row("", "precision", "recall", "f1-score", "support")
	b.WriteByte('\n')
	for _, c := range r.Classes {
		scores(c.Name, c.Scores)
	}
	b.WriteByte('\n')
	row("accuracy", "", "", number(r.Accuracy), plain(r.Macro.Support))
	scores(macro, r.Macro)
	scores(weighted, r.Weighted)
	return b.String()
}
