package graph

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// Blend emits, row by row, the point at the weight g on the line from a base to
// x:
//
//	y = g·x + (1 − g)·base
//
// x is a matrix [rows, cols], the weight a column [rows, 1], the base a vector
// [cols]. At 0 and at 1 it is the base and x to the last bit.
func (b *Builder) Blend(weight, x, base *Node) *Node {
	rows, cols, ok := b.matrix("blend", x)
	if !ok || !b.ok(weight, base) {
		return nil
	}
	if !sameShape(weight.Shape(), tensor.Shape{rows, 1}) || !sameShape(base.Shape(), tensor.Shape{cols}) {
		return b.Fail(errors.Errorf("blend: weight %s, %s and base %s do not fit", shapeString(weight), shapeString(x), shapeString(base)))
	}
	return b.apply(&op{
		name:  "blend",
		key:   pure,
		shape: x.Shape(),
		run:   pick(b, blend[float32], blend[float64]),
		grad: func(in []*Node, _, dout *Node) []*Node {
			dweight := b.apply(&op{
				name:  "blend_weight",
				key:   pure,
				shape: in[0].Shape(),
				run:   pick(b, blendWeight[float32], blendWeight[float64]),
				form: func(in []*Node) *Node {
					return b.RowSums(b.Mul(in[0], b.Sub(in[1], in[2])))
				},
			}, "ddd", dout, in[1], in[2])
			dbase := b.ColumnSums(b.Mul(dout, b.Affine(-1, in[0], 1)))
			return []*Node{dweight, b.Mul(dout, in[0]), dbase}
		},
	}, "ddd", weight, x, base)
}

func blend[T kernel.Float](o *op, in []gorgonia.Value) error {
	y, x, base := Floats[T](o.out), Floats[T](in[1]), Floats[T](in[2])
	n := len(base)
	for _, g := range Floats[T](in[0]) {
		for j, v := range base {
			y[j] = g*x[j] + (1-g)*v
		}
		y, x = y[n:], x[n:]
	}
	return nil
}

// blendWeight computes ⟨dy, x − base⟩ of each row.
func blendWeight[T kernel.Float](o *op, in []gorgonia.Value) error {
	dy, x, base := Floats[T](in[0]), Floats[T](in[1]), Floats[T](in[2])
	n := len(base)
	dg := Floats[T](o.out)
	for i := range dg {
		var s T
		for j, v := range base {
			s += dy[j] * (x[j] - v)
		}
		dg[i] = s
		dy, x = dy[n:], x[n:]
	}
	return nil
}

// WeightedCounts emits Counts in which each occurrence of an id counts as much as
// its weight, a column [steps·batch, 1]:
//
//	y[b, k] = Σ weight[t·batch + b]/n, over the t with ids[t·batch + b] = k
//
// n is 1, or, if once is set, the number of these occurrences, so that weights of
// 1 give 1 for each id that occurs. The gradient is the weights'.
func (b *Builder) WeightedCounts(weight, ids *Node, batch, depth int, padding, once bool) *Node {
	n := b.Counts(ids, batch, depth, padding)
	if !b.ok(n) || !b.floats("weighted counts", weight) {
		return nil
	}
	if want := (tensor.Shape{ids.Shape()[0], 1}); !sameShape(weight.Shape(), want) {
		return b.Fail(errors.Errorf("weighted counts: weight %s, want %v", shapeString(weight), []int(want)))
	}
	return b.weightedCounts(weight, ids, n, padding, once)
}

// weightedCounts and countsWeight, each linear in its first input, are each other's
// gradient.
func (b *Builder) weightedCounts(weight, ids, n *Node, padding, once bool) *Node {
	return b.apply(&op{
		name:  "weighted_counts",
		key:   [2]bool{padding, once},
		ids:   true,
		shape: n.Shape(),
		run:   pick(b, weightedCounts[float32](padding, once), weightedCounts[float64](padding, once)),
		grad: func(in []*Node, _, dout *Node) []*Node {
			return []*Node{b.countsWeight(dout, in[1], in[2], padding, once), nil, nil}
		},
	}, "d..", weight, ids, n)
}

func (b *Builder) countsWeight(dout, ids, n *Node, padding, once bool) *Node {
	return b.apply(&op{
		name:  "weighted_counts_weight",
		key:   [2]bool{padding, once},
		ids:   true,
		shape: tensor.Shape{ids.Shape()[0], 1},
		run:   pick(b, countsWeight[float32](padding, once), countsWeight[float64](padding, once)),
		grad: func(in []*Node, _, dout *Node) []*Node {
			return []*Node{b.weightedCounts(dout, in[1], in[2], padding, once), nil, nil}
		},
	}, "d..", dout, ids, n)
}

func weightedCounts[T kernel.Float](padding, once bool) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		weight, y := Floats[T](in[0]), Floats[T](o.out)
		clear(y)
		eachCount(in[1], Floats[T](in[2]), o.shape, padding, once, func(i, at int, n T) { y[at] += weight[i] / n })
		return nil
	}
}

func countsWeight[T kernel.Float](padding, once bool) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		dy, dweight := Floats[T](in[0]), Floats[T](o.out)
		clear(dweight)
		eachCount(in[1], Floats[T](in[2]), in[0].Shape(), padding, once, func(i, at int, n T) { dweight[i] = dy[at] / n })
		return nil
	}
}

// eachCount calls f for each id that counts, with its row, its place in the
// counts [batch, depth] and what it is divided by. Counts has checked the ids.
func eachCount[T kernel.Float](id gorgonia.Value, counts []T, shape tensor.Shape, padding, once bool, f func(i, at int, n T)) {
	batch, depth := shape[0], shape[1]
	for i, id := range ids(id) {
		if id == 0 && padding {
			continue
		}
		at, n := i%batch*depth+int(id), T(1)
		if once {
			n = counts[at]
		}
		f(i, at, n)
	}
}
