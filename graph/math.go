package graph

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// MatMul emits x·y for matrices [m, k] and [k, n].
func (b *Builder) MatMul(x, y *Node) *Node { return b.matmul(false, false, x, y) }

// matmul emits op(x)·op(y), op transposing where the flag is set. Its
// gradients are matrix products too, so nothing is transposed in memory:
//
//	C = A·B    dA = dC·Bᵀ    dB = Aᵀ·dC
//	C = A·Bᵀ   dA = dC·B     dB = dCᵀ·A
//	C = Aᵀ·B   dA = B·dCᵀ    dB = A·dC
//	C = Aᵀ·Bᵀ  dA = Bᵀ·dCᵀ   dB = dCᵀ·Aᵀ
func (b *Builder) matmul(tx, ty bool, x, y *Node) *Node {
	m, k, ok := b.matrix("matmul", x)
	k2, n, ok2 := b.matrix("matmul", y)
	if !ok || !ok2 {
		return nil
	}
	if tx {
		m, k = k, m
	}
	if ty {
		k2, n = n, k2
	}
	if k != k2 {
		return b.Fail(errors.Errorf("matmul: %s by %s: inner sizes %d and %d differ", shapeString(x), shapeString(y), k, k2))
	}
	return b.apply(&op{
		name:  "matmul",
		key:   matmul{tx, ty, m, n, k},
		shape: tensor.Shape{m, n},
		mm:    &matmul{tx, ty, m, n, k},
		work:  2 * float64(m) * float64(n) * float64(k),
		run:   pick(b, gemm[float32](tx, ty, m, n, k), gemm[float64](tx, ty, m, n, k)),
		grad: func(in []*Node, _, dout *Node) []*Node {
			dx := [2]*Node{dout, in[1]}
			dy := [2]*Node{in[0], dout}
			if tx {
				dx[0], dx[1] = dx[1], dx[0]
			}
			if ty {
				dy[0], dy[1] = dy[1], dy[0]
			}
			return []*Node{
				b.matmul(tx && ty, tx || !ty, dx[0], dx[1]),
				b.matmul(ty || !tx, tx && ty, dy[0], dy[1]),
			}
		},
	}, "dd", x, y)
}

// MulAdd emits z + x·y for z [m, n], each element one sum that starts with z.
func (b *Builder) MulAdd(z, x, y *Node) *Node {
	m, k, ok := b.matrix("muladd", x)
	k2, n, ok2 := b.matrix("muladd", y)
	if !ok || !ok2 || !b.ok(z) {
		return nil
	}
	shape := tensor.Shape{m, n}
	if k != k2 || !sameShape(z.Shape(), shape) {
		return b.Fail(errors.Errorf("muladd: %s plus %s by %s do not fit", shapeString(z), shapeString(x), shapeString(y)))
	}
	return b.apply(&op{
		name:  "muladd",
		key:   pure,
		shape: shape,
		work:  2 * float64(m) * float64(n) * float64(k),
		run:   pick(b, mulAdd[float32](m, n, k), mulAdd[float64](m, n, k)),
		grad: func(in []*Node, _, dout *Node) []*Node {
			return []*Node{dout, b.matmul(false, true, dout, in[2]), b.matmul(true, false, in[1], dout)}
		},
	}, "ddd", z, x, y)
}

func mulAdd[T kernel.Float](m, n, k int) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		c := Floats[T](o.out)
		copy(c, Floats[T](in[0]))
		kernel.Gemm(false, false, m, n, k, Floats[T](in[1]), Floats[T](in[2]), c, true)
		return nil
	}
}

// matmul are the settings of a product.
type matmul struct {
	tx, ty  bool
	m, n, k int
}

func gemm[T kernel.Float](tx, ty bool, m, n, k int) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		kernel.Gemm(tx, ty, m, n, k, Floats[T](in[0]), Floats[T](in[1]), Floats[T](o.out), false)
		return nil
	}
}

func map1[T kernel.Float](f func(y, x []T)) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		f(Floats[T](o.out), Floats[T](in[0]))
		return nil
	}
}

func map2[T kernel.Float](f func(z, x, y []T)) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		f(Floats[T](o.out), Floats[T](in[0]), Floats[T](in[1]))
		return nil
	}
}

// Affine emits a·x + c for constants a and c, of any shape.
func (b *Builder) Affine(a float64, x *Node, c float64) *Node {
	if !b.ok(x) {
		return nil
	}
	var undoes *undo
	if a == -1 && c == 0 {
		undoes = &undo{"affine", bitsOf(a, c)}
	}
	return b.apply(&op{
		name:    "affine",
		key:     bitsOf(a, c),
		copies:  a == 1 && c == 0,
		undoes:  undoes,
		shape:   x.Shape(),
		pointed: pick(b, affine[float32](a, c), affine[float64](a, c)),
		grad: func(_ []*Node, _, dout *Node) []*Node {
			return []*Node{b.Affine(a, dout, 0)}
		},
	}, "d", x)
}

// affine does not add 0, which would make 0 of −0.
func affine[T kernel.Float](a, c float64) pointed {
	switch {
	case a == 1 && c == 0:
		return each1(copyTo[T])
	case c == 0:
		return each1(func(y, x []T) { kernel.Scale(y, T(a), x) })
	}
	return each1(func(y, x []T) { kernel.Affine(y, T(a), x, T(c)) })
}

// Keep emits a copy of x in a buffer that stays untouched until the next run.
// The register of a Gorgonia operation may be used again by a later one.
func (b *Builder) Keep(x *Node) *Node { return b.Affine(1, x, 0) }
