package optimizers

import (
	"math"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// pair is a weight with a gradient, in float64.
type pair struct{ w, g *tensor.Dense }

func newPair(w, g float64) pair {
	return pair{
		tensor.New(tensor.WithShape(1), tensor.WithBacking([]float64{w})),
		tensor.New(tensor.WithShape(1), tensor.WithBacking([]float64{g})),
	}
}

func (p pair) Name() string                  { return "w" }
func (p pair) Value() gorgonia.Value         { return p.w }
func (p pair) Grad() (gorgonia.Value, error) { return p.g, nil }

// TestOptimizers follows trajectories computed by hand: w₀ = 1 and gradients
// 1, −0.5, 0.25.
func TestOptimizers(t *testing.T) {
	grads := []float64{1, -0.5, 0.25}
	cases := []struct {
		name string
		opt  gorgonia.Solver
		want []float64
	}{
		// w − 0.01·g
		{"sgd", &SGD{}, []float64{0.99, 0.995, 0.9925}},
		// v = −0.1, −0.04, −0.061; w + v
		{"momentum", &SGD{LearningRate: 0.1, Momentum: 0.9}, []float64{0.9, 0.86, 0.799}},
		// the same v; w + 0.9·v − 0.1·g: 1−0.19, 0.81−0.036+0.05, 0.824−0.0549−0.025
		{"nesterov", &SGD{LearningRate: 0.1, Momentum: 0.9, Nesterov: true}, []float64{0.81, 0.824, 0.7441}},
		// m = 0.1, 0.04, 0.061; v = 0.001, 0.001249, 0.001310251
		// step t: 0.001·√(1−0.999ᵗ)/(1−0.9ᵗ)·m/(√v + 1e−7)
		{"adam", &Adam{}, []float64{
			1 - 0.001*math.Sqrt(0.001)/0.1*0.1/(math.Sqrt(0.001)+1e-7),
			1 - 0.001*math.Sqrt(0.001)/0.1*0.1/(math.Sqrt(0.001)+1e-7) -
				0.001*math.Sqrt(1-0.998001)/0.19*0.04/(math.Sqrt(0.001249)+1e-7),
			1 - 0.001*math.Sqrt(0.001)/0.1*0.1/(math.Sqrt(0.001)+1e-7) -
				0.001*math.Sqrt(1-0.998001)/0.19*0.04/(math.Sqrt(0.001249)+1e-7) -
				0.001*math.Sqrt(1-0.997002999)/0.271*0.061/(math.Sqrt(0.001310251)+1e-7),
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newPair(1, 0)
			for i, g := range grads {
				w.g.Float64s()[0] = g
				if err := c.opt.Step([]gorgonia.ValueGrad{w}); err != nil {
					t.Fatal(err)
				}
				if got := w.w.Float64s()[0]; math.Abs(got-c.want[i]) > 1e-12 {
					t.Errorf("step %d: %.15f, want %.15f", i+1, got, c.want[i])
				}
				if got := w.g.Float64s()[0]; got != 0 {
					t.Errorf("step %d left the gradient %v", i+1, got)
				}
			}
		})
	}
}

// TestOptimizerOnNodes drives a plain Gorgonia graph: our optimizers are
// gorgonia.Solver, and must clear the gradient that the machine adds to.
func TestOptimizerOnNodes(t *testing.T) {
	g := gorgonia.NewGraph()
	w := gorgonia.NewVector(g, tensor.Float64, gorgonia.WithShape(2), gorgonia.WithName("w"),
		gorgonia.WithValue(tensor.New(tensor.WithBacking([]float64{1, -2}))))
	cost := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.Square(w))))
	if _, err := gorgonia.Grad(cost, w); err != nil {
		t.Fatal(err)
	}
	vm := gorgonia.NewTapeMachine(g, gorgonia.BindDualValues(w))
	defer vm.Close()
	opt := &SGD{LearningRate: 0.25} // w − 0.25·2w halves w
	for range 3 {
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		if err := opt.Step([]gorgonia.ValueGrad{w}); err != nil {
			t.Fatal(err)
		}
		vm.Reset()
	}
	if got := w.Value().Data().([]float64); got[0] != 0.125 || got[1] != -0.25 {
		t.Errorf("w is %v, want [0.125 -0.25]", got)
	}
}
