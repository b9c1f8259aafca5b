package explain

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/integrate/quad"
	"gorgonia.org/tensor"
	"pgregory.net/rapid"

	"unroll/nn"
	"unroll/train"
)

var embedding = nn.Embedding{InputDim: 9, OutputDim: 3, EmbeddingsInitializer: nn.Uniform(1)}

// explained are the models that are explained here, after an embedding.
var explained = map[string][]nn.Layer{
	"simple_rnn":    {nn.SimpleRNN{Units: 4}, nn.Dense{Units: 1, Activation: nn.Sigmoid}},
	"lstm":          {nn.LSTM{Units: 3}, nn.Dense{Units: 3, Activation: nn.Softmax}},
	"gru":           {nn.Dropout{Rate: 0.5}, nn.GRU{Units: 3, GoBackwards: true}, nn.Dense{Units: 2}},
	"bidirectional": {nn.Bidirectional{Layer: nn.LSTM{Units: 2, ReturnSequences: true}}, nn.GlobalAveragePooling1D{}, nn.Dense{Units: 1, Activation: nn.Sigmoid}},
	"conv":          {nn.Conv1D{Filters: 4, KernelSize: 3, Padding: "same", Activation: nn.Tanh}, nn.AveragePooling1D{}, nn.Flatten{}, nn.Dense{Units: 3, Activation: nn.Softmax}},
	"max":           {nn.Conv1D{Filters: 4, KernelSize: 2, Activation: nn.Relu}, nn.GlobalMaxPooling1D{}, nn.Dense{Units: 2}},
	"stacked":       {nn.SimpleRNN{Units: 4, ReturnSequences: true, Dropout: 0.3}, nn.GRU{Units: 2}, nn.Dense{Units: 2, Activation: nn.Sigmoid}},
}

func built(t testing.TB, in nn.Input, layers ...nn.Layer) *nn.Model {
	t.Helper()
	m, err := nn.Sequential{Input: in, Layers: layers, Seed: 5, Dtype: tensor.Float64}.Build()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func explain(t testing.TB, m *nn.Model, c Config, d train.Data, class int) []Attribution {
	t.Helper()
	e, err := New(m, c)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	all, err := e.Explain(context.Background(), d, class)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func near(t rapid.TB, what string, got, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= tol*(1+math.Abs(want[i]))) {
			t.Errorf("%s: value %d is %g, want %g", what, i, got[i], want[i])
		}
	}
}

// wordVectors returns the rows of m's embedding.
func wordVectors(t testing.TB, m *nn.Model, ids ...int32) (rows []float64) {
	t.Helper()
	w, err := m.Weight("embedding/embeddings")
	if err != nil {
		t.Fatal(err)
	}
	x, n := w.Float64s(), w.Shape()[1]
	for _, id := range ids {
		rows = append(rows, x[int(id)*n:(int(id)+1)*n]...)
	}
	return rows
}

// logitsOf returns the function from vectors [time, features] to the logits of
// m's layers after the embedding.
func logitsOf(t testing.TB, m *nn.Model, steps int, layers []nn.Layer) func(x []float64) []float64 {
	t.Helper()
	tail := built(t, nn.Features(steps, embedding.OutputDim), layers...)
	for _, w := range tail.Weights() {
		from, err := m.Weight(w.Name())
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Set(from.Float64s()); err != nil {
			t.Fatal(err)
		}
	}
	pass, err := tail.Forward(nn.Infer, nn.Auto, 1, steps)
	if err != nil {
		t.Fatal(err)
	}
	y := pass.Outputs[0]
	for _, f := range []nn.Func{nn.Sigmoid, nn.Softmax} {
		if n := y.Logits(f); n != nil {
			y.Node = n
		}
	}
	p, err := pass.Compile(y.Node)
	if err != nil {
		t.Fatal(err)
	}
	return func(x []float64) []float64 {
		copy(pass.Inputs[0].X.Float64s(), x)
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		v, err := p.Value(y.Node)
		if err != nil {
			t.Fatal(err)
		}
		return slices.Clone(v.(*tensor.Dense).Float64s())
	}
}

