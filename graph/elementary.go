package graph

import (
	"fmt"
	"math"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// The elementary functions take nodes of any shape, element by element, under NumPy's
// names. Their gradients are made of these functions again, so that derivatives of any
// order exist. Where a function jumps, or where its slope does, the text says which
// derivative it is given.

// pointwise emits y = f(x), computed in float64, whose gradient grad emits.
func (b *Builder) pointwise(name string, key any, x *Node, f func(x float64) float64, grad func(x, y, dy *Node) *Node) *Node {
	if !b.ok(x) {
		return nil
	}
	return b.apply(&op{
		name:    name,
		key:     key,
		shape:   x.Shape(),
		pointed: pick(b, mapTo[float32](f), mapTo[float64](f)),
		grad:    func(in []*Node, y, dy *Node) []*Node { return []*Node{grad(in[0], y, dy)} },
	}, "d", x)
}

func mapTo[T kernel.Float](f func(x float64) float64) pointed {
	return each1(func(y, x []T) {
		for i, v := range x {
			y[i] = T(f(float64(v)))
		}
	})
}

// Neg emits −x.
func (b *Builder) Neg(x *Node) *Node { return b.Affine(-1, x, 0) }

// Log emits the natural logarithm of x: NaN below 0, −∞ at 0.
func (b *Builder) Log(x *Node) *Node {
	return b.pointwise("log", pure, x, math.Log, func(x, _, dy *Node) *Node { return b.Div(dy, x) })
}

// Log1p emits log(1 + x), with all digits near 0.
func (b *Builder) Log1p(x *Node) *Node {
	return b.pointwise("log1p", pure, x, math.Log1p, func(x, _, dy *Node) *Node { return b.Div(dy, b.Affine(1, x, 1)) })
}

// Expm1 emits eˣ − 1, with all digits near 0.
func (b *Builder) Expm1(x *Node) *Node {
	return b.pointwise("expm1", pure, x, math.Expm1, func(x, _, dy *Node) *Node { return b.Mul(dy, b.Exp(x)) })
}

// Sqrt emits √x: NaN below 0; at 0 its gradient is ∞.
func (b *Builder) Sqrt(x *Node) *Node {
	return b.pointwise("sqrt", pure, x, math.Sqrt, func(_, y, dy *Node) *Node { return b.Div(b.Affine(0.5, dy, 0), y) })
}

// Rsqrt emits 1/√x: NaN below 0.
func (b *Builder) Rsqrt(x *Node) *Node {
	return b.InvSqrt(x, math.Copysign(0, -1)) // which, unlike 0, leaves −0 as it is
}

// Abs emits |x|, whose gradient at 0 is 0.
func (b *Builder) Abs(x *Node) *Node {
	return b.pointwise("abs", pure, x, math.Abs, func(x, _, dy *Node) *Node { return b.Mul(dy, b.Sign(x)) })
}

// Sign emits −1, 0 or 1, NaN of NaN. Its gradient is 0 everywhere.
func (b *Builder) Sign(x *Node) *Node { return b.levels("sign", x, sign) }

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x // 0 or NaN
}

// Sin emits the sine of x in radians.
func (b *Builder) Sin(x *Node) *Node {
	return b.pointwise("sin", pure, x, math.Sin, func(x, _, dy *Node) *Node { return b.Mul(dy, b.Cos(x)) })
}

// Cos emits the cosine of x in radians.
func (b *Builder) Cos(x *Node) *Node {
	return b.pointwise("cos", pure, x, math.Cos, func(x, _, dy *Node) *Node { return b.Neg(b.Mul(dy, b.Sin(x))) })
}

// Erf emits the error function 2/√π·∫₀ˣ e^(−t²) dt.
func (b *Builder) Erf(x *Node) *Node {
	return b.pointwise("erf", pure, x, math.Erf, func(x, _, dy *Node) *Node {
		return b.Mul(dy, b.Affine(2/math.SqrtPi, b.Exp(b.Neg(b.Mul(x, x))), 0))
	})
}

// Clip emits x held to [low, high], which are rounded to the graph's element type. Its
// gradient is 1 from low to high, both included, and 0 beyond.
func (b *Builder) Clip(x *Node, low, high float64) *Node {
	if !(low <= high) {
		return b.Fail(errors.Errorf("clip: %v to %v is no range", low, high))
	}
	if b.dt == tensor.Float32 {
		low, high = float64(float32(low)), float64(float32(high))
	}
	within := func(x float64) float64 { return choose(low <= x && x <= high, 1, 0) }
	return b.pointwise("clip", bitsOf(low, high), x, func(x float64) float64 { return min(max(x, low), high) },
		func(x, _, dy *Node) *Node {
			return b.Mul(dy, b.levels(fmt.Sprint("within_", low, "_", high), x, within))
		})
}

// levels emits f of each element, a function that is constant but for its jumps: its
// gradient is 0, at the jumps too. The name is that of the function, with all that it
// depends on.
func (b *Builder) levels(name string, x *Node, f func(x float64) float64) *Node {
	if !b.ok(x) {
		return nil
	}
	return b.apply(&op{
		name:    name,
		key:     pure,
		shape:   x.Shape(),
		pointed: pick(b, mapTo[float32](f), mapTo[float64](f)),
		grad:    noGrad,
	}, ".", x)
}

func choose(first bool, a, b float64) float64 {
	if first {
		return a
	}
	return b
}
