package nn

import (
	"math"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"unroll/graph"
)

// activationFormulas are Keras 3's (keras.activations), of one value.
var activationFormulas = map[string]func(x float64) float64{
	"linear":       func(x float64) float64 { return x },
	"sigmoid":      func(x float64) float64 { return 1 / (1 + math.Exp(-x)) },
	"hard_sigmoid": func(x float64) float64 { return math.Min(math.Max(x+3, 0), 6) / 6 },
	"tanh":         math.Tanh,
	"relu":         func(x float64) float64 { return math.Max(x, 0) },
	"leaky_relu":   func(x float64) float64 { return math.Max(x, 0.2*x) },
	"elu":          func(x float64) float64 { return math.Max(x, 0) + math.Expm1(math.Min(x, 0)) },
	"selu": func(x float64) float64 {
		return 1.0507009873554805 * (math.Max(x, 0) + 1.6732632423543772*math.Expm1(math.Min(x, 0)))
	},
	"gelu":        func(x float64) float64 { return 0.5 * x * (1 + math.Erf(x/math.Sqrt2)) },
	"silu":        func(x float64) float64 { return x / (1 + math.Exp(-x)) },
	"softplus":    softplus,
	"softsign":    func(x float64) float64 { return x / (1 + math.Abs(x)) },
	"exponential": math.Exp,

	"hard_sigmoid_keras2": func(x float64) float64 { return math.Min(math.Max(0.2*x+0.5, 0), 1) }, // Keras 2's hard_sigmoid
	"relu6":               func(x float64) float64 { return math.Min(math.Max(x, 0), 6) },
	"log_softmax":         nil, // of a row: TestLogSoftmax
	"gelu_approximate": func(x float64) float64 {
		return 0.5 * x * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+0.044715*math.Pow(x, 3))))
	},
	"hard_silu":      func(x float64) float64 { return x * math.Min(math.Max(x+3, 0), 6) / 6 },
	"mish":           func(x float64) float64 { return x * math.Tanh(softplus(x)) },
	"log_sigmoid":    func(x float64) float64 { return -softplus(-x) },
	"hard_tanh":      func(x float64) float64 { return math.Min(math.Max(x, -1), 1) },
	"celu":           func(x float64) float64 { return math.Max(x, 0) + math.Min(math.Expm1(x), 0) },
	"squareplus":     func(x float64) float64 { return (x + math.Sqrt(x*x+4)) / 2 },
	"sparse_sigmoid": func(x float64) float64 { return math.Min(math.Max((x+1)/2, 0), 1) },
	"tanh_shrink":    func(x float64) float64 { return x - math.Tanh(x) },
	"sparse_plus": func(x float64) float64 {
		switch {
		case x <= -1:
			return 0
		case x < 1:
			return (x + 1) * (x + 1) / 4
		}
		return x
	},
	"hard_shrink": func(x float64) float64 {
		if math.Abs(x) > 0.5 {
			return x
		}
		return 0
	},
	"soft_shrink": func(x float64) float64 { return math.Copysign(math.Max(math.Abs(x)-0.5, 0), x) },

	// With constants of their own.
	string(LeakyReluOf(0.3)): func(x float64) float64 { return math.Max(x, 0.3*x) },
	string(EluOf(0.5)):       func(x float64) float64 { return math.Max(x, 0) + 0.5*math.Expm1(math.Min(x, 0)) },
	string(ReluOf(0, 0, 6)):  func(x float64) float64 { return math.Min(math.Max(x, 0), 6) },
	string(ReluOf(0.25, 0.5, 3)): func(x float64) float64 { // keras.activations.relu as it is written
		negative := math.Max(-x+0.5, 0)
		y := 0.0
		if x > 0.5 {
			y = x
		}
		return math.Min(math.Max(y, 0), 3) - 0.25*negative
	},
	string(ReluOf(0, 2, math.Inf(1))): func(x float64) float64 {
		if x > 2 {
			return x
		}
		return 0
	},
}

