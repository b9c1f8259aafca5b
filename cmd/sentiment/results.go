package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/pkg/errors"

	"unroll/internal/report"
	"unroll/internal/show"
	"unroll/train"
	"unroll/train/classifier"
)

const resultsFile = "results.json"

// results is the content of results.json.
type results struct {
	Data        string   `json:"data"`
	Seed        uint64   `json:"seed"`
	Folds       int      `json:"folds,omitempty"` // of a cross-validation, which holds a foldResults
	Experiments []result `json:"experiments"`
	Gain        *gain    `json:"gain,omitempty"` // of the embedding over one-hot

	task classifier.Task
}

type result struct {
	Name              string  `json:"name"`
	Parameters        int     `json:"parameters"`
	TrainSamples      int     `json:"train_samples"`
	ValidationSamples int     `json:"validation_samples"`
	TestSamples       int     `json:"test_samples,omitempty"`
	Epochs            []epoch `json:"epochs"`
	WeightsEpoch      int     `json:"weights_epoch"`  // after which the model had the weights that are saved, from 1
	Evaluate          scores  `json:"evaluate"`       // of these weights on the validation texts
	Test              scores  `json:"test,omitempty"` // and on the test texts, if there are any
}

// scores are the loss and what else was measured, by name. They are written in
// the order of train.History, what is not finite as null, which is read as NaN.
type scores map[string]float64

// MarshalJSON implements json.Marshaler.
func (s scores) MarshalJSON() ([]byte, error) {
	h := train.History{Epochs: []train.Epoch{{Logs: train.Logs(s)}}}
	var b bytes.Buffer
	b.WriteByte('{')
	for i, name := range h.Names() {
		if i > 0 {
			b.WriteByte(',')
		}
		value, err := json.Marshal(report.Number(s[name]))
		if err != nil {
			return nil, errors.Wrap(err, name)
		}
		fmt.Fprintf(&b, "%q:%s", name, value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *scores) UnmarshalJSON(data []byte) error {
	var all map[string]report.Number
	if err := json.Unmarshal(data, &all); err != nil {
		return err
	}
	*s = scores{}
	for name, v := range all {
		(*s)[name] = float64(v)
	}
	return nil
}

// line writes scores for people: "loss 0.4945, accuracy 0.7600".
func (s scores) line() string {
	return strings.NewReplacer(": ", " ", " - ", ", ", "_", " ").Replace(listed(s))
}

// epoch is the scores of an epoch on the texts that are trained on and, under
// "val_" and their names, on the validation texts, with "seconds" at the end.
type epoch struct {
	scores
	seconds float64
}

// MarshalJSON implements json.Marshaler.
func (e epoch) MarshalJSON() ([]byte, error) {
	doc, err := e.scores.MarshalJSON()
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(doc[:len(doc)-1], `,"seconds":%v}`, e.seconds), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (e *epoch) UnmarshalJSON(data []byte) error {
	e.scores = nil
	if err := json.Unmarshal(data, &e.scores); err != nil {
		return err
	}
	e.seconds = e.scores["seconds"]
	delete(e.scores, "seconds")
	return nil
}

// gain compares the validation accuracies of the weights that are saved and of the
// best epochs.
type gain struct {
	Final difference `json:"final"`
	Best  difference `json:"best"`
}

type difference struct {
	Points   float64 `json:"points"`   // of 100
	Relative float64 `json:"relative"` // to the accuracy of one-hot: 0.1 is a tenth more
}

// newResult holds what a history and its data tell; Evaluate and Test are for
// the caller to measure.
func newResult(name string, params int, fit, validation train.Data, h *train.History) result {
	r := result{Name: name, Parameters: params, TrainSamples: fit.Len(), ValidationSamples: validation.Len(), WeightsEpoch: h.WeightsEpoch}
	for _, e := range h.Epochs {
		r.Epochs = append(r.Epochs, epoch{scores(e.Logs), e.Seconds})
	}
	return r
}

// best returns the best score of any epoch on the validation texts and the epoch,
// from 1; NaN and 0 if it was a number in none.
func (r *result) best(t classifier.Task) (score float64, at int) {
	score = math.NaN()
	for i, e := range r.Epochs {
		if v := e.scores["val_"+t.Score()]; t.Better(v, score) {
			score, at = v, i+1
		}
	}
	return score, at
}

func (r *result) secondsPerEpoch() float64 {
	var s float64
	for _, e := range r.Epochs {
		s += e.seconds
	}
	return s / float64(len(r.Epochs))
}

// compare fills in the gain where both experiments were run.
func (r *results) compare() {
	by := map[string]*result{}
	for i := range r.Experiments {
		by[r.Experiments[i].Name] = &r.Experiments[i]
	}
	from, to := by["onehot"], by["embedding"]
	if from == nil || to == nil || r.task.Number() {
		return
	}
	fromBest, _ := from.best(r.task)
	toBest, _ := to.best(r.task)
	score := r.task.Score()
	g := gain{differ(from.Evaluate[score], to.Evaluate[score]), differ(fromBest, toBest)}
	if finite(g.Final.Points) && finite(g.Best.Points) {
		r.Gain = &g
	}
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func differ(from, to float64) difference {
	d := difference{Points: 100 * (to - from)}
	if from > 0 { // else nothing is relative to it
		d.Relative = to/from - 1
	}
	return d
}

// print writes the closing table, within 80 columns.
func (r *results) print(w io.Writer) {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	short := "acc"
	if r.task.Number() {
		short = "mae"
	}
	head := table.Row{"experiment", "params", "val " + short, "epoch", "best", "at", "test " + short, "s/epoch"}
	t.AppendHeader(head)
	for _, e := range r.Experiments {
		best, at := e.best(r.task)
		test := "-"
		if e.Test != nil {
			test = figure(e.Test[r.task.Score()])
		}
		t.AppendRow(table.Row{
			e.Name, show.Thousands(e.Parameters), figure(e.Evaluate[r.task.Score()]), e.WeightsEpoch, figure(best), at,
			test, fmt.Sprintf("%.2f", e.secondsPerEpoch()),
		})
	}
	var right []table.ColumnConfig
	for column := 2; column <= len(head); column++ {
		right = append(right, table.ColumnConfig{Number: column, Align: text.AlignRight})
	}
	t.SetColumnConfigs(right)
	fmt.Fprintf(w, "%s\nval %s and test %s are of the saved weights, those after that epoch;\nbest is the best val %s, with the epoch that it was reached at.\n", t.Render(), short, short, short)
	if g := r.Gain; g != nil {
		fmt.Fprintf(w, "The embedding's gain in validation accuracy: %+.1f points (%+.1f %%) as saved,\n%+.1f points (%+.1f %%) from best epoch to best epoch.\n",
			g.Final.Points, 100*g.Final.Relative, g.Best.Points, 100*g.Best.Relative)
	}
}
