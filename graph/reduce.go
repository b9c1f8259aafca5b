package graph

import (
	"math"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// noGrad is the grad of an operation that is a constant of its inputs: VJP
// passes it by, where it would refuse one that has no grad.
func noGrad(in []*Node, _, _ *Node) []*Node { return make([]*Node, len(in)) }

// RowSums emits the sum of each row of a matrix, a column [rows, 1]: of a
// column, itself.
func (b *Builder) RowSums(x *Node) *Node {
	rows, cols, ok := b.matrix("row sums", x)
	switch {
	case !ok:
		return nil
	case cols == 1:
		return x
	}
	return b.apply(&op{
		name:  "row_sums",
		key:   pure,
		shape: tensor.Shape{rows, 1},
		run:   pick(b, rowSums[float32], rowSums[float64]),
		grad: func(_ []*Node, _, dout *Node) []*Node {
			return []*Node{b.Add(b.Zeros(rows, cols), dout)}
		},
	}, "d", x)
}

// ColumnSums emits the sum of each column of a matrix, a vector [cols].
func (b *Builder) ColumnSums(x *Node) *Node {
	rows, cols, ok := b.matrix("column sums", x)
	if !ok {
		return nil
	}
	return b.apply(&op{
		name:  "column_sums",
		key:   pure,
		shape: tensor.Shape{cols},
		run:   pick(b, colSums[float32], colSums[float64]),
		grad: func(_ []*Node, _, dout *Node) []*Node {
			return []*Node{b.Add(b.Zeros(rows, cols), dout)}
		},
	}, "d", x)
}

func colSums[T kernel.Float](o *op, in []gorgonia.Value) error {
	y := Floats[T](o.out)
	clear(y)
	kernel.ColSums(y, Floats[T](in[0]))
	return nil
}

func rowSums[T kernel.Float](o *op, in []gorgonia.Value) error {
	x, y := Floats[T](in[0]), Floats[T](o.out)
	cols := len(x) / len(y)
	for i := range y {
		var s T
		for _, v := range x[i*cols : (i+1)*cols] {
			s += v
		}
		y[i] = s
	}
	return nil
}

// RowMeans emits the mean of each row of a matrix, a column [rows, 1]: of a
// column, itself.
func (b *Builder) RowMeans(x *Node) *Node {
	_, cols, ok := b.matrix("row means", x)
	switch {
	case !ok:
		return nil
	case cols == 1:
		return x
	}
	return b.Affine(1/float64(cols), b.RowSums(x), 0)
}

// Penalty emits the scalar l1·Σ|xᵢ| + l2·Σxᵢ² of a node of any shape, a
// regulariser's share of the loss. Its gradient is l1·sign(x) + 2·l2·x, with
// sign(0) = 0. Keras: L1L2.
func (b *Builder) Penalty(x *Node, l1, l2 float64) *Node {
	return b.apply(&op{
		name:  "penalty",
		key:   [2]float64{l1, l2},
		shape: tensor.ScalarShape(),
		run:   pick(b, penalty[float32](l1, l2), penalty[float64](l1, l2)),
		grad: func(in []*Node, _, dout *Node) []*Node {
			return []*Node{b.apply(&op{
				name:  "penalty_grad",
				key:   [2]float64{l1, l2},
				shape: in[0].Shape(),
				run:   pick(b, penaltyGrad[float32](l1, l2), penaltyGrad[float64](l1, l2)),
				form: func(in []*Node) *Node {
					return b.spread(b.Add(b.Affine(2*l2, in[0], 0), b.Affine(l1, b.Sign(in[0]), 0)), in[1], in[0].Shape())
				},
			}, "dd", in[0], dout)}
		},
	}, "d", x)
}

func penalty[T kernel.Float](l1, l2 float64) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		x := Floats[T](in[0])
		var sum, squares float64
		if l1 != 0 {
			for _, v := range x {
				sum += math.Abs(float64(v))
			}
		}
		if l2 != 0 {
			squares = float64(kernel.Dot(x, x))
		}
		Floats[T](o.out)[0] = T(l1*sum + l2*squares)
		return nil
	}
}

func penaltyGrad[T kernel.Float](l1, l2 float64) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		dx, d := Floats[T](o.out), Floats[T](in[1])[0]
		for i, v := range Floats[T](in[0]) {
			g := T(2*l2) * v
			switch {
			case v > 0:
				g += T(l1)
			case v < 0:
				g -= T(l1)
			}
			dx[i] = d * g
		}
		return nil
	}
}

// AnyNotEqual emits a column [rows, 1] that is 1 where any feature of the row
// differs from value and 0 elsewhere. It has no gradient: VJP takes it for a
// constant. Keras: Masking.
func (b *Builder) AnyNotEqual(x *Node, value float64) *Node {
	rows, cols, ok := b.matrix("any not equal", x)
	if !ok {
		return nil
	}
	return b.apply(&op{
		name:  "any_not_equal",
		key:   value,
		shape: tensor.Shape{rows, 1},
		run:   pick(b, anyNotEqual[float32](cols, value), anyNotEqual[float64](cols, value)),
		grad:  noGrad,
	}, ".", x)
}

func anyNotEqual[T kernel.Float](cols int, value float64) runFunc {
	differs := func(v T) bool { return v != T(value) }
	return map1(func(y, x []T) {
		for i := range y {
			y[i] = 0
			if slices.ContainsFunc(x[i*cols:(i+1)*cols], differs) {
				y[i] = 1
			}
		}
	})
}

// InvSqrt emits 1/√(x + eps), of any shape. With y that value, its gradient is
// dx = −½·y³·dy.
func (b *Builder) InvSqrt(x *Node, eps float64) *Node {
	return b.elementwise("inv_sqrt", bitsOf(eps, 0), x,
		pick(b, each1(invSqrt[float32](eps)), each1(invSqrt[float64](eps))),
		pick(b, each2(invSqrtGrad[float32]), each2(invSqrtGrad[float64])),
		func(y, dy *Node) *Node { return b.Affine(-0.5, b.Mul(dy, b.Mul(y, b.Mul(y, y))), 0) })
}

func invSqrt[T kernel.Float](eps float64) func(y, x []T) {
	return func(y, x []T) {
		for i, v := range x[:len(y)] {
			y[i] = T(1 / math.Sqrt(float64(v)+eps))
		}
	}
}

func invSqrtGrad[T kernel.Float](dx, y, dy []T) {
	for i, v := range y[:len(dx)] {
		dx[i] = -v * v * v * dy[i] / 2
	}
}
