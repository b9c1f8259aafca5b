package nn

import (
	"math"
	"slices"
	"strconv"
	"testing"

	"gorgonia.org/tensor"

	"unroll/graph"
)

// mergedOf runs a merge of sequences [4, 2], of which those that are masked pass
// through Masking, and returns its values and its mask, nil if it has none.
func mergedOf(t *testing.T, l Layer, masked []bool, x ...[]float64) (y, mask []float64) {
	t.Helper()
	f := &Functional{Dtype: tensor.Float64}
	var in []Symbol
	for i := range x {
		s := f.Input("x"+strconv.Itoa(i), Features(4, 2))
		if masked[i] {
			s = f.Call(Masking{}, s)
		}
		in = append(in, s)
	}
	f.Output("y", f.Call(l, in...))
	m, err := f.Build()
	if err != nil {
		t.Fatal(err)
	}
	p, err := m.Forward(Train, Auto, 1, stepsOf(m)...)
	if err != nil {
		t.Fatal(err)
	}
	for i := range x {
		copy(p.Inputs[i].X.Float64s(), x[i])
	}
	roots := []*graph.Node{p.Outputs[0].Node}
	if n := p.Outputs[0].Mask; n != nil {
		roots = append(roots, n)
	}
	prog, err := p.Compile(roots...)
	if err != nil {
		t.Fatal(err)
	}
	defer prog.Close()
	if err := prog.Run(); err != nil {
		t.Fatal(err)
	}
	if len(roots) > 1 {
		mask = floatsOf(t, prog, roots[1])
	}
	return floatsOf(t, prog, roots[0]), mask
}

// TestMergesOfMasked holds values and masks to Keras's. The inputs and the values
// of two inputs are those of keras/src/layers/merging/merging_test.py, of 3.4 and
// later; there a mask of ones stands for none.
func TestMergesOfMasked(t *testing.T) {
	x := []float64{0, 0, 1, 2, 0, 0, 3, 4}
	y := []float64{0, 0, 0, 0, 1, 2, 3, 4}
	minus := func(x []float64) (out []float64) {
		for _, v := range x {
			out = append(out, 0-v)
		}
		return out
	}
	both, first, second := []bool{true, true}, []bool{true, false}, []bool{false, true}
	or := []float64{0, 1, 1, 1}
	for _, c := range []struct {
		layer  Layer
		masked []bool
		x, y   []float64
		want   []float64
		mask   []float64
	}{
		{Add{}, both, x, y, []float64{0, 0, 1, 2, 1, 2, 6, 8}, or},
		{Add{}, first, x, y, []float64{0, 0, 1, 2, 1, 2, 6, 8}, nil},
		{Subtract{}, both, x, y, []float64{0, 0, 1, 2, -1, -2, 0, 0}, or},
		{Subtract{}, second, x, y, []float64{0, 0, 1, 2, -1, -2, 0, 0}, nil},
		{Average{}, both, x, y, []float64{0, 0, 0.5, 1, 0.5, 1, 3, 4}, or},
		{Average{}, first, x, y, []float64{0, 0, 0.5, 1, 0.5, 1, 3, 4}, nil},
		{Multiply{}, both, x, y, []float64{0, 0, 1, 2, 1, 2, 9, 16}, or},
		{Multiply{}, first, x, y, []float64{0, 0, 0, 0, 1, 2, 9, 16}, nil},
		{Multiply{}, second, x, y, []float64{0, 0, 1, 2, 0, 0, 9, 16}, nil},
		{Maximum{}, both, minus(x), minus(y), []float64{0, 0, -1, -2, -1, -2, -3, -4}, or},
		{Maximum{}, first, minus(x), minus(y), []float64{0, 0, 0, 0, -1, -2, -3, -4}, nil},
		{Maximum{}, second, minus(x), minus(y), []float64{0, 0, -1, -2, 0, 0, -3, -4}, nil},
		{Minimum{}, both, x, y, []float64{0, 0, 1, 2, 1, 2, 3, 4}, or},
		{Minimum{}, first, x, y, []float64{0, 0, 0, 0, 1, 2, 3, 4}, nil},
		{Concatenate{}, both, x, y, []float64{0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 1, 2, 3, 4, 3, 4}, or},
		{Concatenate{}, first, x, y, []float64{0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 1, 2, 3, 4, 3, 4}, nil},
		{Concatenate{Time: true}, first, x, y, append(slices.Clone(x), y...), []float64{0, 1, 0, 1, 1, 1, 1, 1}},
		{Concatenate{Time: true}, both, x, y, append(slices.Clone(x), y...), []float64{0, 1, 0, 1, 0, 0, 1, 1}},
		{Concatenate{Time: true}, []bool{false, false}, x, y, append(slices.Clone(x), y...), nil},
	} {
		got, mask := mergedOf(t, c.layer, c.masked, c.x, c.y)
		if !slices.Equal(got, c.want) || !slices.Equal(mask, c.mask) {
			t.Errorf("%T of %v: %v with the mask %v, want %v with %v", c.layer, c.masked, got, mask, c.want, c.mask)
		}
	}
}

// TestMergesOfThree: an input that is masked leaves the merge to the others,
// whatever its place.
func TestMergesOfThree(t *testing.T) {
	x := [][]float64{{0, 0, -5, 7, 0, 0, 2, 2}, {0, 0, 0, 0, -3, 4, 5, -5}, {0, 0, 0, 0, -4, 1, 3, 3}}
	for _, order := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		in := [][]float64{x[order[0]], x[order[1]], x[order[2]]}
		all := []bool{true, true, true}
		for _, c := range []struct {
			layer Layer
			want  []float64
		}{
			{Maximum{}, []float64{0, 0, -5, 7, -3, 4, 5, 3}},
			{Minimum{}, []float64{0, 0, -5, 7, -4, 1, 2, -5}},
			{Multiply{}, []float64{0, 0, -5, 7, 12, 4, 30, -30}},
		} {
			if got, mask := mergedOf(t, c.layer, all, in...); !slices.Equal(got, c.want) || !slices.Equal(mask, []float64{0, 1, 1, 1}) {
				t.Errorf("%T in the order %v: %v with the mask %v, want %v", c.layer, order, got, mask, c.want)
			}
		}
	}
}

// TestMergesOfInfinity: values that are not finite stay out of masks.
func TestMergesOfInfinity(t *testing.T) {
	x := []float64{math.Inf(1), 1, math.NaN(), 1, 1, 1, 1, 1}
	_, mask := mergedOf(t, Concatenate{Time: true}, []bool{false, true}, x, make([]float64, 8))
	if want := []float64{1, 1, 1, 1, 0, 0, 0, 0}; !slices.Equal(mask, want) {
		t.Errorf("the mask is %v, want %v", mask, want)
	}
}

// TestExtremesKeepEveryDigit: the maximum is an input, bit for bit.
func TestExtremesKeepEveryDigit(t *testing.T) {
	x, y := []float64{-1e9, 1e-9, 1, 0.1, 0, 1e300, 3, -3}, []float64{1, 1e9, -1e9, 0.1, 1e-300, -1e300, 2, -2}
	most, _ := mergedOf(t, Maximum{}, make([]bool, 2), x, y)
	least, _ := mergedOf(t, Minimum{}, make([]bool, 2), x, y)
	for i := range x {
		if most[i] != max(x[i], y[i]) || least[i] != min(x[i], y[i]) {
			t.Errorf("of %g and %g the maximum is %g, the minimum %g", x[i], y[i], most[i], least[i])
		}
	}
}
