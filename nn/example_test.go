package nn_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"unroll/nn"
	"unroll/train"
	"unroll/train/metrics"
	"unroll/train/optimizers"
)

// Gated is a user's own layer, a gated linear unit:
//
//	y = (x·kernel + bias) ∘ σ(x·gate)
//
// Dauphin et al., Language modeling with gated convolutional networks, 2017.
type Gated struct {
	Units int `json:"units"`
}

func init() { nn.Register(Gated{}) } // so that Load knows it

// Init declares the weights for inputs [..., features].
func (l Gated) Init(s *nn.Scope, in ...nn.Shape) ([]nn.Shape, error) {
	x := in[0]
	features := x[len(x)-1]
	s.Weight("kernel", nn.GlorotUniform(), features, l.Units)
	s.Weight("bias", nn.Zeros(), l.Units)
	s.Weight("gate", nn.GlorotUniform(), features, l.Units)
	return []nn.Shape{append(slices.Clone(x[:len(x)-1]), l.Units)}, nil
}

// Apply emits the equation; the gradient follows from the nodes.
func (l Gated) Apply(c *nn.Context, in ...nn.Value) []nn.Value {
	x := in[0]
	linear := c.Linear(x, c.Weight("kernel"), c.Weight("bias"))
	gate := c.Sigmoid(c.Dot(x, c.Weight("gate")))
	return []nn.Value{{Node: c.Mul(linear, gate), Steps: x.Steps, Mask: x.Mask}}
}

// firstWord is a task: is the first word of a sequence in the upper half of
// the vocabulary?
func firstWord(words int) train.Data {
	d := train.Data{}
	for i := range words * words {
		first, last := i%words, i/words
		d.Tokens = append(d.Tokens, []int32{int32(first), int32((first * last) % words), int32(last)})
		d.Targets = append(d.Targets, float32(2*first/words))
	}
	return d
}

// A layer of one's own is a struct with two methods.
func Example_ownLayer() {
	model, err := nn.Sequential{
		Input: nn.Tokens(3),
		Layers: []nn.Layer{
			nn.Embedding{InputDim: 10, OutputDim: 4},
			Gated{Units: 6},
			nn.SimpleRNN{Units: 4},
			nn.Dense{Units: 1, Activation: nn.Sigmoid},
		},
	}.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, w := range model.Weights() {
		if strings.HasPrefix(w.Name(), "gated/") {
			fmt.Println(w.Name(), w.Shape())
		}
	}
	trainer, err := train.Compile(model, train.Config{
		Optimizer: &optimizers.Adam{LearningRate: 0.01},
		Loss:      nn.BinaryCrossentropy{},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	history, err := trainer.Fit(context.Background(), firstWord(10), train.FitConfig{Epochs: 8, BatchSize: 10})
	if err != nil {
		fmt.Println(err)
		return
	}
	losses := history.Values("loss")
	fmt.Println("loss fell:", losses[7] < losses[0]/2)
	// Output:
	// gated/kernel [4 6]
	// gated/bias [6]
	// gated/gate [4 6]
	// loss fell: true
}

// A model is described, built, trained and evaluated.
func Example() {
	model, err := nn.Sequential{
		Input: nn.Tokens(3),
		Layers: []nn.Layer{
			nn.Embedding{InputDim: 10, OutputDim: 8},
			nn.SimpleRNN{Units: 8},
			nn.Dense{Units: 1, Activation: nn.Sigmoid},
		},
	}.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	trainer, err := train.Compile(model, train.Config{
		Optimizer: &optimizers.Adam{LearningRate: 0.01},
		Loss:      nn.BinaryCrossentropy{},
		Metrics:   []train.Metric{&metrics.BinaryAccuracy{}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, data := context.Background(), firstWord(10)
	if _, err := trainer.Fit(ctx, data, train.FitConfig{Epochs: 20, BatchSize: 10}); err != nil {
		fmt.Println(err)
		return
	}
	scores, err := trainer.Evaluate(ctx, data, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("accuracy %.2f\n", scores["accuracy"])
	// Output: accuracy 1.00
}

func ExampleModel_Summary() {
	model, err := nn.Sequential{
		Input: nn.Tokens(100),
		Layers: []nn.Layer{
			nn.Embedding{InputDim: 1000, OutputDim: 32},
			nn.SimpleRNN{Units: 8},
			nn.Dense{Units: 1, Activation: nn.Sigmoid},
		},
	}.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	for line := range strings.Lines(model.Summary()) {
		fmt.Println(strings.TrimRight(line, " \n"))
	}
	// Output:
	// Model: "sequential"
	// _________________________________________________________________
	//  Layer (type)                Output Shape              Param #
	// =================================================================
	//  embedding (Embedding)       (None, 100, 32)           32000
	//
	//  simple_rnn (SimpleRNN)      (None, 8)                 328
	//
	//  dense (Dense)               (None, 1)                 9
	//
	// =================================================================
	// Total params: 32,337
	// Trainable params: 32,337
	// Non-trainable params: 0
	// _________________________________________________________________
}

// Load finds the layers of one's own by their registered names.
func ExampleLoad() {
	model, err := nn.Sequential{
		Input:  nn.Features(2),
		Layers: []nn.Layer{Gated{Units: 3}, nn.Dense{Units: 1}},
	}.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
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
	fmt.Printf("%#v\n", loaded.Layers()[0].Layer)
	fmt.Println(loaded.Params(), "parameters")
	// Output:
	// nn_test.Gated{Units:3}
	// 19 parameters
}
