package run

import (
	"fmt"
	"slices"

	"unroll/internal/report"
	"unroll/internal/show"
	"unroll/train"
	"unroll/train/metrics"
)

// Detail is what --report adds to the scores: of classes how each fares, how many texts of
// each, a row, were taken for which, a column, and what the probabilities are worth; of
// numbers more scores.
type Detail struct {
	Report    *metrics.Report      `json:"report,omitempty"`
	Labels    *metrics.LabelReport `json:"label_report,omitempty"` // in place of both, of several labels a text
	Confusion [][]float64          `json:"confusion,omitempty"`
	More      Scores               `json:"more_scores,omitempty"`
	Trust     *report.Trust        `json:"trust,omitempty"`

	text string // for people
}

// Details are those of answers.
func (j *Judged) Details() *Detail {
	weights := slices.Repeat([]float32{1}, len(j.y)/j.task.Outputs())
	r := &Detail{More: Scores{}}
	if j.task.Number() {
		for _, m := range j.task.Errors()[1:] {
			r.text += fmt.Sprintf("%s: %s\n", m.Name(), show.Score(r.add(m, j.y, j.targets, weights)))
		}
		return r
	}
	if of := j.task; of.Multi {
		report := metrics.Labels(j.y, j.targets, weights, of.Thresholds, of.Classes...)
		r.Labels = &report
		shown := metrics.Labels(j.y, j.targets, weights, of.Thresholds, show.Quoted(of.Classes...)...)
		r.text = fmt.Sprintf("\n%s", shown)
		return r
	}
	matrix := j.Matrix()
	report, shown := matrix.Report(j.task.Classes...), show.Quoted(j.task.Classes...)
	r.Report, r.Confusion = &report, matrix.Matrix()
	r.text = fmt.Sprintf("\n%s\n%s", matrix.Report(shown...), matrix.Table(shown...))
	if j.task.Binary() {
		r.text += fmt.Sprintf("\nArea under the ROC curve: %.4f\n", r.add(&metrics.AUC{}, j.y, j.targets, weights))
	}
	if r.Trust = j.Trust(); r.Trust != nil {
		r.text += j.trustText(r.Trust)
	}
	return r
}

// add measures one more score.
func (r *Detail) add(m train.Metric, y, targets, weights []float32) float64 {
	m.Update(y, targets, weights)
	r.More[m.Name()] = m.Value()
	return m.Value()
}

// String writes the detail for people.
func (r *Detail) String() string { return r.text }
