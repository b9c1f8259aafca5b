package callbacks_test

import (
	"context"
	"fmt"
	"log"

	"unroll/nn"
	"unroll/train"
	"unroll/train/callbacks"
	"unroll/train/optimizers"
)

// What the hidden layer puts out for three samples, and how much the loss depends on it.
func ExampleNodeStats() {
	model, err := nn.Sequential{Input: nn.Features(1), Layers: []nn.Layer{
		nn.Named{Name: "hidden", Layer: nn.Dense{Units: 4, Activation: nn.Relu, KernelInitializer: nn.Constant(1)}},
		nn.Dense{Units: 1, KernelInitializer: nn.Constant(0.5)},
	}}.Build()
	if err != nil {
		log.Fatal(err)
	}
	trainer, err := train.Compile(model, train.Config{Optimizer: &optimizers.SGD{}, Loss: nn.MeanSquaredError{}})
	if err != nil {
		log.Fatal(err)
	}
	defer trainer.Close()
	data := train.Data{Features: [][]float32{{-1}, {0}, {3}}, Targets: []float32{0, 0, 9}}
	history, err := trainer.Fit(context.Background(), data, train.FitConfig{
		Callbacks: []train.Callback{callbacks.NodeStats{Names: []string{"hidden"}}},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, of := range []string{"mean", "std", "min", "max", "zeros", "gradient_norm"} {
		fmt.Printf("%s %.2f\n", of, history.Epochs[0].Logs["hidden/"+of])
	}
	// Output:
	// mean 1.00
	// std 1.41
	// min 0.00
	// max 3.00
	// zeros 0.67
	// gradient_norm 2.00
}
