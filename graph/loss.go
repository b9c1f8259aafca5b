package graph

import (
	"math"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// The losses take outputs x and targets t, and t has no gradient. Those of an
// element are of x's shape, those of a row are a column [rows, 1]. The formulas
// are Keras's; where an output fills up a batch and means nothing, they still
// give a number, which a weight of 0 can remove.

const epsilon = kernel.Epsilon

// LogitLoss emits the binary cross-entropy of logits x against targets in [0, 1]:
//
//	−t·log σ(x) − (1−t)·log(1−σ(x)) = max(x, 0) − x·t + log(1 + e^−|x|)
//
// The right side neither overflows nor takes the logarithm of 0.
func (b *Builder) LogitLoss(x, t *Node) *Node {
	return b.elementLoss("logit_loss", pure, x, t, func(x, t float64) float64 {
		return max(x, 0) - x*t + math.Log1p(math.Exp(-math.Abs(x)))
	}, func(x, t float64) float64 {
		return 1/(1+math.Exp(-x)) - t
	}, func(x, t *Node) *Node {
		return b.Sub(b.Sigmoid(x), t)
	})
}

// BinaryLoss emits the binary cross-entropy −t·log x − (1−t)·log(1−x) of
// probabilities x, which are held to [ε, 1−ε] with ε = 1e-7; beyond, the gradient
// is 0. Keras: binary_crossentropy.
func (b *Builder) BinaryLoss(x, t *Node) *Node {
	const low, high = epsilon, 1 - epsilon
	// 1 − ε as the elements' type has it: log(1 − x) shows the difference.
	top := pick(b, float64(float32(high)), high)
	return b.elementLoss("binary_loss", pure, x, t, func(x, t float64) float64 {
		x = min(max(x, low), top)
		return -t*math.Log(x) - (1-t)*math.Log1p(-x)
	}, func(x, t float64) float64 {
		if x < low || x > top {
			return 0
		}
		return (1-t)/(1-x) - t/x
	}, func(x, t *Node) *Node {
		within := b.levels("between_epsilons", x, func(x float64) float64 { return choose(x < low || x > top, 0, 1) })
		held := b.Clip(x, low, top)
		return b.Mul(within, b.Sub(b.Div(b.Affine(-1, t, 1), b.Affine(-1, held, 1)), b.Div(t, held)))
	})
}

// AbsoluteLoss emits |x − t|, whose gradient is 0 at 0. Keras:
// mean_absolute_error.
func (b *Builder) AbsoluteLoss(x, t *Node) *Node {
	return b.elementLoss("absolute_loss", pure, x, t, func(x, t float64) float64 {
		return math.Abs(x - t)
	}, func(x, t float64) float64 {
		switch {
		case x > t:
			return 1
		case x < t:
			return -1
		}
		return 0
	}, func(x, t *Node) *Node {
		return b.Sign(b.Sub(x, t))
	})
}

// HuberLoss emits, with e = x − t, e²/2 where |e| ≤ delta, else
// delta·|e| − delta²/2. Delta must be positive. Huber, Robust estimation of a
// location parameter, 1964. Keras: huber.
func (b *Builder) HuberLoss(x, t *Node, delta float64) *Node {
	if !(delta > 0) {
		return b.Fail(errors.Errorf("huber_loss: delta is %v, want a positive number", delta))
	}
	return b.elementLoss("huber_loss", delta, x, t, func(x, t float64) float64 {
		e := math.Abs(x - t)
		if e <= delta {
			return e * e / 2
		}
		return delta*e - delta*delta/2
	}, func(x, t float64) float64 {
		return min(max(x-t, -delta), delta)
	}, func(x, t *Node) *Node {
		return b.Clip(b.Sub(x, t), -delta, delta)
	})
}

// HingeLoss emits max(1 − t·x, 0) for targets −1 and 1; a target 0 is taken for
// −1. The gradient is 0 at the edge. Keras: hinge.
func (b *Builder) HingeLoss(x, t *Node) *Node {
	class := func(t float64) float64 {
		if t == 0 {
			return -1
		}
		return t
	}
	return b.elementLoss("hinge_loss", pure, x, t, func(x, t float64) float64 {
		return max(1-class(t)*x, 0)
	}, func(x, t float64) float64 {
		if t = class(t); t*x >= 1 {
			return 0
		}
		return -t
	}, func(x, t *Node) *Node {
		signs := b.levels("hinge_sign", t, func(t float64) float64 { return -class(t) })
		return b.Mul(signs, b.levels("above_minus_one", b.Mul(signs, x), func(x float64) float64 { return choose(x > -1, 1, 0) }))
	})
}

// DivergenceLoss emits the terms t·log(t/x) of the Kullback–Leibler divergence,
// both held to [ε, 1] with ε = 1e-7; where x is beyond, the gradient is 0. Keras:
// kl_divergence.
func (b *Builder) DivergenceLoss(x, t *Node) *Node {
	hold := func(p float64) float64 { return min(max(p, epsilon), 1) }
	return b.elementLoss("divergence_loss", pure, x, t, func(x, t float64) float64 {
		t = hold(t)
		return t * logRatio(t, hold(x))
	}, func(x, t float64) float64 {
		if x < epsilon || x > 1 {
			return 0
		}
		return -hold(t) / x
	}, func(x, t *Node) *Node {
		signs := b.levels("minus_probability", x, func(x float64) float64 { return choose(x < epsilon || x > 1, 0, -1) })
		return b.Mul(signs, b.Div(b.levels("held", t, hold), b.Clip(x, epsilon, 1)))
	})
}

// logRatio returns log(t/x), with all digits where the two are close.
func logRatio(t, x float64) float64 {
	if d := t - x; math.Abs(d) < x/2 {
		return math.Log1p(d / x)
	}
	return math.Log(t / x)
}

// PoissonLoss emits x − t·log(x + ε) for counts t and their expected values x,
// with ε = 1e-7. Where t is 0 the logarithm is not taken. Keras: poisson.
func (b *Builder) PoissonLoss(x, t *Node) *Node {
	return b.elementLoss("poisson_loss", pure, x, t, func(x, t float64) float64 {
		if t == 0 {
			return x
		}
		return x - t*math.Log(x+epsilon)
	}, func(x, t float64) float64 {
		if t == 0 {
			return 1
		}
		return 1 - t/(x+epsilon)
	}, func(x, t *Node) *Node {
		return b.Affine(-1, b.Div(t, b.Affine(1, x, epsilon)), 1)
	})
}

// elementLoss emits f(x, t) of each element; df is its derivative by x, and form
// emits that from operations that have gradients.
func (b *Builder) elementLoss(name string, key any, x, t *Node, f, df func(x, t float64) float64, form func(x, t *Node) *Node) *Node {
	if !b.alike(name, x, t) {
		return nil
	}
	return b.loss(name, key, x.Shape(), x, t,
		pick(b, eachElement[float32](f), eachElement[float64](f)),
		pick(b, eachElementGrad[float32](df), eachElementGrad[float64](df)),
		func(x, t, dy *Node) *Node { return b.Mul(dy, form(x, t)) })
}

// alike checks that outputs and targets have one shape.
func (b *Builder) alike(name string, x, t *Node) bool {
	if !b.ok(x, t) {
		return false
	}
	if !sameShape(x.Shape(), t.Shape()) {
		b.Fail(errors.Errorf("%s: outputs are %s, targets %s", name, shapeString(x), shapeString(t)))
		return false
	}
	return true
}

// loss emits f(x, t), of the given shape, whose gradient is df(x, t, dy) by x
// alone, which form emits from operations that have gradients.
func (b *Builder) loss(name string, key any, shape tensor.Shape, x, t *Node, f, df pointed, form func(x, t, dy *Node) *Node) *Node {
	return b.apply(&op{
		name:    name,
		key:     key,
		shape:   shape,
		pointed: f,
		grad: func(in []*Node, _, dy *Node) []*Node {
			return []*Node{b.apply(&op{
				name:    name + "_grad",
				key:     key,
				shape:   x.Shape(),
				pointed: df,
				form:    func(in []*Node) *Node { return form(in[0], in[1], in[2]) },
			}, "d.d", in[0], in[1], dy), nil}
		},
	}, "d.", x, t)
}

func eachElement[T kernel.Float](f func(x, t float64) float64) pointed {
	return each2(func(y, x, t []T) {
		for i, v := range x {
			y[i] = T(f(float64(v), float64(t[i])))
		}
	})
}

func eachElementGrad[T kernel.Float](df func(x, t float64) float64) pointed {
	return each3(func(dx, x, t, dy []T) {
		for i, v := range x {
			dx[i] = dy[i] * T(df(float64(v), float64(t[i])))
		}
	})
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
		key:   pure,
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
		key:   pure,
		shape: shape,
		run:   pick(b, spread[float32], spread[float64]),
		grad: func(in []*Node, _, d *Node) []*Node {
			return []*Node{b.spread(d, in[1], in[0].Shape()), b.Inner(in[0], d)}
		},
	}, "dd", x, s)
}

func spread[T kernel.Float](o *op, in []gorgonia.Value) error {
	y, s := Floats[T](o.out), Floats[T](in[1])[0]
	for i, v := range Floats[T](in[0]) {
		y[i] = s * v
	}
	return nil
}
