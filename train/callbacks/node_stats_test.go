package callbacks_test

import (
	"context"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorgonia.org/tensor"

	"unroll/nn"
	"unroll/train"
	"unroll/train/callbacks"
	"unroll/train/internal/traintest"
	"unroll/train/optimizers"
)

// stats trains for an epoch and returns its logs of nodes.
func stats(t *testing.T, model nn.Sequential, weights map[string][]float64, c train.Config, d train.Data, names ...string) train.Logs {
	t.Helper()
	m, err := model.Build()
	if err != nil {
		t.Fatal(err)
	}
	for path, v := range weights {
		w, err := m.Weight(path)
		if err == nil {
			err = w.Set(v)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	c.Optimizer = &optimizers.SGD{LearningRate: 0.01}
	tr, err := train.Compile(m, c)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	h, err := tr.Fit(context.Background(), d, train.FitConfig{Callbacks: []train.Callback{callbacks.NodeStats{Names: names}}})
	if err != nil {
		t.Fatal(err)
	}
	logs := maps.Clone(h.Epochs[0].Logs)
	maps.DeleteFunc(logs, func(name string, _ float64) bool { return !strings.Contains(name, "/") })
	return logs
}

func checkLogs(t *testing.T, got, want train.Logs) {
	t.Helper()
	near := cmp.Comparer(func(x, y float64) bool { return math.Abs(x-y) <= 1e-6 })
	if diff := cmp.Diff(want, got, near); diff != "" {
		t.Error(diff)
	}
}

// TestNodeStats holds them against numbers computed by hand: for the samples
//
//	x = [1 2], [−1 0], [0 −3]   hidden = [5 0], [0 1], [0 0]   y = 10, −1, 0   target = 8, 0, 1
//
// the gradient of the mean squared error is 2/3·(y − target) = 4/3, −2/3, −2/3 with
// respect to y, and with respect to hidden that times [2 −1]. In two programs, one
// of which has a row that is no sample, they are the same.
func TestNodeStats(t *testing.T) {
	d := train.Data{Features: [][]float32{{1, 2}, {-1, 0}, {0, -3}}, Targets: []float32{8, 0, 1}}
	for _, dt := range []tensor.Dtype{tensor.Float32, tensor.Float64} {
		for _, shards := range []int{1, 2} {
			got := stats(t, nn.Sequential{Input: nn.Features(2), Dtype: dt, Layers: []nn.Layer{
				nn.Named{Name: "hidden", Layer: nn.Dense{Units: 2, Activation: nn.Relu, NoBias: true}},
				nn.Named{Name: "out", Layer: nn.Dense{Units: 1, NoBias: true}},
			}}, map[string][]float64{"hidden/kernel": {1, -1, 2, 0.5}, "out/kernel": {2, -1}},
				train.Config{Loss: nn.MeanSquaredError{}, Shards: shards}, d, "hidden", "out", "out/kernel")
			checkLogs(t, got, train.Logs{
				"hidden/mean": 1, "hidden/std": math.Sqrt(10.0 / 3), "hidden/min": 0, "hidden/max": 5,
				"hidden/zeros": 4.0 / 6, "hidden/gradient_norm": math.Sqrt(120) / 3,

				"out/mean": 3, "out/std": math.Sqrt(101.0/3 - 9), "out/min": -1, "out/max": 10,
				"out/zeros": 1.0 / 3, "out/gradient_norm": math.Sqrt(24) / 3,

				// After the update by a hundredth of the gradient [20/3 −2/3].
				"out/kernel/mean": 0.47, "out/kernel/std": 1.463333333, "out/kernel/min": -1 + 0.02/3, "out/kernel/max": 2 - 0.2/3,
				"out/kernel/zeros": 0, "out/kernel/gradient_norm": math.Sqrt(404) / 3,
			})
		}
	}
}

// TestNodeStatsOfLogits: the loss of a last layer is computed from its logits, so these
// have the gradient: σ(0) − 1.
func TestNodeStatsOfLogits(t *testing.T) {
	got := stats(t, nn.Sequential{Input: nn.Features(1), Layers: []nn.Layer{nn.Dense{Units: 1, Activation: nn.Sigmoid}}},
		map[string][]float64{"dense/kernel": {0}}, train.Config{Loss: nn.BinaryCrossentropy{}},
		train.Data{Features: [][]float32{{3}}, Targets: []float32{1}}, "dense")
	checkLogs(t, got, train.Logs{
		"dense/mean": 0.5, "dense/std": 0, "dense/min": 0.5, "dense/max": 0.5, "dense/zeros": 0, "dense/gradient_norm": 0.5,
	})
}

// TestNodeStatsOfTable: the rows that are told of an embedding are none that the loss is
// computed from, and have no gradient; the table has.
func TestNodeStatsOfTable(t *testing.T) {
	got := stats(t, nn.Sequential{Input: nn.Tokens(4), Layers: []nn.Layer{
		nn.Embedding{InputDim: 3, OutputDim: 2}, nn.SimpleRNN{Units: 2}, nn.Dense{Units: 1},
	}}, map[string][]float64{"embedding/embeddings": {1, 2, 3, 4, 0, 0}}, train.Config{Loss: nn.MeanSquaredError{}},
		train.Data{Tokens: [][]int32{{0, 1, 2, 0}}, Targets: []float32{1}}, "embedding", "embedding/embeddings")
	want := train.Logs{"embedding/mean": 13.0 / 8, "embedding/zeros": 2.0 / 8, "embedding/max": 4}
	for name, v := range want {
		if math.Abs(got[name]-v) > 1e-6 {
			t.Errorf("%s is %v, want %v", name, got[name], v)
		}
	}
	if _, ok := got["embedding/gradient_norm"]; ok || !(got["embedding/embeddings/gradient_norm"] > 0) {
		t.Errorf("the logs are %v", got)
	}
}

// TestNodeStatsLeaveTheTraining: its bits are those of one that nobody looks at.
func TestNodeStatsLeaveTheTraining(t *testing.T) {
	want, wantHistory, err := traintest.Resumable(t, "", &optimizers.Adam{}, 3, nil)
	if err != nil {
		t.Fatal(err)
	}
	look := callbacks.NodeStats{Names: []string{"embedding", "batch_normalization", "lstm", "lstm[0][0]", "dense", "lstm/kernel"}}
	got, history, err := traintest.Resumable(t, "", &optimizers.Adam{}, 3, nil, look)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for i, e := range history.Epochs {
		for name, v := range wantHistory.Epochs[i].Logs {
			if e.Logs[name] != v {
				t.Errorf("epoch %d: %s is %v, want %v", i, name, e.Logs[name], v)
			}
		}
		for _, name := range look.LogNames() {
			if v, ok := e.Logs[name]; ok == (name == "embedding/gradient_norm") || math.IsNaN(v) {
				t.Errorf("epoch %d: %s is %v", i, name, v)
			}
		}
	}
	if names := history.Names(); !slices.Contains(names, "lstm/gradient_norm") {
		t.Errorf("the history has %v", names)
	}
}
