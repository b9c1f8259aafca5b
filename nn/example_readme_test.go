package nn_test

import (
	"context"
	"fmt"

	"unroll/nn"
	"unroll/train"
	"unroll/train/optimizers"
)

// The first snippet of the README.
func Example_readme() {
	ctx, x, y := context.Background(), make([][]int32, 64), make([]float32, 64)
	for i := range x {
		x[i] = make([]int32, 100) // words of a review
		for k := range x[i] {
			x[i][k] = int32(1 + (7*i+k)%999)
		}
		y[i] = float32(i % 2)
		x[i][99] = int32(100 + 800*(i%2)) // its last word says it all
	}

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
	trainer, err := train.Compile(model, train.Config{Optimizer: &optimizers.Adam{}, Loss: nn.BinaryCrossentropy{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	history, err := trainer.Fit(ctx, train.Data{Tokens: x, Targets: y}, train.FitConfig{Epochs: 10})
	if err != nil {
		fmt.Println(err)
		return
	}
	probabilities, err := trainer.Predict(ctx, train.Data{Tokens: x}, 0)
	if err != nil {
		fmt.Println(err)
		return
	}

	losses := history.Values("loss")
	fmt.Println("loss fell:", losses[9] < losses[0])
	fmt.Println(len(probabilities), "probabilities")
	// Output:
	// loss fell: true
	// 64 probabilities
}
