package graph

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// Between emits, row by row, the point at the gate g on the line from a base to
// x:
//
//	y = g·x + (1 − g)·base
//
// x is a matrix [rows, cols], the gate a column [rows, 1], the base a vector
// [cols]. At 0 and at 1 it is the base and x to the last bit.
func (b *Builder) Between(gate, x, base *Node) *Node {
	rows, cols, ok := b.matrix("between", x)
	if !ok || !b.ok(gate, base) {
		return nil
	}
	if !gate.Shape().Eq(tensor.Shape{rows, 1}) || !base.Shape().Eq(tensor.Shape{cols}) {
		return b.Fail(errors.Errorf("between: gate %s, %s and base %s do not fit", shapeString(gate), shapeString(x), shapeString(base)))
	}
	return b.apply(&op{
		name:  "between",
		shape: x.Shape(),
		run:   pick(b, between[float32], between[float64]),
		grad: func(in []*Node, _, dout *Node) []*Node {
			dgate := b.apply(&op{
				name:  "between_gate",
				shape: in[0].Shape(),
				run:   pick(b, betweenGate[float32], betweenGate[float64]),
			}, "", dout, in[1], in[2])
			dbase := b.sums("column_sums", b.Mul(dout, b.Affine(-1, in[0], 1)), in[2].Shape(), pick(b, colSums[float32], colSums[float64]))
			return []*Node{dgate, b.Mul(dout, in[0]), dbase}
		},
	}, "ddd", gate, x, base)
}

func between[T kernel.Float](o *op, in []gorgonia.Value) error {
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

// betweenGate computes ⟨dy, x − base⟩ of each row.
func betweenGate[T kernel.Float](o *op, in []gorgonia.Value) error {
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

// GatedCounts emits Counts in which each occurrence of an id counts as much as
// its gate, a column [steps·batch, 1]:
//
//	y[b, k] = Σ gate[t·batch + b]/n, over the t with ids[t·batch + b] = k
//
// n is 1, or, if once is set, the number of these occurrences, so that gates of
// 1 give 1 for each id that occurs. The gradient is the gates'.
func (b *Builder) GatedCounts(gate, ids *Node, batch, depth int, padding, once bool) *Node {
	n := b.Counts(ids, batch, depth, padding)
	if !b.ok(n, gate) {
		return nil
	}
	if want := (tensor.Shape{ids.Shape()[0], 1}); !gate.Shape().Eq(want) {
		return b.Fail(errors.Errorf("gated counts: gate %s, want %v", shapeString(gate), []int(want)))
	}
	return b.apply(&op{
		name:  "gated_counts",
		ids:   true,
		shape: n.Shape(),
		run:   pick(b, gatedCounts[float32](padding, once), gatedCounts[float64](padding, once)),
		grad: func(in []*Node, _, dout *Node) []*Node {
			dgate := b.apply(&op{
				name:  "gated_counts_gate",
				ids:   true,
				shape: in[0].Shape(),
				run:   pick(b, countsGate[float32](padding, once), countsGate[float64](padding, once)),
			}, "", dout, in[1], in[2])
			return []*Node{dgate, nil, nil}
		},
	}, "d..", gate, ids, n)
}

func gatedCounts[T kernel.Float](padding, once bool) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		gate, y := Floats[T](in[0]), Floats[T](o.out)
		clear(y)
		eachCount(in[1], Floats[T](in[2]), o.shape, padding, once, func(i, at int, n T) { y[at] += gate[i] / n })
		return nil
	}
}

func countsGate[T kernel.Float](padding, once bool) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		dy, dgate := Floats[T](in[0]), Floats[T](o.out)
		clear(dgate)
		eachCount(in[1], Floats[T](in[2]), in[0].Shape(), padding, once, func(i, at int, n T) { dgate[i] = dy[at] / n })
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
