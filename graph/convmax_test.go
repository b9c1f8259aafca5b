package graph

import (
	"math"
	"testing"

	"gorgonia.org/tensor"
)

func init() {
	operations["GlobalMax"] = []operation{
		{[][]int{{6, 2}}, func(b *Builder, p []*Node) *Node { return b.GlobalMax(p[0], nil, 3) }},
		{[][]int{{6, 2}}, func(b *Builder, p []*Node) *Node { return b.GlobalMax(p[0], maskOfSteps(b), 3) }},
	}
	operations["ConvMax"] = []operation{
		{[][]int{{6, 2}, {3, 2, 2}, {2, 2, 3}}, func(b *Builder, p []*Node) *Node { return b.ConvMax(p[0], nil, 3, p[1], p[2]) }},
		{[][]int{{6, 2}, {2, 2, 2}}, func(b *Builder, p []*Node) *Node { return b.ConvMax(p[0], maskOfSteps(b), 3, p[1]) }},
	}
}

// TestConvMax holds ConvMax, and GlobalMax of Conv1D with it, to loops over the samples'
// own steps: those that are masked hold NaN, and none of a sample's values depends on them.
func TestConvMax(t *testing.T) {
	trials(t, func(t trial) {
		steps, batch, features := t.upTo(700), t.upTo(3), t.upTo(3)
		sizes := []int{1 + t.r.IntN(3), 4 + t.r.IntN(2)}
		x, m := t.matrix("x", steps*batch, features)
		mask, on := t.mask(steps * batch)
		var kernels []*Node
		var want []float64
		all := make([][][]float64, len(sizes))
		for i, size := range sizes {
			flat, k := t.matrix([]string{"k0", "k1"}[i], size*features, i+1)
			kernels, all[i] = append(kernels, t.Reshape(flat, size, features, i+1)), k
		}
		for b := range batch {
			for i, size := range sizes {
				best := make([]float64, i+1)
				for f := range best {
					best[f] = math.Inf(-1)
				}
				for s := range steps {
					if on[s*batch+b] == 0 {
						continue
					}
					for f := range best {
						sum := 0.0
						for k := range size {
							if at := s + k - (size-1)/2; at >= 0 && at < steps && on[at*batch+b] != 0 {
								for j, v := range m[at*batch+b] {
									sum += v * all[i][k*features+j][f]
								}
							}
						}
						best[f] = max(best[f], sum)
					}
				}
				for f, v := range best {
					if math.IsInf(v, -1) {
						best[f] = 0
					}
				}
				want = append(want, best...)
			}
		}
		nan := t.Affine(math.NaN(), t.Ones(steps*batch, features), 0)
		masked := t.Where(mask, x, nan)
		t.holds("conv max", t.ConvMax(masked, mask, steps, kernels...), want)
		t.holds("conv, then max", t.convThenMax(t.filled(masked, mask), mask, steps, kernels...), want)
	})
}

// TestConvMaxRefuses: what does not fit is told.
func TestConvMaxRefuses(t *testing.T) {
	for want, f := range map[string]func(b *Builder, x, w *Node) *Node{
		"conv max: no kernel":                              func(b *Builder, x, _ *Node) *Node { return b.ConvMax(x, nil, 3) },
		"conv max: 6 rows are not 4 steps":                 func(b *Builder, x, w *Node) *Node { return b.ConvMax(x, nil, 4, w) },
		"conv max: kernel is [6 2], want [size 2 filters]": func(b *Builder, x, _ *Node) *Node { return b.ConvMax(x, nil, 3, x) },
		"conv max: mask is [6 2] for a sequence [6 2]":     func(b *Builder, x, w *Node) *Node { return b.ConvMax(x, x, 3, w) },
		"global max: mask is [6 2] for a sequence [6 2]":   func(b *Builder, x, _ *Node) *Node { return b.GlobalMax(x, x, 3) },
	} {
		b := New(tensor.Float64)
		f(b, b.Zeros(6, 2), b.Zeros(2, 2, 1))
		if err := b.Err(); err == nil || err.Error() != want {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
