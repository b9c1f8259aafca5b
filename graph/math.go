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
	if k != k2 || !z.Shape().Eq(shape) {
		return b.Fail(errors.Errorf("muladd: %s plus %s by %s do not fit", shapeString(z), shapeString(x), shapeString(y)))
	}
	return b.apply(&op{
		name:  "muladd",
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

// activation is an elementwise function whose derivative follows from its
// value: y = f(x), dx = df(y, dy).
type activation[T kernel.Float] struct {
	f  func(y, x []T)
	df func(dx, y, dy []T)
}

func activations[T kernel.Float]() map[string]activation[T] {
	return map[string]activation[T]{
		"tanh":    {kernel.Tanh[T], kernel.TanhGrad[T]},
		"sigmoid": {kernel.Sigmoid[T], kernel.SigmoidGrad[T]},
		"relu":    {kernel.Relu[T], kernel.ReluGrad[T]},
		"linear":  {func(y, x []T) { copy(y, x) }, func(dx, _, dy []T) { copy(dx, dy) }},
	}
}

var (
	activations32 = activations[float32]()
	activations64 = activations[float64]()
)

func activationOf[T kernel.Float](name string) activation[T] {
	var a activation[T]
	switch a := any(&a).(type) {
	case *activation[float32]:
		*a = activations32[name]
	case *activation[float64]:
		*a = activations64[name]
	}
	return a
}

// elementwise emits y = f(x) whose gradient is dx = df(y, dy).
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

func (b *Builder) activate(name string, x *Node) *Node {
	a32, a64 := activations32[name], activations64[name]
	return b.elementwise(name, x, pick(b, map1(a32.f), map1(a64.f)), pick(b, map2(a32.df), map2(a64.df)))
}

// Tanh emits tanh(x), of any shape.
func (b *Builder) Tanh(x *Node) *Node { return b.activate("tanh", x) }

// Sigmoid emits 1/(1+e⁻ˣ), of any shape.
func (b *Builder) Sigmoid(x *Node) *Node { return b.activate("sigmoid", x) }

// Relu emits max(x, 0), of any shape.
func (b *Builder) Relu(x *Node) *Node { return b.activate("relu", x) }

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
