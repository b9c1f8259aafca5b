package graph

import (
	"fmt"
	"math"
	"testing"

	"gorgonia.org/tensor"
)

var (
	nan  = math.NaN()
	inf  = math.Inf(1)
	none = []float64(nil)
)

// TestEdges settles values and derivatives where functions jump, bend or end. The
// values are those of NumPy, the derivatives those that the functions' comments state.
func TestEdges(t *testing.T) {
	for name, c := range map[string]struct {
		x, y   []float64
		f      func(b *Builder, x, y *Node) *Node
		want   []float64
		dx, dy []float64 // of the sum
		ddx    []float64 // the second derivative by x, where it is told
	}{
		"max: the first of ties": {[]float64{1, 3, 3, 2}, none, overAll((*Builder).Max), []float64{3}, []float64{0, 1, 0, 0}, none, make([]float64, 4)},
		"max: NaN":               {[]float64{1, nan, 3, nan}, none, overAll((*Builder).Max), []float64{nan}, []float64{0, 1, 0, 0}, none, none},
		"min: the first of ties": {[]float64{3, 1, 2, 1}, none, overAll((*Builder).Min), []float64{1}, []float64{0, 1, 0, 0}, none, make([]float64, 4)},
		"argmax: the first NaN":  {[]float64{1, nan, inf, nan}, none, alongFirst((*Builder).ArgMax), []float64{1}, make([]float64, 4), none, none},
		"argmin: the first NaN":  {[]float64{1, nan, -inf, nan}, none, alongFirst((*Builder).ArgMin), []float64{1}, make([]float64, 4), none, none},
		"maximum: x at ties": {[]float64{1, nan, 2}, []float64{1, 3, nan}, (*Builder).Maximum,
			[]float64{1, nan, nan}, []float64{1, 1, 0}, []float64{0, 0, 1}, make([]float64, 3)},
		"minimum: x at ties": {[]float64{1, nan, 2}, []float64{1, 3, nan}, (*Builder).Minimum,
			[]float64{1, nan, nan}, []float64{1, 1, 0}, []float64{0, 0, 1}, make([]float64, 3)},

		"pow at x = 0": {[]float64{0, 0, 0, 0}, []float64{0, 1, 2, 3}, (*Builder).Pow,
			[]float64{1, 0, 0, 0}, []float64{0, 1, 0, 0}, make([]float64, 4), []float64{0, 0, 2, 0}},
		"pow of 0 by less than 1": {[]float64{0, 0}, []float64{0.5, -1}, (*Builder).Pow,
			[]float64{0, inf}, []float64{inf, -inf}, []float64{0, 0}, none},
		"pow at y = 0": {[]float64{2, -2, nan, inf}, make([]float64, 4), (*Builder).Pow,
			[]float64{1, 1, 1, 1}, make([]float64, 4), []float64{math.Ln2, 0, nan, inf}, none},
		"pow of negative x": {[]float64{-2, -2, -2}, []float64{3, 2, 0.5}, (*Builder).Pow,
			[]float64{-8, 4, nan}, []float64{12, -4, nan}, []float64{0, 0, 0}, []float64{-12, 2, nan}},

		"logsumexp of −∞":          {[]float64{-inf, -inf}, none, overAll((*Builder).LogSumExp), []float64{-inf}, []float64{nan, nan}, none, none},
		"logsumexp with −∞":        {[]float64{-inf, 2, 2}, none, overAll((*Builder).LogSumExp), []float64{2 + math.Ln2}, []float64{0, 0.5, 0.5}, none, none},
		"logsumexp of ∞":           {[]float64{inf, 2, -inf}, none, overAll((*Builder).LogSumExp), []float64{inf}, []float64{nan, 0, 0}, none, none},
		"logsumexp without limits": {[]float64{1000, 1000}, none, overAll((*Builder).LogSumExp), []float64{1000 + math.Ln2}, []float64{0.5, 0.5}, none, []float64{0, 0}},

		"clip: 1 on the edges": {[]float64{-1, 1, 2, -2, nan}, none, clipTo(-1, 1), []float64{-1, 1, 1, -1, nan}, []float64{1, 1, 0, 0, 0}, none, make([]float64, 5)},
		"div by 0": {[]float64{1, -1, 0}, []float64{0, 0, 0}, (*Builder).Div,
			[]float64{inf, -inf, nan}, []float64{inf, inf, inf}, []float64{-inf, inf, nan}, none},
		"sign": {[]float64{0, nan, -3, inf}, none, ofX((*Builder).Sign), []float64{0, nan, -1, 1}, make([]float64, 4), none, none},
		"abs":  {[]float64{0, -3}, none, ofX((*Builder).Abs), []float64{0, 3}, []float64{0, -1}, none, []float64{0, 0}},
		"relu": {[]float64{0, -3, 2}, none, ofX((*Builder).Relu), []float64{0, 0, 2}, []float64{0, 0, 1}, none, make([]float64, 3)},
		"sqrt": {[]float64{0, -1, 4}, none, ofX((*Builder).Sqrt), []float64{0, nan, 2}, []float64{inf, nan, 0.25}, none, none},
		"log":  {[]float64{0, -1, 1}, none, ofX((*Builder).Log), []float64{-inf, nan, 0}, []float64{inf, -1, 1}, none, none},
		"where: a vector is a row": {[]float64{1, 0, 0}, []float64{1, 2, 3, 4, 5, 6, 7, 8, 9}, func(b *Builder, x, y *Node) *Node {
			return b.Where(x, b.Reshape(y, 3, 3), b.Zeros(3, 3))
		}, []float64{1, 0, 0, 4, 0, 0, 7, 0, 0}, make([]float64, 3), []float64{1, 0, 0, 1, 0, 0, 1, 0, 0}, none},
	} {
		t.Run(name, func(t *testing.T) {
			b := New(tensor.Float64)
			x, y := input(b, "x", []int{len(c.x)}, c.x...), input(b, "y", []int{max(len(c.y), 1)}, c.y...)
			z := c.f(b, x, y)
			if b.Err() != nil {
				t.Fatal(b.Err())
			}
			grads := b.Grad(b.Sum(z), x, y)
			same(t, "value", run(t, b, z)[0], c.want)
			got := run(t, b, grads...)
			same(t, "derivative by x", got[0], c.dx)
			if c.y != nil {
				same(t, "derivative by y", got[1], c.dy)
			}
			if c.ddx != nil {
				same(t, "second derivative by x", run(t, b, b.Grad(b.Sum(grads[0]), x)[0])[0], c.ddx)
			}
		})
	}
}

