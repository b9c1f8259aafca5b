package nn

import (
	"unroll/graph"
)

// Func names an activation function, as Keras 3 does; HardSigmoidKeras2 is the
// only one that it has not. LeakyReluOf, EluOf and ReluOf name functions with
// constants of their own.
type Func string

// The activation functions, with Keras's constants. Softmax and LogSoftmax are over
// the features. In a recurrent layer those of the first group run fused.
const (
	Linear            Func = "linear"              // x
	Sigmoid           Func = "sigmoid"             // 1/(1 + e⁻ˣ)
	HardSigmoid       Func = "hard_sigmoid"        // x/6 + 1/2, held to [0, 1]
	HardSigmoidKeras2 Func = "hard_sigmoid_keras2" // x/5 + 1/2, held to [0, 1]: what Keras 2 calls hard_sigmoid
	Tanh              Func = "tanh"
	Relu              Func = "relu"        // max(x, 0)
	Relu6             Func = "relu6"       // x, held to [0, 6]
	LeakyRelu         Func = "leaky_relu"  // x where x > 0, else 0.2·x; the layer LeakyReLU has 0.3
	Elu               Func = "elu"         // x where x > 0, else eˣ − 1
	Selu              Func = "selu"        // 1.0507·(x where x > 0, else 1.6733·(eˣ − 1))
	Softplus          Func = "softplus"    // log(1 + eˣ)
	Softsign          Func = "softsign"    // x/(1 + |x|)
	Exponential       Func = "exponential" // eˣ

	Softmax         Func = "softmax"          // e^xᵢ/Σe^xⱼ
	LogSoftmax      Func = "log_softmax"      // xᵢ − log Σe^xⱼ
	Gelu            Func = "gelu"             // x·Φ(x), with erf and not its approximation
	GeluApproximate Func = "gelu_approximate" // x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))): gelu with approximate=True
	Silu            Func = "silu"             // x·sigmoid(x)
	HardSilu        Func = "hard_silu"        // x·hard_sigmoid(x)
	Mish            Func = "mish"             // x·tanh(softplus(x))
	LogSigmoid      Func = "log_sigmoid"      // −log(1 + e⁻ˣ)
	HardTanh        Func = "hard_tanh"        // x, held to [−1, 1]
	Celu            Func = "celu"             // elu
	Squareplus      Func = "squareplus"       // (x + √(x² + 4))/2
	SparsePlus      Func = "sparse_plus"      // 0 below −1, x above 1, (x + 1)²/4 between
	SparseSigmoid   Func = "sparse_sigmoid"   // (x + 1)/2, held to [0, 1]
	TanhShrink      Func = "tanh_shrink"      // x − tanh(x)
	HardShrink      Func = "hard_shrink"      // x where |x| > 1/2, else 0
	SoftShrink      Func = "soft_shrink"      // x moved by 1/2 towards 0, and 0 where it would pass it
)

// emit emits a function of x.
type emit = func(b *graph.Builder, x *graph.Node) *graph.Node

var funcs = map[Func]emit{
	Linear:            func(_ *graph.Builder, x *graph.Node) *graph.Node { return x },
	Sigmoid:           (*graph.Builder).Sigmoid,
	HardSigmoid:       (*graph.Builder).HardSigmoid,
	HardSigmoidKeras2: (*graph.Builder).HardSigmoidKeras2,
	Tanh:              (*graph.Builder).Tanh,
	Relu:              (*graph.Builder).Relu,
	Relu6:             (*graph.Builder).Relu6,
	LeakyRelu:         (*graph.Builder).LeakyRelu,
	Elu:               (*graph.Builder).Elu,
	Selu:              (*graph.Builder).Selu,
	Softplus:          (*graph.Builder).Softplus,
	Softsign:          (*graph.Builder).Softsign,
	Exponential:       (*graph.Builder).Exp,

	Softmax: (*graph.Builder).Softmax,
	LogSoftmax: func(b *graph.Builder, x *graph.Node) *graph.Node {
		return b.Sub(x, b.ExpandDims(b.LogSumExp(x, -1), -1))
	},
	Gelu: (*graph.Builder).Gelu,
	GeluApproximate: func(b *graph.Builder, x *graph.Node) *graph.Node {
		cube := b.Mul(x, b.Affine(0.044715, b.Mul(x, x), 1)) // x + 0.044715·x³
		return b.Mul(x, b.Affine(0.5, b.Tanh(b.Affine(0.7978845608028654, cube, 0)), 0.5))
	},
	Silu:       (*graph.Builder).Silu,
	HardSilu:   func(b *graph.Builder, x *graph.Node) *graph.Node { return b.Mul(x, b.HardSigmoid(x)) },
	Mish:       func(b *graph.Builder, x *graph.Node) *graph.Node { return b.Mul(x, b.Tanh(b.Softplus(x))) },
	LogSigmoid: func(b *graph.Builder, x *graph.Node) *graph.Node { return b.Neg(b.Softplus(b.Neg(x))) },
	HardTanh:   func(b *graph.Builder, x *graph.Node) *graph.Node { return b.Clip(x, -1, 1) },
	Celu:       (*graph.Builder).Elu,
	Squareplus: func(b *graph.Builder, x *graph.Node) *graph.Node {
		return b.Affine(0.5, b.Add(x, b.Sqrt(b.Affine(1, b.Mul(x, x), 4))), 0)
	},
	SparsePlus: func(b *graph.Builder, x *graph.Node) *graph.Node {
		near := b.Affine(1, b.Clip(x, -1, 1), 1)
		return b.Add(b.Affine(0.25, b.Mul(near, near), 0), b.Relu(b.Affine(1, x, -1)))
	},
	SparseSigmoid: func(b *graph.Builder, x *graph.Node) *graph.Node { return b.Clip(b.Affine(0.5, x, 0.5), 0, 1) },
	TanhShrink:    func(b *graph.Builder, x *graph.Node) *graph.Node { return b.Sub(x, b.Tanh(x)) },
	HardShrink: func(b *graph.Builder, x *graph.Node) *graph.Node { // a part above 1/2 and one below −1/2
		return b.Sub(b.Rectify(x, 0, 0.5, inf), b.Rectify(b.Neg(x), 0, 0.5, inf))
	},
	SoftShrink: func(b *graph.Builder, x *graph.Node) *graph.Node {
		return b.Sub(b.Relu(b.Affine(1, x, -0.5)), b.Relu(b.Affine(-1, x, -0.5)))
	},
}

// or returns f, or the layer's default if f is empty.
func (f Func) or(def Func) Func {
	if f == "" {
		return def
	}
	return f
}

func (f Func) check() error {
	_, err := f.emit()
	return err
}
