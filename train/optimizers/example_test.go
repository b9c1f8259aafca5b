package optimizers_test

import (
	"context"
	"fmt"
	"log"

	"unroll/nn"
	"unroll/train"
	"unroll/train/metrics"
	"unroll/train/optimizers"
)

// xor is a model and the four samples that it learns.
func xor() (*nn.Model, train.Data) {
	model, err := nn.Sequential{Input: nn.Features(2), Seed: 3, Layers: []nn.Layer{
		nn.Dense{Units: 8, Activation: nn.Tanh},
		nn.Dense{Units: 1, Activation: nn.Sigmoid},
	}}.Build()
	if err != nil {
		log.Fatal(err)
	}
	return model, train.Data{Features: [][]float32{{0, 0}, {0, 1}, {1, 0}, {1, 1}}, Targets: []float32{0, 1, 1, 0}}
}

func compile(model *nn.Model, o train.Optimizer) *train.Trainer {
	t, err := train.Compile(model, train.Config{
		Optimizer: o,
		Loss:      nn.BinaryCrossentropy{},
		Metrics:   []train.Metric{&metrics.BinaryAccuracy{}},
	})
	if err != nil {
		log.Fatal(err)
	}
	return t
}

// AdamW whose rate rises for 20 updates and then falls by a cosine, with the
// norm of all gradients together held to 1, and an average of the weights at
// the end.
func Example_wrappers() {
	model, data := xor()
	t := compile(model, &optimizers.Clip{GlobalNorm: 1, Optimizer: &optimizers.Scheduled{
		Schedule:  optimizers.CosineDecay{WarmupSteps: 20, WarmupTarget: 0.05, DecaySteps: 180},
		Optimizer: &optimizers.Average{Momentum: 0.9, Optimizer: &optimizers.AdamW{WeightDecay: 0.01}},
	}})
	defer t.Close()
	history, err := t.Fit(context.Background(), data, train.FitConfig{Epochs: 200})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(history.Values("accuracy")[199])
	// Output: 1
}
