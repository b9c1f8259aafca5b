package nn

import (
	"fmt"
	"math"
	"testing"

	"gorgonia.org/tensor"
)

// TestAttentionScores holds the attention layers to their definitions in loops, for
// two samples of which the second one's last step of value is masked.
func TestAttentionScores(t *testing.T) {
	const batch, tq, tv, features, width = 2, 2, 3, 4, 3
	query, value, key := wave(0, batch*tq*features), wave(2, batch*tv*width), wave(5, batch*tv*features)
	for j := range width { // what is masked
		value[batch*tv*width-1-j] = 9
	}
	one := func(w [][]float64, i int) float64 { return w[i][0] }
	plain := func(_ [][]float64, f func(q, k float64, j int) float64, q, k []float64) (sum float64) {
		for j := range q {
			sum += f(q[j], k[j], j)
		}
		return sum
	}
	for _, c := range []struct {
		layer  Layer
		causal bool
		score  func(w [][]float64, q, k []float64) float64
	}{
		{Attention{UseScale: true}, false, func(w [][]float64, q, k []float64) float64 {
			return plain(w, func(q, k float64, _ int) float64 { return one(w, 0) * q * k }, q, k)
		}},
		{Attention{ScoreMode: "concat"}, false, func(w [][]float64, q, k []float64) float64 {
			return one(w, 0) * plain(w, func(q, k float64, _ int) float64 { return math.Tanh(q + k) }, q, k)
		}},
		{Attention{ScoreMode: "concat", UseScale: true, Causal: true}, true, func(w [][]float64, q, k []float64) float64 {
			return one(w, 1) * plain(w, func(q, k float64, _ int) float64 { return math.Tanh(one(w, 0) * (q + k)) }, q, k)
		}},
		{AdditiveAttention{}, false, func(w [][]float64, q, k []float64) float64 {
			return plain(w, func(q, k float64, j int) float64 { return w[0][j] * math.Tanh(q+k) }, q, k)
		}},
		{AdditiveAttention{NoScale: true, Causal: true}, true, func(w [][]float64, q, k []float64) float64 {
			return plain(w, func(q, k float64, _ int) float64 { return math.Tanh(q + k) }, q, k)
		}},
	} {
		m, weights := attending(t, c.layer, Shape{tq, features}, Shape{tv, width}, Shape{tv, features})
		got := attended3(t, m, batch, query, value, key)
		var want []float64
		for b := range batch {
			for i := range tq {
				kept := weighting(tv, func(j int) bool { return !(b == 1 && j == tv-1) && !(c.causal && j > i) }, func(j int) float64 {
					return c.score(weights, query[(b*tq+i)*features:][:features], key[(b*tv+j)*features:][:features])
				})
				for f := range width {
					var sum float64
					for j, w := range kept {
						if w > 0 {
							sum += w * value[(b*tv+j)*width+f]
						}
					}
					want = append(want, sum)
				}
			}
		}
		closeTo(t, fmt.Sprintf("%+v", c.layer), got, want, 1e-12)
	}
}

// TestMultiHeadAttention holds it to loops, too.
func TestMultiHeadAttention(t *testing.T) {
	const batch, tq, tv, features, width, wide = 2, 2, 3, 4, 3, 2
	query, value, key := wave(0, batch*tq*features), wave(2, batch*tv*width), wave(5, batch*tv*wide)
	for j := range width {
		value[batch*tv*width-1-j] = 9
	}
	for _, l := range []MultiHeadAttention{
		{NumHeads: 2, KeyDim: 3},
		{NumHeads: 3, KeyDim: 2, ValueDim: 4, OutputShape: 5, Causal: true},
		{NumHeads: 1, KeyDim: 2, NoBias: true},
	} {
		m, weights := attending(t, l, Shape{tq, features}, Shape{tv, width}, Shape{tv, wide})
		if l.NoBias { // as if they were 0
			k, n := l.NumHeads*l.KeyDim, features
			weights = [][]float64{weights[0], make([]float64, k), weights[1], make([]float64, k), weights[2], make([]float64, k), weights[3], make([]float64, n)}
		}
		got := attended3(t, m, batch, query, value, key)
		size, out := l.KeyDim, features
		if l.ValueDim > 0 {
			size, out = l.ValueDim, l.OutputShape
		}
		// projected is head h's projection of one step, by the kernel [in, heads, n].
		projected := func(x, kernel, bias []float64, h, n int) []float64 {
			y := make([]float64, n)
			for k := range y {
				y[k] = bias[h*n+k]
				for j, v := range x {
					y[k] += v * kernel[(j*l.NumHeads+h)*n+k]
				}
			}
			return y
		}
		var want []float64
		for b := range batch {
			for i := range tq {
				y := append([]float64{}, weights[7]...)
				for h := range l.NumHeads {
					q := projected(query[(b*tq+i)*features:][:features], weights[0], weights[1], h, l.KeyDim)
					kept := weighting(tv, func(j int) bool { return !(b == 1 && j == tv-1) && !(l.Causal && j > i) }, func(j int) (s float64) {
						for n, k := range projected(key[(b*tv+j)*wide:][:wide], weights[2], weights[3], h, l.KeyDim) {
							s += q[n] * k / math.Sqrt(float64(l.KeyDim))
						}
						return s
					})
					for j, w := range kept {
						if w == 0 {
							continue
						}
						for n, v := range projected(value[(b*tv+j)*width:][:width], weights[4], weights[5], h, size) {
							for f := range out {
								y[f] += w * v * weights[6][(h*size+n)*out+f]
							}
						}
					}
				}
				want = append(want, y...)
			}
		}
		closeTo(t, fmt.Sprintf("%+v", l), got, want, 1e-12)
	}
}

// weighting is the softmax of n scores of which only some are kept.
func weighting(n int, keep func(j int) bool, score func(j int) float64) []float64 {
	w, sum := make([]float64, n), 0.0
	for j := range w {
		if keep(j) {
			w[j] = math.Exp(score(j))
			sum += w[j]
		}
	}
	for j := range w {
		w[j] /= sum
	}
	return w
}

// attending returns a model of one attention layer whose weights are waves; steps of
// the value that are all 9 are masked.
func attending(t *testing.T, l Layer, query, value, key Shape) (*Model, [][]float64) {
	t.Helper()
	f := &Functional{Dtype: tensor.Float64}
	q, v, k := f.Input("query", Features(query...)), f.Input("value", Features(value...)), f.Input("key", Features(key...))
	f.Output("y", f.Call(Named{"attention", l}, q, f.Call(Masking{MaskValue: 9}, v), k))
	m, err := f.Build()
	if err != nil {
		t.Fatal(err)
	}
	layer, err := m.Layer("attention")
	if err != nil {
		t.Fatal(err)
	}
	var weights [][]float64
	for i, w := range layer.Weights() {
		weights = append(weights, wave(float64(3*i), len(w.Float64s())))
	}
	if err := layer.SetWeights(weights); err != nil {
		t.Fatal(err)
	}
	return m, weights
}

// attended3 runs a model of three inputs.
func attended3(t *testing.T, m *Model, batch int, in ...[]float64) []float64 {
	t.Helper()
	p, err := m.Forward(Infer, Auto, batch, stepsOf(m)...)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range in {
		copy(p.Inputs[i].X.Float64s(), swapped(v, batch, p.Inputs[i].Steps))
	}
	return swapped(forward(t, p), max(p.Outputs[0].Steps, 1), batch)
}
