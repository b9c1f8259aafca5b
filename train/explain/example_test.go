package explain_test

import (
	"context"
	"fmt"
	"log"

	"unroll/nn"
	"unroll/train"
	"unroll/train/explain"
	"unroll/train/optimizers"
)

// Learns from six texts, and tells which word decided about a new one.
func ExampleExplainer() {
	words := []string{"", "the", "film", "was", "good", "bad", "great", "boring"}
	data := train.Data{
		Tokens:  [][]int32{{1, 2, 3, 4}, {1, 2, 3, 5}, {0, 0, 6, 2}, {0, 0, 7, 2}, {0, 4, 1, 2}, {0, 5, 1, 2}},
		Targets: []float32{1, 0, 1, 0, 1, 0},
	}
	model, err := nn.Sequential{Input: nn.Tokens(4), Seed: 1, Layers: []nn.Layer{
		nn.Embedding{InputDim: len(words), OutputDim: 4, MaskZero: true},
		nn.LSTM{Units: 4},
		nn.Dense{Units: 1, Activation: nn.Sigmoid},
	}}.Build()
	if err != nil {
		log.Fatal(err)
	}
	trainer, err := train.Compile(model, train.Config{Optimizer: &optimizers.Adam{LearningRate: 0.05}, Loss: nn.BinaryCrossentropy{}})
	if err != nil {
		log.Fatal(err)
	}
	defer trainer.Close()
	if _, err := trainer.Fit(context.Background(), data, train.FitConfig{Epochs: 100}); err != nil {
		log.Fatal(err)
	}

	explainer, err := explain.New(model, explain.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer explainer.Close()
	texts := train.Data{Tokens: [][]int32{{0, 1, 6, 2}, {2, 3, 7, 1}}}
	all, err := explainer.Explain(context.Background(), texts, explain.Predicted)
	if err != nil {
		log.Fatal(err)
	}
	for i, a := range all {
		most := 0
		for t := range a.Steps {
			if a.Steps[t] > a.Steps[most] {
				most = t
			}
		}
		fmt.Printf("class %d: %s\n", a.Class, words[texts.Tokens[i][most]])
	}
	// Output:
	// class 1: great
	// class 0: boring
}
