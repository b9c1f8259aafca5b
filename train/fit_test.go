package train_test

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pkg/errors"

	"unroll/nn"
	"unroll/train"
	"unroll/train/internal/traintest"
	"unroll/train/metrics"
	"unroll/train/optimizers"
)

// largest returns the place of the first largest value.
func largest(x []float32) int { return slices.Index(x, slices.Max(x)) }

func TestFitLearnsWordOrder(t *testing.T) {
	tr := traintest.Trainer(t, 1)
	val := traintest.WordOrder(200, 2)
	h, err := tr.Fit(context.Background(), traintest.WordOrder(1000, 1), train.FitConfig{Epochs: 30, Validation: &val, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	last := h.Epochs[len(h.Epochs)-1].Logs
	if last["val_accuracy"] < 0.95 {
		t.Errorf("validation accuracy %.3f after 30 epochs, want at least 0.95", last["val_accuracy"])
	}
	before := traintest.Weights(tr.Model())
	logs, err := tr.Evaluate(context.Background(), val, 7)
	if err != nil {
		t.Fatal(err)
	}
	if logs["accuracy"] != last["val_accuracy"] || math.Abs(logs["loss"]-last["val_loss"]) > 1e-6 {
		t.Errorf("evaluate gives %v, the last epoch's validation was %v", logs, last)
	}
	if diff := cmp.Diff(before, traintest.Weights(tr.Model())); diff != "" {
		t.Error("evaluate changed the weights")
	}
}

// TestSameSeedSameBits trains twice.
func TestSameSeedSameBits(t *testing.T) {
	var runs [2][][]float64
	for i := range runs {
		tr := traintest.Trainer(t, 3)
		if _, err := tr.Fit(context.Background(), traintest.WordOrder(100, 1), train.FitConfig{Epochs: 3, Seed: 9}); err != nil {
			t.Fatal(err)
		}
		runs[i] = traintest.Weights(tr.Model())
	}
	if diff := cmp.Diff(runs[0], runs[1]); diff != "" {
		t.Error(diff)
	}
}

// TestSmallerLastBatch compares a last batch of 2 in programs of 4 rows with
// the same two samples in a program of their own, under plain SGD.
func TestSmallerLastBatch(t *testing.T) {
	d := traintest.WordOrder(6, 4)
	weights := func(fit func(tr *train.Trainer) error) [][]float64 {
		tr, err := train.Compile(traintest.Model(t, 5), train.Config{Optimizer: &optimizers.SGD{LearningRate: 0.5}, Loss: nn.BinaryCrossentropy{}})
		if err != nil {
			t.Fatal(err)
		}
		if err := fit(tr); err != nil {
			t.Fatal(err)
		}
		return traintest.Weights(tr.Model())
	}
	fit := func(tr *train.Trainer, d train.Data) error {
		_, err := tr.Fit(context.Background(), d, train.FitConfig{BatchSize: 4, NoShuffle: true})
		return err
	}
	part := func(from, to int) train.Data {
		return train.Data{Tokens: d.Tokens[from:to], Targets: d.Targets[from:to]}
	}
	padded := weights(func(tr *train.Trainer) error { return fit(tr, d) })
	exact := weights(func(tr *train.Trainer) error {
		if err := fit(tr, part(0, 4)); err != nil {
			return err
		}
		return fit(tr, part(4, 6))
	})
	for i := range padded {
		for j := range padded[i] {
			if math.Abs(padded[i][j]-exact[i][j]) > 1e-6 {
				t.Fatalf("weight %d[%d]: %g with a padded batch, %g with an exact one", i, j, padded[i][j], exact[i][j])
			}
		}
	}
}

// TestSampleWeights holds the reported loss to Σ w·loss / n, the accuracy to
// Σ hit / n and the weighted one to Σ w·hit / Σ w.
func TestSampleWeights(t *testing.T) {
	tr, err := train.Compile(traintest.Model(t, 1), train.Config{Optimizer: &optimizers.SGD{}, Loss: nn.BinaryCrossentropy{}, Metrics: []train.Metric{&metrics.BinaryAccuracy{}}, WeightedMetrics: []train.Metric{&metrics.BinaryAccuracy{}}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	d := traintest.WordOrder(10, 6)
	y, err := tr.Predict(context.Background(), d, 3)
	if err != nil {
		t.Fatal(err)
	}
	var loss, hits, right, total float64
	for i := range y {
		w := float64(i % 3)
		d.Weights = append(d.Weights, float32(w))
		p := float64(y[i])
		if d.Targets[i] == 0 {
			p = 1 - p
		}
		loss -= w * math.Log(p) / float64(len(y))
		total += w
		if p > 0.5 {
			hits, right = hits+1, right+w
		}
	}
	logs, err := tr.Evaluate(context.Background(), d, 4)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(logs["loss"]-loss) > 1e-5 || math.Abs(logs["accuracy"]-hits/10) > 1e-12 || math.Abs(logs["weighted_accuracy"]-right/total) > 1e-12 {
		t.Errorf("got %v, want loss %g, accuracy %g, weighted %g", logs, loss, hits/10, right/total)
	}
}

func TestCancelLeavesUsableModel(t *testing.T) {
	tr := traintest.Trainer(t, 1)
	ctx, cancel := context.WithCancel(context.Background())
	h, err := tr.Fit(ctx, traintest.WordOrder(320, 1), train.FitConfig{Epochs: 50, Callbacks: []train.Callback{train.CallbackFunc(func(e *train.Event) error {
		if e.Kind == train.BatchEnd && e.Epoch == 3 && e.Batch == 2 {
			cancel()
		}
		return nil
	})}})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error is %v, want context.Canceled", err)
	}
	if len(h.Epochs) != 2 {
		t.Errorf("%d epochs in the history, want 2", len(h.Epochs))
	}
	if _, err := tr.Evaluate(context.Background(), traintest.WordOrder(10, 2), 0); err != nil {
		t.Error(err)
	}
}

func TestHookStops(t *testing.T) {
	tr := traintest.Trainer(t, 1)
	h, err := tr.Fit(context.Background(), traintest.WordOrder(64, 1), train.FitConfig{Epochs: 9, Callbacks: []train.Callback{train.CallbackFunc(func(e *train.Event) error {
		if e.Kind == train.EpochEnd && e.Epoch == 2 {
			e.Stop("enough")
		}
		return nil
	})}})
	if err != nil || len(h.Epochs) != 2 {
		t.Errorf("%d epochs and error %v, want 2 and none", len(h.Epochs), err)
	}
}

// TestPredictConcurrently is for the race detector.
func TestPredictConcurrently(t *testing.T) {
	tr := traintest.Trainer(t, 1)
	d := traintest.WordOrder(50, 1)
	want, err := tr.Predict(context.Background(), d, 8)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	for range 4 {
		go func() {
			got, err := tr.Predict(context.Background(), d, 8)
			if err == nil && !cmp.Equal(got, want) {
				err = errors.New("another prediction")
			}
			done <- err
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestBadData(t *testing.T) {
	good := traintest.WordOrder(4, 1)
	cases := []struct {
		name string
		data train.Data
		want string
	}{
		{"empty", train.Data{}, "no samples"},
		{"features", train.Data{Features: [][]float32{{1}}, Targets: []float32{1}}, "takes word ids"},
		{"short", train.Data{Tokens: [][]int32{{1, 2, 3, 4, 5, 6}, {1, 2}}, Targets: []float32{0, 1}}, "sample 1 has 2 values"},
		{"targets", train.Data{Tokens: good.Tokens, Targets: good.Targets[:3]}, "3 targets for 4 samples"},
		{"weights", train.Data{Tokens: good.Tokens, Targets: good.Targets, Weights: []float32{1}}, "1 weights for 4 samples"},
		{"id", train.Data{Tokens: [][]int32{{1, 2, 3, 4, 5, 10}}, Targets: []float32{0}}, "id 10 at row 5 is outside the table of 10 rows"},
		{"negative id", train.Data{Tokens: [][]int32{{-1, 2, 3, 4, 5, 1}}, Targets: []float32{0}}, "id -1 at row 0"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			tr := traintest.Trainer(t, 1)
			_, err := tr.Fit(context.Background(), c.data, train.FitConfig{})
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error is %q, want one line with %q", err, c.want)
			}
		})
	}
}
