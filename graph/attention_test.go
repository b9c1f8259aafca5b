package graph

import (
	"math/rand/v2"
	"testing"

	"gorgonia.org/tensor"
)

func init() {
	// attend is attention of queries p[0] over keys p[1] and values p[2]; what
	// queries without a value see is left out.
	attend := func(causal bool, batch int, mask []float64, seen ...int32) func(b *Builder, p []*Node) *Node {
		return func(b *Builder, p []*Node) *Node {
			var m *Node
			if mask != nil {
				m = targets(b, []int{len(mask), 1}, mask...)
			}
			y := b.Mix(b.Softmax(b.MaskScores(b.Scores(p[0], p[1], batch), m, causal, batch)), p[2], batch)
			if seen != nil {
				y = b.Where(b.NotID(b.Input("seen", intIDs(seen...)), 0), y, b.Zeros(6, 3))
			}
			return y
		}
	}
	cases = append(cases, []gradientCase{
		{"scores", [][]int{{6, 4}, {4, 4}}, func(b *Builder, p []*Node) *Node { return b.Scores(p[0], p[1], 2) }},
		{"scores_of_one_step", [][]int{{3, 4}, {3, 4}}, func(b *Builder, p []*Node) *Node { return b.Scores(p[0], p[1], 3) }},
		{"scores_of_one_sample", [][]int{{3, 4}, {2, 4}}, func(b *Builder, p []*Node) *Node { return b.Scores(p[0], p[1], 1) }},
		{"scores_of_one_feature", [][]int{{6, 1}, {4, 1}}, func(b *Builder, p []*Node) *Node { return b.Scores(p[0], p[1], 2) }},
		{"scores_of_self", [][]int{{6, 2}}, func(b *Builder, p []*Node) *Node { return b.Scores(p[0], p[0], 2) }},
		{"mix", [][]int{{6, 2}, {4, 3}}, func(b *Builder, p []*Node) *Node { return b.Mix(p[0], p[1], 2) }},
		{"mix_of_one_step", [][]int{{3, 1}, {3, 2}}, func(b *Builder, p []*Node) *Node { return b.Mix(p[0], p[1], 3) }},
		{"mix_transposed", [][]int{{6, 2}, {6, 3}}, func(b *Builder, p []*Node) *Node { return b.MixTransposed(p[0], p[1], 2) }},
		{"mix_transposed_of_one_step", [][]int{{3, 1}, {3, 2}}, func(b *Builder, p []*Node) *Node { return b.MixTransposed(p[0], p[1], 3) }},
		{"attention", [][]int{{6, 4}, {4, 4}, {4, 3}}, attend(false, 2, nil)},
		{"attention_causal", [][]int{{6, 4}, {6, 4}, {6, 3}}, attend(true, 2, nil)},
		{"attention_masked", [][]int{{6, 4}, {4, 4}, {4, 3}}, attend(false, 2, []float64{1, 0, 1, 1})},
		{"attention_causal_masked", [][]int{{6, 4}, {6, 4}, {6, 3}}, attend(true, 2, []float64{1, 1, 0, 1, 1, 0})},
		{"attention_fully_masked", [][]int{{6, 4}, {4, 4}, {4, 3}}, attend(false, 2, []float64{0, 1, 0, 1}, 0, 1, 0, 1, 0, 1)},
		{"attention_of_one_step", [][]int{{2, 4}, {2, 4}, {2, 3}}, attend(true, 2, []float64{1, 1})},
	}...)
}

// TestAttentionProducts holds the three products to sums written out.
func TestAttentionProducts(t *testing.T) {
	trials(t, func(t trial) {
		tq, tk, f, batch := t.upTo(9), t.upTo(9), t.upTo(40), t.upTo(4)
		qNode, q := t.matrix("q", tq*batch, f)
		kNode, k := t.matrix("k", tk*batch, f)
		wNode, w := t.matrix("w", tq*batch, tk)
		scores := make([]float64, tq*batch*tk)
		mixed := make([]float64, tq*batch*f)
		transposed := make([]float64, tk*batch*f)
		for s := range batch {
			for i := range tq {
				for j := range tk {
					qi, kj := i*batch+s, j*batch+s
					for c := range f {
						scores[qi*tk+j] += q[qi][c] * k[kj][c]
						mixed[qi*f+c] += w[qi][j] * k[kj][c]
						transposed[kj*f+c] += w[qi][j] * q[qi][c]
					}
				}
			}
		}
		t.holds("scores", t.Scores(qNode, kNode, batch), scores)
		t.holds("mix", t.Mix(wNode, kNode, batch), mixed)
		t.holds("mix transposed", t.MixTransposed(wNode, qNode, batch), transposed)
	})
}

