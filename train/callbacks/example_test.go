package callbacks_test

import (
	"context"
	"fmt"
	"log"

	"unroll/nn"
	"unroll/train"
	"unroll/train/callbacks"
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

// Stops when the loss is not better for 5 epochs, and goes back to the best.
func ExampleEarlyStopping() {
	model, data := xor()
	t := compile(model, &optimizers.SGD{LearningRate: 40}) // too much
	defer t.Close()
	stop := &callbacks.EarlyStopping{Monitor: "val_loss", Patience: 5, RestoreBest: true}
	history, err := t.Fit(context.Background(), data, train.FitConfig{Epochs: 1000, Validation: &data, Callbacks: []train.Callback{stop}})
	if err != nil {
		log.Fatal(err)
	}
	logs, err := t.Evaluate(context.Background(), data, 0)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(history.Epochs)-stop.BestEpoch(), logs["loss"] == history.Values("val_loss")[stop.BestEpoch()-1])
	// Output: 5 true
}
