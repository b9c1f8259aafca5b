package nn_test

import (
	"context"
	"fmt"
	"os"
	"slices"

	"unroll/graph"
	"unroll/nn"
	"unroll/train"
	"unroll/train/optimizers"
)

// MinimalGatedUnit is a user's own cell, a gated recurrent unit with one gate:
//
//	f = σ(x·W_f + h·U_f + b_f)
//	g = tanh(x·W_g + (f∘h)·U_g + b_g)
//	h' = (1−f)∘h + f∘g
//
// Zhou et al., Minimal gated unit for recurrent neural networks, 2016.
type MinimalGatedUnit struct {
	Units int `json:"units"`
}

func init() { nn.Register(MinimalGatedUnit{}) } // so that Load knows it

// Init declares the weights of f and g side by side for inputs
// [time, features].
func (l MinimalGatedUnit) Init(s *nn.Scope, in nn.Shape) (nn.Shape, error) {
	s.Weight("kernel", nn.GlorotUniform(), in[1], 2*l.Units)
	s.Weight("recurrent_kernel", nn.Orthogonal(), l.Units, 2*l.Units)
	s.Weight("bias", nn.Zeros(), 2*l.Units)
	return nn.Shape{l.Units}, nil
}

// Sizes returns the width of the output and of the state.
func (l MinimalGatedUnit) Sizes() (int, []int) { return l.Units, []int{l.Units} }

// Begin projects the inputs of all steps at once.
func (l MinimalGatedUnit) Begin(c *nn.Context, x nn.Value) (*graph.Node, []*graph.Node) {
	return c.Linear(x, c.Weight("kernel"), c.Weight("bias")), nil
}

// Step emits the equations; the gradient follows from the nodes.
func (l MinimalGatedUnit) Step(c *nn.Context, z *graph.Node, _, state []*graph.Node) (*graph.Node, []*graph.Node) {
	h, u, n := state[0], c.Weight("recurrent_kernel"), l.Units
	f := c.Sigmoid(c.MulAdd(c.Columns(z, 0, n), h, c.Columns(u, 0, n)))
	g := c.Tanh(c.MulAdd(c.Columns(z, n, 2*n), c.Mul(f, h), c.Columns(u, n, 2*n)))
	h = c.Add(h, c.Mul(f, c.Sub(g, h))) // (1−f)∘h + f∘g
	return h, []*graph.Node{h}
}

// The example's cell and layer pass the same tests as the others.
func init() {
	embed := nn.Embedding{InputDim: 12, OutputDim: 3, MaskZero: true}
	rnn := nn.RNN{Cell: MinimalGatedUnit{Units: 3}, ReturnSequences: true}
	nn.PassThrough("own_cell", nn.Features(4, 2), rnn, nn.Dense{Units: 1})
	nn.PassThrough("own_cell_one_step", nn.Features(1, 2), rnn)
	nn.PassThrough("own_cell_masked", nn.Tokens(5), embed, rnn, nn.RNN{Cell: MinimalGatedUnit{Units: 2}, GoBackwards: true})
	nn.PassThrough("own_layer", nn.Features(4, 2), Gated{Units: 3}, nn.SimpleRNN{Units: 2})
}

// A cell of one's own is four methods; RNN runs it unrolled or looped, with
// masks and states like any other.
func Example_ownCell() {
	model, err := nn.Sequential{
		Input: nn.Tokens(3),
		Layers: []nn.Layer{
			nn.Embedding{InputDim: 10, OutputDim: 4},
			nn.RNN{Cell: MinimalGatedUnit{Units: 6}},
			nn.Dense{Units: 1, Activation: nn.Sigmoid},
		},
	}.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	trainer, err := train.Compile(model, train.Config{Optimizer: &optimizers.Adam{LearningRate: 0.02}, Loss: nn.BinaryCrossentropy{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, data := context.Background(), firstWord(10)
	history, err := trainer.Fit(ctx, data, train.FitConfig{Epochs: 12, BatchSize: 10})
	if err != nil {
		fmt.Println(err)
		return
	}
	losses := history.Values("loss")
	fmt.Println("loss fell:", losses[11] < losses[0]/4)

	dir, err := os.MkdirTemp("", "model")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	if err := model.Save(dir); err != nil {
		fmt.Println(err)
		return
	}
	loaded, err := nn.Load(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	again, err := train.Compile(loaded, train.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	y, err := trainer.Predict(ctx, data, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	z, err := again.Predict(ctx, data, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("loaded predicts the same:", slices.Equal(y, z))
	// Output:
	// loss fell: true
	// loaded predicts the same: true
}
