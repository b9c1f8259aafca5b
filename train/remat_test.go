package train_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pkg/errors"

	"unroll/nn"
	"unroll/train"
	"unroll/train/internal/traintest"
	"unroll/train/optimizers"
)

// TestRematTrains: a model whose layers recompute trains to the same bits from the same
// seed, also where it is interrupted and resumed, and in shards.
func TestRematTrains(t *testing.T) {
	cut := errors.New("cut")
	fit := func(shards int, dir string, from *train.Checkpoint, stop uint64) ([][]float64, error) {
		m, err := nn.Sequential{Input: nn.Tokens(5), Seed: 3, Layers: []nn.Layer{
			nn.Embedding{InputDim: 20, OutputDim: 6, MaskZero: true},
			nn.Bidirectional{Layer: nn.LSTM{Units: 4, Remat: true, Dropout: 0.2, ReturnSequences: true}},
			nn.GRU{Units: 3, Remat: true, RecurrentDropout: 0.1},
			nn.Dense{Units: 1, Activation: nn.Sigmoid},
		}}.Build()
		if err != nil {
			t.Fatal(err)
		}
		tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.Adam{}, Loss: nn.BinaryCrossentropy{}, Shards: shards})
		if err != nil {
			t.Fatal(err)
		}
		defer tr.Close()
		c := train.FitConfig{Epochs: 2, BatchSize: 16, Seed: 5, Resume: from, Callbacks: []train.Callback{train.CallbackFunc(func(e *train.Event) error {
			if e.Kind == train.BatchEnd && e.Step == stop {
				return cut
			}
			return nil
		})}}
		if dir != "" {
			c.Checkpoint = &train.Checkpointing{Dir: dir, Every: 2}
		}
		_, err = tr.Fit(context.Background(), traintest.Counting(60), c)
		return traintest.Weights(m), err
	}
	for _, shards := range []int{1, 2} {
		t.Run(fmt.Sprint(shards), func(t *testing.T) {
			want, err := fit(shards, "", nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			if _, err := fit(shards, dir, nil, 6); !errors.Is(err, cut) {
				t.Fatal(err)
			}
			from, err := train.LatestCheckpoint(dir)
			if err != nil {
				t.Fatal(err)
			}
			got, err := fit(shards, dir, from, 0)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
