package nn

import (
	"math"
	"testing"

	"gorgonia.org/tensor"
)

// outputOf returns a layer's output for samples of the given shape, all of it
// batch-major: x and the result are samples one after the other.
func outputOf(t *testing.T, l Layer, in Shape, x ...float64) []float64 {
	t.Helper()
	m, err := Sequential{Input: Features(in...), Layers: []Layer{l}, Dtype: tensor.Float64}.Build()
	if err != nil {
		t.Fatal(err)
	}
	return predicted(t, m, x)
}

// predicted returns a model's output for samples x, batch-major as that is.
func predicted(t *testing.T, m *Model, x []float64) []float64 {
	t.Helper()
	in := m.inputs[0].Shape
	batch := len(x) / tensor.Shape(in).TotalSize()
	p, err := m.Forward(Infer, Auto, batch, stepsOf(m)...)
	if err != nil {
		t.Fatal(err)
	}
	copy(p.Inputs[0].X.Float64s(), swapped(x, batch, p.Inputs[0].Steps))
	return swapped(forward(t, p), max(p.Outputs[0].Steps, 1), batch)
}

// swapped exchanges the first two of the axes [m, n, rest].
func swapped(x []float64, m, n int) []float64 {
	n = max(n, 1)
	y, size := make([]float64, 0, len(x)), len(x)/(m*n)
	for j := range n {
		for i := range m {
			y = append(y, x[(i*n+j)*size:(i*n+j+1)*size]...)
		}
	}
	return y
}

// TestKerasLayers holds layers to values that were worked out by hand from Keras's
// documentation. A sequence has a step a line.
func TestKerasLayers(t *testing.T) {
	e := math.E
	for _, c := range []struct {
		name  string
		layer Layer
		in    Shape
		x     []float64
		want  []float64
	}{
		{"relu", ReLU{}, Shape{3}, []float64{-2, 0, 7}, []float64{0, 0, 7}},
		{"relu, largest", ReLU{MaxValue: 5}, Shape{3}, []float64{-2, 4, 7}, []float64{0, 4, 5}},
		// Keras's own examples of relu.
		{"relu, slope", ReLU{NegativeSlope: 0.5}, Shape{5}, []float64{-10, -5, 0, 5, 10}, []float64{-5, -2.5, 0, 5, 10}},
		{"relu, threshold", ReLU{Threshold: 5}, Shape{5}, []float64{-10, -5, 0, 5, 10}, []float64{0, 0, 0, 0, 10}},
		{"leaky relu", LeakyReLU{}, Shape{3}, []float64{-3, 0, 1}, []float64{-0.9, 0, 1}},
		{"leaky relu, slope", LeakyReLU{NegativeSlope: 0.5}, Shape{2}, []float64{-3, 1}, []float64{-1.5, 1}},
		{"elu", ELU{}, Shape{2}, []float64{-1, 2}, []float64{1/e - 1, 2}},
		{"elu, alpha", ELU{Alpha: 2}, Shape{2}, []float64{-1, 2}, []float64{2*(1/e) - 2, 2}},
		{"p relu", PReLU{AlphaInitializer: Constant(0.25)}, Shape{2, 2}, []float64{-4, 1, 3, -8}, []float64{-1, 1, 3, -2}},
		{"softmax", SoftmaxLayer{}, Shape{2, 2},
			[]float64{
				0, 0,
				math.Log(3), 0}, []float64{
				0.5, 0.5,
				0.75, 0.25}},
		{"softmax of steps", SoftmaxLayer{Axis: 1}, Shape{2, 2},
			[]float64{
				0, 0,
				math.Log(3), 0}, []float64{
				0.25, 0.5,
				0.75, 0.5}},
		{"rescaling", Rescaling{Scale: 0.5, Offset: 1}, Shape{3}, []float64{-2, 0, 4}, []float64{0, 1, 3}},
		{"normalization", Normalization{Mean: []float64{1, 2}, Variance: []float64{4, 9}}, Shape{2}, []float64{3, 8}, []float64{1, 2}},
		{"normalization, inverted", Normalization{Mean: []float64{1, 2}, Variance: []float64{4, 9}, Invert: true}, Shape{2}, []float64{1, 2}, []float64{3, 8}},
		{"normalization, scalar", Normalization{Mean: []float64{1}, Variance: []float64{4}}, Shape{2, 2}, []float64{1, 3, 5, 7}, []float64{0, 1, 2, 3}},
		{"normalization, no variance", Normalization{Mean: []float64{1}, Variance: []float64{0}}, Shape{2}, []float64{1, 1 + 1e-7}, []float64{0, 1}},
		{"normalization by step", Normalization{Axis: []int{1}, Mean: []float64{1, 2}, Variance: []float64{4, 9}}, Shape{2, 2},
			[]float64{
				1, 3,
				2, 5}, []float64{
				0, 1,
				0, 1}},
		{"normalization by step and feature", Normalization{Axis: []int{1, 2}, Mean: []float64{1, 2, 3, 4}, Variance: []float64{1, 4, 9, 16}}, Shape{2, 2},
			[]float64{
				2, 4,
				6, 8}, []float64{
				1, 1,
				1, 1}},
		{"zero padding", ZeroPadding1D{Padding: []int{1, 2}}, Shape{2, 2}, []float64{1, 2, 3, 4}, []float64{0, 0, 1, 2, 3, 4, 0, 0, 0, 0}},
		{"zero padding, both", ZeroPadding1D{}, Shape{1, 2}, []float64{1, 2}, []float64{0, 0, 1, 2, 0, 0}},
		{"cropping", Cropping1D{Cropping: []int{0, 2}}, Shape{3, 1}, []float64{1, 2, 3}, []float64{1}},
		{"cropping, both", Cropping1D{}, Shape{4, 1}, []float64{1, 2, 3, 4}, []float64{2, 3}},
		{"up sampling", UpSampling1D{}, Shape{2, 2}, []float64{1, 2, 3, 4}, []float64{1, 2, 1, 2, 3, 4, 3, 4}},
		{"permute", Permute{Dims: []int{2, 1}}, Shape{2, 3}, []float64{1, 2, 3, 4, 5, 6}, []float64{1, 4, 2, 5, 3, 6}},
		{"permute of nothing", Permute{Dims: []int{1}}, Shape{3}, []float64{1, 2, 3}, []float64{1, 2, 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			// A second sample of other values shows that samples do not mix.
			other := make([]float64, len(c.x))
			for i := range other {
				other[i] = 100 * math.Sin(float64(i+1))
			}
			got := outputOf(t, c.layer, c.in, append(append([]float64{}, c.x...), other...)...)
			if len(got) != 2*len(c.want) {
				t.Fatalf("%d values for two samples", len(got))
			}
			closeTo(t, c.name, got[:len(c.want)], c.want, 1e-9)
			alone := outputOf(t, c.layer, c.in, other...)
			closeTo(t, "the second sample", got[len(c.want):], alone, 1e-14)
		})
	}
}

