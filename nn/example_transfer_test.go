package nn_test

import (
	"context"
	"fmt"

	"unroll/nn"
	"unroll/train"
	"unroll/train/optimizers"
)

// A trained model without its last layer is the base of another one, which learns
// a new task on top of it; by itself it says what it makes of a text.
func Example_transfer() {
	ctx := context.Background()
	trained, err := nn.Sequential{
		Input: nn.Tokens(3),
		Layers: []nn.Layer{
			nn.Embedding{InputDim: 10, OutputDim: 4},
			nn.GRU{Units: 3},
			nn.Dense{Units: 1, Activation: nn.Sigmoid},
		},
	}.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	encoder, err := trained.SubModel("gru")
	if err != nil {
		fmt.Println(err)
		return
	}
	model, err := nn.Sequential{
		Input: nn.Tokens(3),
		Layers: []nn.Layer{
			nn.Named{Name: "encoder", Layer: nn.Frozen{Layer: encoder.AsLayer()}},
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
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := trainer.Fit(ctx, firstWord(10), train.FitConfig{Epochs: 3}); err != nil {
		fmt.Println(err)
		return
	}

	from, err := trained.Layer("gru")
	if err != nil {
		fmt.Println(err)
		return
	}
	to, err := model.Layer("encoder/gru")
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, w := range to.Weights() {
		same := fmt.Sprint(w.Float64s()) == fmt.Sprint(from.Weights()[i].Float64s())
		fmt.Println(w.Name(), w.Shape(), "as it was:", same)
	}

	features, err := train.Compile(encoder, train.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	y, err := features.Predict(ctx, train.Data{Tokens: [][]int32{{1, 2, 3}, {4, 5, 6}}}, 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(y), "features of 2 texts")
	// Output:
	// encoder/gru/kernel [4 9] as it was: true
	// encoder/gru/recurrent_kernel [3 9] as it was: true
	// encoder/gru/bias [2 9] as it was: true
	// 6 features of 2 texts
}
