package callbacks_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"unroll/nn"
	"unroll/train"
	"unroll/train/callbacks"
	"unroll/train/optimizers"
)

// Writes the curves, the histograms and the graph of a run into a folder; see
// them with
//
//	tensorboard --logdir logs
func ExampleTensorBoard() {
	logs, err := os.MkdirTemp("", "logs")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(logs)

	model, err := nn.Sequential{Input: nn.Features(2), Layers: []nn.Layer{
		nn.Dense{Units: 4, Activation: nn.Tanh},
		nn.Dense{Units: 1, Activation: nn.Sigmoid},
	}}.Build()
	if err != nil {
		log.Fatal(err)
	}
	t, err := train.Compile(model, train.Config{Optimizer: &optimizers.SGD{}, Loss: nn.BinaryCrossentropy{}})
	if err != nil {
		log.Fatal(err)
	}
	xor := train.Data{Features: [][]float32{{0, 0}, {0, 1}, {1, 0}, {1, 1}}, Targets: []float32{0, 1, 1, 0}}
	_, err = t.Fit(context.Background(), xor, train.FitConfig{
		Epochs:     10,
		Validation: &xor,
		Callbacks:  []train.Callback{&callbacks.TensorBoard{Dir: logs, HistogramEvery: 5, WriteGraph: true}},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, run := range []string{"train", "validation"} {
		files, err := filepath.Glob(filepath.Join(logs, run, "events.out.tfevents.*"))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(run, len(files))
	}
	// Output:
	// train 1
	// validation 1
}
