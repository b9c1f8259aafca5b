package graph

import (
	"math"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// SoftmaxLoss emits the categorical cross-entropy −Σ t·log softmax(x) of the
// logits of each row [rows, 1].
func (b *Builder) SoftmaxLoss(x, t *Node) *Node {
	return b.rowLoss("softmax_loss", x, t,
		pick(b, eachRow(kernel.SoftmaxLoss[float32]), eachRow(kernel.SoftmaxLoss[float64])),
		pick(b, eachRowGrad(kernel.SoftmaxLossGrad[float32]), eachRowGrad(kernel.SoftmaxLossGrad[float64])),
		func(x, t, dy *Node) *Node { // softmax(x)·Σt − t
			return b.Mul(b.Sub(b.Mul(b.Softmax(x), b.RowSums(t)), t), dy)
		})
}

// CategoricalLoss emits the categorical cross-entropy −Σ t·log p of each row
// [rows, 1] of outputs that are not negative. p is x over its sum, held to
// [ε, 1−ε] with ε = 1e-7, and 0 in a row of zeros. Keras:
// categorical_crossentropy.
func (b *Builder) CategoricalLoss(x, t *Node) *Node {
	return b.rowLoss("categorical_loss", x, t,
		pick(b, eachRow(kernel.CategoricalLoss[float32]), eachRow(kernel.CategoricalLoss[float64])),
		pick(b, eachRowGrad(kernel.CategoricalLossGrad[float32]), eachRowGrad(kernel.CategoricalLossGrad[float64])),
		func(x, t, dy *Node) *Node { // (Σ' t − t/p)/Σx
			total := b.RowSums(x)
			some := b.levels("some", total, func(x float64) float64 { return choose(x == 0, 0, 1) })
			total = b.Add(total, b.Affine(-1, some, 1)) // 1 in place of 0
			p := b.Div(x, total)
			high := pick(b, float64(float32(1-epsilon)), 1-epsilon)
			inside := b.Mul(t, b.levels("inside", p, func(p float64) float64 { return choose(p >= epsilon && p <= high, 1, 0) }))
			left := b.Sub(b.Div(inside, b.Clip(p, epsilon, 1)), b.RowSums(inside))
			return b.Neg(b.Mul(b.Div(b.Mul(left, some), total), dy))
		})
}

// CosineLoss emits the negative cosine −⟨x, t⟩/(‖x‖·‖t‖) of each row [rows, 1]; a
// norm counts as 1e-7 at least. Keras: cosine_similarity.
func (b *Builder) CosineLoss(x, t *Node) *Node {
	return b.rowLoss("cosine_loss", x, t,
		pick(b, eachRow(kernel.CosineLoss[float32]), eachRow(kernel.CosineLoss[float64])),
		pick(b, eachRowGrad(kernel.CosineLossGrad[float32]), eachRowGrad(kernel.CosineLossGrad[float64])),
		func(x, t, dy *Node) *Node { // −(t/‖t‖ − c·x/‖x‖)/‖x‖
			squares := b.RowSums(b.Mul(x, x))
			long := b.levels("long", squares, func(x float64) float64 { return choose(x > epsilon*epsilon, 1, 0) })
			ix := b.Rsqrt(b.Clip(squares, epsilon*epsilon, math.Inf(1)))
			it := b.Rsqrt(b.Clip(b.RowSums(b.Mul(t, t)), epsilon*epsilon, math.Inf(1)))
			x, t = b.Mul(x, ix), b.Mul(t, it)
			c := b.Mul(b.RowSums(b.Mul(x, t)), long)
			return b.Mul(b.Sub(b.Mul(x, c), t), b.Mul(dy, ix))
		})
}

// SparseSoftmaxLoss emits −log softmax(x) at the class of each row [rows, 1] of
// logits [rows, cols]. The classes are a column [rows, 1] of numbers from 0 to
// cols−1; another value is an error when the program runs.
func (b *Builder) SparseSoftmaxLoss(x, classes *Node) *Node {
	rows, _, ok := b.matrix("sparse_softmax_loss", x)
	if !ok || !b.floats("sparse_softmax_loss", classes) {
		return nil
	}
	if !sameShape(classes.Shape(), tensor.Shape{rows, 1}) {
		return b.Fail(errors.Errorf("sparse_softmax_loss: logits are %s, classes %s", shapeString(x), shapeString(classes)))
	}
	return b.loss("sparse_softmax_loss", pure, tensor.Shape{rows, 1}, x, classes,
		pointed{run: pick(b, sparseSoftmaxLoss[float32], sparseSoftmaxLoss[float64])},
		pointed{run: pick(b, sparseSoftmaxLossGrad[float32], sparseSoftmaxLossGrad[float64])},
		func(x, classes, dy *Node) *Node {
			return b.Mul(b.Sub(b.Softmax(x), b.oneHot(classes, x.Shape()[1])), dy)
		})
}

// oneHot emits rows of zeros with a 1 in the column of each class.
func (b *Builder) oneHot(classes *Node, cols int) *Node {
	return b.apply(&op{
		name:  "one_hot",
		key:   pure,
		shape: tensor.Shape{classes.Shape()[0], cols},
		run:   pick(b, oneHot[float32], oneHot[float64]),
		grad:  noGrad,
	}, ".", classes)
}

func oneHot[T kernel.Float](o *op, in []gorgonia.Value) error {
	y := Floats[T](o.out)
	clear(y)
	return eachClass(Floats[T](in[0]), len(y), func(_, from, _, class int) { y[from+class] = 1 })
}

// rowLoss emits a loss of each row, for targets of the outputs' shape.
func (b *Builder) rowLoss(name string, x, t *Node, f, df runFunc, form func(x, t, dy *Node) *Node) *Node {
	rows, _, ok := b.matrix(name, x)
	if !ok || !b.alike(name, x, t) {
		return nil
	}
	return b.loss(name, pure, tensor.Shape{rows, 1}, x, t, pointed{run: f}, pointed{run: df}, form)
}

func eachRow[T kernel.Float](f func(x, t []T) T) runFunc {
	return map2(func(y, x, t []T) {
		cols := len(x) / len(y)
		for i := range y {
			y[i] = f(x[i*cols:(i+1)*cols], t[i*cols:(i+1)*cols])
		}
	})
}

func eachRowGrad[T kernel.Float](df func(dx, x, t []T, dy T)) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		dx, x, t, dy := Floats[T](o.out), Floats[T](in[0]), Floats[T](in[1]), Floats[T](in[2])
		cols := len(x) / len(dy)
		for i, d := range dy {
			from, to := i*cols, (i+1)*cols
			df(dx[from:to], x[from:to], t[from:to], d)
		}
		return nil
	}
}

func sparseSoftmaxLoss[T kernel.Float](o *op, in []gorgonia.Value) error {
	y, x := Floats[T](o.out), Floats[T](in[0])
	return eachClass(Floats[T](in[1]), len(x), func(i, from, to, class int) {
		y[i] = kernel.SparseSoftmaxLoss(x[from:to], class)
	})
}

func sparseSoftmaxLossGrad[T kernel.Float](o *op, in []gorgonia.Value) error {
	dx, x, dy := Floats[T](o.out), Floats[T](in[0]), Floats[T](in[2])
	return eachClass(Floats[T](in[1]), len(x), func(i, from, to, class int) {
		kernel.SparseSoftmaxLossGrad(dx[from:to], x[from:to], class, dy[i])
	})
}

// eachClass calls f with each row's number, the place of its elements among so
// many, and its class.
func eachClass[T kernel.Float](classes []T, elements int, f func(i, from, to, class int)) error {
	cols := elements / len(classes)
	for i, v := range classes {
		if v < 0 || v >= T(cols) || v != T(int(v)) { // NaN too
			return errors.Errorf("row %d: class %v is not a whole number from 0 to %d", i, v, cols-1)
		}
		f(i, i*cols, (i+1)*cols, int(v))
	}
	return nil
}
