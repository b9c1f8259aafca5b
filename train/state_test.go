package train_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"unroll/nn"
	"unroll/train"
	"unroll/train/optimizers"
)

func statefulModel(t *testing.T, steps, batch int, stateful bool) *nn.Model {
	t.Helper()
	m, err := nn.Sequential{Input: nn.Features(steps, 2), Seed: 2, Batch: batch, Dtype: tensor.Float64, Layers: []nn.Layer{
		nn.LSTM{Units: 3, Stateful: stateful}, nn.Dense{Units: 1},
	}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestStatefulGoesOn: a sequence in two halves gives what it gives as a whole;
// after ResetStates the halves start anew.
func TestStatefulGoesOn(t *testing.T) {
	whole, half := statefulModel(t, 6, 0, false), statefulModel(t, 3, 2, true)
	predict := func(m *nn.Model, d train.Data) []float32 {
		tr, err := train.Compile(m, train.Config{})
		if err != nil {
			t.Fatal(err)
		}
		defer tr.Close()
		y, err := tr.Predict(context.Background(), d, 0)
		if err != nil {
			t.Fatal(err)
		}
		return y
	}
	long, parts := train.Data{}, train.Data{}
	for i := range 2 {
		x := make([]float32, 12)
		for j := range x {
			x[j] = float32(math.Sin(float64(5*i + j)))
		}
		long.Features = append(long.Features, x)
	}
	for _, from := range []int{0, 6} {
		for _, x := range long.Features {
			parts.Features = append(parts.Features, x[from:from+6])
		}
	}
	want := predict(whole, long)
	for range 2 {
		if got := predict(half, parts)[2:]; !slices.Equal(got, want) {
			t.Errorf("the second halves give %v, the whole sequences %v", got, want)
		}
		half.ResetStates()
	}
	predict(half, parts)
	if got := predict(half, parts)[2:]; slices.Equal(got, want) {
		t.Error("the states were reset by themselves")
	}
}

// TestStatefulWantsWholeBatches, of the model's size.
func TestStatefulWantsWholeBatches(t *testing.T) {
	tr, err := train.Compile(statefulModel(t, 3, 2, true), train.Config{Optimizer: &optimizers.SGD{}, Loss: nn.MeanSquaredError{}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	d := train.Data{Features: [][]float32{{1, 2, 3, 4, 5, 6}, {1, 2, 3, 4, 5, 6}, {1, 2, 3, 4, 5, 6}}, Targets: []float32{1, 2, 3}}
	_, err = tr.Fit(context.Background(), d, train.FitConfig{})
	if want := "fit: 3 samples are not whole batches of 2"; err == nil || err.Error() != want {
		t.Errorf("the error is %v, want %s", err, want)
	}
	_, err = tr.Fit(context.Background(), d, train.FitConfig{BatchSize: 3})
	if want := "fit: batches of 3, the model's are of 2"; err == nil || err.Error() != want {
		t.Errorf("the error is %v, want %s", err, want)
	}
	if _, err := (nn.Sequential{Input: nn.Features(3, 2), Layers: []nn.Layer{nn.LSTM{Units: 1, Stateful: true}}}).Build(); err == nil || err.Error() != "lstm: stateful: give the model a fixed Batch" {
		t.Errorf("the error is %v", err)
	}
}

// TestRegularizersAndConstraints: the penalty is in the loss and in the
// gradient, once, however many programs share a batch; constraints hold after
// each update.
func TestRegularizersAndConstraints(t *testing.T) {
	fit := func(r nn.Regularizer, c nn.Constraint, shards, epochs int) (*nn.Model, *train.History) {
		m, err := nn.Sequential{Input: nn.Features(3), Seed: 2, Dtype: tensor.Float64, Layers: []nn.Layer{
			nn.Dense{Units: 4, KernelRegularizer: r, KernelConstraint: c},
		}}.Build()
		if err != nil {
			t.Fatal(err)
		}
		tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.SGD{LearningRate: 0.1}, Loss: nn.MeanSquaredError{}, Shards: shards})
		if err != nil {
			t.Fatal(err)
		}
		defer tr.Close()
		d := train.Data{}
		for i := range 10 {
			d.Features = append(d.Features, []float32{float32(i), 1, float32(-i)})
			d.Targets = append(d.Targets, 1, 2, 3, 4)
		}
		for i := range d.Features {
			for j := range d.Features[i] {
				d.Features[i][j] /= 10
			}
		}
		h, err := tr.Fit(context.Background(), d, train.FitConfig{Epochs: epochs, BatchSize: 4, NoShuffle: true})
		if err != nil {
			t.Fatal(err)
		}
		return m, h
	}
	for _, shards := range []int{1, 3} {
		var r nn.Regularizer
		plain, h0 := fit(r, nn.Constraint{}, shards, 1)
		r = nn.Regularizer{L1: 1e-6, L2: 2e-6} // so small that one epoch is linear in it
		m, h := fit(r, nn.Constraint{}, shards, 1)
		var penalty float64
		first, _ := nn.Sequential{Input: nn.Features(3), Seed: 2, Layers: []nn.Layer{nn.Dense{Units: 4}}}.Build()
		for _, w := range first.Weights()[0].Float64s() {
			penalty += 1e-6*math.Abs(w) + 2e-6*w*w
		}
		if d := h.Epochs[0].Logs["loss"] - h0.Epochs[0].Logs["loss"]; math.Abs(d-penalty) > penalty/4 {
			t.Errorf("%d shards: the loss grew by %g, the penalty is about %g", shards, d, penalty)
		}
		a, b := plain.Weights()[0].Float64s(), m.Weights()[0].Float64s()
		if slices.Equal(a, b) {
			t.Errorf("%d shards: the gradient has no penalty", shards)
		}
	}
	columns := func(m *nn.Model) (norms []float64, least float64) {
		w := m.Weights()[0].Float64s()
		for j := range 4 {
			norms = append(norms, math.Sqrt(w[j]*w[j]+w[4+j]*w[4+j]+w[8+j]*w[8+j]))
		}
		return norms, slices.Min(w)
	}
	m, _ := fit(nn.Regularizer{}, nn.MaxNorm(0.5), 1, 5)
	if norms, _ := columns(m); slices.Max(norms) > 0.5 || slices.Max(norms) < 0.49 {
		t.Errorf("max_norm: norms %v", norms)
	}
	m, _ = fit(nn.Regularizer{}, nn.UnitNorm(), 1, 5)
	if norms, _ := columns(m); slices.Max(norms) > 1 || slices.Min(norms) < 1-1e-6 {
		t.Errorf("unit_norm: norms %v", norms)
	}
	m, _ = fit(nn.Regularizer{}, nn.NonNeg(), 1, 5)
	if _, least := columns(m); least != 0 {
		t.Errorf("non_neg: the least weight is %g", least)
	}
}
