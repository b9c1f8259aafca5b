package train_test

import (
	"context"
	"math"
	"testing"

	"gorgonia.org/tensor"
	"pgregory.net/rapid"

	"unroll/nn"
	"unroll/train"
	"unroll/train/metrics"
	"unroll/train/optimizers"
)

// TestPaddingIsPadSequences: sequences of any length, with targets and weights
// for their steps, give what they do when they are padded by hand, as
// pad_sequences does it, with weight 0 and outside the denominator for the steps
// that are added; for ids and for features.
func TestPaddingIsPadSequences(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := train.Padding{Post: rapid.Bool().Draw(rt, "post"), CutEnd: rapid.Bool().Draw(rt, "cut end"),
			Value: float32(rapid.IntRange(0, 3).Draw(rt, "value")), MaxLen: rapid.IntRange(0, 5).Draw(rt, "maxlen")}
		ids, stepWeights := rapid.Bool().Draw(rt, "ids"), rapid.Bool().Draw(rt, "weights of steps")
		lengths := rapid.SliceOfN(rapid.IntRange(0, 6), 1, 9).Draw(rt, "lengths")
		steps := p.MaxLen
		if steps == 0 {
			for _, n := range append(lengths, 1) {
				steps = max(steps, n)
			}
		}
		in, width := nn.Tokens(nn.Any), 1
		layers := []nn.Layer{nn.Embedding{InputDim: 10, OutputDim: 3, EmbeddingsInitializer: nn.Uniform(1)}}
		if !ids {
			in, width, layers = nn.Features(nn.Any, 2), 2, nil
		}
		m, err := nn.Sequential{Input: in, Seed: 2, Dtype: tensor.Float64, Layers: append(layers,
			nn.SimpleRNN{Units: 3, ReturnSequences: true}, nn.Dense{Units: 3, Activation: nn.Softmax})}.Build()
		if err != nil {
			rt.Fatal(err)
		}
		tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.SGD{}, Loss: nn.SparseCategoricalCrossentropy{IgnoreClass: new(-7)}, Metrics: []train.Metric{&metrics.SparseCategoricalAccuracy{}}, WeightedMetrics: []train.Metric{&metrics.SparseCategoricalAccuracy{}}})
		if err != nil {
			rt.Fatal(err)
		}
		defer tr.Close()
		ragged, byHand := train.Data{Padding: &p}, train.Data{}
		for i, n := range lengths {
			// A row of width+2 values a step: what goes in, target, weight.
			var seq, pad []float32
			for s := range n {
				for k := range width {
					seq = append(seq, float32((i*3+s*5+k)%10))
				}
				seq = append(seq, float32((i+s)%3), float32(s%4))
			}
			each := width + 2
			kept := seq
			if n > steps && p.CutEnd {
				kept = seq[:steps*each]
			} else if n > steps {
				kept = seq[(n-steps)*each:]
			}
			for range steps - len(kept)/each {
				for range width {
					pad = append(pad, p.Value)
				}
				pad = append(pad, -7, 0)
			}
			whole := append(append([]float32{}, pad...), kept...)
			if p.Post {
				whole = append(append([]float32{}, kept...), pad...)
			}
			add := func(d *train.Data, x []float32) {
				tokens, features := []int32(nil), []float32{}
				for at := 0; at < len(x); at += each {
					tokens = append(tokens, int32(x[at]))
					features = append(features, x[at:at+width]...)
					d.Targets = append(d.Targets, x[at+width])
					if stepWeights {
						d.Weights = append(d.Weights, x[at+width+1])
					}
				}
				if ids {
					d.Tokens = append(d.Tokens, tokens)
				} else {
					d.Features = append(d.Features, features)
				}
				if !stepWeights {
					d.Weights = append(d.Weights, float32(i%3))
				}
			}
			add(&ragged, seq)
			add(&byHand, whole)
			ragged.SetStepped(stepWeights) // lengths such as 0, 2 leave it open
			byHand.SetStepped(stepWeights)
		}
		ctx := context.Background()
		got, err := tr.Evaluate(ctx, ragged, 4)
		if err != nil {
			rt.Fatal(err)
		}
		want, err := tr.Evaluate(ctx, byHand, 4)
		if err != nil {
			rt.Fatal(err)
		}
		for name := range want {
			if got[name] != want[name] {
				rt.Errorf("%s is %v, want %v", name, got[name], want[name])
			}
		}
		y, err := tr.Predict(ctx, ragged, 4)
		if err != nil {
			rt.Fatal(err)
		}
		wantY, err := tr.Predict(ctx, byHand, 4)
		if err != nil {
			rt.Fatal(err)
		}
		for i := range wantY {
			if y[i] != wantY[i] {
				rt.Fatalf("output %d is %v, want %v", i, y[i], wantY[i])
			}
		}
		// A part of the samples is the same part.
		if n := len(lengths); n > 1 && p.MaxLen > 0 {
			got, err := tr.Evaluate(ctx, ragged.Slice(m, 1, n), 4)
			if err != nil {
				rt.Fatal(err)
			}
			want, err := tr.Evaluate(ctx, byHand.Slice(m, 1, n), 4)
			if err != nil {
				rt.Fatal(err)
			}
			if got["loss"] != want["loss"] {
				rt.Errorf("part: loss %v, want %v", got["loss"], want["loss"])
			}
		}
		if _, err := tr.Fit(ctx, ragged, train.FitConfig{BatchSize: 3, Epochs: 2}); err != nil {
			rt.Fatal(err)
		}
	})
}

