package train_test

import (
	"context"
	"fmt"
	"log"

	"unroll/nn"
	"unroll/train"
	"unroll/train/metrics"
	"unroll/train/optimizers"
)

// Texts of any length in memory, of which the model tags each word. Targets are
// those of the words that are there; −1 is a word that nobody has tagged. The
// second text weighs half.
func ExamplePadding() {
	model, err := nn.Sequential{Input: nn.Tokens(nn.Any), Seed: 1, Layers: []nn.Layer{
		nn.Embedding{InputDim: 10, OutputDim: 4, MaskZero: true},
		nn.LSTM{Units: 8, ReturnSequences: true},
		nn.Dense{Units: 2, Activation: nn.Softmax},
	}}.Build()
	if err != nil {
		log.Fatal(err)
	}
	t, err := train.Compile(model, train.Config{
		Optimizer: &optimizers.Adam{LearningRate: 0.1},
		Loss:      nn.SparseCategoricalCrossentropy{IgnoreClass: new(-1)},
		Metrics:   []train.Metric{&metrics.SparseCategoricalAccuracy{}},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer t.Close()
	data := train.Data{
		Tokens:  [][]int32{{1, 7, 2}, {8}, nil, {3, 9, 8, 4}},
		Targets: []float32{0, 1, 0, 1, 0, -1, 1, 0},
		Weights: []float32{1, 0.5, 1, 1},
		Padding: &train.Padding{},
	}
	h, err := t.Fit(context.Background(), data, train.FitConfig{Epochs: 50, ClassWeights: map[int]float64{1: 2}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(h.Values("accuracy")[49])
	// Output: 1
}
