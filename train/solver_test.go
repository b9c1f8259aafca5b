package train_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/nn"
	"unroll/train"
	"unroll/train/internal/traintest"
	"unroll/train/optimizers"
)

// decay adds λ·w to the gradient, in place or in a copy, and hands over to SGD.
type decay struct {
	optimizers.SGD
	inPlace bool
}

func (o *decay) Step(ws []gorgonia.ValueGrad) error {
	for _, w := range ws {
		g, err := w.Grad()
		if err != nil {
			return err
		}
		if !o.inPlace {
			g = g.(*tensor.Dense).Clone().(*tensor.Dense)
			w.(*nn.Weight).SetGrad(g)
		}
		x, d := graph.Floats[float32](w.Value()), graph.Floats[float32](g)
		for i := range d {
			d[i] += 0.1 * x[i]
		}
	}
	return o.SGD.Step(ws)
}

// TestSolverMayWriteIntoGradients: the rows of an embedding that a batch does
// not touch have a gradient of zeros in a buffer that is not cleared each time.
func TestSolverMayWriteIntoGradients(t *testing.T) {
	var d train.Data
	for i := range 40 {
		d.Tokens = append(d.Tokens, []int32{int32(1 + i%5), int32(2 + i%3)})
		d.Targets = append(d.Targets, float32(i%2))
	}
	for _, shards := range []int{1, 2} {
		var want [][]float64
		for _, inPlace := range []bool{false, true} {
			m, err := nn.Sequential{Input: nn.Tokens(2), Seed: 1, Layers: []nn.Layer{
				nn.Embedding{InputDim: 100, OutputDim: 4}, nn.SimpleRNN{Units: 2}, nn.Dense{Units: 1, Activation: nn.Sigmoid},
			}}.Build()
			if err != nil {
				t.Fatal(err)
			}
			tr, err := train.Compile(m, train.Config{Optimizer: &decay{inPlace: inPlace}, Loss: nn.BinaryCrossentropy{}, Shards: shards})
			if err != nil {
				t.Fatal(err)
			}
			defer tr.Close()
			if _, err := tr.Fit(context.Background(), d, train.FitConfig{BatchSize: 4, Epochs: 5, NoShuffle: true}); err != nil {
				t.Fatal(err)
			}
			got := traintest.Weights(m)
			if want == nil {
				want = got
			} else if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%d shards: the weights depend on where the decay is added:\n%s", shards, diff)
			}
		}
	}
}

// twoBiases is y = x·kernel + (b1 + b2): the gradients of b1 and b2 are one
// node.
type twoBiases struct{ units int }

func (l twoBiases) Init(s *nn.Scope, in ...nn.Shape) ([]nn.Shape, error) {
	s.Weight("kernel", nn.GlorotUniform(), in[0][0], l.units)
	s.Weight("b1", nn.Zeros(), l.units)
	s.Weight("b2", nn.Zeros(), l.units)
	return []nn.Shape{{l.units}}, nil
}

func (l twoBiases) Apply(c *nn.Context, in ...nn.Value) []nn.Value {
	return []nn.Value{{Node: c.Linear(in[0], c.Weight("kernel"), c.AddN(c.Weight("b1"), c.Weight("b2")))}}
}

// TestSharedGradient: two weights whose gradient is one node move alike, by
// what the definition of each solver says.
func TestSharedGradient(t *testing.T) {
	var d train.Data
	for i := range 8 {
		f := float32(i)
		d.Features = append(d.Features, []float32{f, -f, 1})
		d.Targets = append(d.Targets, 1, 1)
	}
	const rate = 0.1
	for _, c := range []struct {
		name string
		opt  func() train.Optimizer
		same string // moves the weights as this one does
	}{
		{"sgd", func() train.Optimizer { return &optimizers.SGD{LearningRate: rate} }, ""},
		{"vanilla", func() train.Optimizer { return gorgonia.NewVanillaSolver(gorgonia.WithLearnRate(rate)) }, "sgd"},
		{"clipped", func() train.Optimizer {
			return gorgonia.NewVanillaSolver(gorgonia.WithLearnRate(rate), gorgonia.WithClip(0.001))
		}, ""},
		{"adam", func() train.Optimizer { return &optimizers.Adam{} }, ""},
		{"gorgonia's adam", func() train.Optimizer { return gorgonia.NewAdamSolver() }, ""},
	} {
		for _, shards := range []int{1, 2} {
			t.Run(fmt.Sprintf("%s/%d", c.name, shards), func(t *testing.T) {
				fit := func(o train.Optimizer) [][]float64 {
					m, err := nn.Sequential{Input: nn.Features(3), Layers: []nn.Layer{twoBiases{2}}, Seed: 1}.Build()
					if err != nil {
						t.Fatal(err)
					}
					tr, err := train.Compile(m, train.Config{Optimizer: o, Loss: nn.BinaryCrossentropy{FromLogits: true}, Shards: shards})
					if err != nil {
						t.Fatal(err)
					}
					defer tr.Close()
					if _, err := tr.Fit(context.Background(), d, train.FitConfig{BatchSize: 8, Epochs: 3, NoShuffle: true}); err != nil {
						t.Fatal(err)
					}
					return traintest.Weights(m)
				}
				got := fit(c.opt())
				if diff := cmp.Diff(got[1], got[2]); diff != "" || got[1][0] == 0 {
					t.Errorf("b1 is %v, b2 is %v", got[1], got[2])
				}
				if c.same == "" {
					return
				}
				sgd := fit(&optimizers.SGD{LearningRate: rate})
				for i := range sgd {
					for j, want := range sgd[i] {
						if math.Abs(got[i][j]-want) > 1e-6 {
							t.Errorf("weight %d[%d] is %g, by sgd %g", i, j, got[i][j], want)
						}
					}
				}
			})
		}
	}
}