// TestRaggedIsRefused without Padding, by the first sample of another length and
// both lengths; and Padding that cannot be meant is.
func TestRaggedIsRefused(t *testing.T) {
	nan := float32(math.NaN())
	for want, c := range map[string]struct {
		in nn.Input
		d  train.Data
	}{
		"predict: data: sample 2 has 1 values, sample 0 has 2; set Padding for sequences of any length": {nn.Tokens(nn.Any), train.Data{Tokens: [][]int32{{1, 2}, {1, 2}, {1}, nil}}},
		"predict: data: sample 1 has no steps; set Padding to give it some":                             {nn.Tokens(nn.Any), train.Data{Tokens: [][]int32{{1, 2}, nil}}},
		"predict: data: sample 0 has no steps; set Padding to give it some":                             {nn.Tokens(nn.Any), train.Data{Tokens: [][]int32{nil, {1}}}},
		"predict: data: sample 1 has 1 values, want 2 steps of 1":                                       {nn.Tokens(2), train.Data{Tokens: [][]int32{{1, 2}, {1}}}},
		"predict: data: sample 1 has 6 values, sample 0 has 4; set Padding for sequences of any length": {nn.Features(nn.Any, 2), train.Data{Features: [][]float32{{1, 2, 3, 4}, {1, 2, 3, 4, 5, 6}}}},
		"predict: data: sample 1 has 3 values, want steps of 2":                                         {nn.Features(nn.Any, 2), train.Data{Padding: &train.Padding{}, Features: [][]float32{{1, 2, 3, 4}, {1, 2, 3}}}},
		"predict: data: sample 1 has 3 steps, the model takes 2; set Padding.MaxLen to cut it":          {nn.Tokens(2), train.Data{Padding: &train.Padding{}, Tokens: [][]int32{{1}, {1, 2, 3}}}},
		"predict: data: Padding.MaxLen is 3, the model takes 2 steps":                                   {nn.Tokens(2), train.Data{Padding: &train.Padding{MaxLen: 3}, Tokens: [][]int32{{1}}}},
		"predict: data: Padding.MaxLen is -1":                                                           {nn.Tokens(nn.Any), train.Data{Padding: &train.Padding{MaxLen: -1}, Tokens: [][]int32{{1}}}},
		"predict: data: Padding.Value is 0.5, want the value of a step":                                 {nn.Tokens(nn.Any), train.Data{Padding: &train.Padding{Value: 0.5}, Tokens: [][]int32{{1}}}},
		"predict: data: Padding.Value is NaN, want the value of a step":                                 {nn.Features(nn.Any, 1), train.Data{Padding: &train.Padding{Value: nan}, Features: [][]float32{{1}}}},
		"predict: data: Padding is set, but the input is not a sequence":                                {nn.Features(1), train.Data{Padding: &train.Padding{}, Features: [][]float32{{1}}}},
	} {
		var layers []nn.Layer
		if c.in.IDs() {
			layers = []nn.Layer{nn.Embedding{InputDim: 9, OutputDim: 2}}
		}
		if c.in.Steps() != 0 {
			layers = append(layers, nn.SimpleRNN{Units: 1})
		}
		m, err := nn.Sequential{Input: c.in, Layers: append(layers, nn.Dense{Units: 1})}.Build()
		if err != nil {
			t.Fatal(err)
		}
		tr, err := train.Compile(m, train.Config{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tr.Predict(context.Background(), c.d, 0); err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
		tr.Close()
	}
}

// TestValidationSplitOfPadded: the share that is validated on keeps the targets
// of its own steps.
func TestValidationSplitOfPadded(t *testing.T) {
	d := train.Data{Padding: &train.Padding{}}
	for i := range 12 {
		n := 1 + i%4
		d.Tokens = append(d.Tokens, []int32{1, 2, 3, 4}[:n])
		for range n {
			d.Targets, d.Weights = append(d.Targets, float32(i/6)), append(d.Weights, float32(i))
		}
	}
	for _, steps := range []int{4, nn.Any} {
		m, err := nn.Sequential{Input: nn.Tokens(steps), Seed: 1, Layers: []nn.Layer{
			nn.Embedding{InputDim: 9, OutputDim: 2, MaskZero: true}, nn.Dense{Units: 1, Activation: nn.Sigmoid}}}.Build()
		if err != nil {
			t.Fatal(err)
		}
		tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.SGD{}, Loss: nn.BinaryCrossentropy{}, WeightedMetrics: []train.Metric{&metrics.BinaryAccuracy{}}})
		if err != nil {
			t.Fatal(err)
		}
		h, err := tr.Fit(context.Background(), d, train.FitConfig{ValidationSplit: 0.5})
		if err != nil {
			t.Fatal(err)
		}
		var second train.Data
		second.Padding, second.Tokens, second.Targets, second.Weights = d.Padding, d.Tokens[6:], d.Targets[13:], d.Weights[13:]
		want, err := tr.Evaluate(context.Background(), second, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := h.Epochs[0].Logs; got["val_loss"] != want["loss"] || got["val_accuracy"] != want["accuracy"] {
			t.Errorf("%v, want %v", got, want)
		}
		tr.Close()
	}
}
