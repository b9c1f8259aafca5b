package nn

import (
	"math"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"unroll/graph"
)

// TestBatchNormalizationOfSteps holds the axis of the steps to loops: moments over
// the samples and their features, for each step.
func TestBatchNormalizationOfSteps(t *testing.T) {
	const batch, steps, features = 2, 3, 2
	l := BatchNormalization{Axis: 1, Epsilon: 0.1, Momentum: 0.75}
	m, err := Sequential{Input: Features(steps, features), Layers: []Layer{l}, Dtype: tensor.Float64}.Build()
	if err != nil {
		t.Fatal(err)
	}
	w := [][]float64{{1, 2, 3}, {4, 5, 6}, {0.1, 0.2, 0.3}, {1, 2, 4}} // gamma, beta, moving mean and variance
	if err := m.Layers()[0].SetWeights(w); err != nil {
		t.Fatal(err)
	}
	x := wave(0, batch*steps*features)
	normalized := func(mean, variance func(s int) float64) (y []float64) {
		for i, v := range x {
			s := i / features % steps
			y = append(y, w[0][s]*(v-mean(s))/math.Sqrt(variance(s)+0.1)+w[1][s])
		}
		return y
	}
	closeTo(t, "inference", predicted(t, m, x), normalized(func(s int) float64 { return w[2][s] }, func(s int) float64 { return w[3][s] }), 1e-12)

	moment := func(s int, f func(v float64) float64) (sum float64) {
		for i, v := range x {
			if i/features%steps == s {
				sum += f(v) / (batch * features)
			}
		}
		return sum
	}
	mean := func(s int) float64 { return moment(s, func(v float64) float64 { return v }) }
	variance := func(s int) float64 {
		return moment(s, func(v float64) float64 { return (v - mean(s)) * (v - mean(s)) })
	}
	p, err := m.Forward(Train, Auto, batch, steps)
	if err != nil {
		t.Fatal(err)
	}
	copy(p.Inputs[0].X.Float64s(), swapped(x, batch, steps))
	closeTo(t, "training", swapped(forward(t, p), steps, batch), normalized(mean, variance), 1e-12)
	next := p.Assigned()[m.States()[0]]
	prog, err := p.Compile(next)
	if err != nil {
		t.Fatal(err)
	}
	defer prog.Close()
	if err := prog.Run(); err != nil {
		t.Fatal(err)
	}
	var want []float64
	for s := range steps {
		want = append(want, 0.75*w[2][s]+0.25*mean(s))
	}
	closeTo(t, "moving mean", floatsOf(t, prog, next), want, 1e-12)

	m, err = Sequential{Input: Features(3, 2), Layers: []Layer{Masking{}, BatchNormalization{Axis: 1}}}.Build()
	if err == nil {
		_, err = m.Forward(Train, Auto, 2, 3)
	}
	if err == nil || err.Error() != "batch_normalization: axis 1: the steps have a mask" {
		t.Errorf("the error is %v", err)
	}
}

// TestDropoutNoiseShape: what a size of 1 joins is dropped or kept together, and
// nothing else is.
func TestDropoutNoiseShape(t *testing.T) {
	const batch, steps, features = 4, 5, 6
	for _, c := range []struct {
		shape []int
		group func(b, s, f int) int // the same number is dropped together
	}{
		{nil, func(b, s, f int) int { return (b*steps+s)*features + f }},
		{[]int{-1, -1}, func(b, s, f int) int { return (b*steps+s)*features + f }},
		{[]int{1, features}, func(b, _, f int) int { return b*features + f }},
		{[]int{steps, 1}, func(b, s, _ int) int { return b*steps + s }},
		{[]int{1, 1}, func(b, _, _ int) int { return b }},
	} {
		m, err := Sequential{Input: Features(Any, features), Layers: []Layer{Dropout{Rate: 0.5, NoiseShape: c.shape}}, Dtype: tensor.Float64}.Build()
		if err != nil {
			t.Fatal(err)
		}
		p, err := m.Forward(Train, Auto, batch, steps)
		if err != nil {
			t.Fatal(err)
		}
		x := p.Inputs[0].X.Float64s()
		for i := range x {
			x[i] = 1
		}
		*p.Random() = graph.Random{Seed: 5, Step: 1}
		y := swapped(forward(t, p), steps, batch)
		kept := map[int]float64{}
		for i, v := range y {
			g := c.group(i/features/steps, i/features%steps, i%features)
			if first, ok := kept[g]; v != 0 && v != 2 || ok && first != v {
				t.Fatalf("%v: %v", c.shape, y)
			}
			kept[g] = v
		}
		var both []float64
		for _, v := range kept {
			if !slices.Contains(both, v) {
				both = append(both, v)
			}
		}
		if len(both) != 2 && len(kept) > batch {
			t.Errorf("%v: all are %v", c.shape, both)
		}
	}
	for _, shape := range [][]int{{1}, {2, 6}, {0, 6}, {1, 1, 1}} {
		if _, err := (Sequential{Input: Features(5, 6), Layers: []Layer{Dropout{Rate: 0.5, NoiseShape: shape}}}).Build(); err == nil {
			t.Errorf("noise_shape %v is taken", shape)
		}
	}
}

// TestOpenLengths: every layer that can takes sequences of any length, and programs
// of two lengths give what a model of that length gives.
func TestOpenLengths(t *testing.T) {
	for _, l := range []Layer{
		ReLU{}, LeakyReLU{}, ELU{}, SoftmaxLayer{}, SoftmaxLayer{Axis: 1}, PReLU{SharedAxes: []int{1}, AlphaInitializer: Constant(0.2)},
		Rescaling{Scale: 2}, Normalization{}, ZeroPadding1D{}, Cropping1D{}, UpSampling1D{}, Reshape{TargetShape: Shape{-1, 2}},
		Conv1D{Filters: 2, KernelSize: 2, Groups: 2}, SeparableConv1D{Filters: 2, KernelSize: 3, Padding: "same"}, DepthwiseConv1D{KernelSize: 2},
		Conv1DTranspose{Filters: 2, KernelSize: 3, Strides: 2}, GlobalMaxPooling1D{KeepDims: true}, GlobalAveragePooling1D{KeepDims: true},
		Dropout{Rate: 0.5, NoiseShape: []int{1, -1}}, BatchNormalization{},
		LSTM{Units: 2, RecurrentActivation: HardSigmoidKeras2, ReturnSequences: true},
		Bidirectional{Layer: GRU{Units: 2, RecurrentActivation: HardSigmoid}},
	} {
		build := func(steps int) *Model {
			m, err := Sequential{Input: Features(steps, 4), Layers: []Layer{l}, Dtype: tensor.Float64, Seed: 3}.Build()
			if err != nil {
				t.Fatalf("%T: %v", l, err)
			}
			return m
		}
		open := build(Any)
		for _, steps := range []int{4, 7} {
			var got [2][]float64
			for i, m := range []*Model{open, build(steps)} {
				p, err := m.Forward(Infer, Auto, 2, steps)
				if err != nil {
					t.Fatalf("%T: %v", l, err)
				}
				copy(p.Inputs[0].X.Float64s(), wave(0, 2*steps*4))
				got[i] = forward(t, p)
			}
			if !slices.Equal(got[0], got[1]) {
				t.Errorf("%T: %v, want %v", l, got[0], got[1])
			}
		}
	}
}
