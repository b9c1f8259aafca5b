package graph

import (
	"math"

	"github.com/pkg/errors"

	"unroll/internal/kernel"
)

// activation is an elementwise function whose derivative follows from its
// value: y = f(x), dx = df(y, dy). Each may compute in place. The names are
// Keras's.
type activation[T kernel.Float] struct {
	f  func(y, x []T)
	df func(dx, y, dy []T)
}

func activations[T kernel.Float]() map[string]activation[T] {
	return map[string]activation[T]{
		"linear":              {func(y, x []T) { copy(y, x) }, func(dx, _, dy []T) { copy(dx, dy) }},
		"hard_sigmoid_keras2": {kernel.HardSigmoidKeras2[T], kernel.HardSigmoidKeras2Grad[T]},
		"relu6":               {kernel.Relu6[T], kernel.Relu6Grad[T]},
		"tanh":                {kernel.Tanh[T], kernel.TanhGrad[T]},
		"sigmoid":             {kernel.Sigmoid[T], kernel.SigmoidGrad[T]},
		"hard_sigmoid":        {kernel.HardSigmoid[T], kernel.HardSigmoidGrad[T]},
		"relu":                {kernel.Relu[T], kernel.ReluGrad[T]},
		"leaky_relu":          {kernel.LeakyRelu[T], kernel.LeakyReluGrad[T]},
		"elu":                 {kernel.Elu[T], kernel.EluGrad[T]},
		"selu":                {kernel.Selu[T], kernel.SeluGrad[T]},
		"softplus":            {kernel.Softplus[T], kernel.SoftplusGrad[T]},
		"softsign":            {kernel.Softsign[T], kernel.SoftsignGrad[T]},
		"exponential":         {kernel.Exp[T], kernel.ExpGrad[T]},
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

// derivative emits dx = df(y, dy) of an activation from operations that have
// gradients, the kernels' formulas in nodes.
func (b *Builder) derivative(name string, y, dy *Node) *Node {
	switch name {
	case "linear":
		return dy
	case "tanh": // 1 − y²
		return b.Mul(dy, b.Affine(-1, b.Mul(y, y), 1))
	case "sigmoid": // y − y²
		return b.Mul(dy, b.Mul(y, b.Affine(-1, y, 1)))
	case "hard_sigmoid":
		return b.Mul(dy, b.levels("hard_sigmoid_slope", y, func(y float64) float64 { return choose(y > 0 && y < 1, 1./6, 0) }))
	case "hard_sigmoid_keras2":
		return b.Mul(dy, b.levels("hard_sigmoid_keras2_slope", y, func(y float64) float64 { return choose(y > 0 && y < 1, 0.2, 0) }))
	case "relu6":
		return b.Mul(dy, b.levels("relu6_slope", y, func(y float64) float64 { return choose(y > 0 && y < 6, 1, 0) }))
	case "relu":
		return b.Mul(dy, b.levels("relu_slope", y, func(y float64) float64 { return choose(y > 0, 1, 0) }))
	case "leaky_relu":
		return b.Mul(dy, b.levels("leaky_relu_slope", y, func(y float64) float64 { return choose(y > 0, 1, kernel.LeakySlope) }))
	case "elu", "selu": // s where x > 0, else y + s·a
		s, a := 1., 1.
		if name == "selu" {
			s, a = kernel.SeluScale, kernel.SeluAlpha
		}
		below := b.levels("elu_below", y, func(y float64) float64 { return choose(y > 0, 0, 1) })
		return b.Mul(dy, b.Add(b.Mul(below, y), b.levels(name+"_slope", y, func(y float64) float64 { return choose(y > 0, s, s*a) })))
	case "softplus": // 1 − e⁻ʸ
		return b.Mul(dy, b.Affine(-1, b.Exp(b.Affine(-1, y, 0)), 1))
	case "softsign": // (1 − |y|)²
		left := b.Affine(-1, b.Mul(y, b.Sign(y)), 1)
		return b.Mul(dy, b.Mul(left, left))
	case "exponential":
		return b.Mul(dy, y)
	}
	return b.Fail(errors.Errorf("%s has no second gradient", name))
}

// elementwise emits y = f(x) whose gradient is dx = df(y, dy), which form emits from
// operations that have gradients.
func (b *Builder) elementwise(name string, key any, x *Node, f, df pointed, form func(y, dy *Node) *Node) *Node {
	if !b.ok(x) {
		return nil
	}
	shape := x.Shape()
	return b.apply(&op{
		name:    name,
		key:     key,
		copies:  name == "linear",
		shape:   shape,
		pointed: f,
		grad: func(_ []*Node, y, dy *Node) []*Node {
			return []*Node{b.slope(name, y, dy, df, form)}
		},
	}, "d", x)
}

// slope emits dx = df(y, dy) as one kernel. It is linear in dy: the gradient d of dx is
// df(y, d) by dy.
func (b *Builder) slope(name string, y, dy *Node, df pointed, form func(y, dy *Node) *Node) *Node {
	return b.apply(&op{
		name:    name + "_grad",
		key:     pure,
		shape:   y.Shape(),
		pointed: df,
		grad: func(in []*Node, _, d *Node) []*Node {
			by := b.partials(func(in []*Node) *Node { return form(in[0], in[1]) }, in, d, []bool{true, false})
			return []*Node{by[0], b.slope(name, in[0], d, df, form)}
		},
	}, "dd", y, dy)
}

func (b *Builder) activate(name string, x *Node) *Node {
	a32, a64 := activations32[name], activations64[name]
	return b.elementwise(name, pure, x, pick(b, each1(a32.f), each1(a64.f)), b.slopes(name),
		func(y, dy *Node) *Node { return b.derivative(name, y, dy) })
}

// slopes is the kernel of an activation's gradient.
func (b *Builder) slopes(name string) pointed {
	return pick(b, each2(activations32[name].df), each2(activations64[name].df))
}

// Tanh emits tanh(x). This and the functions below take nodes of any shape.
func (b *Builder) Tanh(x *Node) *Node { return b.activate("tanh", x) }

// Sigmoid emits 1/(1 + e⁻ˣ).
func (b *Builder) Sigmoid(x *Node) *Node { return b.activate("sigmoid", x) }

// HardSigmoid emits x/6 + 1/2, held to [0, 1]. Its gradient is 0 at both ends.
func (b *Builder) HardSigmoid(x *Node) *Node { return b.activate("hard_sigmoid", x) }

// HardSigmoidKeras2 emits x/5 + 1/2, held to [0, 1]: the hard sigmoid of Keras 2 and
// of the first LSTMs. Its gradient is 0 at both ends.
func (b *Builder) HardSigmoidKeras2(x *Node) *Node { return b.activate("hard_sigmoid_keras2", x) }

// Relu6 emits x held to [0, 6]. Its gradient is 0 at both ends.
func (b *Builder) Relu6(x *Node) *Node { return b.activate("relu6", x) }

// Relu emits max(x, 0). In its gradient and those of LeakyRelu and Selu, 0
// counts as negative.
func (b *Builder) Relu(x *Node) *Node { return b.activate("relu", x) }

// LeakyRelu emits x where x > 0, else 0.2·x.
func (b *Builder) LeakyRelu(x *Node) *Node { return b.activate("leaky_relu", x) }

// Elu emits x where x > 0, else eˣ − 1.
func (b *Builder) Elu(x *Node) *Node { return b.activate("elu", x) }

// Selu emits s·x where x > 0, else s·a·(eˣ − 1), with s = 1.0507 and a = 1.6733.
func (b *Builder) Selu(x *Node) *Node { return b.activate("selu", x) }

// Softplus emits log(1 + eˣ).
func (b *Builder) Softplus(x *Node) *Node { return b.activate("softplus", x) }

// Softsign emits x/(1 + |x|).
func (b *Builder) Softsign(x *Node) *Node { return b.activate("softsign", x) }

// Exp emits eˣ. Keras: exponential.
func (b *Builder) Exp(x *Node) *Node { return b.activate("exponential", x) }

// Silu emits x·sigmoid(x). Keras: silu, swish.
func (b *Builder) Silu(x *Node) *Node { return b.Mul(x, b.Sigmoid(x)) }

// Gelu emits x·Φ(x), Φ being the distribution function of the normal
// distribution: Keras's gelu with approximate=False. Hendrycks and Gimpel,
// Gaussian error linear units, 2016.
func (b *Builder) Gelu(x *Node) *Node { return b.Mul(x, b.normalCDF(x)) }

// normalCDF emits Φ(x) = (1 + erf(x/√2))/2, whose derivative is the density
// φ(x) = e^(−x²/2 − log √(2π)).
func (b *Builder) normalCDF(x *Node) *Node {
	if !b.ok(x) {
		return nil
	}
	return b.apply(&op{
		name:    "normal_cdf",
		key:     pure,
		shape:   x.Shape(),
		pointed: pick(b, each1(kernel.NormalCDF[float32]), each1(kernel.NormalCDF[float64])),
		grad: func(in []*Node, _, dout *Node) []*Node {
			density := b.Exp(b.Affine(-0.5, b.Mul(in[0], in[0]), -math.Log(2*math.Pi)/2))
			return []*Node{b.Mul(dout, density)}
		},
	}, "d", x)
}

// Softmax emits softmax over each row of a matrix.
func (b *Builder) Softmax(x *Node) *Node {
	_, cols, ok := b.matrix("softmax", x)
	if !ok {
		return nil
	}
	return b.elementwise("softmax", pure, x,
		pick(b, softmax[float32](cols), softmax[float64](cols)),
		pick(b, softmaxGrad[float32](cols), softmaxGrad[float64](cols)),
		func(y, dy *Node) *Node { return b.Mul(y, b.Sub(dy, b.RowSums(b.Mul(y, dy)))) })
}

// softmax, of whole rows, may compute in place, but not on blocks.
func softmax[T kernel.Float](cols int) pointed {
	return pointed{run: map1(func(y, x []T) { kernel.Softmax(y, x, cols) }), places: 1}
}

func softmaxGrad[T kernel.Float](cols int) pointed {
	return pointed{run: map2(func(dx, y, dy []T) { kernel.SoftmaxGrad(dx, y, dy, cols) }), places: 2}
}
