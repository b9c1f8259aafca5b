package graph

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gorgonia.org/tensor"
)

// functions are the activation functions by Keras's name, with its formulas.
var functions = []struct {
	name  string
	emit  func(*Builder, *Node) *Node
	value func(x float64) float64
}{
	{"tanh", (*Builder).Tanh, math.Tanh},
	{"sigmoid", (*Builder).Sigmoid, logistic},
	{"hard_sigmoid", (*Builder).HardSigmoid, func(x float64) float64 { return math.Max(0, math.Min(x/6+0.5, 1)) }},
	{"hard_sigmoid_keras2", (*Builder).HardSigmoidKeras2, func(x float64) float64 { return math.Max(0, math.Min(0.2*x+0.5, 1)) }},
	{"relu6", (*Builder).Relu6, func(x float64) float64 { return math.Max(0, math.Min(x, 6)) }},
	{"rectify", func(b *Builder, x *Node) *Node { return b.Rectify(x, 0.25, 1.5, 4) }, func(x float64) float64 {
		if x > 1.5 {
			return math.Min(x, 4)
		}
		return 0.25 * (x - 1.5)
	}},
	{"elu_of", func(b *Builder, x *Node) *Node { return b.EluOf(x, 0.3) }, func(x float64) float64 { return math.Max(x, 0) + 0.3*math.Expm1(math.Min(x, 0)) }},
	{"relu", (*Builder).Relu, func(x float64) float64 { return math.Max(x, 0) }},
	{"leaky_relu", (*Builder).LeakyRelu, func(x float64) float64 { return math.Max(x, 0.2*x) }},
	{"elu", (*Builder).Elu, func(x float64) float64 { return math.Max(x, 0) + math.Expm1(math.Min(x, 0)) }},
	{"selu", (*Builder).Selu, func(x float64) float64 {
		return 1.05070098735548 * (math.Max(x, 0) + 1.67326324235438*math.Expm1(math.Min(x, 0)))
	}},
	{"softplus", (*Builder).Softplus, func(x float64) float64 { return math.Log1p(math.Exp(x)) }},
	{"softsign", (*Builder).Softsign, func(x float64) float64 { return x / (1 + math.Abs(x)) }},
	{"exponential", (*Builder).Exp, math.Exp},
	{"silu", (*Builder).Silu, func(x float64) float64 { return x * logistic(x) }},
	{"gelu", (*Builder).Gelu, func(x float64) float64 { return x * (1 + math.Erf(x/math.Sqrt2)) / 2 }},
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func init() {
	for _, f := range functions {
		cases = append(cases, gradientCase{f.name + "_wide", [][]int{{5, 6}}, func(b *Builder, p []*Node) *Node {
			return f.emit(b, b.Affine(4, p[0], 0))
		}})
		if !Elementwise(f.name) {
			continue
		}
		cases = append(cases, gradientCase{"simple_rnn_steps_" + f.name, [][]int{{4, 3}, {2, 3}, {3, 3}}, func(b *Builder, p []*Node) *Node {
			h := p[1]
			for t := range 2 {
				h = b.SimpleRNNStep(f.name, p[0], h, b.Affine(0.5, p[2], 0), t, 2)
			}
			return h
		}}, gradientCase{"fused_" + f.name, [][]int{{4, 3}, {2, 3}, {3, 3}}, func(b *Builder, p []*Node) *Node {
			return b.SimpleRNN(f.name, p[0], nil, p[1], b.Affine(0.5, p[2], 0), 2)
		}})
	}
}

// TestActivations holds values and slopes to the formulas, far from 0 too.
func TestActivations(t *testing.T) {
	points := []float64{0, 1e-3, -1e-3, 3, -3, 6, -6, 20, -20, 88, -88, 100, -100}
	r := rand.New(rand.NewPCG(21, 22))
	for range 100 {
		points = append(points, 4*r.NormFloat64())
	}
	for dt, tol := range map[tensor.Dtype]float64{tensor.Float32: 1e-6, tensor.Float64: 1e-14} {
		for _, f := range functions {
			t.Run(f.name+" "+dt.String(), func(t *testing.T) {
				b := New(dt)
				x := input(b, "x", []int{len(points), 1}, points...)
				y := f.emit(b, x)
				dx := b.VJP([]*Node{y}, []*Node{b.constant("one", 1, y.Shape())}, x)[0]
				p, err := b.Compile(y, dx)
				if err != nil {
					t.Fatal(err)
				}
				defer p.Close()
				got := values(t, p, []*Node{y, dx})
				for i, at := range points {
					at = rounded(dt, at)
					want := f.value(at)
					if y := got[i]; rounded(dt, want) != y && !(math.Abs(y-want) <= tol*(1+math.Abs(want))) {
						t.Errorf("%s(%g) is %g, want %g", f.name, at, y, want)
					}
					// Of these points the kinks are 0, ±3 and 6.
					if at == 0 || math.Abs(at) == 3 || at == 6 || math.IsInf(rounded(dt, want), 0) {
						continue
					}
					const h = 1e-5
					slope := (f.value(at+h) - f.value(at-h)) / (2 * h)
					if dy := got[len(points)+i]; !(math.Abs(dy-slope) <= 1e-5*(1+math.Abs(slope))) {
						t.Errorf("%s'(%g) is %g, want %g", f.name, at, dy, slope)
					}
				}
			})
		}
	}
}

// rounded is x as the element type has it.
func rounded(dt tensor.Dtype, x float64) float64 {
	if dt == tensor.Float32 {
		return float64(float32(x))
	}
	return x
}

// TestActivationsInRecurrences: a step as one operation and the fused loop use
// the function itself.
func TestActivationsInRecurrences(t *testing.T) {
	for _, f := range functions {
		if known := !slices.Contains([]string{"silu", "gelu", "rectify", "elu_of"}, f.name); Elementwise(f.name) != known {
			t.Errorf("Elementwise(%q) is %v", f.name, !known)
		} else if !known {
			continue
		}
		r := rand.New(rand.NewPCG(23, 24))
		b := New(tensor.Float64)
		z, h0, u := b.Input("z", random(r, 6, 3)), b.Input("h", random(r, 2, 3)), b.Input("u", random(r, 3, 3))
		plain, steps := h0, h0
		for i := range 3 {
			plain = f.emit(b, b.Add(b.Step(z, i, 3), b.MatMul(plain, u)))
			steps = b.SimpleRNNStep(f.name, z, steps, u, i, 3)
		}
		fused := b.Last(b.SimpleRNN(f.name, z, nil, h0, u, 3), 3)
		p, err := b.Compile(plain, steps, fused)
		if err != nil {
			t.Fatal(err)
		}
		compare(t, f.name+", steps", values(t, p, []*Node{steps}), values(t, p, []*Node{plain}), 1e-14)
		compare(t, f.name+", fused", values(t, p, []*Node{fused}), values(t, p, []*Node{plain}), 1e-14)
		p.Close()
	}
}
