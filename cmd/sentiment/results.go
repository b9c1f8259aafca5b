package main

import (
	"fmt"
	"io"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"unroll/nn"
	"unroll/train"
)

const resultsFile = "results.json"

// results is the content of results.json.
type results struct {
	Data        string   `json:"data"`
	Seed        uint64   `json:"seed"`
	Experiments []result `json:"experiments"`
	Gain        *gain    `json:"gain,omitempty"` // of the embedding over one-hot
}

type result struct {
	Name              string  `json:"name"`
	Parameters        int     `json:"parameters"`
	TrainSamples      int     `json:"train_samples"`
	ValidationSamples int     `json:"validation_samples"`
	Epochs            []epoch `json:"epochs"`
	Evaluate          score   `json:"evaluate"` // the final weights on the validation reviews
	Test              score   `json:"test"`     // and on the test reviews
}

type epoch struct {
	Loss        float64 `json:"loss"`
	Accuracy    float64 `json:"accuracy"`
	ValLoss     float64 `json:"val_loss"`
	ValAccuracy float64 `json:"val_accuracy"`
	Seconds     float64 `json:"seconds"`
}

type score struct {
	Loss     float64 `json:"loss"`
	Accuracy float64 `json:"accuracy"`
}

// gain compares the validation accuracies of the final and of the best epochs.
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
	r := result{Name: name, Parameters: params, TrainSamples: fit.Len(), ValidationSamples: validation.Len()}
	for _, e := range h.Epochs {
		r.Epochs = append(r.Epochs, epoch{
			e.Logs["loss"], e.Logs["accuracy"], e.Logs["val_loss"], e.Logs["val_accuracy"], e.Seconds,
		})
	}
	return r
}

// final and best are validation accuracies; best also tells the epoch, from 1.
func (r *result) final() float64 { return r.Epochs[len(r.Epochs)-1].ValAccuracy }

func (r *result) best() (acc float64, at int) {
	for i, e := range r.Epochs {
		if i == 0 || e.ValAccuracy > acc {
			acc, at = e.ValAccuracy, i+1
		}
	}
	return acc, at
}

func (r *result) secondsPerEpoch() float64 {
	var s float64
	for _, e := range r.Epochs {
		s += e.Seconds
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
	if from == nil || to == nil {
		return
	}
	fromBest, _ := from.best()
	toBest, _ := to.best()
	r.Gain = &gain{differ(from.final(), to.final()), differ(fromBest, toBest)}
}

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
	head := table.Row{"experiment", "params", "val acc", "best val", "at epoch", "test acc", "s/epoch"}
	t.AppendHeader(head)
	for _, e := range r.Experiments {
		best, at := e.best()
		t.AppendRow(table.Row{
			e.Name, nn.Thousands(e.Parameters),
			fmt.Sprintf("%.4f", e.final()), fmt.Sprintf("%.4f", best), at,
			fmt.Sprintf("%.4f", e.Test.Accuracy), fmt.Sprintf("%.2f", e.secondsPerEpoch()),
		})
	}
	var right []table.ColumnConfig
	for column := 2; column <= len(head); column++ {
		right = append(right, table.ColumnConfig{Number: column, Align: text.AlignRight})
	}
	t.SetColumnConfigs(right)
	fmt.Fprintln(w, t.Render())
	if g := r.Gain; g != nil {
		fmt.Fprintf(w, "The embedding's gain in validation accuracy: %+.1f points (%+.1f %%) at the end,\n%+.1f points (%+.1f %%) from best epoch to best epoch.\n",
			g.Final.Points, 100*g.Final.Relative, g.Best.Points, 100*g.Best.Relative)
	}
}
