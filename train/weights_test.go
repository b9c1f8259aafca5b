package train_test

import (
	"context"
	"iter"
	"math"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"unroll/nn"
	"unroll/train"
	"unroll/train/internal/traintest"
	"unroll/train/metrics"
	"unroll/train/optimizers"
)

// stepsClassifier gives one of 3 classes for each of 4 steps.
func stepsClassifier(t *testing.T, mask bool) *nn.Model {
	t.Helper()
	m, err := nn.Sequential{Input: nn.Tokens(4), Seed: 2, Dtype: tensor.Float64, Layers: []nn.Layer{
		nn.Embedding{InputDim: 10, OutputDim: 4, MaskZero: mask, EmbeddingsInitializer: nn.Uniform(1)},
		nn.Dense{Units: 3, Activation: nn.Softmax},
	}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// classSteps are 6 sequences with a class for each step.
func classSteps() train.Data {
	d := train.Data{}
	for i := range 24 {
		if i%4 == 0 {
			d.Tokens = append(d.Tokens, nil)
		}
		d.Tokens[i/4] = append(d.Tokens[i/4], int32(1+i*5%9))
		d.Targets = append(d.Targets, float32(i%3))
	}
	return d
}

// trainOn returns the logs and the weights after two epochs of batches of 4, in
// as many shards.
func trainOn(t *testing.T, m *nn.Model, loss nn.Loss, d train.Data, shards int, c train.FitConfig) (train.Logs, [][]float64) {
	t.Helper()
	tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.SGD{LearningRate: 0.5}, Loss: loss, Shards: shards,
		Metrics: []train.Metric{&metrics.SparseCategoricalAccuracy{}}, WeightedMetrics: []train.Metric{&metrics.SparseCategoricalAccuracy{}}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	c.Epochs, c.BatchSize = 2, 4
	h, err := tr.Fit(context.Background(), d, c)
	if err != nil {
		t.Fatal(err)
	}
	return h.Epochs[1].Logs, traintest.Weights(m)
}

func close6(t *testing.T, what string, got, want train.Logs, gotWeights, wantWeights [][]float64) {
	t.Helper()
	for name, v := range want {
		if !(math.Abs(got[name]-v) <= 1e-6) {
			t.Errorf("%s: %s is %g, want %g", what, name, got[name], v)
		}
	}
	for i, w := range wantWeights {
		for j := range w {
			if !(math.Abs(gotWeights[i][j]-w[j]) <= 1e-6) {
				t.Fatalf("%s: weight %d[%d] is %g, want %g", what, i, j, gotWeights[i][j], w[j])
			}
		}
	}
}

// TestMetricsAndWeights: Metrics take no notice of weights of samples and classes,
// WeightedMetrics and the loss do, and validation knows no classes.
func TestMetricsAndWeights(t *testing.T) {
	d := classSteps()
	plain, _ := trainOn(t, stepsClassifier(t, false), nn.SparseCategoricalCrossentropy{}, d, 1, train.FitConfig{})
	if plain["accuracy"] != plain["weighted_accuracy"] {
		t.Errorf("without weights: %v", plain)
	}
	m := stepsClassifier(t, false)
	tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.SGD{LearningRate: 1e-9}, Loss: nn.SparseCategoricalCrossentropy{},
		Metrics: []train.Metric{&metrics.SparseCategoricalAccuracy{}, &metrics.SparseTopKCategoricalAccuracy{K: 1}, &metrics.SparseTopKCategoricalAccuracy{K: 2}}, WeightedMetrics: []train.Metric{&metrics.SparseCategoricalAccuracy{}}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	y, err := tr.Predict(context.Background(), d, 0)
	if err != nil {
		t.Fatal(err)
	}
	classes := map[int]float64{0: 3, 2: 0.5}
	var hits, right, total float64
	for i, target := range d.Targets {
		w, ok := classes[int(target)]
		if !ok {
			w = 1
		}
		w *= float64(1 + i/4)
		d.Weights = append(d.Weights, float32(1+i/4))
		total += w
		if largest(y[3*i:3*i+3]) == int(target) {
			hits, right = hits+1, right+w
		}
	}
	val := d
	h, err := tr.Fit(context.Background(), d, train.FitConfig{ClassWeights: classes, Validation: &val})
	if err != nil {
		t.Fatal(err)
	}
	logs := h.Epochs[0].Logs
	if math.Abs(logs["accuracy"]-hits/24) > 1e-9 || math.Abs(logs["weighted_accuracy"]-right/total) > 1e-6 {
		t.Errorf("%v, want accuracy %g, weighted %g", logs, hits/24, right/total)
	}
	if logs["val_weighted_accuracy"] == logs["weighted_accuracy"] || logs["val_accuracy"] != logs["accuracy"] || logs["val_loss"] == logs["loss"] {
		t.Errorf("validation knows classes: %v", logs)
	}
	if _, ok := logs["sparse_top_k_categorical_accuracy_1"]; !ok {
		t.Errorf("two metrics of one name: %v", logs)
	}
}

// TestStreamWeights: weights of samples and of steps, 0 too, are those of the
// same samples in memory; so are empty texts.
func TestStreamWeights(t *testing.T) {
	samples := []train.Sample{
		{Tokens: []int32{1, 2}, Targets: []float32{0, 1}},
		{Tokens: []int32{3}, Targets: []float32{2}, Weights: []float32{0}},
		{Targets: []float32{}},
		{Tokens: []int32{4, 5, 6}, Targets: []float32{0, 1, 2}, Weights: []float32{0, 2, 3}},
		{Tokens: []int32{}, Targets: []float32{}, Weights: []float32{5}},
		{Tokens: []int32{4, 5, 6, 7}, Targets: []float32{0, 1, 2, 2}, Weights: []float32{0.5}},
	}
	open := func(int) iter.Seq2[train.Sample, error] {
		return func(yield func(train.Sample, error) bool) {
			for _, x := range samples {
				if !yield(x, nil) {
					return
				}
			}
		}
	}
	memory := train.Data{
		Tokens:  [][]int32{{1, 2, 0, 0}, {3, 0, 0, 0}, {0, 0, 0, 0}, {4, 5, 6, 0}, {0, 0, 0, 0}, {4, 5, 6, 7}},
		Targets: []float32{0, 1, 9, 9, 2, 9, 9, 9, 9, 9, 9, 9, 0, 1, 2, 9, 9, 9, 9, 9, 0, 1, 2, 2},
		Weights: []float32{1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0, 2, 3, 1, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5},
	}
	for _, mask := range []bool{true, false} {
		loss := nn.SparseCategoricalCrossentropy{IgnoreClass: new(9)}
		tr, err := train.Compile(stepsClassifier(t, mask), train.Config{Optimizer: &optimizers.SGD{}, Loss: loss, Metrics: []train.Metric{&metrics.SparseCategoricalAccuracy{}}, WeightedMetrics: []train.Metric{&metrics.SparseCategoricalAccuracy{}}})
		if err != nil {
			t.Fatal(err)
		}
		defer tr.Close()
		want, err := tr.Evaluate(context.Background(), memory, 6)
		if err != nil {
			t.Fatal(err)
		}
		got, err := tr.EvaluateSource(context.Background(), train.Stream{Open: open, Buckets: []int{4}, Padding: train.Padding{Post: true}})
		if err != nil {
			t.Fatal(err)
		}
		close6(t, "stream", got, want, nil, nil)
		for name, bad := range map[string]train.Sample{
			"stream: sample 6: weight -1, want a number of at least 0":  {Tokens: []int32{1}, Targets: []float32{1}, Weights: []float32{-1}},
			"stream: sample 6: weight NaN, want a number of at least 0": {Tokens: []int32{1, 1}, Targets: []float32{1, 1}, Weights: []float32{1, float32(math.NaN())}},
			"stream: sample 6: 2 weights for 1 steps":                   {Tokens: []int32{1}, Targets: []float32{1}, Weights: []float32{1, 2}},
			"stream: sample 6: it has word ids and features":            {Tokens: []int32{1}, Features: []float32{1}},
		} {
			samples = append(samples[:6:6], bad)
			if _, err := tr.EvaluateSource(context.Background(), train.Stream{Open: open, Buckets: []int{4}}); err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("error %v, want %s", err, name)
			}
		}
		samples = samples[:6]
	}
}
