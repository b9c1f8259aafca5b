package train_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"unroll/internal/show"
	"unroll/nn"
	"unroll/train"
	"unroll/train/metrics"
	"unroll/train/optimizers"
)

const longSteps = 64

// long are recurrent networks over long sequences, whose layers recompute if they are
// told to, and the names of these.
var long = map[string]struct {
	input  nn.Input
	layers func(remat bool) []nn.Layer
	names  []string
	same   bool // recomputing does not change a bit of what is learned
}{
	"simple_rnn": {nn.Features(longSteps, 3), func(remat bool) []nn.Layer {
		return []nn.Layer{nn.SimpleRNN{Units: 8, NoBias: true, Remat: remat}}
	}, []string{"simple_rnn"}, true},
	"lstm": {nn.Features(longSteps, 3), func(remat bool) []nn.Layer {
		return []nn.Layer{nn.LSTM{Units: 8, NoBias: true, Remat: remat}}
	}, []string{"lstm"}, true},
	"gru": {nn.Features(longSteps, 3), func(remat bool) []nn.Layer {
		return []nn.Layer{nn.GRU{Units: 8, NoBias: true, Remat: remat}}
	}, []string{"gru"}, true},
	"two": {nn.Features(longSteps, 3), func(remat bool) []nn.Layer {
		return []nn.Layer{nn.LSTM{Units: 6, ReturnSequences: true, Remat: remat}, nn.Dropout{Rate: 0.1}, nn.GRU{Units: 4, Remat: remat}}
	}, []string{"lstm", "gru"}, false},
	"words": {nn.Tokens(longSteps), func(remat bool) []nn.Layer {
		return []nn.Layer{
			nn.Embedding{InputDim: 20, OutputDim: 4, MaskZero: true},
			nn.Bidirectional{Layer: nn.LSTM{Units: 5, Dropout: 0.2, Remat: remat}},
		}
	}, []string{"bidirectional/forward", "bidirectional/backward"}, false},
	"looped": {nn.Features(longSteps, 3), func(remat bool) []nn.Layer {
		return []nn.Layer{nn.SimpleRNN{Units: 8, Execution: nn.Looped, Remat: remat}}
	}, []string{"simple_rnn"}, false},
}

// longTrainer is a trainer of one of them.
func longTrainer(t testing.TB, name string, remat bool, c train.Config) *train.Trainer {
	t.Helper()
	net := long[name]
	m, err := nn.Sequential{Input: net.input, Seed: 3, Layers: append(net.layers(remat), nn.Dense{Units: 1, Activation: nn.Sigmoid, NoBias: true})}.Build()
	if err != nil {
		t.Fatal(err)
	}
	c.Optimizer, c.Loss = &optimizers.SGD{LearningRate: 0.1}, nn.BinaryCrossentropy{}
	c.Metrics = []train.Metric{&metrics.BinaryAccuracy{}}
	tr, err := train.Compile(m, c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tr.Close() })
	return tr
}

func longData(name string, n int) train.Data {
	d := train.Data{}
	words := long[name].input.IDs()
	for i := range n {
		ids, x := make([]int32, longSteps), make([]float32, 3*longSteps)
		for j := range ids {
			ids[j] = int32((i*(j+3) + j*j) % 20)
		}
		for j := range x {
			x[j] = float32(math.Sin(float64(i*j + j)))
		}
		if words {
			d.Tokens = append(d.Tokens, ids)
		} else {
			d.Features = append(d.Features, x)
		}
		d.Targets = append(d.Targets, float32(i%2))
	}
	return d
}

