package train_test

import (
	"context"
	"math"
	"testing"

	"gorgonia.org/tensor"

	"unroll/nn"
	"unroll/train"
	"unroll/train/internal/traintest"
	"unroll/train/metrics"
	"unroll/train/optimizers"
)

// tags is a task for each step: is the word in the upper half? Sequences are
// padded on the left.
func tags(n, steps, words int) train.Data {
	d := train.Data{}
	for i := range n {
		ids, want := make([]int32, steps), make([]float32, steps)
		for t := i % steps; t < steps; t++ {
			ids[t] = int32(1 + (i*7+t*3)%(words-1))
			if int(ids[t]) > words/2 {
				want[t] = 1
			}
		}
		d.Tokens, d.Targets = append(d.Tokens, ids), append(d.Targets, want...)
	}
	return d
}

func taggerModel(t *testing.T, dtype tensor.Dtype) *nn.Model {
	t.Helper()
	m, err := nn.Sequential{Input: nn.Tokens(4), Seed: 2, Dtype: dtype, Layers: []nn.Layer{
		nn.Embedding{InputDim: 10, OutputDim: 4, MaskZero: true, EmbeddingsInitializer: nn.Uniform(1)},
		nn.LSTM{Units: 3, ReturnSequences: true},
		nn.Dense{Units: 1, Activation: nn.Sigmoid},
	}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestMaskedStepsAreNotScored holds the loss and the accuracy of a sequence
// output to their definitions on the model's own predictions:
//
//	loss = Σ mask·w·l / Σ mask,  accuracy = Σ mask·hit / Σ mask
//	weighted accuracy = Σ mask·w·hit / Σ mask·w
//
// with weights for samples, for steps, and none.
func TestMaskedStepsAreNotScored(t *testing.T) {
	m := taggerModel(t, tensor.Float64)
	tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.SGD{}, Loss: nn.BinaryCrossentropy{}, Metrics: []train.Metric{&metrics.BinaryAccuracy{}}, WeightedMetrics: []train.Metric{&metrics.BinaryAccuracy{}}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	const n, steps = 6, 4
	d := tags(n, steps, 10)
	y, err := tr.Predict(context.Background(), d, 0)
	if err != nil {
		t.Fatal(err)
	}
	samples, each := make([]float32, n), make([]float32, n*steps)
	for i := range each {
		samples[i/steps], each[i] = float32(1+i/steps), float32(i%5)
	}
	for name, weights := range map[string][]float32{"none": nil, "samples": samples, "steps": each} {
		d.Weights = weights
		var loss, valid, hits, right, total float64
		for i, p := range y {
			if d.Tokens[i/steps][i%steps] == 0 {
				continue
			}
			w := 1.0
			if name == "samples" {
				w = float64(samples[i/steps])
			} else if name == "steps" {
				w = float64(each[i])
			}
			want := float64(d.Targets[i])
			loss -= w * (want*math.Log(float64(p)) + (1-want)*math.Log(1-float64(p)))
			valid++
			total += w
			if (p > 0.5) == (want > 0.5) {
				right += w
				hits++
			}
		}
		logs, err := tr.Evaluate(context.Background(), d, 0)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(logs["loss"]-loss/valid) > 1e-6 || math.Abs(logs["accuracy"]-hits/valid) > 1e-9 || math.Abs(logs["weighted_accuracy"]-right/total) > 1e-9 {
			t.Errorf("weights of %s: %v, want loss %g, accuracy %g, weighted %g", name, logs, loss/valid, hits/valid, right/total)
		}
	}
}

// TestMaskedShardsAddUp: the denominator is the whole batch's number of valid
// steps, however many programs share it.
func TestMaskedShardsAddUp(t *testing.T) {
	var losses []float64
	var want [][]float64
	for _, k := range []int{1, 2, 3} {
		m := taggerModel(t, tensor.Float64)
		tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.SGD{LearningRate: 0.5}, Loss: nn.BinaryCrossentropy{}, Shards: k})
		if err != nil {
			t.Fatal(err)
		}
		h, err := tr.Fit(context.Background(), tags(22, 4, 10), train.FitConfig{Epochs: 3, BatchSize: 8})
		if err != nil {
			t.Fatal(err)
		}
		tr.Close()
		if want == nil {
			losses, want = h.Values("loss"), traintest.Weights(m)
			continue
		}
		for i, l := range h.Values("loss") {
			if math.Abs(l-losses[i]) > 1e-12 {
				t.Errorf("%d shards: loss %d is %.15g, want %.15g", k, i, l, losses[i])
			}
		}
		for i, w := range traintest.Weights(m) {
			for j := range w {
				if math.Abs(w[j]-want[i][j]) > 1e-12 {
					t.Fatalf("%d shards: weight %d[%d] is %g, want %g", k, i, j, w[j], want[i][j])
				}
			}
		}
	}
}

// TestPaddingAloneIsNoLoss: a batch without a valid step has the loss 0 and
// leaves the weights alone.
func TestPaddingAloneIsNoLoss(t *testing.T) {
	m := taggerModel(t, tensor.Float32)
	before := traintest.Weights(m)
	tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.SGD{}, Loss: nn.BinaryCrossentropy{}, Metrics: []train.Metric{&metrics.BinaryAccuracy{}}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	d := train.Data{Tokens: [][]int32{{0, 0, 0, 0}}, Targets: []float32{1, 1, 1, 1}}
	h, err := tr.Fit(context.Background(), d, train.FitConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if l := h.Epochs[0].Logs["loss"]; l != 0 {
		t.Errorf("the loss is %g", l)
	}
	for i, w := range traintest.Weights(m) {
		for j := range w {
			if w[j] != before[i][j] {
				t.Fatalf("weight %d[%d] became %g", i, j, w[j])
			}
		}
	}
}