// TestPReLUAlphaOfEachPlace: alpha is [time, features], or 1 on a shared axis.
func TestPReLUAlphaOfEachPlace(t *testing.T) {
	for _, c := range []struct {
		shared      []int
		alpha, want []float64
	}{
		{nil, []float64{1, 2, 3, 4, 5, 6}, []float64{-1, -2, -3, -4, -5, -6}},
		{[]int{1}, []float64{1, 2}, []float64{-1, -2, -1, -2, -1, -2}},
		{[]int{2}, []float64{1, 2, 3}, []float64{-1, -1, -2, -2, -3, -3}},
		{[]int{1, 2}, []float64{7}, []float64{-7, -7, -7, -7, -7, -7}},
	} {
		m, err := Sequential{Input: Features(3, 2), Layers: []Layer{PReLU{SharedAxes: c.shared}}, Dtype: tensor.Float64}.Build()
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Layers()[0].SetWeights([][]float64{c.alpha}); err != nil {
			t.Fatal(err)
		}
		got := predicted(t, m, []float64{-1, -1, -1, -1, -1, -1, 1, 2, 3, 4, 5, 6})
		closeTo(t, "PReLU", got, append(c.want, 1, 2, 3, 4, 5, 6), 1e-14)
	}
}

// TestNormalizationAdapted: the states are those that SetWeights sets.
func TestNormalizationAdapted(t *testing.T) {
	for _, c := range []struct {
		layer          Normalization
		mean, variance []float64
		want           []float64
	}{
		{Normalization{}, []float64{1, 2}, []float64{4, 16}, []float64{0, 0, 1, 0.5, 2, 1}},
		{Normalization{Scalar: true}, []float64{1}, []float64{4}, []float64{0, 0.5, 1, 1.5, 2, 2.5}},
		{Normalization{Axis: []int{-2}}, []float64{1, 3, 5}, []float64{1, 4, 9}, []float64{0, 1, 0, 0.5, 0, 1. / 3}},
		{Normalization{Axis: []int{2, 1}}, []float64{0, 1, 2, 3, 4, 5}, []float64{1, 1, 1, 1, 1, 1}, []float64{1, 1, 1, 1, 1, 1}},
	} {
		m, err := Sequential{Input: Features(3, 2), Layers: []Layer{c.layer}, Dtype: tensor.Float64}.Build()
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Layers()[0].SetWeights([][]float64{c.mean, c.variance, {10}}); err != nil {
			t.Fatal(err)
		}
		closeTo(t, "Normalization", predicted(t, m, []float64{1, 2, 3, 4, 5, 6}), c.want, 1e-14)
	}
}

// TestSoftmaxOverMaskedSteps: they get nothing, and the others share 1.
func TestSoftmaxOverMaskedSteps(t *testing.T) {
	m, err := Sequential{Input: Features(4, 1), Layers: []Layer{Masking{MaskValue: 9}, SoftmaxLayer{Axis: 1}}, Dtype: tensor.Float64}.Build()
	if err != nil {
		t.Fatal(err)
	}
	got := predicted(t, m, []float64{9, 0, math.Log(3), 9})
	closeTo(t, "softmax", got, []float64{0, 0.25, 0.75, 0}, 1e-14)
}
