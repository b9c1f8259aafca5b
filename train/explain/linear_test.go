package explain

import (
	"testing"

	"gonum.org/v1/gonum/floats"

	"unroll/nn"
	"unroll/train"
)

// TestExplainLinearModels: where the logit is a sum over the steps, both methods
// give its terms.
func TestExplainLinearModels(t *testing.T) {
	ids := []int32{0, 2, 5, 2, 7, 2}
	counts := map[int32]float64{}
	for _, id := range ids {
		counts[id]++
	}
	kernel := func(m *nn.Model) []float64 {
		w, err := m.Weight("dense/kernel")
		if err != nil {
			t.Fatal(err)
		}
		return w.Float64s()
	}
	out := nn.Dense{Units: 1, Activation: nn.Sigmoid, BiasInitializer: nn.Constant(0.5)}
	bag := func(l nn.CategoryEncoding, push func(w []float64, id int32) float64) ([]nn.Layer, func(*nn.Model, int) float64) {
		return []nn.Layer{l, out}, func(m *nn.Model, t int) float64 { return push(kernel(m), ids[t]) }
	}
	whole := func(w []float64, id int32) float64 { return w[id] }
	share := func(w []float64, id int32) float64 { return w[id] / counts[id] }
	words := func(push func([]float64, int32) float64) func(w []float64, id int32) float64 {
		return func(w []float64, id int32) float64 {
			if id == 0 {
				return 0
			}
			return push(w, id)
		}
	}
	for _, c := range []struct {
		name string
		make func() ([]nn.Layer, func(m *nn.Model, t int) float64)
	}{
		{"count", func() ([]nn.Layer, func(*nn.Model, int) float64) {
			return bag(nn.CategoryEncoding{NumTokens: 9, OutputMode: "count"}, func(w []float64, id int32) float64 { return w[id] - w[0] })
		}},
		{"count of words", func() ([]nn.Layer, func(*nn.Model, int) float64) {
			return bag(nn.CategoryEncoding{NumTokens: 9, OutputMode: "count", MaskZero: true}, words(whole))
		}},
		{"multi-hot", func() ([]nn.Layer, func(*nn.Model, int) float64) {
			return bag(nn.CategoryEncoding{NumTokens: 9}, words(share))
		}},
		{"multi-hot of words", func() ([]nn.Layer, func(*nn.Model, int) float64) {
			return bag(nn.CategoryEncoding{NumTokens: 9, MaskZero: true}, words(share))
		}},
		{"one-hot", func() ([]nn.Layer, func(*nn.Model, int) float64) {
			return []nn.Layer{nn.OneHot{Depth: 9}, nn.Flatten{}, out}, func(m *nn.Model, t int) float64 {
				w := kernel(m)[t*9:]
				return w[ids[t]] - w[0]
			}
		}},
		{"one-hot, mean", func() ([]nn.Layer, func(*nn.Model, int) float64) { // no dense vectors
			return []nn.Layer{nn.OneHot{Depth: 9}, nn.Dense{Units: 1}, nn.GlobalAveragePooling1D{}, nn.Activation{Func: nn.Sigmoid}}, func(m *nn.Model, t int) float64 {
				w := kernel(m)
				return (w[ids[t]] - w[0]) / float64(len(ids))
			}
		}},
		{"embedding", func() ([]nn.Layer, func(*nn.Model, int) float64) {
			return []nn.Layer{embedding, nn.Flatten{}, out}, func(m *nn.Model, t2 int) float64 {
				n := embedding.OutputDim
				x, base := wordVectors(t, m, ids[t2]), wordVectors(t, m, 0)
				floats.Sub(x, base)
				return floats.Dot(x, kernel(m)[t2*n:(t2+1)*n])
			}
		}},
		{"embedding, mean of words", func() ([]nn.Layer, func(*nn.Model, int) float64) {
			masked := embedding
			masked.MaskZero = true
			return []nn.Layer{masked, nn.GlobalAveragePooling1D{}, out}, func(m *nn.Model, t2 int) float64 {
				if ids[t2] == 0 {
					return 0
				}
				return floats.Dot(wordVectors(t, m, ids[t2]), kernel(m)) / float64(len(ids)-1) // of no text it is 0
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			layers, push := c.make()
			m := built(t, nn.Tokens(len(ids)), layers...)
			var want []float64
			for step := range ids {
				want = append(want, push(m, step))
			}
			for _, method := range []Method{GradientTimesInput, IntegratedGradients} {
				a := explain(t, m, Config{Method: method}, train.Data{Tokens: [][]int32{ids}}, 1)[0]
				near(t, string(method), a.Steps, want, 1e-12)
				near(t, "the gap", []float64{a.Gap}, []float64{0}, 1e-12)
			}
		})
	}
}

// TestExplainFeatures: the baseline is zeros, a sample that is no sequence has a
// push for each feature, and steps are masked by their values.
func TestExplainFeatures(t *testing.T) {
	m := built(t, nn.Features(3), nn.Dense{Units: 1})
	w, _ := m.Weight("dense/kernel")
	x := []float32{2, -1, 0.5}
	var want []float64
	for i, v := range w.Float64s() {
		want = append(want, v*float64(x[i]))
	}
	for _, method := range []Method{GradientTimesInput, IntegratedGradients} {
		a := explain(t, m, Config{Method: method}, train.Data{Features: [][]float32{x}}, 0)[0]
		near(t, string(method), a.Steps, want, 1e-12)
	}

	for _, c := range []struct {
		value float64
		pad   float32
	}{{0, 0}, {-1, -1}} {
		m = built(t, nn.Features(nn.Any, 2), nn.Masking{MaskValue: c.value}, nn.LSTM{Units: 3}, nn.Dense{Units: 1})
		short := explain(t, m, Config{}, train.Data{Features: [][]float32{{0.5, 1, -2, 1}}}, Predicted)[0]
		long := explain(t, m, Config{}, train.Data{Features: [][]float32{{c.pad, c.pad, 0.5, 1, -2, 1}}}, Predicted)[0]
		near(t, "with padding", long.Steps, append([]float64{0}, short.Steps...), 1e-12)
		near(t, "the ends", []float64{long.Value, long.Baseline}, []float64{short.Value, short.Baseline}, 1e-12)
		if short.Gap > 1e-6 {
			t.Errorf("the gap is %g", short.Gap)
		}
	}
}
