package graph

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// Attention of Tq queries over Tk keys and values is made of three products,
// one for each sample b of the batch, over time-major sequences. Each one's
// gradients are the other two:
//
//	Scores         s_ij = q_i·k_j        dq = Mix(ds, k)     dk = MixTransposed(ds, q)
//	Mix            y_i = Σ_j w_ij·v_j    dw = Scores(dy, v)  dv = MixTransposed(w, dy)
//	MixTransposed  y_j = Σ_i w_ij·q_i    dw = Scores(q, dy)  dq = Mix(w, dy)
//
// Vaswani et al., Attention Is All You Need, 2017.

// Scores emits the products of queries [Tq·batch, features] with keys
// [Tk·batch, features] of the same sample: [Tq·batch, Tk], in row (i, b) and
// column j the product of q_(i,b) and k_(j,b).
func (b *Builder) Scores(q, k *Node, batch int) *Node {
	tq, features, ok := b.samples("scores", q, batch)
	tk, width, ok2 := b.samples("scores", k, batch)
	if !ok || !ok2 {
		return nil
	}
	if features != width {
		return b.Fail(errors.Errorf("scores: queries %s and keys %s differ in their features", shapeString(q), shapeString(k)))
	}
	return b.perSample("scores", q, k, batch, matmul{false, true, tq, tk, features},
		func(q, k, ds *Node) (dq, dk *Node) {
			return b.Mix(ds, k, batch), b.MixTransposed(ds, q, batch)
		})
}

// Mix emits the sums of values [Tk·batch, features] weighted by w
// [Tq·batch, Tk]: [Tq·batch, features], in row (i, b) Σ_j w_(i,b),j·v_(j,b).
func (b *Builder) Mix(w, v *Node, batch int) *Node {
	tq, cols, ok := b.samples("mix", w, batch)
	tk, features, ok2 := b.samples("mix", v, batch)
	if !ok || !ok2 {
		return nil
	}
	if cols != tk {
		return b.Fail(errors.Errorf("mix: weights %s for %d steps of values", shapeString(w), tk))
	}
	return b.perSample("mix", w, v, batch, matmul{false, false, tq, features, tk},
		func(w, v, dy *Node) (dw, dv *Node) {
			return b.Scores(dy, v, batch), b.MixTransposed(w, dy, batch)
		})
}

// MixTransposed emits the sums of queries [Tq·batch, features] weighted by w
// [Tq·batch, Tk]: [Tk·batch, features], in row (j, b) Σ_i w_(i,b),j·q_(i,b).
func (b *Builder) MixTransposed(w, q *Node, batch int) *Node {
	tw, tk, ok := b.samples("mix transposed", w, batch)
	tq, features, ok2 := b.samples("mix transposed", q, batch)
	if !ok || !ok2 {
		return nil
	}
	if tw != tq {
		return b.Fail(errors.Errorf("mix transposed: weights %s and queries %s differ in their steps", shapeString(w), shapeString(q)))
	}
	return b.perSample("mix_transposed", w, q, batch, matmul{true, false, tk, features, tq},
		func(w, q, dy *Node) (dw, dq *Node) {
			return b.Scores(q, dy, batch), b.Mix(w, dy, batch)
		})
}

// samples returns the steps and the width of a time-major sequence.
func (b *Builder) samples(name string, x *Node, batch int) (steps, cols int, ok bool) {
	rows, cols, ok := b.matrix(name, x)
	if !ok {
		return 0, 0, false
	}
	if batch < 1 || rows%batch != 0 {
		b.Fail(errors.Errorf("%s: %d rows are not steps of %d samples", name, rows, batch))
		return 0, 0, false
	}
	return rows / batch, cols, true
}

type perSampleKey struct {
	mm    matmul
	batch int
}

// perSample emits a matrix product for every sample of the batch.
func (b *Builder) perSample(name string, x, y *Node, batch int, mm matmul, grad func(x, y, dout *Node) (dx, dy *Node)) *Node {
	return b.apply(&op{
		name:  name,
		key:   perSampleKey{mm, batch},
		shape: tensor.Shape{mm.m * batch, mm.n},
		work:  2 * float64(batch) * float64(mm.m) * float64(mm.n) * float64(mm.k),
		run:   pick(b, perSample[float32](mm, batch), perSample[float64](mm, batch)),
		grad: func(in []*Node, _, dout *Node) []*Node {
			dx, dy := grad(in[0], in[1], dout)
			return []*Node{dx, dy}
		},
	}, "dd", x, y)
}

// perSample packs the rows of one sample after the other, since a product
// wants them side by side.
func perSample[T kernel.Float](mm matmul, batch int) runFunc {
	var x, y, z []T
	return func(o *op, in []gorgonia.Value) error {
		x, y, z = resize(x, mm.m*mm.k), resize(y, mm.k*mm.n), resize(z, mm.m*mm.n)
		out := Floats[T](o.out)
		for s := range batch {
			takeSample(x, in[0], s, batch)
			takeSample(y, in[1], s, batch)
			kernel.Gemm(mm.tx, mm.ty, mm.m, mm.n, mm.k, x, y, z, false)
			for i := range mm.m {
				copy(out[(i*batch+s)*mm.n:], z[i*mm.n:(i+1)*mm.n])
			}
		}
		return nil
	}
}

// takeSample copies the rows of sample s of a time-major sequence to x.
func takeSample[T kernel.Float](x []T, seq gorgonia.Value, s, batch int) {
	from, cols := Floats[T](seq), seq.Shape()[1]
	for at := s * cols; len(x) > 0; at += batch * cols {
		x = x[copy(x, from[at:at+cols]):]
	}
}

// masked is what is added to a score that shall not count, as in Keras: after a
// softmax its weight is 0, unless all of the row's scores are masked.
const masked = -1e9

// MaskScores adds −10⁹ to the scores [Tq·batch, Tk] in row (i, b) and column j
// where the mask of the values [Tk·batch, 1] is 0 at (j, b) and, if causal,
// where j > i. A nil mask is 1 everywhere. The gradient passes through
// unchanged; the mask has none. Keras: Attention.
func (b *Builder) MaskScores(scores, mask *Node, causal bool, batch int) *Node {
	_, tk, ok := b.samples("mask scores", scores, batch)
	if !ok {
		return nil
	}
	in := []*Node{scores}
	if mask != nil {
		if !b.ok(mask) {
			return nil
		}
		if !sameShape(mask.Shape(), tensor.Shape{tk * batch, 1}) {
			return b.Fail(errors.Errorf("mask scores: mask is %s, want [%d 1]", shapeString(mask), tk*batch))
		}
		in = append(in, mask)
	} else if !causal {
		return scores
	}
	return b.apply(&op{
		name:  "mask_scores",
		key:   maskScoresKey{causal, batch},
		shape: scores.Shape(),
		run:   pick(b, maskScores[float32](causal, batch, tk), maskScores[float64](causal, batch, tk)),
		grad: func(in []*Node, _, dout *Node) []*Node {
			return append([]*Node{dout}, make([]*Node, len(in)-1)...)
		},
	}, "d", in...)
}

type maskScoresKey struct {
	causal bool
	batch  int
}

func maskScores[T kernel.Float](causal bool, batch, tk int) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		x, mask, y := Floats[T](in[0]), maskOf[T](in, 1), Floats[T](o.out)
		for row := range len(x) / tk {
			i, s := row/batch, row%batch
			for j, v := range x[row*tk : (row+1)*tk] {
				if causal && j > i || !takes(mask, j*batch+s) {
					v += masked
				}
				y[row*tk+j] = v
			}
		}
		return nil
	}
}
