package explain

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/floats"
	"pgregory.net/rapid"

	"unroll/nn"
	"unroll/train"
	"unroll/train/internal/traintest"
	"unroll/train/optimizers"
)

// TestExplainPadding: padding in front of a text has no push and changes none,
// in a model that masks it.
func TestExplainPadding(t *testing.T) {
	masked := embedding
	masked.MaskZero = true
	explainers := map[string]*Explainer{}
	for _, name := range []string{"simple_rnn", "lstm", "gru", "bidirectional", "stacked"} {
		e, err := New(built(t, nn.Tokens(nn.Any), append([]nn.Layer{masked}, explained[name]...)...), Config{Points: 3})
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		explainers[name] = e
	}
	rapid.Check(t, func(r *rapid.T) {
		name := rapid.SampledFrom(slices.Sorted(maps.Keys(explainers))).Draw(r, "model")
		ids := rapid.SliceOfN(rapid.Int32Range(1, 8), 1, 6).Draw(r, "ids")
		pad := rapid.IntRange(0, 4).Draw(r, "padding")
		one := func(ids []int32) Attribution {
			all, err := explainers[name].Explain(context.Background(), train.Data{Tokens: [][]int32{ids}}, Predicted)
			if err != nil {
				r.Fatal(err)
			}
			return all[0]
		}
		want, got := one(ids), one(append(make([]int32, pad), ids...))
		near(r, "pushes", got.Steps, append(make([]float64, pad), want.Steps...), 1e-12)
		near(r, "ends", []float64{got.Value, got.Baseline}, []float64{want.Value, want.Baseline}, 1e-12)
	})
}

// TestExplainStartsAtNoText: the baseline is what the model predicts of padding
// alone, and with the pushes it makes the logit, whatever is masked or counted.
func TestExplainStartsAtNoText(t *testing.T) {
	masked := embedding
	masked.MaskZero = true
	firsts := map[string][]nn.Layer{
		"embedding": {embedding}, "masked": {masked}, "one-hot": {nn.OneHot{Depth: 9}},
		"bag": {nn.CategoryEncoding{NumTokens: 9, OutputMode: "count"}}, "bag of words": {nn.CategoryEncoding{NumTokens: 9, MaskZero: true}},
	}
	const steps = 7
	no := train.Data{Tokens: [][]int32{make([]int32, steps)}}
	for first, layers := range firsts {
		tails := explained
		if strings.HasPrefix(first, "bag") {
			tails = map[string][]nn.Layer{"dense": {nn.Dense{Units: 3, BiasInitializer: nn.Uniform(1)}}, "sigmoid": {nn.Dense{Units: 1, Activation: nn.Sigmoid, BiasInitializer: nn.Uniform(1)}}}
		}
		for name, tail := range tails {
			m := built(t, nn.Tokens(steps), slices.Concat(layers, tail)...)
			e, err := New(m, Config{Points: 300})
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			rapid.Check(t, func(r *rapid.T) {
				ids := rapid.SliceOfN(rapid.Int32Range(0, 8), steps, steps).Draw(r, "ids")
				class := rapid.IntRange(0, 1).Draw(r, "class")
				logit := func(d train.Data) Attribution {
					all, err := e.Explain(context.Background(), d, class)
					if err != nil {
						r.Fatal(err)
					}
					return all[0]
				}
				a, nothing := logit(train.Data{Tokens: [][]int32{ids}}), logit(no)
				near(r, first+" "+name+": the baseline", []float64{a.Baseline}, []float64{nothing.Value}, 1e-12)
				near(r, first+" "+name+": pushes and baseline", []float64{floats.Sum(a.Steps) + a.Baseline}, []float64{a.Value}, 2e-2)
				for i, id := range ids {
					if id == 0 && a.Steps[i] != 0 {
						r.Errorf("%s %s: padding pushes %g", first, name, a.Steps[i])
					}
				}
			})
		}
	}
}

