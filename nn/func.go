package nn

import (
	"unroll/graph"
)

// Func names an activation function, as Keras does.
type Func string

// The activation functions, with Keras's constants. Softmax is over the features.
// In a SimpleRNN all but Softmax, Gelu and Silu run fused.
const (
	Linear      Func = "linear"       // x
	Sigmoid     Func = "sigmoid"      // 1/(1 + e⁻ˣ)
	HardSigmoid Func = "hard_sigmoid" // x/6 + 1/2, held to [0, 1]
	Tanh        Func = "tanh"
	Softmax     Func = "softmax"     // e^xᵢ/Σe^xⱼ
	Relu        Func = "relu"        // max(x, 0)
	LeakyRelu   Func = "leaky_relu"  // x where x > 0, else 0.2·x
	Elu         Func = "elu"         // x where x > 0, else eˣ − 1
	Selu        Func = "selu"        // 1.0507·(x where x > 0, else 1.6733·(eˣ − 1))
	Gelu        Func = "gelu"        // x·Φ(x), with erf and not its approximation
	Silu        Func = "silu"        // x·sigmoid(x)
	Softplus    Func = "softplus"    // log(1 + eˣ)
	Softsign    Func = "softsign"    // x/(1 + |x|)
	Exponential Func = "exponential" // eˣ
)

var funcs = map[Func]func(*graph.Builder, *graph.Node) *graph.Node{
	Linear:      func(_ *graph.Builder, x *graph.Node) *graph.Node { return x },
	Sigmoid:     (*graph.Builder).Sigmoid,
	HardSigmoid: (*graph.Builder).HardSigmoid,
	Tanh:        (*graph.Builder).Tanh,
	Softmax:     (*graph.Builder).Softmax,
	Relu:        (*graph.Builder).Relu,
	LeakyRelu:   (*graph.Builder).LeakyRelu,
	Elu:         (*graph.Builder).Elu,
	Selu:        (*graph.Builder).Selu,
	Gelu:        (*graph.Builder).Gelu,
	Silu:        (*graph.Builder).Silu,
	Softplus:    (*graph.Builder).Softplus,
	Softsign:    (*graph.Builder).Softsign,
	Exponential: (*graph.Builder).Exp,
}

// or returns f, or the layer's default if f is empty.
func (f Func) or(def Func) Func {
	if f == "" {
		return def
	}
	return f
}

func (f Func) check() error {
	if funcs[f] == nil {
		return errorf("unknown activation %q", f)
	}
	return nil
}