func softplus(x float64) float64 { return math.Max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

// TestActivationNames: every function is found under Keras's name, as a layer.
func TestActivationNames(t *testing.T) {
	points := []float64{-100, -5, -1, -0.6, -0.1, 0, 0.1, 0.5, 0.7, 1, 2, 5, 7, 100}
	for name, f := range activationFormulas {
		if f == nil {
			continue
		}
		m, err := Sequential{
			Input: Features(len(points)), Layers: []Layer{Activation{Func: Func(name)}}, Dtype: tensor.Float64,
		}.Build()
		if err != nil {
			t.Fatal(err)
		}
		pass, err := m.Forward(Infer, Auto, 1, 0)
		if err != nil {
			t.Fatal(err)
		}
		copy(pass.Inputs[0].X.Float64s(), points)
		for i, y := range forward(t, pass) {
			if want := f(points[i]); !(math.Abs(y-want) <= 1e-13*(1+math.Abs(want))) {
				t.Errorf("%s(%g) is %g, want %g", name, points[i], y, want)
			}
		}
	}
	for f := range funcs {
		if _, ok := activationFormulas[string(f)]; !ok && f != Softmax {
			t.Errorf("no formula for %s", f)
		}
	}
}

// TestActivationsFuse: recurrent layers of the functions whose slope follows from their
// value run as one operation, and the others are refused there.
func TestActivationsFuse(t *testing.T) {
	fuse := []Func{Linear, Sigmoid, HardSigmoid, HardSigmoidKeras2, Tanh, Relu, Relu6, LeakyRelu, Elu, Selu, Softplus, Softsign, Exponential}
	for f := range funcs {
		for _, l := range []Layer{
			SimpleRNN{Units: 2, Activation: f, Execution: Fused},
			LSTM{Units: 2, Activation: f, Execution: Fused}, LSTM{Units: 2, RecurrentActivation: f, Execution: Fused},
			GRU{Units: 2, Activation: f, Execution: Fused}, GRU{Units: 2, RecurrentActivation: f, Execution: Fused},
		} {
			m, err := Sequential{Input: Features(3, 2), Layers: []Layer{l}}.Build()
			if err == nil {
				_, err = m.Forward(Infer, Auto, 1, 3)
			}
			want := slices.Contains(fuse, f)
			if fuses := err == nil; fuses != want || graph.Elementwise(string(f)) != want {
				t.Errorf("%T of %s: the error is %v", l, f, err)
			}
		}
	}
}

// TestLogSoftmax holds it to the logarithm of the definition, of large values too.
func TestLogSoftmax(t *testing.T) {
	got := outputOf(t, Activation{Func: LogSoftmax}, Shape{3}, 1, 2, 4, 700, 0, -700)
	sum := math.Log(math.Exp(-3) + math.Exp(-2) + 1)
	closeTo(t, "log_softmax", got, []float64{-3 - sum, -2 - sum, -sum, 0, -700, -1400}, 1e-14)
}

// TestFuncConstants: a function's constants can be read again, and those without
// sense are errors.
func TestFuncConstants(t *testing.T) {
	if name, v := ReluOf(0.1, 0, math.Inf(1)).Constants(); name != Relu || !slices.Equal(v, []float64{0.1, 0, math.Inf(1)}) {
		t.Errorf("%s %v", name, v)
	}
	if name, v := Tanh.Constants(); name != Tanh || v != nil {
		t.Errorf("%s %v", name, v)
	}
	for _, f := range []Func{"leaky_relu()", "leaky_relu(0.1", "leaky_relu(0.1, 2)", "leaky_relu(nan)", "relu(1)", "tanh(1)", "0.3", "(0.3)",
		LeakyReluOf(math.Inf(1)), EluOf(-1), EluOf(math.Inf(1)), ReluOf(0, -1, 3), ReluOf(0, 0, -1)} {
		if f.check() == nil {
			t.Errorf("%q is taken", f)
		}
	}
}
