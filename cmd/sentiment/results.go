package main

import (
	"context"
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
	Test              *score  `json:"test,omitempty"`
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

// gain compares validation accuracies: in points of 100, and relative to the
// smaller model.
type gain struct {
	Final difference `json:"final"`
	Best  difference `json:"best"`
}

type difference struct {
	Points   float64 `json:"points"`
	Relative float64 `json:"relative"`
}

func newResult(name string, params int, fit, validation train.Data, h *train.History) *result {
	r := &result{Name: name, Parameters: params, TrainSamples: fit.Len(), ValidationSamples: validation.Len()}
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
		if e.ValAccuracy > acc {
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
	diff := func(a, b float64) difference { return difference{100 * (b - a), b/a - 1} }
	r.Gain = &gain{diff(from.final(), to.final()), diff(fromBest, toBest)}
}

// print writes the closing table.
func (r *results) print(w io.Writer) {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	t.AppendHeader(table.Row{"experiment", "parameters", "final val acc", "best val acc", "at epoch", "test acc", "s/epoch"})
	for _, e := range r.Experiments {
		best, at := e.best()
		t.AppendRow(table.Row{
			e.Name, nn.Thousands(e.Parameters),
			fmt.Sprintf("%.4f", e.final()), fmt.Sprintf("%.4f", best), at,
			fmt.Sprintf("%.4f", e.Test.Accuracy), fmt.Sprintf("%.2f", e.secondsPerEpoch()),
		})
	}
	t.SetColumnConfigs([]table.ColumnConfig{
		{Number: 2, Align: text.AlignRight}, {Number: 3, Align: text.AlignRight}, {Number: 4, Align: text.AlignRight},
		{Number: 5, Align: text.AlignRight}, {Number: 6, Align: text.AlignRight}, {Number: 7, Align: text.AlignRight},
	})
	fmt.Fprintln(w, t.Render())
	if g := r.Gain; g != nil {
		fmt.Fprintf(w, "The embedding gains %+.1f points at the end (%+.1f %%), %+.1f at the best epochs (%+.1f %%).\n",
			g.Final.Points, 100*g.Final.Relative, g.Best.Points, 100*g.Best.Relative)
	}
}

func evaluate(ctx context.Context, t *train.Trainer, d train.Data, batch int) (score, error) {
	logs, err := t.Evaluate(ctx, d, batch)
	return score{logs["loss"], logs["accuracy"]}, err
}
