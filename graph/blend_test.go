package graph

import (
	"testing"

	"gorgonia.org/tensor"
)

func init() {
	counts := func(padding, once bool) func(b *Builder, p []*Node) *Node {
		return func(b *Builder, p []*Node) *Node { // ids of samples 0, 1, 0, 1, ...
			return b.WeightedCounts(p[0], b.Input("ids", intIDs(0, 3, 2, 3, 2, 0, 1, 3)), 2, 4, padding, once)
		}
	}
	cases = append(cases, []gradientCase{
		{"blend", [][]int{{3, 1}, {3, 4}, {4}}, func(b *Builder, p []*Node) *Node { return b.Blend(p[0], p[1], p[2]) }},
		{"blend_own_row", [][]int{{3, 1}, {3, 4}}, func(b *Builder, p []*Node) *Node {
			return b.Tanh(b.Blend(b.Tanh(p[0]), p[1], b.Row(p[1], 0)))
		}},
		{"weighted_counts", [][]int{{8, 1}}, counts(false, false)},
		{"weighted_counts_padding", [][]int{{8, 1}}, counts(true, false)},
		{"weighted_counts_once", [][]int{{8, 1}}, counts(false, true)},
		{"weighted_counts_once_padding", [][]int{{8, 1}}, counts(true, true)},
	}...)
}

// TestBlendEnds: at 0 and at 1 the bits are those of what is blended.
func TestBlendEnds(t *testing.T) {
	for _, dt := range []tensor.Dtype{tensor.Float32, tensor.Float64} {
		b := New(dt)
		x := input(b, "x", []int{2, 3}, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
		base := input(b, "base", []int{3}, 1.0/3, 1.0/7, -1.0/9)
		weight := input(b, "weight", []int{2, 1}, 1, 0)
		ones := input(b, "ones", []int{6, 1}, 1, 1, 1, 1, 1, 1)
		ids := b.Input("ids", intIDs(0, 3, 2, 3, 2, 0))
		same := b.Affine(1, x, 0)
		got := computed(t, b, b.Blend(weight, x, base), same, b.Add(b.Affine(0, x, 0), base))
		y, x0, base0 := got[:6], got[6:12], got[12:]
		compare(t, "the weight of 1", y[:3], x0[:3], 0)
		compare(t, "the weight of 0", y[3:], base0[3:], 0)

		all := computed(t, b, b.WeightedCounts(ones, ids, 2, 4, true, false), b.Counts(ids, 2, 4, true))
		compare(t, "the counts", all[:8], all[8:], 0)
		compare(t, "whether ids occur", computed(t, b, b.WeightedCounts(ones, ids, 2, 4, false, true)), []float64{1, 0, 1, 0, 1, 0, 0, 1}, 0)
	}
}

func TestBlendFailures(t *testing.T) {
	checkFailures(t, []failure{
		{"weight of other rows", func(b *Builder, x, v *Node) { b.Blend(b.Zeros(2, 1), x, v) }, "blend: weight [2 1], [6 3] and base [3] do not fit"},
		{"base of other columns", func(b *Builder, x, v *Node) { b.Blend(b.Zeros(6, 1), x, b.Zeros(2)) }, "blend: weight [6 1], [6 3] and base [2] do not fit"},
		{"two weights of an id", func(b *Builder, x, v *Node) { b.WeightedCounts(x, b.Input("ids", intIDs(1, 1)), 1, 4, true, true) }, "weighted counts: weight [6 3], want [2 1]"},
		{"no whole samples", func(b *Builder, x, v *Node) {
			b.WeightedCounts(x, b.Input("ids", intIDs(1, 1, 1)), 2, 4, true, true)
		}, "counts: ids are int32 [3] of 2 samples, want a vector of int32 of as many steps each, and a depth of at least 1"},
	})
}
