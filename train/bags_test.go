package train_test

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"

	"unroll/nn"
	"unroll/train"
	"unroll/train/internal/traintest"
	"unroll/train/metrics"
	"unroll/train/optimizers"
)

// bagged is a network on bags of ids, of a table of 400 rows.
func bagged(t *testing.T, in nn.Input, bag nn.EmbeddingBag) *nn.Model {
	t.Helper()
	bag.InputDim, bag.OutputDim = 400, 2
	m, err := nn.Sequential{Input: in, Seed: 1, Layers: []nn.Layer{bag, nn.Dense{Units: 1, Activation: nn.Sigmoid}}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// bags are some of 0 to 6 ids; the label is whether the first is even.
func bags(n int) train.Data {
	var d train.Data
	for i := range n {
		ids := make([]int32, i%7)
		for j := range ids {
			ids[j] = int32((i*i + 31*j*i) % 400)
		}
		label := float32(0)
		if len(ids) > 0 && ids[0]%2 == 0 {
			label = 1
		}
		d.Tokens, d.Targets = append(d.Tokens, ids), append(d.Targets, label)
	}
	return d
}

// whole hides from a trainer that an optimizer takes rows.
type whole struct{ gorgonia.Solver }

func trained(t *testing.T, m *nn.Model, o train.Optimizer, d train.Data, shards int) [][]float64 {
	t.Helper()
	tr, err := train.Compile(m, train.Config{Optimizer: o, Loss: nn.BinaryCrossentropy{}, Shards: shards})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	if _, err := tr.Fit(context.Background(), d, train.FitConfig{Epochs: 3, BatchSize: 9, Seed: 2}); err != nil {
		t.Fatal(err)
	}
	return traintest.Weights(m)
}

// TestRowsAreTheWhole: optimizers that take the rows of a gradient that are not zeros end
// with the weights of those that take it whole, in one shard or several.
func TestRowsAreTheWhole(t *testing.T) {
	d := bags(100)
	for name, f := range map[string]func() train.Optimizer{
		"sgd":     func() train.Optimizer { return &optimizers.SGD{LearningRate: 0.5} },
		"adagrad": func() train.Optimizer { return &optimizers.Adagrad{LearningRate: 0.5} },
		"clipped": func() train.Optimizer {
			return &optimizers.Clip{GlobalNorm: 0.01, Optimizer: &optimizers.Adagrad{LearningRate: 0.5}}
		},
		"schedule": func() train.Optimizer {
			return &optimizers.Scheduled{Schedule: optimizers.InverseTimeDecay{Initial: 0.5, DecaySteps: 3, DecayRate: 0.5}, Optimizer: &optimizers.SGD{}}
		},
	} {
		for _, shards := range []int{1, 3} {
			rows := trained(t, bagged(t, nn.Bag(), nn.EmbeddingBag{}), f(), d, shards)
			all := trained(t, bagged(t, nn.Bag(), nn.EmbeddingBag{}), whole{f()}, d, shards)
			for i := range rows {
				if !slices.Equal(rows[i], all[i]) {
					t.Errorf("%s, %d shards: weight %d differs by %v", name, shards, i, furthest(rows[i], all[i]))
				}
			}
		}
	}
}

func furthest(a, b []float64) (d float64) {
	for i := range a {
		d = max(d, math.Abs(a[i]-b[i]))
	}
	return d
}

// TestLazyAdam: rows that do not occur stay where they are, and Adam moves them on; where
// all rows occur in each batch both are the same.
func TestLazyAdam(t *testing.T) {
	d := bags(100)
	d.Tokens[99] = []int32{399, 399} // of the last batch of the first epoch, with its seed
	lazy := trained(t, bagged(t, nn.Bag(), nn.EmbeddingBag{}), &optimizers.LazyAdam{}, d, 2)
	adam := trained(t, bagged(t, nn.Bag(), nn.EmbeddingBag{}), &optimizers.Adam{}, d, 2)
	if far := furthest(lazy[0], adam[0]); far == 0 || far > 0.1 {
		t.Errorf("LazyAdam is %v away from Adam", far)
	}
	first := traintest.Weights(bagged(t, nn.Bag(), nn.EmbeddingBag{}))
	occurs := map[int32]bool{}
	for _, ids := range d.Tokens {
		for _, id := range ids {
			occurs[id] = true
		}
	}
	for id := range 400 {
		if same := slices.Equal(lazy[0][2*id:2*id+2], first[0][2*id:2*id+2]); same == occurs[int32(id)] {
			t.Errorf("row %d moved: %t, occurs: %t", id, !same, !same != occurs[int32(id)])
		}
	}
	for i := range d.Tokens {
		d.Tokens[i] = d.Tokens[i][:0]
		for id := range int32(400) {
			d.Tokens[i] = append(d.Tokens[i], (id*int32(i)+id)%400, id)
		}
	}
	lazy = trained(t, bagged(t, nn.Bag(), nn.EmbeddingBag{}), &optimizers.LazyAdam{}, d, 1)
	adam = trained(t, bagged(t, nn.Bag(), nn.EmbeddingBag{}), &optimizers.Adam{}, d, 1)
	if far := furthest(lazy[0], adam[0]); far != 0 {
		t.Errorf("with all rows, LazyAdam is %v away from Adam", far)
	}
}

// TestBags: a network of bags learns, and predicts the same of a bag alone, with others,
// and in another order.
func TestBags(t *testing.T) {
	m := bagged(t, nn.Bag(), nn.EmbeddingBag{Frequency: "log", Norm: "l2"})
	tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.LazyAdam{LearningRate: 0.05}, Loss: nn.BinaryCrossentropy{}, Metrics: []train.Metric{&metrics.BinaryAccuracy{}}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	d := bags(300)
	h, err := tr.Fit(context.Background(), d, train.FitConfig{Epochs: 20, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if acc := h.Epochs[19].Logs["accuracy"]; acc < 0.95 {
		t.Errorf("accuracy %v", acc)
	}
	ctx := context.Background()
	all, err := tr.Predict(ctx, d, 32)
	if err != nil {
		t.Fatal(err)
	}
	for i, ids := range d.Tokens[:30] {
		back := slices.Clone(ids)
		slices.Reverse(back)
		for _, one := range [][]int32{ids, back} {
			y, err := tr.Predict(ctx, train.Data{Tokens: [][]int32{one}}, 1)
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(float64(y[0]-all[i])) > 1e-6 {
				t.Errorf("bag %d is %v, alone %v", i, all[i], y[0])
			}
		}
	}
}

// TestWeightedBags: weights of 1 give what a bag gives, and a weight of 2 an id twice.
func TestWeightedBags(t *testing.T) {
	plain, weighted := bagged(t, nn.Bag(), nn.EmbeddingBag{}), bagged(t, nn.WeightedBag(), nn.EmbeddingBag{})
	predict := func(m *nn.Model, d train.Data) []float32 {
		tr, err := train.Compile(m, train.Config{})
		if err != nil {
			t.Fatal(err)
		}
		defer tr.Close()
		y, err := tr.Predict(context.Background(), d, 2)
		if err != nil {
			t.Fatal(err)
		}
		return slices.Clone(y)
	}
	want := predict(plain, train.Data{Tokens: [][]int32{{3, 5, 5}, nil, {7}}})
	got := predict(weighted, train.Data{Tokens: [][]int32{{3, 5}, nil, {7}}, TokenWeights: [][]float32{{1, 2}, nil, {1}}})
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	for want, d := range map[string]train.Data{
		"TokenWeights are set: false":                  {Tokens: [][]int32{{3}}},
		"TokenWeights of 1 samples, want 2":            {Tokens: [][]int32{{3}, {4}}, TokenWeights: [][]float32{{1}}},
		"sample 1 has 1 weights of 2 ids":              {Tokens: [][]int32{{3}, {4, 4}}, TokenWeights: [][]float32{{1}, {1}}},
		"sample 0: the weight of id 0 is NaN":          {Tokens: [][]int32{{3}}, TokenWeights: [][]float32{{float32(math.NaN())}}},
		"Padding is set, but the input is bags":        {Tokens: [][]int32{{3}}, TokenWeights: [][]float32{{1}}, Padding: &train.Padding{}},
		"id 400 at 0 is outside the table of 400 rows": {Tokens: [][]int32{{400}}, TokenWeights: [][]float32{{1}}},
	} {
		tr, err := train.Compile(weighted, train.Config{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = tr.Predict(context.Background(), d, 2)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
		if err := tr.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
