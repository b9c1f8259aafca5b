package nn

import (
	"math"
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
	"softplus":    func(x float64) float64 { return math.Log1p(math.Exp(x)) },
	"softsign":    func(x float64) float64 { return x / (1 + math.Abs(x)) },
	"exponential": math.Exp,
}

// TestActivationNames: every function is found under Keras's name, as a layer.
func TestActivationNames(t *testing.T) {
	points := []float64{-100, -5, -1, -0.1, 0, 0.1, 1, 5, 100}
	for name, f := range activationFormulas {
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
		if f != Softmax && activationFormulas[string(f)] == nil {
			t.Errorf("no formula for %s", f)
		}
	}
}

// TestActivationsFuse: a SimpleRNN of every elementwise function runs as one
// operation, and the others are refused there.
func TestActivationsFuse(t *testing.T) {
	for f := range funcs {
		m, err := Sequential{
			Input: Features(3, 2), Layers: []Layer{SimpleRNN{Units: 2, Activation: f, Execution: Fused}},
		}.Build()
		if err == nil {
			_, err = m.Forward(Infer, Auto, 1, 3)
		}
		whole := f == Softmax || f == Gelu || f == Silu
		if fuses := err == nil; fuses == whole || graph.Elementwise(string(f)) == whole {
			t.Errorf("%s: the error is %v", f, err)
		}
	}
}
