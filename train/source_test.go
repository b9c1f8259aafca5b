package train_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pkg/errors"

	"unroll/nn"
	"unroll/train"
	"unroll/train/internal/traintest"
	"unroll/train/optimizers"
)

// sampleTrainer is for numbered samples.
func sampleTrainer(t interface{ Fatal(...any) }) *train.Trainer {
	m, err := nn.Sequential{Input: nn.Tokens(2), Seed: 1, Layers: []nn.Layer{
		nn.Embedding{InputDim: 100, OutputDim: 2}, nn.SimpleRNN{Units: 2}, nn.Dense{Units: 1, Activation: nn.Sigmoid},
	}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.SGD{}, Loss: nn.BinaryCrossentropy{}})
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// TestStepsPerEpochResume: a run whose epochs end in the middle of a pass ends in
// the same bits when it is cut off and resumed at any step.
func TestStepsPerEpochResume(t *testing.T) {
	s := train.Stream{Open: texts(50), BatchSize: 8, Shuffle: 20, Seed: 2, Buckets: []int{4, 9}, Prefetch: 2}
	d := inMemory(t, 50)
	for _, in := range []string{"memory", "stream"} {
		fit := func(c train.FitConfig) ([][]float64, error) {
			m := maskedModel(t, nn.Any)
			tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.Adam{}, Loss: nn.BinaryCrossentropy{}})
			if err != nil {
				t.Fatal(err)
			}
			defer tr.Close()
			c.Epochs, c.StepsPerEpoch, c.BatchSize, c.ValidationSource = 4, 5, 8, s
			if in == "memory" {
				_, err = tr.Fit(context.Background(), d, c)
			} else {
				_, err = tr.FitSource(context.Background(), s, c)
			}
			return traintest.Weights(m), err
		}
		want, err := fit(train.FitConfig{})
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []uint64{1, 5, 7, 10, 13} {
			dir, cut := t.TempDir(), errors.New("cut")
			_, err := fit(train.FitConfig{Checkpoint: &train.Checkpointing{Dir: dir, Every: 1}, Callbacks: []train.Callback{train.CallbackFunc(func(e *train.Event) error {
				if e.Step == at+1 {
					return cut
				}
				return nil
			})}})
			if !errors.Is(err, cut) {
				t.Fatal(err)
			}
			from, err := train.LatestCheckpoint(dir)
			if err != nil {
				t.Fatal(err)
			}
			got, err := fit(train.FitConfig{Resume: from})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, cut off after step %d: %s", in, at, diff)
			}
		}
	}
}
