package train

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"unroll/nn"
)

// paddingFree is a model that padding does not change, for ids below 9.
func paddingFree(t *testing.T, steps int, layers ...nn.Layer) *nn.Model {
	t.Helper()
	if layers == nil {
		layers = []nn.Layer{nn.ConvMaxPooling1D{Filters: 4, KernelSizes: []int{1, 3}}}
	}
	layers = append(append([]nn.Layer{nn.Embedding{InputDim: 9, OutputDim: 4, MaskZero: true}}, layers...), nn.Dense{Units: 1, Activation: nn.Sigmoid})
	m, err := nn.Sequential{Input: nn.Tokens(steps), Layers: layers, Seed: 2}.Build()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// ofManyLengths are texts of 1 to 60 ids, and whether 1 is among them.
func ofManyLengths(n int) (d Data) {
	r := stream(1, "texts")
	for range n {
		ids := make([]int32, 1+r.IntN(60))
		for k := range ids {
			ids[k] = 1 + r.Int32N(8)
		}
		d.Tokens = append(d.Tokens, ids)
		target := float32(0)
		if slices.Contains(ids, 1) {
			target = 1
		}
		d.Targets = append(d.Targets, target)
	}
	return d
}

// TestByLengthAnswersTheSame: batches of texts of one length give each text the answer
// that it has among others, in the order of the texts.
func TestByLengthAnswersTheSame(t *testing.T) {
	trainer, err := Compile(paddingFree(t, nn.Any), Config{Loss: nn.BinaryCrossentropy{}, Metrics: []Metric{metricOfCount{}}})
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	d := ofManyLengths(101)
	var answers [2][]float32
	var logs [2]Logs
	for i, by := range []bool{false, true} {
		d.Padding = &Padding{MaxLen: 50, ByLength: by}
		if answers[i], err = trainer.Predict(t.Context(), d, 8); err != nil {
			t.Fatal(err)
		}
		if logs[i], err = trainer.Evaluate(t.Context(), d, 8); err != nil {
			t.Fatal(err)
		}
	}
	for i, y := range answers[0] {
		if math.Abs(float64(answers[1][i]-y)) > 1e-6 {
			t.Errorf("sample %d: %v by length, %v otherwise", i, answers[1][i], y)
		}
	}
	for name, v := range logs[0] {
		if math.Abs(logs[1][name]-v) > 1e-6 {
			t.Errorf("%s is %v by length, %v otherwise", name, logs[1][name], v)
		}
	}
}

// metricOfCount counts samples.
type metricOfCount struct{ n *float64 }

func (metricOfCount) Name() string     { return "count" }
func (metricOfCount) New() Metric      { return metricOfCount{new(float64)} }
func (m metricOfCount) Value() float64 { return *m.n }
func (m metricOfCount) Update(_, _, weights []float32) {
	for _, w := range weights {
		*m.n += float64(w)
	}
}

// TestByLengthBatches: each pass has each sample once, in batches of samples of about one
// length that are no longer than need be; the passes differ.
func TestByLengthBatches(t *testing.T) {
	d := ofManyLengths(1003)
	d.Padding = &Padding{MaxLen: 50, ByLength: true}
	of, err := d.inputs(paddingFree(t, nn.Any))
	if err != nil {
		t.Fatal(err)
	}
	m := &memory{t: of, size: 16, shuffle: true, seed: 3}
	var passes []string
	for pass := range 2 {
		seen, steps, rows := map[int]bool{}, 0, []int(nil)
		for j, err := range m.jobs(place{Pass: pass}, -1) {
			if err != nil {
				t.Fatal(err)
			}
			longest := 0
			for _, i := range j.rows {
				seen[i] = true
				longest = max(longest, len(d.Tokens[i]))
			}
			if want := d.Padding.near(longest); j.t.steps[0] != want {
				t.Errorf("a batch of up to %d ids has %d steps, want %d", longest, j.t.steps[0], want)
			}
			steps += j.t.steps[0] * len(j.rows)
			rows = append(rows, j.rows...)
		}
		if len(seen) != 1003 {
			t.Errorf("pass %d has %d samples", pass, len(seen))
		}
		if steps > 40*1003 {
			t.Errorf("%d steps in all, little less than without", steps)
		}
		passes = append(passes, fmt.Sprint(rows))
	}
	if passes[0] == passes[1] {
		t.Error("two passes are the same")
	}
}

// TestByLengthRefuses: models whose outputs it would change.
func TestByLengthRefuses(t *testing.T) {
	d := ofManyLengths(3)
	d.Padding = &Padding{ByLength: true}
	for want, m := range map[string]*nn.Model{
		"the model takes 70 steps: want one of any number": paddingFree(t, 70),
		"is set, but the output output is a sequence":      paddingFree(t, nn.Any, nn.GRU{Units: 1, ReturnSequences: true}),
	} {
		if _, err := d.inputs(m); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
