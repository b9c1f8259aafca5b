package nn

import (
	"fmt"
	"testing"

	"gorgonia.org/tensor"

	"unroll/graph"
)

// convolved returns a layer's output for one sequence x whose weights are waves, and
// these weights.
func convolved(t *testing.T, l Layer, in Shape, x []float64) (y []float64, weights [][]float64) {
	t.Helper()
	m, err := Sequential{Input: Features(in...), Layers: []Layer{l}, Dtype: tensor.Float64}.Build()
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range m.Layers()[0].Weights() {
		weights = append(weights, wave(float64(10*i), len(w.Float64s())))
	}
	if err := m.Layers()[0].SetWeights(weights); err != nil {
		t.Fatal(err)
	}
	return predicted(t, m, x), weights
}

// windowCases are windows with their first step's place, worked out by TensorFlow's
// rule of padding, for sequences of six steps.
var windowCases = []struct {
	size, strides, dilation int
	padding                 string
	left, out               int
}{
	{3, 1, 1, "", 0, 4},
	{3, 2, 1, "valid", 0, 2},
	{2, 1, 3, "valid", 0, 3},
	{3, 1, 1, "same", 1, 6},
	{4, 1, 1, "same", 1, 6},
	{3, 2, 1, "same", 0, 3},
	{3, 1, 2, "causal", 4, 6},
}

// TestSeparableConvolutions holds grouped, depthwise and separable convolutions to
// their definitions in loops.
func TestSeparableConvolutions(t *testing.T) {
	const steps, features = 6, 4
	x := wave(3, steps*features)
	for _, w := range windowCases {
		name := fmt.Sprint(w)
		at := func(s, k, j int) float64 {
			if i := s*w.strides + k*w.dilation - w.left; i >= 0 && i < steps {
				return x[i*features+j]
			}
			return 0
		}
		// Groups: filter f reads the features of its group.
		const groups, filters = 2, 6
		y, weights := convolved(t, Conv1D{Filters: filters, KernelSize: w.size, Strides: w.strides, DilationRate: w.dilation, Padding: w.padding, Groups: groups},
			Shape{steps, features}, x)
		var want []float64
		for s := range w.out {
			for f := range filters {
				sum := weights[1][f]
				for k := range w.size {
					for j := range features / groups {
						sum += at(s, k, f/(filters/groups)*(features/groups)+j) * weights[0][(k*features/groups+j)*filters+f]
					}
				}
				want = append(want, sum)
			}
		}
		closeTo(t, name+" groups", y, want, 1e-12)

		// Each feature has two kernels of its own.
		const each = 2
		y, weights = convolved(t, DepthwiseConv1D{KernelSize: w.size, Strides: w.strides, DilationRate: w.dilation, Padding: w.padding, DepthMultiplier: each},
			Shape{steps, features}, x)
		deep := func(s, j, m int, kernel []float64) (sum float64) {
			for k := range w.size {
				sum += at(s, k, j) * kernel[(k*features+j)*each+m]
			}
			return sum
		}
		want = nil
		for s := range w.out {
			for j := range features {
				for m := range each {
					want = append(want, deep(s, j, m, weights[0])+weights[1][j*each+m])
				}
			}
		}
		closeTo(t, name+" depthwise", y, want, 1e-12)

		y, weights = convolved(t, SeparableConv1D{Filters: 3, KernelSize: w.size, Strides: w.strides, DilationRate: w.dilation, Padding: w.padding, DepthMultiplier: each},
			Shape{steps, features}, x)
		want = nil
		for s := range w.out {
			for f := range 3 {
				sum := weights[2][f]
				for j := range features {
					for m := range each {
						sum += deep(s, j, m, weights[0]) * weights[1][(j*each+m)*3+f]
					}
				}
				want = append(want, sum)
			}
		}
		closeTo(t, name+" separable", y, want, 1e-12)
	}
}

