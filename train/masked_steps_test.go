package train_test

import (
	"context"
	"math"
	"testing"

	"gorgonia.org/tensor"
	"pgregory.net/rapid"

	"unroll/nn"
	"unroll/train"
	"unroll/train/internal/traintest"
	"unroll/train/metrics"
	"unroll/train/optimizers"
)

// stepsModel is Embedding → Dense(3), whose output is a sequence as long as its
// input.
func stepsModel(t testing.TB, maskZero bool) *nn.Model {
	t.Helper()
	m, err := nn.Sequential{Input: nn.Tokens(nn.Any), Dtype: tensor.Float64, Seed: 4, Layers: []nn.Layer{
		nn.Embedding{InputDim: 5, OutputDim: 2, MaskZero: maskZero, EmbeddingsInitializer: nn.Uniform(1)},
		nn.Dense{Units: 3},
	}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestMaskedStepsOfAnyLength: a masked batch has the loss and, after a step of
// SGD, the weights of the same batch without a mask whose masked steps
// have the weight 0 and whose others have the weight steps/valid steps, which is
// how Keras 3 counts a mask in. One step is a sequence as any other.
func TestMaskedStepsOfAnyLength(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		steps := rapid.IntRange(1, 4).Draw(r, "T")
		n := rapid.IntRange(1, 5).Draw(r, "B")
		ids := rapid.SliceOfN(rapid.Int32Range(0, 4), n*steps, n*steps).Draw(r, "ids")
		own := rapid.SampledFrom([]float32{1, 2, 0.5})
		d, valid := train.Data{}, 0
		weights := make([]float32, n*steps)
		for i, id := range ids {
			if i%steps == 0 {
				d.Tokens = append(d.Tokens, ids[i:i+steps])
			}
			d.Targets = append(d.Targets, float32(i%3), float32(i%2), float32(i))
			weights[i] = own.Draw(r, "weight")
			if id != 0 {
				valid++
			}
		}
		weighted := d
		d.Weights = weights
		for i, id := range ids {
			w := 0.0
			if id != 0 {
				w = float64(weights[i]) * float64(n*steps) / float64(valid)
			}
			weighted.Weights = append(weighted.Weights, float32(w))
		}
		run := func(maskZero bool, d train.Data) (train.Logs, [][]float64) {
			m := stepsModel(t, maskZero)
			tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.SGD{LearningRate: 0.5}, Loss: nn.MeanSquaredError{}})
			if err != nil {
				r.Fatal(err)
			}
			defer tr.Close()
			logs, err := tr.Evaluate(context.Background(), d, 0)
			if err != nil {
				r.Fatal(err)
			}
			if _, err := tr.Fit(context.Background(), d, train.FitConfig{BatchSize: n}); err != nil {
				r.Fatal(err)
			}
			return logs, traintest.Weights(m)
		}
		logs, after := run(true, d)
		want, wantAfter := run(false, weighted)
		for name, v := range want {
			if !(math.Abs(logs[name]-v) <= 1e-6*(1+math.Abs(v))) {
				r.Errorf("%s is %g, want %g", name, logs[name], v)
			}
		}
		for i, w := range wantAfter {
			for j := range w {
				if !(math.Abs(after[i][j]-w[j]) <= 1e-6*(1+math.Abs(w[j]))) {
					r.Errorf("weight %d[%d] became %g, want %g", i, j, after[i][j], w[j])
				}
			}
		}
	})
}

// TestMaskOfOneStep holds one step to Keras's formula, Σ mask·l / Σ mask, worked
// out from the model's own predictions; of padding alone the loss is 0.
func TestMaskOfOneStep(t *testing.T) {
	m := stepsModel(t, true)
	tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.SGD{}, Loss: nn.MeanSquaredError{}, Metrics: []train.Metric{&metrics.MeanSquaredError{}}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	ctx := context.Background()
	d := train.Data{Tokens: [][]int32{{1}, {0}, {3}, {0}}, Targets: []float32{1, 0, 0, 9, 9, 9, 0, 1, 1, 9, 9, 9}}
	y, err := tr.Predict(ctx, d, 0)
	if err != nil {
		t.Fatal(err)
	}
	var want float64
	for _, row := range []int{0, 2} {
		for j := range 3 {
			e := float64(y[3*row+j] - d.Targets[3*row+j])
			want += e * e / 6
		}
	}
	for _, padding := range []bool{false, true} {
		if padding {
			d.Tokens, want = [][]int32{{0}, {0}, {0}, {0}}, 0
		}
		logs, err := tr.Evaluate(ctx, d, 0)
		if err != nil {
			t.Fatal(err)
		}
		for name, v := range logs {
			if math.Abs(v-want) > 1e-6 {
				t.Errorf("%v: %s is %g, want %g", d.Tokens, name, v, want)
			}
		}
	}
}
