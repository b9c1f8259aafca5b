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
	t := newReportTable(r.Classes)
	t.row("accuracy", "", "", decimals(r.Accuracy), plain(r.Macro.Support))
	t.scores("macro avg", r.Macro)
	t.scores("weighted avg", r.Weighted)
	return t.String()
}

// reportTable writes scores in rows.
type reportTable struct {
	strings.Builder
	width int // of the names
}

// newReportTable begins with those of classes.
func newReportTable(classes []ClassReport) *reportTable {
	t := &reportTable{width: len("weighted avg")}
	for _, c := range classes {
		t.width = max(t.width, utf8.RuneCountInString(c.Name))
	}
	t.row("", "precision", "recall", "f1-score", "support")
	t.WriteByte('\n')
	for _, c := range classes {
		t.scores(c.Name, c.Scores)
	}
	t.WriteByte('\n')
	return t
}

func (t *reportTable) row(name string, columns ...string) {
	fmt.Fprintf(t, "%*s ", t.width, name)
	for _, c := range columns {
		fmt.Fprintf(t, " %9s", c)
	}
	t.WriteByte('\n')
}

func (t *reportTable) scores(name string, s Scores) {
	t.row(name, decimals(s.Precision), decimals(s.Recall), decimals(s.F1), plain(s.Support))
}

func decimals(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }
