package run

import (
	"context"
	"fmt"
	"slices"

	"unroll/internal/show"
	"unroll/train"
	"unroll/train/classifier"
	"unroll/train/metrics"
)

// Detail is what --report adds to the scores: of classes how each fares, and how many
// texts of each, a row, were taken for which, a column; of numbers more scores.
type Detail struct {
	Report    *metrics.Report      `json:"report,omitempty"`
	Labels    *metrics.LabelReport `json:"label_report,omitempty"` // in place of both, of several labels a text
	Confusion [][]float64          `json:"confusion,omitempty"`
	More      Scores               `json:"more_scores,omitempty"`

	text string // for people
}

// Details measures a model once more for a report on its outputs.
func Details(ctx context.Context, t *train.Trainer, of classifier.Task, d train.Data, batch int) (*Detail, error) {
	y, err := t.Predict(ctx, d, batch)
	if err != nil {
		return nil, err
	}
	weights := slices.Repeat([]float32{1}, d.Len())
	r := &Detail{More: Scores{}}
	if of.Number() {
		for _, m := range of.Errors()[1:] {
			r.text += fmt.Sprintf("%s: %s\n", m.Name(), show.Score(r.add(m, y, d.Targets, weights)))
		}
		return r, nil
	}
	if of.Multi {
		report := metrics.Labels(y, d.Targets, weights, of.Thresholds, of.Classes...)
		r.Labels = &report
		shown := metrics.Labels(y, d.Targets, weights, of.Thresholds, show.Quoted(of.Classes...)...)
		r.text = fmt.Sprintf("\n%s", shown)
		return r, nil
	}
	matrix := &metrics.ConfusionMatrix{}
	matrix.Update(y, d.Targets, weights)
	report, shown := matrix.Report(of.Classes...), show.Quoted(of.Classes...)
	r.Report, r.Confusion = &report, matrix.Matrix()
	r.text = fmt.Sprintf("\n%s\n%s", matrix.Report(shown...), matrix.Table(shown...))
	if of.Binary() {
		r.text += fmt.Sprintf("\nArea under the ROC curve: %.4f\n", r.add(&metrics.AUC{}, y, d.Targets, weights))
	}
	return r, nil
}

// add measures one more score.
func (r *Detail) add(m train.Metric, y, targets, weights []float32) float64 {
	m.Update(y, targets, weights)
	r.More[m.Name()] = m.Value()
	return m.Value()
}

// String writes the detail for people.
func (r *Detail) String() string { return r.text }
