package train_test

import (
	"context"
	"iter"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"unroll/nn"
	"unroll/train"
	"unroll/train/internal/traintest"
	"unroll/train/metrics"
	"unroll/train/optimizers"
)

// texts yields n texts of 1 to 9 words whose target is whether the first word is
// in the upper half.
func texts(n int) func(epoch int) iter.Seq2[train.Sample, error] {
	return func(int) iter.Seq2[train.Sample, error] {
		return func(yield func(train.Sample, error) bool) {
			for i := range n {
				ids := make([]int32, 1+i*7%9)
				for k := range ids {
					ids[k] = int32(1 + (i*5+k*k*3)%19)
				}
				if !yield(train.Sample{Tokens: ids, Targets: []float32{float32(ids[len(ids)-1] / 10)}}, nil) {
					return
				}
			}
		}
	}
}

func maskedModel(t *testing.T, steps int) *nn.Model {
	t.Helper()
	m, err := nn.Sequential{Input: nn.Tokens(steps), Seed: 1, Dtype: tensor.Float64, Layers: []nn.Layer{
		nn.Embedding{InputDim: 20, OutputDim: 4, MaskZero: true}, nn.GRU{Units: 4}, nn.Dense{Units: 1, Activation: nn.Sigmoid},
	}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestBucketsAgree: evaluation in buckets and padded to one length are the same.
func TestBucketsAgree(t *testing.T) {
	tr, err := train.Compile(maskedModel(t, nn.Any), train.Config{Optimizer: &optimizers.SGD{}, Loss: nn.BinaryCrossentropy{}, Metrics: []train.Metric{&metrics.BinaryAccuracy{}}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	var want train.Logs
	for _, buckets := range [][]int{{9}, {3, 6, 9}, {1, 2, 3, 4, 5, 6, 7, 8, 9}, nil} {
		logs, err := tr.EvaluateSource(context.Background(), train.Stream{Open: texts(100), BatchSize: 16, Buckets: buckets, Prefetch: 2})
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = logs
		}
		if math.Abs(logs["loss"]-want["loss"]) > 1e-12 || logs["accuracy"] != want["accuracy"] {
			t.Errorf("buckets %v: %v, want %v", buckets, logs, want)
		}
	}
}

// inMemory returns n texts, padded to one length.
func inMemory(t *testing.T, n int) (all train.Data) {
	t.Helper()
	for d, err := range (train.Stream{Open: texts(n), BatchSize: n, Buckets: []int{9}}).Epoch(0) {
		if err != nil {
			t.Fatal(err)
		}
		all = d
	}
	return all
}

// TestValidationSource gives what the same samples in memory do.
func TestValidationSource(t *testing.T) {
	d := inMemory(t, 90)
	fit := func(c train.FitConfig) train.Logs {
		tr, err := train.Compile(maskedModel(t, nn.Any), train.Config{Optimizer: &optimizers.SGD{}, Loss: nn.BinaryCrossentropy{}, Metrics: []train.Metric{&metrics.BinaryAccuracy{}}})
		if err != nil {
			t.Fatal(err)
		}
		defer tr.Close()
		h, err := tr.FitSource(context.Background(), train.Stream{Open: texts(50), Buckets: []int{4, 9}}, c)
		if err != nil {
			t.Fatal(err)
		}
		return h.Epochs[0].Logs
	}
	want := fit(train.FitConfig{Validation: &d})
	got := fit(train.FitConfig{ValidationSource: train.Stream{Open: texts(90), Buckets: []int{4, 9}}})
	if math.Abs(got["val_loss"]-want["val_loss"]) > 1e-12 || got["val_accuracy"] != want["val_accuracy"] || want["val_loss"] == 0 {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestStreamsLearn, the same bits on every run, and when a run is resumed.
func TestStreamsLearn(t *testing.T) {
	source := train.Stream{Open: texts(200), BatchSize: 16, Shuffle: 50, Seed: 2, Buckets: []int{4, 9}, Prefetch: 3}
	fit := func(dir string, from *train.Checkpoint, hooks ...train.Callback) ([][]float64, *train.History, error) {
		m := maskedModel(t, nn.Any)
		tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.Adam{LearningRate: 0.02}, Loss: nn.BinaryCrossentropy{}, Metrics: []train.Metric{&metrics.BinaryAccuracy{}}})
		if err != nil {
			t.Fatal(err)
		}
		defer tr.Close()
		c := train.FitConfig{Epochs: 8, BatchSize: 16, Resume: from, Callbacks: hooks}
		if dir != "" {
			c.Checkpoint = &train.Checkpointing{Dir: dir, Every: 1}
		}
		h, err := tr.FitSource(context.Background(), source, c)
		return traintest.Weights(m), h, err
	}
	want, h, err := fit("", nil)
	if err != nil {
		t.Fatal(err)
	}
	if acc := h.Values("accuracy"); acc[7] < 0.9 {
		t.Errorf("accuracies %v", acc)
	}
	dir := t.TempDir()
	cut := errors.New("cut")
	_, _, err = fit(dir, nil, train.CallbackFunc(func(e *train.Event) error {
		if e.Kind == train.BatchEnd && e.Step == 30 {
			return cut
		}
		return nil
	}))
	if !errors.Is(err, cut) {
		t.Fatal(err)
	}
	from, err := train.LatestCheckpoint(dir)
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := fit("", from)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestShuffleBuffer: every sample comes once, in another order each epoch, and
// none before the buffer can have held it.
func TestShuffleBuffer(t *testing.T) {
	s := train.Stream{Open: texts(100), BatchSize: 7, Shuffle: 20, Seed: 4, Buckets: []int{9}}
	order := func(epoch int) (all []string) {
		for d, err := range s.Epoch(epoch) {
			if err != nil {
				t.Fatal(err)
			}
			for _, ids := range d.Tokens {
				all = append(all, strings.Trim(strings.Join(strings.Fields(cmp.Diff(nil, ids)), ""), "+"))
			}
		}
		return all
	}
	first, again, second := order(0), order(0), order(1)
	if !slices.Equal(first, again) {
		t.Error("an epoch has another order when it is asked for again")
	}
	if slices.Equal(first, second) {
		t.Error("two epochs have one order")
	}
	if len(first) != 100 {
		t.Errorf("%d samples", len(first))
	}
	slices.Sort(first)
	slices.Sort(second)
	if !slices.Equal(first, second) {
		t.Error("two epochs have other samples")
	}
}

// TestStreamErrors: an error of the reader ends the training and nothing hangs.
func TestStreamErrors(t *testing.T) {
	broken := errors.New("line 40 is damaged")
	open := func(epoch int) iter.Seq2[train.Sample, error] {
		return func(yield func(train.Sample, error) bool) {
			n := 0
			for x := range texts(100)(epoch) {
				if n++; n == 40 {
					yield(train.Sample{}, broken)
					return
				}
				if !yield(x, nil) {
					return
				}
			}
		}
	}
	tr, err := train.Compile(maskedModel(t, nn.Any), train.Config{Optimizer: &optimizers.SGD{}, Loss: nn.BinaryCrossentropy{}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	before := runtime.NumGoroutine()
	for want, s := range map[string]train.Stream{
		"fit: epoch 1: line 40 is damaged":                                  {Open: open, BatchSize: 8, Buckets: []int{9}, Prefetch: 2},
		"fit: epoch 1: stream: Open is not set":                             {},
		"fit: epoch 1: stream: buckets [3 3], want lengths in rising order": {Open: open, Buckets: []int{3, 3}},
		"fit: epoch 1: the source gives no batches":                         {Open: texts(0)},
		"fit: epoch 1: batch 1: 32 samples, want at most BatchSize, 16":     {Open: texts(100), Buckets: []int{9}},
	} {
		if _, err := tr.FitSource(context.Background(), s, train.FitConfig{BatchSize: 16}); err == nil || err.Error() != want {
			t.Errorf("the error is %v, want %s", err, want)
		}
	}
	for range 200 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}

// TestFlatMemory: what a stream of many samples holds does not grow with their
// number.
func TestFlatMemory(t *testing.T) {
	heap := func(n int) (most uint64) {
		tr, err := train.Compile(maskedModel(t, nn.Any), train.Config{Optimizer: &optimizers.SGD{}, Loss: nn.BinaryCrossentropy{}})
		if err != nil {
			t.Fatal(err)
		}
		defer tr.Close()
		s := train.Stream{Open: texts(n), BatchSize: 32, Shuffle: 200, Buckets: []int{4, 9}, Prefetch: 2}
		_, err = tr.FitSource(context.Background(), s, train.FitConfig{Callbacks: []train.Callback{train.CallbackFunc(func(e *train.Event) error {
			if e.Kind == train.BatchEnd && e.Batch%50 == 0 {
				runtime.GC()
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			}
			return nil
		})}})
		if err != nil {
			t.Fatal(err)
		}
		return most
	}
	few, many := heap(3_000), heap(30_000)
	if many > few+few/4 {
		t.Errorf("%d bytes for 30,000 samples, %d for 3,000", many, few)
	}
}