// TestExplainMatchesDifferences holds both methods to their formulas, with
// finite differences of the logits by the words' vectors for the gradient.
func TestExplainMatchesDifferences(t *testing.T) {
	ids := []int32{0, 0, 5, 1, 8, 5, 3}
	for name, layers := range explained {
		for _, masked := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/masked=%t", name, masked), func(t *testing.T) {
				first, tail := embedding, layers
				first.MaskZero = masked
				m := built(t, nn.Tokens(len(ids)), append([]nn.Layer{first}, layers...)...)
				if masked {
					// train.Padding is a vector of zeros, which masks it without ids.
					w, _ := m.Weight("embedding/embeddings")
					v := w.Float64s()
					clear(v[:first.OutputDim])
					if err := w.Set(v); err != nil {
						t.Fatal(err)
					}
					tail = append([]nn.Layer{nn.Masking{}}, layers...)
				}
				logits := logitsOf(t, m, len(ids), tail)
				x, base := wordVectors(t, m, ids...), wordVectors(t, m, make([]int32, len(ids))...)
				for class := range m.Outputs()[0].Shape[0] {
					if m.Outputs()[0].Shape[0] == 1 {
						class = 1 // of a sigmoid
					}
					unit := min(class, m.Outputs()[0].Shape[0]-1)
					pushes := func(alpha float64) []float64 {
						at := make([]float64, len(x))
						for i := range x {
							at[i] = base[i] + alpha*(x[i]-base[i])
						}
						grad := fd.Gradient(nil, func(x []float64) float64 { return logits(x)[unit] }, at, &fd.Settings{Formula: fd.Central})
						sums := make([]float64, len(ids))
						for i := range x {
							sums[i/first.OutputDim] += grad[i] * (x[i] - base[i])
						}
						return sums
					}
					// What masks make of padding's vectors is the words' together.
					shared := func(steps []float64) []float64 {
						if masked {
							justUnmasked := make([]float64, len(x))
							for i := range x {
								justUnmasked[i] = 1e-9 * x[i]
							}
							for t, id := range ids {
								if id != 0 {
									steps[t] += (logits(justUnmasked)[unit] - logits(base)[unit]) / 5
								}
							}
						}
						return steps
					}
					got := explain(t, m, Config{Method: GradientTimesInput}, train.Data{Tokens: [][]int32{ids}}, class)[0]
					near(t, "gradient × input", got.Steps, shared(pushes(1)), 1e-7)
					near(t, "the logit", []float64{got.Value}, logits(x)[unit:unit+1], 1e-12)
					near(t, "the logit of the baseline", []float64{got.Baseline}, logits(base)[unit:unit+1], 1e-12)

					const points = 4
					want, alpha, weights := make([]float64, len(ids)), make([]float64, points), make([]float64, points)
					quad.Legendre{}.FixedLocations(alpha, weights, 0, 1)
					for k, a := range alpha {
						floats.AddScaled(want, weights[k], pushes(a))
					}
					got = explain(t, m, Config{Points: points}, train.Data{Tokens: [][]int32{ids}}, class)[0]
					near(t, "integrated gradients", got.Steps, shared(want), 1e-7)
					if got.Steps[0] != 0 || got.Steps[1] != 0 {
						t.Errorf("padding has the pushes %v", got.Steps[:2])
					}
				}
			})
		}
	}
}

// TestExplainIsComplete: the steps' pushes sum up to what the sample has over
// the baseline, in both types. Where the path has kinks it takes more points.
func TestExplainIsComplete(t *testing.T) {
	d := train.Data{Tokens: [][]int32{{0, 0, 5, 1, 8, 5, 3}, {1, 2, 3, 4, 5, 6, 7}, {0, 0, 0, 0, 0, 0, 2}, make([]int32, 7)}}
	for name, layers := range explained {
		for _, dt := range []tensor.Dtype{tensor.Float32, tensor.Float64} {
			m, err := nn.Sequential{Input: nn.Tokens(7), Layers: append([]nn.Layer{embedding}, layers...), Seed: 2, Dtype: dt}.Build()
			if err != nil {
				t.Fatal(err)
			}
			points, tol := 0, 1e-3
			if name == "max" {
				points, tol = 1000, 1e-2
			}
			for i, a := range explain(t, m, Config{Points: points}, d, Predicted) {
				if most := tol * math.Max(math.Abs(a.Value-a.Baseline), 1e-3); !(a.Gap <= most) {
					t.Errorf("%s %v: sample %d: the gap is %g of %g", name, dt, i, a.Gap, a.Value-a.Baseline)
				}
				if gap := math.Abs(floats.Sum(a.Steps) - (a.Value - a.Baseline)); gap != a.Gap {
					t.Errorf("%s %v: sample %d: the gap is %g, should be %g", name, dt, i, a.Gap, gap)
				}
			}
		}
	}
}

// TestExplainExecutions: all executions give the same pushes.
func TestExplainExecutions(t *testing.T) {
	d := train.Data{Tokens: [][]int32{{0, 0, 5, 1, 8, 5, 3}, {1, 2, 3, 4, 5, 6, 0}}}
	for name, layers := range explained {
		for _, masked := range []bool{false, true} {
			first := embedding
			first.MaskZero = masked
			m := built(t, nn.Tokens(7), append([]nn.Layer{first}, layers...)...)
			var want []Attribution
			for _, exec := range []nn.Execution{nn.Unrolled, nn.Looped, nn.Fused} {
				got := explain(t, m, Config{Execution: exec}, d, Predicted)
				if want == nil {
					want = got
				}
				for i := range want {
					near(t, fmt.Sprint(name, " ", exec), got[i].Steps, want[i].Steps, 1e-10)
				}
			}
		}
	}
}
