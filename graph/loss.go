package graph

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// LogitLoss emits the binary cross-entropy of logits x against targets t in
// [0, 1], elementwise and of their common shape:
//
//	−t·log σ(x) − (1−t)·log(1−σ(x)) = max(x, 0) − x·t + log(1 + e^−|x|)
//
// The right side neither overflows nor takes the logarithm of 0. The targets
// have no gradient.
func (b *Builder) LogitLoss(x, t *Node) *Node {
	if !b.ok(x, t) {
		return nil
	}
	if !x.Shape().Eq(t.Shape()) {
		return b.Fail(errors.Errorf("logit loss: logits are %s, targets %s", shapeString(x), shapeString(t)))
	}
	return b.apply(&op{
		name:  "logit_loss",
		shape: x.Shape(),
		run:   pick(b, map2(kernel.LogitLoss[float32]), map2(kernel.LogitLoss[float64])),
		grad: func(in []*Node, _, dout *Node) []*Node {
			return []*Node{b.apply(&op{
				name:  "logit_loss_grad",
				shape: x.Shape(),
				run:   pick(b, logitLossGrad[float32], logitLossGrad[float64]),
			}, "", in[0], in[1], dout), nil}
		},
	}, "d.", x, t)
}

func logitLossGrad[T kernel.Float](o *op, in []gorgonia.Value) error {
	kernel.LogitLossGrad(Floats[T](o.out), Floats[T](in[0]), Floats[T](in[1]), Floats[T](in[2]))
	return nil
}

// SoftmaxLoss emits the terms of the categorical cross-entropy of logits x
// against targets t, matrices [rows, classes], −t·log softmax(x): a row's loss
// is the sum of its terms. The targets have no gradient.
func (b *Builder) SoftmaxLoss(x, t *Node) *Node {
	_, cols, ok := b.matrix("softmax loss", x)
	if !ok || !b.ok(t) {
		return nil
	}
	if !x.Shape().Eq(t.Shape()) {
		return b.Fail(errors.Errorf("softmax loss: logits are %s, targets %s", shapeString(x), shapeString(t)))
	}
	return b.apply(&op{
		name:  "softmax_loss",
		shape: x.Shape(),
		run:   pick(b, softmaxLoss[float32](cols), softmaxLoss[float64](cols)),
		grad: func(in []*Node, _, dout *Node) []*Node {
			return []*Node{b.apply(&op{
				name:  "softmax_loss_grad",
				shape: x.Shape(),
				run:   pick(b, softmaxLossGrad[float32](cols), softmaxLossGrad[float64](cols)),
			}, "", in[0], in[1], dout), nil}
		},
	}, "d.", x, t)
}

func softmaxLoss[T kernel.Float](cols int) runFunc {
	return map2(func(y, x, t []T) { kernel.SoftmaxLoss(y, x, t, cols) })
}

func softmaxLossGrad[T kernel.Float](cols int) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		kernel.SoftmaxLossGrad(Floats[T](o.out), Floats[T](in[0]), Floats[T](in[1]), Floats[T](in[2]), cols)
		return nil
	}
}

// Inner emits the scalar Σ xᵢ·wᵢ of two nodes of one size. With wᵢ = vᵢ·sᵢ/Σv
// it is the mean of the losses xᵢ weighted by sᵢ over the samples that are
// valid, vᵢ = 1.
func (b *Builder) Inner(x, w *Node) *Node {
	if !b.ok(x, w) {
		return nil
	}
	if x.Shape().TotalSize() != w.Shape().TotalSize() {
		return b.Fail(errors.Errorf("inner: %s and %s differ in size", shapeString(x), shapeString(w)))
	}
	return b.apply(&op{
		name:  "inner",
		shape: tensor.ScalarShape(),
		run:   pick(b, inner[float32], inner[float64]),
		grad: func(in []*Node, _, dout *Node) []*Node {
			return []*Node{b.spread(in[1], dout, in[0].Shape()), b.spread(in[0], dout, in[1].Shape())}
		},
	}, "dd", x, w)
}

func inner[T kernel.Float](o *op, in []gorgonia.Value) error {
	Floats[T](o.out)[0] = kernel.Dot(Floats[T](in[0]), Floats[T](in[1]))
	return nil
}

// spread emits x times the scalar s, in another shape of the same size.
func (b *Builder) spread(x, s *Node, shape tensor.Shape) *Node {
	return b.apply(&op{
		name:  "spread",
		shape: shape,
		run:   pick(b, spread[float32], spread[float64]),
	}, "", x, s)
}

func spread[T kernel.Float](o *op, in []gorgonia.Value) error {
	y, s := Floats[T](o.out), Floats[T](in[1])[0]
	for i, v := range Floats[T](in[0]) {
		y[i] = s * v
	}
	return nil
}