func overAll(f func(b *Builder, x *Node, axes ...int) *Node) func(b *Builder, x, y *Node) *Node {
	return func(b *Builder, x, _ *Node) *Node { return f(b, x) }
}

func alongFirst(f func(b *Builder, x *Node, axis int) *Node) func(b *Builder, x, y *Node) *Node {
	return func(b *Builder, x, _ *Node) *Node { return f(b, x, 0) }
}

func ofX(f func(b *Builder, x *Node) *Node) func(b *Builder, x, y *Node) *Node {
	return func(b *Builder, x, _ *Node) *Node { return f(b, x) }
}

func clipTo(low, high float64) func(b *Builder, x, y *Node) *Node {
	return func(b *Builder, x, _ *Node) *Node { return b.Clip(x, low, high) }
}

// same wants equal numbers, NaN being one.
func same(t *testing.T, what string, got, want []float64) {
	t.Helper()
	ok := len(got) == len(want)
	for i := 0; ok && i < len(got); i++ {
		ok = near(got[i], want[i], 1e-14)
	}
	if !ok {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// TestDerivativesOfPolynomialsAt0: those of xⁿ to the third order.
func TestDerivativesOfPolynomialsAt0(t *testing.T) {
	for n, want := range map[float64][]float64{0: {1, 0, 0, 0}, 1: {0, 1, 0, 0}, 2: {0, 0, 2, 0}, 3: {0, 0, 0, 6}, 4: {0, 0, 0, 0}} {
		b := New(tensor.Float64)
		x := input(b, "x", []int{1}, 0)
		y := b.Pow(x, input(b, "n", []int{}, n))
		var all []float64
		for range 4 {
			all = append(all, run(t, b, y)[0][0])
			y = b.Grad(b.Sum(y), x)[0]
		}
		same(t, fmt.Sprint("x^", n), all, want)
	}
}

// TestClipInFloat32: the limit itself, which is rounded, is not beyond it.
func TestClipInFloat32(t *testing.T) {
	b := New(tensor.Float32)
	x := input(b, "x", []int{1}, 0.1)
	g := b.Grad(b.Sum(b.Clip(x, 0, 0.1)), x)[0]
	p, err := b.Compile(g)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	if v, err := p.Value(g); err != nil || At(v, 0) != 1 {
		t.Errorf("the gradient on the limit is %v, want 1: %v", v, err)
	}
}
