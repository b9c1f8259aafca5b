package onnx

import (
	"math"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"unroll/graph"
	"unroll/nn"
)

// activation is a function of a recurrent node with its constants.
type activation struct {
	*recurrentFunction
	alpha, beta float64
}

// recurrentFunction is one that ONNX names for recurrent nodes.
type recurrentFunction struct {
	name        string
	alpha, beta constant

	emit func(b *graph.Builder, x *graph.Node, alpha, beta float64) *graph.Node
	// of returns the function as one of nn's, "" if it is none.
	of func(alpha, beta float64) nn.Func
}

// constant is one that a function takes, or not.
type constant struct {
	taken, needed bool
	standard      float64 // that of ONNX's operator of the name, if it is not needed
}

// needed is a constant that must be given: ONNX has no operator Affine or ScaledTanh now
// whose default would be that of the function.
var needed = constant{taken: true, needed: true}

func or(standard float64) constant { return constant{taken: true, standard: standard} }

// recurrentFunctions are those that ONNX lists for recurrent nodes.
var recurrentFunctions = []recurrentFunction{
	plainly("Relu", nn.Relu, (*graph.Builder).Relu),
	plainly("Tanh", nn.Tanh, (*graph.Builder).Tanh),
	plainly("Sigmoid", nn.Sigmoid, (*graph.Builder).Sigmoid),
	plainly("Softsign", nn.Softsign, (*graph.Builder).Softsign),
	plainly("Softplus", nn.Softplus, (*graph.Builder).Softplus),
	// α·x + β
	{"Affine", needed, needed,
		func(b *graph.Builder, x *graph.Node, alpha, beta float64) *graph.Node {
			return b.Affine(alpha, x, beta)
		},
		func(alpha, beta float64) nn.Func { return when(alpha == 1 && beta == 0, nn.Linear) }},
	// x where x ≥ 0, else α·x
	{"LeakyRelu", or(0.01), constant{},
		func(b *graph.Builder, x *graph.Node, alpha, _ float64) *graph.Node {
			return b.Rectify(x, alpha, 0, math.Inf(1))
		},
		func(alpha, _ float64) nn.Func { return nn.LeakyReluOf(alpha) }},
	// x where x ≥ α, else 0
	{"ThresholdedRelu", or(1), constant{},
		func(b *graph.Builder, x *graph.Node, alpha, _ float64) *graph.Node {
			return b.Where(b.GreaterEqual(x, b.Affine(alpha, b.Ones(x.Shape()...), 0)), x, b.Zeros(x.Shape()...))
		},
		func(float64, float64) nn.Func { return "" }},
	// α·tanh(β·x)
	{"ScaledTanh", needed, needed,
		func(b *graph.Builder, x *graph.Node, alpha, beta float64) *graph.Node {
			return b.Affine(alpha, b.Tanh(b.Affine(beta, x, 0)), 0)
		},
		func(alpha, beta float64) nn.Func { return when(alpha == 1 && beta == 1, nn.Tanh) }},
	// α·x + β, held to [0, 1]
	{"HardSigmoid", or(0.2), or(0.5),
		func(b *graph.Builder, x *graph.Node, alpha, beta float64) *graph.Node {
			return b.Clip(b.Affine(alpha, x, beta), 0, 1)
		},
		func(alpha, beta float64) nn.Func {
			switch {
			case beta == 0.5 && float32(alpha) == float32(0.2):
				return nn.HardSigmoidKeras2
			case beta == 0.5 && float32(alpha) == float32(1./6):
				return nn.HardSigmoid
			}
			return ""
		}},
	// x where x ≥ 0, else α·(eˣ − 1)
	{"Elu", or(1), constant{},
		func(b *graph.Builder, x *graph.Node, alpha, _ float64) *graph.Node {
			return b.Add(b.Relu(x), b.Affine(alpha, b.Expm1(b.Neg(b.Relu(b.Neg(x)))), 0))
		},
		func(alpha, _ float64) nn.Func {
			if alpha == 1 {
				return nn.Elu
			}
			return when(alpha >= 0, nn.EluOf(alpha))
		}},
}

