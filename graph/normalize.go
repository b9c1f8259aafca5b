package graph

import (
	"math"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// normalizable checks the arguments of a normalization.
func (b *Builder) normalizable(name string, x, mask *Node, eps float64) (rows, cols int, ok bool) {
	rows, cols, ok = b.matrix(name, x)
	if !ok || !b.maskFits(name, mask, x) {
		return 0, 0, false
	}
	if !(eps > 0) {
		b.Fail(errors.Errorf("%s: epsilon is %g, want a positive number", name, eps))
		return 0, 0, false
	}
	return rows, cols, true
}

// NormalizeRows emits each row of a matrix less its mean, over the root of its
// biased variance. With s = 1/√(σ² + eps) and ⟨·⟩ the mean over a row:
//
//	y = s·(x − μ)    μ = ⟨x⟩    σ² = ⟨(x − μ)²⟩
//	dx = s·(dy − ⟨dy⟩ − y·⟨dy∘y⟩)
//
// It is layer normalization before gain and offset: Ba, Kiros and Hinton, Layer
// Normalization, 2016. eps must be positive. Keras: LayerNormalization.
func (b *Builder) NormalizeRows(x *Node, eps float64) *Node {
	_, cols, ok := b.normalizable("normalize rows", x, nil, eps)
	if !ok {
		return nil
	}
	return b.apply(&op{
		name:  "normalize_rows",
		key:   eps,
		shape: x.Shape(),
		run:   pick(b, normalizeRows[float32](cols, eps), normalizeRows[float64](cols, eps)),
		grad: func(in []*Node, y, dy *Node) []*Node {
			return []*Node{b.apply(&op{
				name:  "normalize_rows_grad",
				key:   eps,
				shape: y.Shape(),
				run:   pick(b, normalizeRowsGrad[float32](cols, eps), normalizeRowsGrad[float64](cols, eps)),
				form: func(in []*Node) *Node {
					c := b.Sub(in[0], b.RowMeans(in[0]))
					s := b.InvSqrt(b.RowMeans(b.Mul(c, c)), eps)
					y, dy := b.Mul(c, s), in[2]
					return b.Mul(b.Sub(b.Sub(dy, b.RowMeans(dy)), b.Mul(y, b.RowMeans(b.Mul(y, dy)))), s)
				},
			}, "d.d", in[0], y, dy)}
		},
	}, "d", x)
}

// center writes x − μ to y and returns 1/√(σ² + eps); ones is as long as x. The
// mean is rounded to the digits of x, which may be far from 0 beside σ: the mean of
// what is left makes up for that.
func center[T kernel.Float](y, x, ones []T, eps float64) T {
	n := T(len(x))
	subScalar(y, x, kernel.Dot(x, ones)/n)
	subScalar(y, y, kernel.Dot(y, ones)/n)
	return T(1 / math.Sqrt(float64(kernel.Dot(y, y)/n)+eps))
}

func normalizeRows[T kernel.Float](cols int, eps float64) runFunc {
	ones := make([]T, cols)
	fill(ones, 1)
	return map1(func(y, x []T) {
		for ; len(x) > 0; x, y = x[cols:], y[cols:] {
			row := y[:cols]
			mulScalar(row, row, center(row, x[:cols], ones, eps))
		}
	})
}

func normalizeRowsGrad[T kernel.Float](cols int, eps float64) runFunc {
	ones := make([]T, cols)
	fill(ones, 1)
	return func(o *op, in []gorgonia.Value) error {
		x, y, dy, dx := Floats[T](in[0]), Floats[T](in[1]), Floats[T](in[2]), Floats[T](o.out)
		n := T(cols)
		for ; len(x) > 0; x, y, dy, dx = x[cols:], y[cols:], dy[cols:], dx[cols:] {
			s := center(dx[:cols], x[:cols], ones, eps)
			g, h := kernel.Dot(dy[:cols], ones)/n, kernel.Dot(dy[:cols], y)/n
			for j, d := range dy[:cols] {
				dx[j] = s * (d - g - y[j]*h)
			}
		}
		return nil
	}
}

// NormalizeColumns emits each column of a matrix [rows, cols] less its mean,
// over the root of its biased variance, both taken over the n rows whose mask
// [rows, 1] is not 0 – all rows if the mask is nil. The other rows are
// normalized by the same moments, so they have a part in their gradient. With
// s = 1/√(σ² + eps) and sums over all rows:
//
//	y = s·(x − μ)
//	dxᵢ = s·(dyᵢ − (Σdy + yᵢ·Σdy∘y)/n)   where the mask is not 0
//	dxᵢ = s·dyᵢ                          elsewhere
//
// Where no row is left the mean and the variance are 0. It is batch
// normalization before gain and offset: Ioffe and Szegedy, Batch Normalization,
// 2015. eps must be positive; the mask has no gradient. Keras:
// BatchNormalization.
func (b *Builder) NormalizeColumns(x, mask *Node, eps float64) *Node {
	_, cols, ok := b.normalizable("normalize columns", x, mask, eps)
	if !ok {
		return nil
	}
	in := []*Node{x, b.moments(x, mask)}
	if mask != nil {
		in = append(in, mask)
	}
	return b.apply(&op{
		name:  "normalize_columns",
		key:   eps,
		shape: x.Shape(),
		run:   pick(b, normalizeColumns[float32](cols, eps), normalizeColumns[float64](cols, eps)),
		// The moments stand among the inputs as constants: the gradient of x
		// is the whole one, that which goes through them included.
		grad: func(in []*Node, y, dy *Node) []*Node {
			dx := b.apply(&op{
				name:   "normalize_columns_grad",
				key:    eps,
				unread: []int{3},
				shape:  y.Shape(),
				run:    pick(b, normalizeColumnsGrad[float32](cols, eps), normalizeColumnsGrad[float64](cols, eps)),
				form:   func(in []*Node) *Node { return b.normalizedGrad(in[3], in[1], in[4:], eps) },
			}, ".d.d", append([]*Node{y, dy, in[1], in[0]}, in[2:]...)...)
			return append([]*Node{dx}, make([]*Node, len(in)-1)...)
		},
	}, "d", in...)
}

// normalizedGrad is the form of NormalizeColumns' gradient: of x and dy alone.
func (b *Builder) normalizedGrad(x, dy *Node, mask []*Node, eps float64) *Node {
	if !b.ok(x, dy) {
		return nil
	}
	rows, cols := x.Shape()[0], x.Shape()[1]
	taken := b.Ones(rows, 1)
	if len(mask) > 0 {
		taken = b.levels("taken", mask[0], func(m float64) float64 { return choose(m == 0, 0, 1) })
	}
	n := b.levels("rows", b.Sum(taken), func(n float64) float64 { return max(n, 1) })
	mean := func(x *Node) *Node { return b.Div(b.ColumnSums(b.Where(taken, x, b.Zeros(rows, cols))), n) }
	c := b.Sub(x, mean(x))
	s := b.InvSqrt(mean(b.Mul(c, c)), eps)
	y := b.Mul(c, s)
	along := b.Add(b.Mul(y, b.Div(b.ColumnSums(b.Mul(y, dy)), n)), b.Div(b.ColumnSums(dy), n))
	return b.Mul(b.Sub(dy, b.Mul(along, taken)), s)
}

// Moments emits the mean and the biased variance of each column of a matrix
// [rows, cols], vectors [cols], over the rows whose mask [rows, 1] is not 0 –
// all rows if the mask is nil. Where no row is left both are 0. They are for
// running statistics and have no gradient: VJP takes them for constants.
func (b *Builder) Moments(x, mask *Node) (mean, variance *Node) {
	if _, _, ok := b.matrix("moments", x); !ok || !b.maskFits("moments", mask, x) {
		return nil, nil
	}
	m := b.moments(x, mask)
	return b.Row(m, 0), b.Row(m, 1)
}

// moments emits a matrix [3, cols] of the means, the variances, and what the
// means' rounding left out.
func (b *Builder) moments(x, mask *Node) *Node {
	cols := x.Shape()[1]
	in := []*Node{x}
	if mask != nil {
		in = append(in, mask)
	}
	return b.apply(&op{
		name:  "moments",
		key:   pure,
		shape: tensor.Shape{3, cols},
		run:   pick(b, moments[float32](cols), moments[float64](cols)),
		grad:  noGrad,
	}, "", in...)
}

// takes reports whether a mask takes row i; nil takes all.
func takes[T kernel.Float](mask []T, i int) bool { return mask == nil || mask[i] != 0 }

// moments sums in float64: the rows are those of all steps and samples.
func moments[T kernel.Float](cols int) runFunc {
	sums := make([]float64, 3*cols)
	return func(o *op, in []gorgonia.Value) error {
		x, mask := Floats[T](in[0]), maskOf[T](in, 1)
		clear(sums)
		mean, variance, rest := sums[:cols], sums[cols:2*cols], sums[2*cols:]
		n := 0
		for i := range len(x) / cols {
			if takes(mask, i) {
				n++
				for j, v := range x[i*cols : (i+1)*cols] {
					mean[j] += float64(v)
				}
			}
		}
		divide(mean, max(n, 1))
		for i := range len(x) / cols {
			if takes(mask, i) {
				for j, v := range x[i*cols : (i+1)*cols] {
					d := float64(v) - mean[j]
					variance[j] += d * d
					rest[j] += d
				}
			}
		}
		divide(variance, max(n, 1))
		divide(rest, max(n, 1))
		for j, v := range mean {
			rest[j] += v - float64(T(v))
		}
		out := Floats[T](o.out)
		for j, v := range sums {
			out[j] = T(v)
		}
		return nil
	}
}

func divide(x []float64, n int) {
	for i := range x {
		x[i] /= float64(n)
	}
}

func normalizeColumns[T kernel.Float](cols int, eps float64) runFunc {
	scale := make([]T, cols)
	return func(o *op, in []gorgonia.Value) error {
		x, m, y := Floats[T](in[0]), Floats[T](in[1]), Floats[T](o.out)
		mean, rest := m[:cols], m[2*cols:]
		invSqrt[T](eps)(scale, m[cols:])
		for ; len(x) > 0; x, y = x[cols:], y[cols:] {
			for j, v := range x[:cols] {
				y[j] = scale[j] * (v - mean[j] - rest[j])
			}
		}
		return nil
	}
}

func normalizeColumnsGrad[T kernel.Float](cols int, eps float64) runFunc {
	scale := make([]T, cols)
	g, h := make([]float64, cols), make([]float64, cols)
	return func(o *op, in []gorgonia.Value) error {
		y, dy, mask, dx := Floats[T](in[0]), Floats[T](in[1]), maskOf[T](in, 4), Floats[T](o.out)
		invSqrt[T](eps)(scale, Floats[T](in[2])[cols:])
		clear(g)
		clear(h)
		n := 0
		for i := range len(y) / cols {
			if takes(mask, i) {
				n++
			}
			for j, d := range dy[i*cols : (i+1)*cols] {
				g[j] += float64(d)
				h[j] += float64(d * y[i*cols+j])
			}
		}
		divide(g, max(n, 1))
		divide(h, max(n, 1))
		for i := range len(y) / cols {
			yr, dr := y[i*cols:(i+1)*cols], dx[i*cols:(i+1)*cols]
			copy(dr, dy[i*cols:])
			if takes(mask, i) {
				for j, v := range yr {
					dr[j] -= T(g[j] + float64(v)*h[j])
				}
			}
			kernel.Mul(dr, dr, scale)
		}
		return nil
	}
}