func TestMaskScores(t *testing.T) {
	trials(t, func(t trial) {
		tq, tk, batch := t.upTo(6), t.upTo(6), t.upTo(4)
		x, m := t.matrix("x", tq*batch, tk)
		node, mask := t.mask(tk * batch)
		var both, causal, values []float64
		for row, scores := range m {
			for j, v := range scores {
				later, absent := j > row/batch, mask[j*batch+row%batch] == 0
				add := func(to *[]float64, masked bool) {
					if masked {
						*to = append(*to, v-1e9)
					} else {
						*to = append(*to, v)
					}
				}
				add(&both, later || absent)
				add(&causal, later)
				add(&values, absent)
			}
		}
		t.holds("mask", t.MaskScores(x, node, false, batch), values)
		t.holds("causal", t.MaskScores(x, nil, true, batch), causal)
		t.holds("both", t.MaskScores(x, node, true, batch), both)
		if t.MaskScores(x, nil, false, batch) != x {
			t.Error("without a mask something is emitted")
		}
	})
}

// TestMaskScoresGradient: it passes through unchanged where all is masked too,
// where finite differences of 10⁹ would say nothing.
func TestMaskScoresGradient(t *testing.T) {
	for _, mask := range [][]float64{{0, 0, 0, 0}, {1, 0, 1, 1}} {
		b := New(tensor.Float64)
		r := rand.New(rand.NewPCG(1, 1))
		x, w := b.Input("x", random(r, 6, 2)), b.Input("w", random(r, 6, 2))
		y := b.MaskScores(x, b.Input("mask", column(mask...)), true, 2)
		g := b.VJP([]*Node{y}, []*Node{w}, x)[0]
		got := computed(t, b, g, w)
		compare(t, "gradient", got[:12], got[12:], 0)
	}
}

// TestFullyMaskedQueriesSeeAllAlike: a softmax over scores that are all masked
// stays finite, as in Keras.
func TestFullyMaskedQueriesSeeAllAlike(t *testing.T) {
	b := New(tensor.Float32)
	x := targets(b, []int{1, 4}, 1, -2, 3, 0.5)
	mask := b.Zeros(4, 1)
	compare(t, "weights", computed(t, b, b.Softmax(b.MaskScores(x, mask, false, 1))), []float64{0.25, 0.25, 0.25, 0.25}, 0)
}

// TestAttentionLooksAtNothingMasked: masked and later values change no output.
func TestAttentionLooksAtNothingMasked(t *testing.T) {
	const steps, batch = 3, 2
	mask := []float64{1, 1, 1, 0, 0, 1}
	run := func(other float64) []float64 {
		r := rand.New(rand.NewPCG(1, 1))
		q, k, v := random(r, steps*batch, 2), random(r, steps*batch, 2), random(r, steps*batch, 2)
		for i, m := range mask {
			if m == 0 || i/batch == 2 { // what the queries of step 1 must not see
				copy(k.Float64s()[2*i:], []float64{other, -other})
				copy(v.Float64s()[2*i:], []float64{other, other})
			}
		}
		b := New(tensor.Float64)
		w := b.Softmax(b.MaskScores(b.Scores(b.Input("q", q), b.Input("k", k), batch), b.Input("mask", column(mask...)), true, batch))
		return computed(t, b, b.Step(b.Mix(w, b.Input("v", v), batch), 1, steps))
	}
	compare(t, "step 1", run(100), run(0), 0)
}

