package train_test

import (
	"context"
	"slices"
	"testing"

	"github.com/pkg/errors"

	"unroll/nn"
	"unroll/train"
	"unroll/train/optimizers"
)

// TestByLengthResumes: a run that goes on in the middle of an epoch ends with the bits of
// one that was not interrupted.
func TestByLengthResumes(t *testing.T) {
	d := train.Data{Padding: &train.Padding{ByLength: true}}
	for i := range 200 {
		d.Tokens = append(d.Tokens, slices.Repeat([]int32{1 + int32(i%8)}, 1+i*7%60))
		d.Targets = append(d.Targets, float32(i%2))
	}
	fit := func(ctx context.Context, from *train.Checkpoint, c train.FitConfig) (weights []float64, err error) {
		m, err := nn.Sequential{Input: nn.Tokens(nn.Any), Layers: []nn.Layer{nn.Embedding{InputDim: 9, OutputDim: 4, MaskZero: true},
			nn.ConvMaxPooling1D{Filters: 4, KernelSizes: []int{1, 3}}, nn.Dropout{Rate: 0.3}, nn.Dense{Units: 1, Activation: nn.Sigmoid}}}.Build()
		if err != nil {
			t.Fatal(err)
		}
		trainer, err := train.Compile(m, train.Config{Loss: nn.BinaryCrossentropy{}, Optimizer: &optimizers.LazyAdam{}})
		if err != nil {
			t.Fatal(err)
		}
		defer trainer.Close()
		c.Epochs, c.BatchSize, c.Seed, c.Resume = 2, 8, 1, from
		_, err = trainer.Fit(ctx, d, c)
		for _, w := range m.Weights() {
			weights = append(weights, w.Float64s()...)
		}
		return weights, err
	}
	want, err := fit(t.Context(), nil, train.FitConfig{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	steps := 0
	stopping := train.CallbackFunc(func(e *train.Event) error {
		if e.Kind == train.BatchEnd {
			if steps++; steps == 33 { // 25 batches are an epoch
				stop()
			}
		}
		return nil
	})
	dir := t.TempDir()
	if _, err := fit(ctx, nil, train.FitConfig{Checkpoint: &train.Checkpointing{Dir: dir}, Callbacks: []train.Callback{stopping}}); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want that it was interrupted", err)
	}
	from, err := train.LatestCheckpoint(dir)
	if err != nil || from == nil {
		t.Fatalf("no checkpoint: %v", err)
	}
	got, err := fit(t.Context(), from, train.FitConfig{})
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("the resumed run ends in other weights, error %v", err)
	}
}