func memoryOf(t testing.TB, tr *train.Trainer, batch int) train.Memory {
	t.Helper()
	m, err := tr.Memory(batch, longSteps)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// fitLong trains and returns the losses and weights.
func fitLong(t testing.TB, name string, tr *train.Trainer) [][]float64 {
	t.Helper()
	validation := longData(name, 7)
	h, err := tr.Fit(context.Background(), longData(name, 20), train.FitConfig{Epochs: 2, BatchSize: 8, Seed: 5, Validation: &validation})
	if err != nil {
		t.Fatal(err)
	}
	all := [][]float64{h.Values("loss"), h.Values("val_loss")}
	for _, w := range tr.Model().Weights() {
		all = append(all, w.Float64s())
	}
	return all
}

// TestMemoryLimit: at what a batch needs nothing changes; below, the recurrent layers
// recompute, as if their Remat were set, to the bit; below what they need then, it is
// refused before anything is trained.
func TestMemoryLimit(t *testing.T) {
	for name, net := range long {
		for _, shards := range []int{1, 2} {
			t.Run(fmt.Sprint(name, shards), func(t *testing.T) {
				trainer := func(remat bool, limit int64) *train.Trainer {
					return longTrainer(t, name, remat, train.Config{Shards: shards, MemoryLimit: limit})
				}
				free := memoryOf(t, trainer(false, 0), 8)
				if free.Programs != shards || free.Recomputes != nil {
					t.Errorf("without a limit: %+v", free)
				}
				if m := memoryOf(t, trainer(false, free.Bytes), 8); !cmp.Equal(m, free) {
					t.Errorf("at the limit: %+v, want %+v", m, free)
				}
				short := trainer(false, free.Bytes-1)
				less := memoryOf(t, short, 8)
				if less.Bytes >= free.Bytes || !slices.Equal(less.Recomputes, net.names) {
					t.Errorf("below the limit: %+v, and without one %+v", less, free)
				}
				set := trainer(true, 0)
				if m := memoryOf(t, set, 8); !cmp.Equal(m, less) {
					t.Errorf("below the limit: %+v, with Remat %+v", less, m)
				}
				got := fitLong(t, name, short)
				if diff := cmp.Diff(fitLong(t, name, set), got); diff != "" {
					t.Error("not the bits of Remat:", diff)
				}
				want := fitLong(t, name, trainer(false, 0))
				for i := range want {
					for j, x := range want[i] {
						if y := got[i][j]; math.Abs(x-y) > 1e-5 || net.same && x != y {
							t.Fatalf("value %d %d: %v, without a limit %v", i, j, y, x)
						}
					}
				}
				refused := trainer(false, less.Bytes-1)
				_, err := refused.Memory(8, longSteps)
				need := fmt.Sprintf("a batch of 8 and 64 steps needs %s bytes of buffers, %s with recurrent layers that recompute: more than the memory limit of %s",
					show.Thousands(int(free.Bytes)), show.Thousands(int(less.Bytes)), show.Thousands(int(less.Bytes-1)))
				need = strings.Replace(need, "batch of 8", map[int]string{1: "batch of 8", 2: "batch in 2 programs of 4"}[shards], 1)
				if err == nil || err.Error() != "memory: "+need {
					t.Errorf("%v, want %s", err, need)
				}
				_, err = refused.Fit(context.Background(), longData(name, 20), train.FitConfig{BatchSize: 8})
				if err == nil || !strings.Contains(err.Error(), need) {
					t.Errorf("%v, want %s", err, need)
				}
			})
		}
	}
}

// TestAnyMemoryLimit: whatever the limit, a batch keeps within it or is refused, and
// layers recompute only where they must.
func TestAnyMemoryLimit(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		name := rapid.SampledFrom([]string{"two", "words"}).Draw(r, "net")
		batch, shards := rapid.IntRange(1, 9).Draw(r, "batch"), rapid.IntRange(1, 3).Draw(r, "shards")
		free := memoryOf(t, longTrainer(t, name, false, train.Config{Shards: shards}), batch)
		limit := rapid.Int64Range(1, free.Bytes+free.Bytes/10).Draw(r, "limit")
		m, err := longTrainer(t, name, false, train.Config{Shards: shards, MemoryLimit: limit}).Memory(batch, longSteps)
		if err != nil && limit >= free.Bytes || err == nil && (m.Bytes > limit || (m.Recomputes == nil) != (limit >= free.Bytes)) {
			r.Fatalf("limit %d, %+v without one: %+v, %v", limit, free, m, err)
		}
	})
}

