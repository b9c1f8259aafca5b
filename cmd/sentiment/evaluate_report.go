package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"unroll/internal/server"
	"unroll/internal/show"
	"unroll/train"
	"unroll/train/classifier"
	"unroll/train/metrics"
)

// evaluation is a line of JSON.
type evaluation struct {
	Model  string         `json:"model"`
	Data   string         `json:"data"`
	Split  string         `json:"split"` // all, or a part
	Texts  int            `json:"texts"`
	Scores server.Metrics `json:"scores"`
	*detail
}

// detail is what --report adds to the scores: of classes how each fares, and how many
// texts of each, a row, were taken for which, a column; of numbers more scores.
type detail struct {
	Report    *metrics.Report `json:"report,omitempty"`
	Confusion [][]float64     `json:"confusion,omitempty"`
	More      server.Metrics  `json:"more_scores,omitempty"`

	names  []string // of more scores, in their order
	tables string   // the report and the matrix for people
}

func details(ctx context.Context, t *train.Trainer, of classifier.Task, d train.Data, batch int) (*detail, error) {
	y, err := t.Predict(ctx, d, batch)
	if err != nil {
		return nil, err
	}
	weights := slices.Repeat([]float32{1}, d.Len())
	r := &detail{More: server.Metrics{}}
	more := of.Errors()[1:]
	if !of.Number() {
		matrix := &metrics.ConfusionMatrix{}
		matrix.Update(y, d.Targets, weights)
		report, shown := matrix.Report(of.Classes...), show.Quoted(of.Classes...)
		r.Report, r.Confusion = &report, matrix.Matrix()
		r.tables = fmt.Sprintf("\n%s\n%s", matrix.Report(shown...), matrix.Table(shown...))
		more = nil
	}
	if of.Binary() {
		more = []train.Metric{&metrics.AUC{}}
	}
	for _, m := range more {
		m.Update(y, d.Targets, weights)
		r.More[m.Name()] = m.Value()
		r.names = append(r.names, m.Name())
	}
	return r, nil
}

func (r *detail) print(w io.Writer, of classifier.Task) {
	if of.Number() {
		for _, name := range r.names {
			fmt.Fprintf(w, "%s: %s\n", name, show.Score(r.More[name]))
		}
		return
	}
	fmt.Fprint(w, r.tables)
	if of.Binary() {
		fmt.Fprintf(w, "\nArea under the ROC curve: %.4f\n", r.More[r.names[0]])
	}
}