// plainly is a function without constants.
func plainly(name string, f nn.Func, emit func(*graph.Builder, *graph.Node) *graph.Node) recurrentFunction {
	return recurrentFunction{name, constant{}, constant{},
		func(b *graph.Builder, x *graph.Node, _, _ float64) *graph.Node { return emit(b, x) },
		func(float64, float64) nn.Func { return f }}
}

func when(is bool, f nn.Func) nn.Func {
	if is {
		return f
	}
	return ""
}

// emit emits the activation of x, which is held to [−clip, clip] first unless clip is 0.
func (a activation) emit(b *graph.Builder, x *graph.Node, clip float64) *graph.Node {
	if b.Err() != nil {
		return nil
	}
	if clip > 0 {
		x = b.Clip(x, -clip, clip)
	}
	return a.recurrentFunction.emit(b, x, a.alpha, a.beta)
}

// fn returns the activation as one of nn's, "" if it is none.
func (a activation) fn() nn.Func { return a.of(a.alpha, a.beta) }

// defaults are the activations of one direction.
func (r Recurrent) defaults() []string {
	switch r.Op {
	case "LSTM":
		return []string{"Sigmoid", "Tanh", "Tanh"}
	case "GRU":
		return []string{"Sigmoid", "Tanh"}
	}
	return []string{"Tanh"}
}

// functions returns the activations of each direction.
func (r Recurrent) functions() ([][]activation, error) {
	one := r.defaults()
	n := len(one)
	names := r.Activations
	switch {
	case len(names) == 0:
		names = slices.Repeat(one, r.directions())
	case r.directions() == 1 && len(names) == 2*n && slices.Equal(names[:n], names[n:]):
		names = names[:n] // ONNX writes the default for two directions
	case len(names) != n*r.directions():
		return nil, errors.Errorf("activations are %v, want %d for each of %d directions", r.Activations, n, r.directions())
	}
	alphas, betas := r.ActivationAlpha, r.ActivationBeta
	var missing error
	take := func(list *[]float64, c constant, function, name string) float64 {
		switch {
		case !c.taken:
			return 0
		case len(*list) > 0:
			v := (*list)[0]
			*list = (*list)[1:]
			return v
		case c.needed && missing == nil:
			missing = errors.Errorf("activations: %s takes an activation_%s, for which ONNX has no default", function, name)
		}
		return c.standard
	}
	var all [][]activation
	for i, name := range names {
		at := slices.IndexFunc(recurrentFunctions, func(f recurrentFunction) bool { return strings.EqualFold(f.name, name) })
		if at < 0 {
			return nil, errors.Errorf("activations: ONNX has no %q for recurrent nodes", name)
		}
		if i%n == 0 {
			all = append(all, nil)
		}
		f := &recurrentFunctions[at]
		all[i/n] = append(all[i/n], activation{f, take(&alphas, f.alpha, f.name, "alpha"), take(&betas, f.beta, f.name, "beta")})
	}
	if missing != nil {
		return nil, missing
	}
	if len(alphas) > 0 {
		return nil, errors.Errorf("activation_alpha is %v: activations %v take %d", r.ActivationAlpha, names, len(r.ActivationAlpha)-len(alphas))
	}
	if len(betas) > 0 {
		return nil, errors.Errorf("activation_beta is %v: activations %v take %d", r.ActivationBeta, names, len(r.ActivationBeta)-len(betas))
	}
	for _, v := range slices.Concat(r.ActivationAlpha, r.ActivationBeta) {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, errors.Errorf("activation_alpha and activation_beta are %v and %v, want finite numbers", r.ActivationAlpha, r.ActivationBeta)
		}
	}
	return all, nil
}

// constants returns the alphas and betas of all activations, with the defaults.
func (r Recurrent) constants() (alpha, beta []float64) {
	all, err := r.functions()
	if err != nil || len(r.Activations) == 0 {
		return nil, nil
	}
	for _, a := range slices.Concat(all...) {
		if a.recurrentFunction.alpha.taken {
			alpha = append(alpha, a.alpha)
		}
		if a.recurrentFunction.beta.taken {
			beta = append(beta, a.beta)
		}
	}
	return alpha, beta
}
