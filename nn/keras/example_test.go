package keras_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"unroll/nn"
	"unroll/nn/keras"
	"unroll/train"
	"unroll/train/optimizers"
)

// A model goes to Keras and comes back; what comes back predicts without a loss and an
// optimizer, and trains with them.
func Example() {
	dir, err := os.MkdirTemp("", "keras")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "xor.keras")

	model, err := nn.Sequential{Input: nn.Features(2), Seed: 3, Layers: []nn.Layer{
		nn.Dense{Units: 8, Activation: nn.Tanh},
		nn.Dense{Units: 1, Activation: nn.Sigmoid},
	}}.Build()
	if err != nil {
		log.Fatal(err)
	}
	if err := keras.Save(path, model); err != nil { // keras.models.load_model reads it
		log.Fatal(err)
	}

	model, err = keras.Load(path) // or any file that Keras wrote
	if err != nil {
		log.Fatal(err)
	}
	data := train.Data{Features: [][]float32{{0, 0}, {0, 1}, {1, 0}, {1, 1}}, Targets: []float32{0, 1, 1, 0}}
	trainer, err := train.Compile(model, train.Config{Optimizer: &optimizers.Adam{LearningRate: 0.05}, Loss: nn.BinaryCrossentropy{}})
	if err != nil {
		log.Fatal(err)
	}
	defer trainer.Close()
	if _, err := trainer.Fit(context.Background(), data, train.FitConfig{Epochs: 200}); err != nil {
		log.Fatal(err)
	}
	y, err := trainer.Predict(context.Background(), data, 4)
	if err != nil {
		log.Fatal(err)
	}
	for i, v := range y {
		fmt.Println(data.Features[i], v > 0.5)
	}
	// Output:
	// [0 0] false
	// [0 1] true
	// [1 0] true
	// [1 1] false
}

// Open tells what a file holds beside its model.
func ExampleOpen() {
	model, err := nn.Sequential{Input: nn.Tokens(nn.Any), Layers: []nn.Layer{
		nn.Embedding{InputDim: 1000, OutputDim: 8, MaskZero: true}, nn.LSTM{Units: 4}, nn.Dense{Units: 1, Activation: nn.Sigmoid},
	}}.Build()
	if err != nil {
		log.Fatal(err)
	}
	path := filepath.Join(os.TempDir(), "example.h5")
	defer os.Remove(path)
	if err := keras.SaveHDF5(path, model); err != nil {
		log.Fatal(err)
	}
	file, err := keras.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(file.Format, "of Keras", file.Version)
	for _, l := range file.Model.Layers() {
		fmt.Println(l.Name, l.Type, l.Outputs[0])
	}
	// Output:
	// HDF5 of a whole model of Keras 2.15.0
	// embedding Embedding (None, None, 8)
	// lstm LSTM (None, 4)
	// dense Dense (None, 1)
}
