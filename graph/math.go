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
		shape: tensor.Shape{m, n},
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

func gemm[T kernel.Float](tx, ty bool, m, n, k int) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		kernel.Gemm(tx, ty, m, n, k, Floats[T](in[0]), Floats[T](in[1]), Floats[T](o.out), false)
		return nil
	}
}

// elementwise emits y = f(x) whose gradient is dx = df(y, dy): every function
// here has a derivative that follows from its value.
func (b *Builder) elementwise(name string, x *Node, f, df runFunc) *Node {
	if !b.ok(x) {
		return nil
	}
	shape := x.Shape()
	return b.apply(&op{
		name:  name,
		shape: shape,
		run:   f,
		grad: func(_ []*Node, y, dy *Node) []*Node {
			return []*Node{b.apply(&op{name: name + "_grad", shape: shape, run: df}, "", y, dy)}
		},
	}, "d", x)
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

// Tanh emits tanh(x), of any shape.
func (b *Builder) Tanh(x *Node) *Node {
	return b.elementwise("tanh", x,
		pick(b, map1(kernel.Tanh[float32]), map1(kernel.Tanh[float64])),
		pick(b, map2(kernel.TanhGrad[float32]), map2(kernel.TanhGrad[float64])))
}

// Sigmoid emits 1/(1+e⁻ˣ), of any shape.
func (b *Builder) Sigmoid(x *Node) *Node {
	return b.elementwise("sigmoid", x,
		pick(b, map1(kernel.Sigmoid[float32]), map1(kernel.Sigmoid[float64])),
		pick(b, map2(kernel.SigmoidGrad[float32]), map2(kernel.SigmoidGrad[float64])))
}

// Relu emits max(x, 0), of any shape.
func (b *Builder) Relu(x *Node) *Node {
	return b.elementwise("relu", x,
		pick(b, map1(kernel.Relu[float32]), map1(kernel.Relu[float64])),
		pick(b, map2(kernel.ReluGrad[float32]), map2(kernel.ReluGrad[float64])))
}

// Softmax emits softmax over each row of a matrix.
func (b *Builder) Softmax(x *Node) *Node {
	_, cols, ok := b.matrix("softmax", x)
	if !ok {
		return nil
	}
	return b.elementwise("softmax", x,
		pick(b, softmax[float32](cols), softmax[float64](cols)),
		pick(b, softmaxGrad[float32](cols), softmaxGrad[float64](cols)))
}

func softmax[T kernel.Float](cols int) runFunc {
	return map1(func(y, x []T) { kernel.Softmax(y, x, cols) })
}

func softmaxGrad[T kernel.Float](cols int) runFunc {
	return map2(func(dx, y, dy []T) { kernel.SoftmaxGrad(dx, y, dy, cols) })
}

// Affine emits a·x + c for constants a and c, of any shape.
func (b *Builder) Affine(a float64, x *Node, c float64) *Node {
	if !b.ok(x) {
		return nil
	}
	return b.apply(&op{
		name:  "affine",
		shape: x.Shape(),
		run:   pick(b, affine[float32](a, c), affine[float64](a, c)),
		grad: func(_ []*Node, _, dout *Node) []*Node {
			return []*Node{b.Affine(a, dout, 0)}
		},
	}, "d", x)
}

func affine[T kernel.Float](a, c float64) runFunc {
	return map1(func(y, x []T) {
		for i, v := range x[:len(y)] {
			y[i] = T(a)*v + T(c)
		}
	})
}

// Keep emits a copy of x in a buffer that stays untouched until the next run.
// The register of a Gorgonia operation may be used again by a later one.
func (b *Builder) Keep(x *Node) *Node { return b.Affine(1, x, 0) }
