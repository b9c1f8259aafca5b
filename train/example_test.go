package train_test

import (
	"context"
	"fmt"
	"iter"
	"log"
	"os"

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

// Any function is a callback.
func ExampleCallbackFunc() {
	model, data := xor()
	t := compile(model, &optimizers.Adam{LearningRate: 0.05})
	defer t.Close()
	enough := train.CallbackFunc(func(e *train.Event) error {
		if e.Kind == train.EpochEnd && e.Logs["accuracy"] == 1 {
			e.Stop("all is right")
		}
		return nil
	})
	history, err := t.Fit(context.Background(), data, train.FitConfig{Epochs: 1000, Callbacks: []train.Callback{enough}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(history.Epochs) < 100, history.Values("accuracy")[len(history.Epochs)-1])
	// Output: true 1
}

// A run that is cut off goes on where its last checkpoint was, and ends with
// the same bits.
func ExampleCheckpointing() {
	dir, err := os.MkdirTemp("", "checkpoints")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	fit := func(ctx context.Context, hook train.CallbackFunc, c train.FitConfig) (float64, error) {
		model, data := xor()
		t := compile(model, &optimizers.Adam{LearningRate: 0.05})
		defer t.Close()
		c.Epochs, c.BatchSize, c.Callbacks = 20, 2, []train.Callback{hook}
		history, err := t.Fit(ctx, data, c)
		if err != nil {
			return 0, err
		}
		return history.Values("loss")[19], nil
	}
	nothing := func(*train.Event) error { return nil }
	want, err := fit(context.Background(), nothing, train.FitConfig{})
	if err != nil {
		log.Fatal(err)
	}

	ctx, cancel := context.WithCancel(context.Background())
	interrupt := func(e *train.Event) error {
		if e.Kind == train.BatchEnd && e.Step == 13 {
			cancel()
		}
		return nil
	}
	_, err = fit(ctx, interrupt, train.FitConfig{Checkpoint: &train.Checkpointing{Dir: dir, Every: 5}})
	fmt.Println(err)
	from, err := train.LatestCheckpoint(dir)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("after", from.Epoch(), "epochs and", from.Batch(), "batch")
	got, err := fit(context.Background(), nothing, train.FitConfig{Resume: from})
	fmt.Println(got == want, err)
	// Output:
	// fit: context canceled
	// after 6 epochs and 1 batch
	// true <nil>
}

// Reads samples as they are needed. Sequences of up to 4 words and of up to 8
// are computed by programs of their own.
func ExampleStream() {
	model, err := nn.Sequential{Input: nn.Tokens(nn.Any), Layers: []nn.Layer{
		nn.Embedding{InputDim: 10, OutputDim: 4, MaskZero: true},
		nn.GRU{Units: 8},
		nn.Dense{Units: 1, Activation: nn.Sigmoid},
	}}.Build()
	if err != nil {
		log.Fatal(err)
	}
	t := compile(model, &optimizers.Adam{LearningRate: 0.02})
	defer t.Close()
	source := train.Stream{
		Open: func(epoch int) iter.Seq2[train.Sample, error] {
			return func(yield func(train.Sample, error) bool) {
				for i := range 1000 { // of a file, say
					ids := make([]int32, 1+i%8)
					for k := range ids {
						ids[k] = int32(1 + (i*i+3*k)%9)
					}
					first := float32(ids[0] / 5)
					if !yield(train.Sample{Tokens: ids, Targets: []float32{first}}, nil) {
						return
					}
				}
			}
		},
		Shuffle:  100,
		Buckets:  []int{4, 8},
		Prefetch: 2,
	}
	history, err := t.FitSource(context.Background(), source, train.FitConfig{Epochs: 10, ValidationSource: source})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(history.Values("val_accuracy")[9] > 0.95)
	// Output: true
}

// Finds a learning rate, and sees that the model can learn a batch by heart. The
// model is as before.
func ExampleTrainer_RateRange() {
	model, data := xor()
	sgd := &optimizers.SGD{}
	t := compile(model, sgd)
	defer t.Close()
	points, err := t.RateRange(context.Background(), data, 1e-3, 100, 200, 4)
	if err != nil {
		log.Fatal(err)
	}
	sgd.SetRate(train.SteepestRate(points))
	losses, err := t.OverfitBatch(context.Background(), data, 4, 500)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(sgd.Rate() > 0.01, sgd.Rate() < 50, losses[499] < 0.1)
	// Output: true true true
}

func ExampleConfusionMatrix() {
	matrix := &metrics.ConfusionMatrix{}
	matrix.Update(
		[]float32{0.9, 0.1, 0.2, 0.8, 0.3, 0.7, 0.6, 0.4}, // [rows·classes]
		[]float32{0, 1, 0, 1}, []float32{1, 1, 1, 1})
	fmt.Println(matrix.Matrix())
	fmt.Print(matrix.Report("negative", "positive"))
	// Output:
	// [[1 1] [1 1]]
	//               precision    recall  f1-score   support
	//
	//     negative       0.50      0.50      0.50         2
	//     positive       0.50      0.50      0.50         2
	//
	//     accuracy                           0.50         4
	//    macro avg       0.50      0.50      0.50         4
	// weighted avg       0.50      0.50      0.50         4
}