// TestConv1DTranspose holds it to the sum that a step of the input adds to the
// output's, and its lengths to Keras's.
func TestConv1DTranspose(t *testing.T) {
	const steps, features, filters = 3, 2, 2
	x := wave(3, steps*features)
	for _, w := range []struct {
		size, strides, dilation int
		padding                 string
		left, out               int
	}{
		{3, 1, 1, "", 0, 5},
		{3, 2, 1, "valid", 0, 7},
		{2, 3, 1, "valid", 0, 9},
		{2, 1, 3, "valid", 0, 6},
		{3, 1, 1, "same", 1, 3},
		{3, 2, 1, "same", 0, 6},
		{4, 2, 1, "same", 1, 6},
		{7, 2, 1, "same", 2, 6}, // Keras's example of an autoencoder
	} {
		y, weights := convolved(t, Conv1DTranspose{Filters: filters, KernelSize: w.size, Strides: w.strides, DilationRate: w.dilation, Padding: w.padding}, Shape{steps, features}, x)
		want := make([]float64, w.out*filters)
		for i := range want {
			want[i] = weights[1][i%filters]
		}
		for s := range steps {
			for k := range w.size {
				at := s*w.strides + k*w.dilation - w.left
				if at < 0 || at >= w.out {
					continue
				}
				for f := range filters {
					for j := range features {
						want[at*filters+f] += x[s*features+j] * weights[0][(k*filters+f)*features+j]
					}
				}
			}
		}
		closeTo(t, fmt.Sprint(w), y, want, 1e-12)
	}
	b := graph.New(tensor.Float64)
	x3, kernel := b.Zeros(6, 2), b.Zeros(2, 3, 2)
	if b.Conv1DTransposed(x3, kernel, 3, 8, graph.Window{Strides: 2}); b.Err() == nil {
		t.Error("three steps become eight by strides of two")
	}
}

// TestConvolutionsRefuse: what cannot be is told by name.
func TestConvolutionsRefuse(t *testing.T) {
	for want, l := range map[string]Layer{
		"conv1d: 3 groups of 4 features and 6 filters":                                                               Conv1D{Filters: 6, KernelSize: 1, Groups: 3},
		"conv1d: 4 groups of 4 features and 6 filters":                                                               Conv1D{Filters: 6, KernelSize: 1, Groups: 4},
		"separable_conv1d: filters is 0, want at least 1":                                                            SeparableConv1D{KernelSize: 1},
		"depthwise_conv1d: depth_multiplier is -1, want at least 1":                                                  DepthwiseConv1D{KernelSize: 1, DepthMultiplier: -1},
		"conv1d_transpose: strides of 2 with a dilation of 2: one of them is to be 1":                                Conv1DTranspose{Filters: 1, KernelSize: 1, Strides: 2, DilationRate: 2},
		"conv1d_transpose: unknown padding \"causal\"":                                                               Conv1DTranspose{Filters: 1, KernelSize: 1, Padding: "causal"},
		"zero_padding1d: padding is [1 2 3], want one or two numbers of steps":                                       ZeroPadding1D{Padding: []int{1, 2, 3}},
		"cropping1d: of 6 steps none is left":                                                                        Cropping1D{Cropping: []int{3}},
		"up_sampling1d: size is -1, want at least 1":                                                                 UpSampling1D{Size: -1},
		"permute: dims are [1 1] for a sample of 2 dimensions":                                                       Permute{Dims: []int{1, 1}},
		"softmax: axis 3 of samples of 2 dimensions":                                                                 SoftmaxLayer{Axis: 3},
		"p_re_lu: axis 0 of samples of 2 dimensions":                                                                 PReLU{SharedAxes: []int{0}},
		"normalization: 1 means and 0 variances":                                                                     Normalization{Mean: []float64{1}},
		"normalization: 2 means, want 1 or 4, [4]":                                                                   Normalization{Mean: []float64{1, 2}, Variance: []float64{1, 2}},
		"re_lu: activation \"relu(0, -1, +Inf)\": the slope is to be finite, threshold and largest value at least 0": ReLU{Threshold: -1},
	} {
		if _, err := (Sequential{Input: Features(6, 4), Layers: []Layer{l}}).Build(); err == nil || err.Error() != want {
			t.Errorf("%T: the error is\n%v, want\n%s", l, err, want)
		}
	}
}
