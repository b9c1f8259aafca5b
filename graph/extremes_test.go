package graph

import (
	"math"
	"math/rand/v2"
	"testing"

	"gorgonia.org/tensor"
)

func init() {
	cases = append(cases,
		gradientCase{"maximum", [][]int{{5, 6}, {5, 6}}, func(b *Builder, p []*Node) *Node { return b.Maximum(p[0], p[1]) }},
		gradientCase{"minimum", [][]int{{5, 6}, {5, 6}}, func(b *Builder, p []*Node) *Node { return b.Minimum(p[0], p[1]) }},
	)
}

// TestExtremes: the maximum and the minimum are one of the inputs, bit for bit,
// and the gradient goes where the value came from.
func TestExtremes(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	points := []float64{-1e9, 1, 1e9, 1e-9, 0, math.Copysign(0, -1), inf, -inf, nan, 0.1, 1 + 1e-7, -1e30, 1e-40}
	r := rand.New(rand.NewPCG(3, 4))
	for range 10 {
		points = append(points, r.NormFloat64(), math.Ldexp(r.NormFloat64(), r.IntN(60)-30))
	}
	for _, dt := range []tensor.Dtype{tensor.Float32, tensor.Float64} {
		var xs, ys []float64
		for _, x := range points {
			for _, y := range points {
				xs, ys = append(xs, rounded(dt, x)), append(ys, rounded(dt, y))
			}
		}
		shape := []int{len(xs), 1}
		b := New(dt)
		x, y := input(b, "x", shape, xs...), input(b, "y", shape, ys...)
		for _, c := range []struct {
			node *Node
			want func(x, y float64) float64
		}{
			{b.Maximum(x, y), func(x, y float64) float64 { return max(x, y) }},
			{b.Minimum(x, y), func(x, y float64) float64 { return min(x, y) }},
		} {
			d := b.VJP([]*Node{c.node}, []*Node{b.Ones(shape...)}, x, y)
			p, err := b.Compile(c.node, d[0], d[1])
			if err != nil {
				t.Fatal(err)
			}
			got, dx, dy := values(t, p, []*Node{c.node}), values(t, p, d[:1]), values(t, p, d[1:])
			for i, v := range got {
				want := c.want(xs[i], ys[i])
				bits := math.Float64bits(v)
				ofX, ofY := bits == math.Float64bits(xs[i]), bits == math.Float64bits(ys[i])
				if v != want && (v == v || want == want) || math.Signbit(v) != math.Signbit(want) && v == v || !ofX && !ofY {
					t.Errorf("%v: of %g and %g it is %g, want %g", dt, xs[i], ys[i], v, want)
				}
				first := 0.0
				if ofX {
					first = 1
				}
				if dx[i] != first || dy[i] != 1-first {
					t.Errorf("%v: of %g and %g it is %g, the gradients are %g and %g", dt, xs[i], ys[i], v, dx[i], dy[i])
				}
			}
			p.Close()
		}
	}
}

func TestExtremesDoNotFit(t *testing.T) {
	b := New(tensor.Float32)
	b.Maximum(b.Zeros(2, 3), b.Zeros(2, 2))
	if err := b.Err(); err == nil || err.Error() != "maximum: [2 3] and [2 2] do not fit" {
		t.Errorf("error is %v", err)
	}
}