// TestSecondDerivativesOfProducts: their gradients are products again, so they
// can be differentiated twice, as matrix products can. Of one query and one
// feature, with s_j = q·k_j:
//
//	g = Σ 2·w_j·s_j·k_j   the gradient of Σ w_j·s_j² in q
//	∂g/∂q = Σ 2·w_j·k_j²   ∂g/∂k_j = 4·w_j·s_j   ∂g/∂w_j = 2·s_j·k_j
func TestSecondDerivativesOfProducts(t *testing.T) {
	q, k, w := 0.7, []float64{0.3, -0.8, 0.5}, []float64{2, -1, 0.5}
	b := New(tensor.Float64)
	qn, kn := b.Input("q", column(q)), b.Input("k", column(k...))
	wn := b.Input("w", tensor.New(tensor.WithShape(1, 3), tensor.WithBacking(w)))
	s := b.Scores(qn, kn, 1)
	g := b.VJP([]*Node{b.Mul(s, s)}, []*Node{wn}, qn)[0]
	second := b.VJP([]*Node{g}, []*Node{b.Input("one", column(1))}, qn, kn, wn)
	want := make([]float64, 8) // g, ∂g/∂q, ∂g/∂k, ∂g/∂w
	for j, kj := range k {
		want[0] += 2 * w[j] * q * kj * kj
		want[1] += 2 * w[j] * kj * kj
		want[2+j] = 4 * w[j] * q * kj
		want[5+j] = 2 * q * kj * kj
	}
	compare(t, "derivatives", computed(t, b, append([]*Node{g}, second...)...), want, 1e-12)
}

func TestAttentionWork(t *testing.T) {
	const tq, tk, f, batch = 3, 2, 5, 4
	b := New(tensor.Float64)
	r := rand.New(rand.NewPCG(1, 1))
	q, k := b.Input("q", random(r, tq*batch, f)), b.Input("k", random(r, tk*batch, f))
	s := b.Scores(q, k, batch)
	const one = 2 * tq * tk * f * batch
	for i, n := range []*Node{s, b.Mix(s, k, batch), b.MixTransposed(s, q, batch)} {
		want := float64(one)
		if i > 0 {
			want *= 2
		}
		if got := b.Work(n); got != want {
			t.Errorf("product %d: %g operations, want %g", i, got, want)
		}
	}
}

func TestAttentionErrors(t *testing.T) {
	wide := func(b *Builder) *Node { return b.Input("wide", random(rand.New(rand.NewPCG(1, 1)), 6, 2)) }
	checkFailures(t, []failure{
		{"scores of vectors", func(b *Builder, x, v *Node) { b.Scores(v, x, 2) }, "scores: input is [3], want a matrix"},
		{"scores of a part", func(b *Builder, x, v *Node) { b.Scores(x, x, 4) }, "scores: 6 rows are not steps of 4 samples"},
		{"scores of no samples", func(b *Builder, x, v *Node) { b.Scores(x, x, 0) }, "scores: 6 rows are not steps of 0 samples"},
		{"scores of other features", func(b *Builder, x, v *Node) { b.Scores(x, wide(b), 2) }, "scores: queries [6 3] and keys [6 2] differ in their features"},
		{"mix of vectors", func(b *Builder, x, v *Node) { b.Mix(x, v, 2) }, "mix: input is [3], want a matrix"},
		{"mix of a part", func(b *Builder, x, v *Node) { b.Mix(x, x, -1) }, "mix: 6 rows are not steps of -1 samples"},
		{"mix of other steps", func(b *Builder, x, v *Node) { b.Mix(x, x, 1) }, "mix: weights [6 3] for 6 steps of values"},
		{"mix transposed of a part", func(b *Builder, x, v *Node) { b.MixTransposed(x, x, 5) }, "mix transposed: 6 rows are not steps of 5 samples"},
		{"mix transposed of other steps", func(b *Builder, x, v *Node) { b.MixTransposed(b.Step(x, 0, 2), x, 3) }, "mix transposed: weights [3 3] and queries [6 3] differ in their steps"},
		{"mask of scores", func(b *Builder, x, v *Node) { b.MaskScores(x, b.Columns(x, 0, 1), true, 3) }, "mask scores: mask is [6 1], want [9 1]"},
		{"mask of a vector", func(b *Builder, x, v *Node) { b.MaskScores(v, nil, true, 1) }, "mask scores: input is [3], want a matrix"},
		{"mask of a part", func(b *Builder, x, v *Node) { b.MaskScores(x, nil, true, 4) }, "mask scores: 6 rows are not steps of 4 samples"},
		{"mask of another graph", func(b *Builder, x, v *Node) { b.MaskScores(x, wide(New(tensor.Float64)), true, 2) }, "input 0, wide, belongs to another graph"},
	})
}
