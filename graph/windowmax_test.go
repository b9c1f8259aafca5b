package graph

import (
	"slices"
	"testing"

	"gorgonia.org/tensor"
)

func init() {
	sizes := []int{1, 3, 2}
	idsOfSteps := func(b *Builder) *Node { return b.Input("of windows", intIDs(1, 2, 0, 3, 2, 1)) }
	mask := func(b *Builder) *Node { return b.NotID(b.Input("of mask", intIDs(0, 1, 2, 3, 0, 5)), 0) }
	operations["WindowMax"] = []operation{
		{[][]int{{6, 12}}, func(b *Builder, p []*Node) *Node { return b.WindowMax(p[0], nil, 3, sizes...) }},
		{[][]int{{6, 12}}, func(b *Builder, p []*Node) *Node { return b.WindowMax(p[0], mask(b), 3, sizes...) }},
		{[][]int{{6, 7}}, func(b *Builder, p []*Node) *Node { return b.WindowMax(p[0], nil, 3, 7) }},
	}
	operations["GatherWindowMax"] = []operation{
		{[][]int{{4, 12}}, func(b *Builder, p []*Node) *Node { return b.GatherWindowMax(p[0], idsOfSteps(b), nil, 3, sizes...) }},
		{[][]int{{4, 12}}, func(b *Builder, p []*Node) *Node {
			return b.GatherWindowMax(p[0], idsOfSteps(b), mask(b), 3, sizes...)
		}},
		{[][]int{{4, 7}}, func(b *Builder, p []*Node) *Node { return b.GatherWindowMax(p[0], idsOfSteps(b), nil, 3, 7) }},
	}
}

// TestWindowMax holds both to ConvMax of one-hot vectors, whose kernels are the table's
// columns, with gradients, and the rows that are touched to those of the gradient.
func TestWindowMax(t *testing.T) {
	trials(t, func(t trial) {
		steps, batch, words, filters := t.upTo(9), t.upTo(3), t.upTo(5), t.upTo(3)
		sizes := []int{1 + t.r.IntN(3), 1 + t.r.IntN(5)}
		table, m := t.matrix("table", words, (sizes[0]+sizes[1])*filters)
		at := make([]int32, steps*batch)
		oneHot := tensor.New(tensor.Of(tensor.Float64), tensor.WithShape(len(at), words))
		for i := range at {
			at[i] = int32(t.r.IntN(words))
			oneHot.Float64s()[i*words+int(at[i])] = 1
		}
		mask, _ := t.mask(steps * batch)
		if t.r.IntN(3) == 0 {
			mask = nil
		}
		ids := t.Input("words", intIDs(at...))
		var kernels []*Node
		first := 0
		for _, size := range sizes {
			var groups []*Node
			for range size {
				groups = append(groups, t.Columns(table, first, first+filters))
				first += filters
			}
			kernels = append(kernels, t.Stack(0, groups...))
		}
		conv := t.ConvMax(t.input("one_hot", oneHot), mask, steps, kernels...)
		fused := t.GatherWindowMax(table, ids, mask, steps, sizes...)
		apart := t.WindowMax(t.Gather(table, ids), mask, steps, sizes...)
		of := func(y *Node) []*Node { return []*Node{y, t.Grad(t.Sum(t.Mul(y, y)), table)[0]} }
		want := computed(t.T, t.Builder, of(conv)...)
		compare(t.T, "apart", computed(t.T, t.Builder, of(apart)...), want, t.tol)
		got := of(fused)
		prog, err := t.Compile(got...)
		if err != nil {
			t.Fatal(err)
		}
		defer prog.Close()
		compare(t.T, "fused", values(t.T, prog, got), want, t.tol)
		rows, ok := prog.Rows(got[1])
		if !ok {
			t.Fatal("the rows that are touched are not known")
		}
		for i, v := range values(t.T, prog, got[1:]) {
			if row := i / len(m[0]); v != 0 && !slices.Contains(rows, int32(row)) {
				t.Errorf("row %d has a gradient, and is not among %v", row, rows)
			}
		}
	})
}

// TestWindowMaxRefuses: what does not fit is told.
func TestWindowMaxRefuses(t *testing.T) {
	for want, f := range map[string]func(b *Builder, x, ids *Node) *Node{
		"window max: 6 rows are not 4 steps":                                 func(b *Builder, x, _ *Node) *Node { return b.WindowMax(x, nil, 4, 1) },
		"window max: 4 features for sizes [3], want a multiple of their sum": func(b *Builder, x, _ *Node) *Node { return b.WindowMax(x, nil, 3, 3) },
		"window max: 4 features for sizes [], want a multiple of their sum":  func(b *Builder, x, _ *Node) *Node { return b.WindowMax(x, nil, 3) },
		"window max: size 0, want at least 1":                                func(b *Builder, x, _ *Node) *Node { return b.WindowMax(x, nil, 3, 2, 0) },
		"window max: mask is [6 4] for a sequence [6 4]":                     func(b *Builder, x, _ *Node) *Node { return b.WindowMax(x, x, 3, 2) },
		"gather window max: mask is [6 4] for 6 ids":                         func(b *Builder, x, ids *Node) *Node { return b.GatherWindowMax(x, ids, x, 3, 2) },
		"gather window max: 6 rows are not 4 steps":                          func(b *Builder, x, ids *Node) *Node { return b.GatherWindowMax(x, ids, nil, 4, 2) },
	} {
		b := New(tensor.Float64)
		f(b, b.Zeros(6, 4), b.Input("ids", intIDs(0, 1, 2, 3, 4, 5)))
		if err := b.Err(); err == nil || err.Error() != want {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