// TestExplainClasses: the class that is explained, and what it is called.
func TestExplainClasses(t *testing.T) {
	d := train.Data{Tokens: [][]int32{{5, 1, 8}, {2, 3, 4}, {7, 7, 6}, {1, 5, 2}, {0, 3, 8}, {4, 4, 4}}}
	for name, layers := range explained {
		m := built(t, nn.Tokens(3), append([]nn.Layer{embedding}, layers...)...)
		tr, err := train.Compile(m, train.Config{})
		if err != nil {
			t.Fatal(err)
		}
		y, err := tr.Predict(context.Background(), d, 0)
		if err != nil {
			t.Fatal(err)
		}
		tr.Close()
		units := m.Outputs()[0].Shape[0]
		binary := units == 1
		each := make([][]Attribution, max(units, 2))
		for class := range each {
			each[class] = explain(t, m, Config{}, d, class)
		}
		for i, a := range explain(t, m, Config{}, d, Predicted) {
			out := y[i*units : (i+1)*units]
			if diff := cmp.Diff(out, a.Output); diff != "" {
				t.Errorf("%s: sample %d: the output differs from Predict's:\n%s", name, i, diff)
			}
			want := slices.Index(out, slices.Max(out))
			if binary {
				want = 0
				if out[0] > 0.5 {
					want = 1
				}
				minus := slices.Clone(each[1][i].Steps)
				floats.Scale(-1, minus)
				near(t, name+": class 0", each[0][i].Steps, minus, 0)
				near(t, name+": the ends of class 0", []float64{each[0][i].Value, each[0][i].Baseline}, []float64{-each[1][i].Value, -each[1][i].Baseline}, 0)
			}
			if a.Class != want {
				t.Errorf("%s: sample %d: class %d is explained, predicted is %d", name, i, a.Class, want)
			}
			if diff := cmp.Diff(each[want][i], a); diff != "" {
				t.Errorf("%s: sample %d: the predicted class differs from the class by number:\n%s", name, i, diff)
			}
		}
	}
}

// TestExplainChangesNothing in the model, and what it gives is the caller's.
func TestExplainChangesNothing(t *testing.T) {
	m := traintest.Model(t, 1)
	tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.SGD{}, Loss: nn.BinaryCrossentropy{}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	d := traintest.WordOrder(20, 1)
	before, err := tr.Evaluate(context.Background(), d, 0)
	if err != nil {
		t.Fatal(err)
	}
	weights := traintest.Weights(m)
	e, err := New(m, Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	first, err := e.Explain(context.Background(), train.Data{Tokens: d.Tokens[:1]}, Predicted)
	if err != nil {
		t.Fatal(err)
	}
	kept := slices.Clone(first[0].Steps)
	all, err := e.Explain(context.Background(), d, Predicted)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(kept, first[0].Steps) || !slices.Equal(kept, all[0].Steps) {
		t.Error("a later run changed the attribution, or gave another")
	}
	after, err := tr.Evaluate(context.Background(), d, 0)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("the scores changed:\n%s", diff)
	}
	if diff := cmp.Diff(weights, traintest.Weights(m)); diff != "" {
		t.Errorf("the weights changed:\n%s", diff)
	}
	for _, w := range m.Weights() {
		if g, err := w.Grad(); err == nil {
			t.Errorf("%s has the gradient %v", w.Name(), g)
		}
	}
}

// TestExplainConcurrently compiles and runs programs of one model, the
// trainer's too; it is for the race detector.
func TestExplainConcurrently(t *testing.T) {
	for _, exec := range []nn.Execution{nn.Unrolled, nn.Looped, nn.Fused} {
		t.Run(string(exec), func(t *testing.T) { explainConcurrently(t, exec) })
	}
}

func explainConcurrently(t *testing.T, exec nn.Execution) {
	m := built(t, nn.Tokens(nn.Any), embedding, nn.SimpleRNN{Units: 4}, nn.Dense{Units: 1, Activation: nn.Sigmoid})
	text := func(n int) train.Data { return train.Data{Tokens: [][]int32{[]int32{5, 1, 8, 5, 3, 2, 1, 7}[:n]}} }
	var want []Attribution
	for n := 1; n <= 8; n++ {
		want = append(want, explain(t, m, Config{Execution: exec}, text(n), Predicted)...)
	}
	e, err := New(m, Config{Execution: exec})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	tr, err := train.Compile(m, train.Config{Execution: exec})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for i := range 16 {
				n := (i+worker)%8 + 1
				a, err := e.Explain(context.Background(), text(n), Predicted)
				if err != nil {
					t.Error(err)
					return
				}
				if diff := cmp.Diff(want[n-1], a[0]); diff != "" {
					t.Errorf("%d steps: %s", n, diff)
				}
				if _, err := tr.Predict(context.Background(), text(n), 0); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
