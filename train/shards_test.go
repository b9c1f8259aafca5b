package train_test

import (
	"context"
	"math"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/nn"
	"unroll/train"
	"unroll/train/internal/traintest"
	"unroll/train/metrics"
	"unroll/train/optimizers"
)

// fitSharded trains a small model on 100 samples in batches of 32, the last of
// 4, shared by k programs, and returns the losses and the weights.
func fitSharded(t *testing.T, k int, o train.Optimizer) ([]float64, [][]float64) {
	t.Helper()
	tr, err := train.Compile(traintest.Model(t, 3), train.Config{Optimizer: o, Loss: nn.BinaryCrossentropy{}, Metrics: []train.Metric{&metrics.BinaryAccuracy{}}, Shards: k})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	h, err := tr.Fit(context.Background(), traintest.WordOrder(100, 1), train.FitConfig{Epochs: 3, Seed: 9})
	if err != nil {
		t.Fatal(err)
	}
	return append(h.Values("loss"), h.Values("accuracy")...), traintest.Weights(tr.Model())
}

// TestShardsOnAnyNumberOfProcessors: the same bits on 1, 2 and 4.
func TestShardsOnAnyNumberOfProcessors(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var want [][]float64
	for _, procs := range []int{1, 2, 4} {
		runtime.GOMAXPROCS(procs)
		_, got := fitSharded(t, 3, &optimizers.Adam{})
		if want == nil {
			want = got
		} else if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d processors: %s", procs, diff)
		}
	}
}

// TestShardsAddUp: sharing a batch changes the rounding and nothing else.
func TestShardsAddUp(t *testing.T) {
	losses, want := fitSharded(t, 1, &optimizers.SGD{})
	for _, k := range []int{2, 3, 5, 32} {
		l, got := fitSharded(t, k, &optimizers.SGD{})
		for i := range l {
			if math.Abs(l[i]-losses[i]) > 1e-6 {
				t.Errorf("%d shards: score %d is %g, want %g", k, i, l[i], losses[i])
			}
		}
		for i := range want {
			for j := range want[i] {
				if math.Abs(got[i][j]-want[i][j]) > 1e-6 {
					t.Fatalf("%d shards: weight %d[%d] is %g, want %g", k, i, j, got[i][j], want[i][j])
				}
			}
		}
	}
}

// TestShardCount states the number for the two experiments and its limits.
func TestShardCount(t *testing.T) {
	model := func(layers ...nn.Layer) *nn.Model {
		m, err := nn.Sequential{Input: nn.Tokens(100), Layers: append(layers, nn.Dense{Units: 1, Activation: nn.Sigmoid})}.Build()
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	for _, c := range []struct {
		name  string
		model *nn.Model
		batch int
		want  int
	}{
		{"onehot", model(nn.OneHot{Depth: 100}, nn.SimpleRNN{Units: 32}), 32, 2},
		{"embedding", model(nn.Embedding{InputDim: 1000, OutputDim: 32}, nn.SimpleRNN{Units: 8}), 32, 1},
		{"wide", model(nn.OneHot{Depth: 100}, nn.SimpleRNN{Units: 128}), 256, train.MaxShards},
		{"few rows", model(nn.OneHot{Depth: 100}, nn.SimpleRNN{Units: 512}), 9, 1},
	} {
		for _, exec := range []nn.Execution{nn.Unrolled, nn.Looped, nn.Fused} {
			tr, err := train.Compile(c.model, train.Config{Execution: exec})
			if err != nil {
				t.Fatal(err)
			}
			if got, err := tr.ShardsFor(c.batch, []int{100}); err != nil || got != c.want {
				t.Errorf("%s, %s: %d shards, error %v, want %d", c.name, exec, got, err, c.want)
			}
		}
	}
}
