package nn

import (
	"math"
	"testing"

	"gorgonia.org/tensor"

	"unroll/graph"
)

// inTraining returns what a layer makes of x, [rows, features], in training, and what it
// adds to the loss.
func inTraining(t *testing.T, l Layer, x []float64, features int) (y []float64, loss float64) {
	t.Helper()
	m, err := Sequential{Input: Features(features), Dtype: tensor.Float64, Seed: 5, Layers: []Layer{l}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	p, err := m.Forward(Train, Auto, len(x)/features, 0)
	if err != nil {
		t.Fatal(err)
	}
	copy(p.Inputs[0].X.Float64s(), x)
	*p.Random() = graph.Random{Seed: 5, Step: 1}
	roots := append([]*graph.Node{p.Outputs[0].Node}, p.Losses()...)
	prog, err := p.Compile(roots...)
	if err != nil {
		t.Fatal(err)
	}
	defer prog.Close()
	if err := prog.Run(); err != nil {
		t.Fatal(err)
	}
	for _, n := range roots[1:] {
		loss += floatsOf(t, prog, n)[0]
	}
	return floatsOf(t, prog, roots[0]), loss
}

func momentsOf(x []float64) (mean, variance float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		variance += (v - mean) * (v - mean) / float64(len(x))
	}
	return mean, variance
}

// TestGaussianDropout: the factors have mean 1 and variance rate/(1−rate).
func TestGaussianDropout(t *testing.T) {
	const n, rate = 20_000, 0.2
	x := make([]float64, n)
	for i := range x {
		x[i] = 3
	}
	y, _ := inTraining(t, GaussianDropout{Rate: rate}, x, 10)
	if mean, variance := momentsOf(y); math.Abs(mean/3-1) > 0.02 || math.Abs(variance/9-rate/(1-rate)) > 0.01 {
		t.Errorf("mean %g, variance %g", mean/3, variance/9)
	}
}

// TestAlphaDropout: a value is kept or becomes α′, and then mean 0 and variance 1 stay.
func TestAlphaDropout(t *testing.T) {
	const n, rate, low = 40_000, 0.3, -1.7580993408473766
	x := wave(1, n)
	mean, variance := momentsOf(x)
	for i := range x {
		x[i] = (x[i] - mean) / math.Sqrt(variance)
	}
	y, _ := inTraining(t, AlphaDropout{Rate: rate}, x, 10)
	a := math.Pow((1-rate)*(1+rate*low*low), -0.5)
	b, dropped := -a*low*rate, 0
	for i := range y {
		switch {
		case math.Abs(y[i]-(a*low+b)) < 1e-9:
			dropped++
		case math.Abs(y[i]-(a*x[i]+b)) > 1e-9:
			t.Fatalf("%g became %g", x[i], y[i])
		}
	}
	if share := float64(dropped) / n; math.Abs(share-rate) > 0.01 {
		t.Errorf("%g were dropped", share)
	}
	if mean, variance := momentsOf(y); math.Abs(mean) > 0.03 || math.Abs(variance-1) > 0.05 {
		t.Errorf("mean %g, variance %g", mean, variance)
	}
}

// TestActivityRegularization: what is added is the penalty of a sample, on the average.
func TestActivityRegularization(t *testing.T) {
	y, loss := inTraining(t, ActivityRegularization{L1: 0.5, L2: 0.25}, []float64{1, -2, 3, 0}, 2)
	if want := (0.5*6 + 0.25*14) / 2; loss != want || y[1] != -2 {
		t.Errorf("%v, and %g is added, want %g", y, loss, want)
	}
}
