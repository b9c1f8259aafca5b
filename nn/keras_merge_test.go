package nn

import (
	"testing"

	"gorgonia.org/tensor"
)

// TestMergedShapes holds merges of two inputs, of two samples, to loops over
// Keras's broadcasting: sizes of 1 are repeated, and [features] is [1, features].
func TestMergedShapes(t *testing.T) {
	ops := map[string]struct {
		layer Layer
		f     func(x, y float64) float64
	}{
		"add":      {Add{}, func(x, y float64) float64 { return x + y }},
		"subtract": {Subtract{}, func(x, y float64) float64 { return x - y }},
		"multiply": {Multiply{}, func(x, y float64) float64 { return x * y }},
		"average":  {Average{}, func(x, y float64) float64 { return (x + y) / 2 }},
		"maximum":  {Maximum{}, func(x, y float64) float64 { return max(x, y) }},
		"minimum":  {Minimum{}, func(x, y float64) float64 { return min(x, y) }},
	}
	const batch = 2
	for name, op := range ops {
		for _, s := range [][2]Shape{{{3, 2}, {3, 2}}, {{3, 2}, {3, 1}}, {{3, 1}, {3, 2}}, {{1, 2}, {3, 2}}, {{3, 1}, {1, 2}}, {{3, 2}, {2}}, {{1}, {3, 2}}, {{2}, {1}}} {
			x, y := wave(0, batch*tensor.Shape(s[0]).TotalSize()), wave(5, batch*tensor.Shape(s[1]).TotalSize())
			f := &Functional{Dtype: tensor.Float64}
			f.Output("z", f.Call(op.layer, f.Input("x", Features(s[0]...)), f.Input("y", Features(s[1]...))))
			got, shape := mergedBy(t, f, batch, x, y)
			var want []float64
			steps, width := 1, shape[len(shape)-1]
			if len(shape) == 2 {
				steps = shape[0]
			}
			at := func(x []float64, s Shape, b, t, j int) float64 {
				n, k := 1, s[len(s)-1]
				if len(s) == 2 {
					n = s[0]
				}
				return x[(b*n+t%n)*k+j%k] // of a size of 1 there is only the first
			}
			for b := range batch {
				for i := range steps {
					for j := range width {
						want = append(want, op.f(at(x, s[0], b, i, j), at(y, s[1], b, i, j)))
					}
				}
			}
			closeTo(t, name, got, want, 1e-14)
		}
	}
	for _, s := range [][2]Shape{{{3, 2}, {2, 2}}, {{3, 2}, {3}}, {{2}, {3}}, {{Any, 2}, {3, 2}}} {
		f := &Functional{}
		f.Output("z", f.Call(Add{}, f.Input("x", Features(s[0]...)), f.Input("y", Features(s[1]...))))
		if _, err := f.Build(); err == nil {
			t.Errorf("%v and %v are added", s[0], s[1])
		}
	}
}

// TestDot holds all shapes to loops.
func TestDot(t *testing.T) {
	const batch = 2
	for _, c := range []struct {
		axes []int
		x, y Shape
		want Shape
		// the places that are multiplied for output i, j and k of the sum
		atX, atY func(i, j, k int) int
		n        int
	}{
		{[]int{1}, Shape{3}, Shape{3}, Shape{1}, func(_, _, k int) int { return k }, func(_, _, k int) int { return k }, 3},
		{[]int{-1}, Shape{3, 2}, Shape{4, 2}, Shape{3, 4}, func(i, _, k int) int { return i*2 + k }, func(_, j, k int) int { return j*2 + k }, 2},
		{[]int{1}, Shape{3, 2}, Shape{3, 4}, Shape{2, 4}, func(i, _, k int) int { return k*2 + i }, func(_, j, k int) int { return k*4 + j }, 3},
		{[]int{2, 1}, Shape{3, 2}, Shape{2, 4}, Shape{3, 4}, func(i, _, k int) int { return i*2 + k }, func(_, j, k int) int { return k*4 + j }, 2},
		{[]int{1, 2}, Shape{3, 2}, Shape{4, 3}, Shape{2, 4}, func(i, _, k int) int { return k*2 + i }, func(_, j, k int) int { return j*3 + k }, 3},
		{[]int{2, 1}, Shape{3, 2}, Shape{2}, Shape{3}, func(_, j, k int) int { return j*2 + k }, func(_, _, k int) int { return k }, 2},
		{[]int{1}, Shape{3}, Shape{3, 2}, Shape{2}, func(_, _, k int) int { return k }, func(_, j, k int) int { return k*2 + j }, 3},
	} {
		size := func(s Shape) int { return tensor.Shape(s).TotalSize() }
		x, y := wave(0, batch*size(c.x)), wave(3, batch*size(c.y))
		f := &Functional{Dtype: tensor.Float64}
		f.Output("z", f.Call(Dot{Axes: c.axes}, f.Input("x", Features(c.x...)), f.Input("y", Features(c.y...))))
		got, shape := mergedBy(t, f, batch, x, y)
		if !shape.Eq(c.want) {
			t.Errorf("axes %v: shape %v, want %v", c.axes, shape, c.want)
			continue
		}
		var want []float64
		rows, cols := 1, shape[len(shape)-1]
		if len(shape) == 2 {
			rows = shape[0]
		}
		for b := range batch {
			for i := range rows {
				for j := range cols {
					var sum float64
					for k := range c.n {
						sum += x[b*size(c.x)+c.atX(i, j, k)] * y[b*size(c.y)+c.atY(i, j, k)]
					}
					want = append(want, sum)
				}
			}
		}
		closeTo(t, "dot", got, want, 1e-14)
	}
	f := &Functional{Dtype: tensor.Float64}
	f.Output("z", f.Call(Dot{Axes: []int{1}, Normalize: true}, f.Input("x", Features(2)), f.Input("y", Features(2))))
	got, _ := mergedBy(t, f, 3, []float64{3, 4, 1, 1, 0, 0}, []float64{4, 3, -2, -2, 1, 2})
	closeTo(t, "cosine", got, []float64{0.96, -1, 0}, 1e-14)
}

// mergedBy runs a model of two inputs on samples one after the other and returns
// those of its output, with their shape.
func mergedBy(t *testing.T, f *Functional, batch int, x, y []float64) ([]float64, Shape) {
	t.Helper()
	m, err := f.Build()
	if err != nil {
		t.Fatal(err)
	}
	p, err := m.Forward(Infer, Auto, batch, stepsOf(m)...)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range [][]float64{x, y} {
		copy(p.Inputs[i].X.Float64s(), swapped(v, batch, p.Inputs[i].Steps))
	}
	out := p.Outputs[0]
	return swapped(forward(t, p), max(out.Steps, 1), batch), out.shape()
}