// TestMemoryLimitOfInference: outputs and scores are the same bits below what a batch
// needs, and a batch that needs too much is refused.
func TestMemoryLimitOfInference(t *testing.T) {
	for name := range long {
		d := longData(name, 30)
		ctx := context.Background()
		free := longTrainer(t, name, false, train.Config{})
		want, err := free.Predict(ctx, d, 4)
		if err != nil {
			t.Fatal(err)
		}
		scores, err := free.Evaluate(ctx, d, 4)
		if err != nil {
			t.Fatal(err)
		}
		limit, refused := memoryOf(t, free, 4).Bytes, false // inference needs less
		for ; limit > 0 && !refused; limit /= 2 {
			short := longTrainer(t, name, false, train.Config{MemoryLimit: limit})
			got, err := short.Predict(ctx, d, 4)
			if err != nil {
				refused = strings.HasPrefix(err.Error(), "predict: a batch of 4 and 64 steps needs ")
				if _, e := short.Evaluate(ctx, d, 4); !refused || e == nil || !strings.HasPrefix(e.Error(), "evaluate: a batch of 4 and 64 steps needs ") {
					t.Errorf("%s: %v, %v", name, err, e)
				}
				break
			}
			again, err := short.Evaluate(ctx, d, 4)
			if err != nil || !slices.Equal(got, want) || !cmp.Equal(again, scores) {
				t.Errorf("%s, limit %d: %v, outputs %v, want %v; scores %v, want %v", name, limit, err, got, want, again, scores)
			}
		}
		if !refused {
			t.Errorf("%s: nothing is refused", name)
		}
	}
}

// TestBatchesAtATime: as many batches are inferred at a time as keep within the limit.
func TestBatchesAtATime(t *testing.T) {
	_, bytes, err := longTrainer(t, "lstm", false, train.Config{}).AtATime(4, 4, longSteps)
	if err != nil {
		t.Fatal(err)
	}
	for limit, want := range map[int64]int{0: 4, bytes: 1, 2*bytes - 1: 1, 2 * bytes: 2, 9 * bytes: 4} {
		at, _, err := longTrainer(t, "lstm", false, train.Config{MemoryLimit: limit}).AtATime(4, 4, longSteps)
		if err != nil || at != want {
			t.Errorf("limit %d, a batch needs %d: %d at a time, want %d; %v", limit, bytes, at, want, err)
		}
	}
}

// TestNothingToRecompute: the error tells only of what was tried.
func TestNothingToRecompute(t *testing.T) {
	for name, layers := range map[string][]nn.Layer{
		"none":    {nn.Flatten{}, nn.Dense{Units: 1}},
		"remat":   {nn.LSTM{Units: 4, Remat: true}, nn.Dense{Units: 1}},
		"one-hot": {nn.LSTM{Units: 4}, nn.Dense{Units: 1}},
	} {
		input := nn.Features(9, 2)
		if name == "one-hot" {
			input, layers = nn.Tokens(9), append([]nn.Layer{nn.OneHot{Depth: 30}}, layers...)
		}
		m, err := nn.Sequential{Input: input, Layers: layers}.Build()
		if err != nil {
			t.Fatal(err)
		}
		tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.SGD{}, Loss: nn.MeanSquaredError{}, MemoryLimit: 10})
		if err != nil {
			t.Fatal(err)
		}
		_, err = tr.Memory(0, 9)
		if err == nil || !strings.HasPrefix(err.Error(), "memory: a batch of 32 and 9 steps needs ") || strings.Contains(err.Error(), "recompute") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := train.Compile(new(nn.Model), train.Config{MemoryLimit: -1}); err == nil || err.Error() != "compile: MemoryLimit is -1, want at least 0" {
		t.Error(err)
	}
}

// TestMemoryForPeople: how a plan is written.
func TestMemoryForPeople(t *testing.T) {
	m := memoryOf(t, longTrainer(t, "words", true, train.Config{Shards: 2}), 8)
	for _, want := range []string{show.Bytes(m.Bytes) + "; 2 programs, each ", " in place; bidirectional/forward, bidirectional/backward recompute"} {
		if !strings.Contains(m.String(), want) {
			t.Errorf("%v, want %s", m, want)
		}
	}
	m.Programs, m.Recomputes = 1, []string{"lstm"}
	if s, want := m.String(), show.Bytes(m.Bytes)+"; "+m.Program.String()+"; lstm recomputes"; s != want {
		t.Errorf("%s, want %s", s, want)
	}
}
