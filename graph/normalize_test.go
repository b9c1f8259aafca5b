package graph

import (
	"math"
	"math/rand/v2"
	"testing"

	"gorgonia.org/tensor"
)

func init() {
	columns := func(mask ...float64) func(b *Builder, p []*Node) *Node {
		return func(b *Builder, p []*Node) *Node {
			return b.NormalizeColumns(p[0], targets(b, []int{len(mask), 1}, mask...), 0.1)
		}
	}
	cases = append(cases, []gradientCase{
		{"normalize_rows", [][]int{{3, 4}}, func(b *Builder, p []*Node) *Node { return b.NormalizeRows(p[0], 0.1) }},
		{"normalize_rows_of_one_row", [][]int{{1, 5}}, func(b *Builder, p []*Node) *Node { return b.NormalizeRows(p[0], 0.01) }},
		{"normalize_rows_of_one_column", [][]int{{3, 1}}, func(b *Builder, p []*Node) *Node { return b.NormalizeRows(p[0], 0.1) }},
		{"normalize_rows_between", [][]int{{3, 4}, {4}}, func(b *Builder, p []*Node) *Node {
			return b.Tanh(b.Mul(b.NormalizeRows(b.Tanh(p[0]), 0.1), p[1]))
		}},
		{"normalize_columns", [][]int{{5, 3}}, func(b *Builder, p []*Node) *Node { return b.NormalizeColumns(p[0], nil, 0.1) }},
		{"normalize_columns_of_one_row", [][]int{{1, 3}}, func(b *Builder, p []*Node) *Node { return b.NormalizeColumns(p[0], nil, 0.1) }},
		{"normalize_columns_of_one_column", [][]int{{5, 1}}, func(b *Builder, p []*Node) *Node { return b.NormalizeColumns(p[0], nil, 0.1) }},
		{"normalize_columns_masked", [][]int{{5, 3}}, columns(1, 0, 1, 1, 0)},
		{"normalize_columns_of_one_taken", [][]int{{4, 3}}, columns(0, 0, 1, 0)},
		{"normalize_columns_of_none_taken", [][]int{{3, 2}}, columns(0, 0, 0)},
		{"normalize_columns_of_all_taken", [][]int{{3, 2}}, columns(1, 1, 1)},
		{"normalize_columns_twice", [][]int{{5, 3}}, func(b *Builder, p []*Node) *Node {
			mask := targets(b, []int{5, 1}, 0, 1, 1, 0, 1)
			return b.NormalizeColumns(b.Tanh(b.NormalizeColumns(p[0], mask, 0.2)), mask, 0.3)
		}},
	}...)
}

// meanAndVariance are those of the values whose mask is 1; all if it is nil.
func meanAndVariance(x, mask []float64) (mean, variance float64) {
	var n float64
	for i, v := range x {
		if mask == nil || mask[i] == 1 {
			mean += v
			n++
		}
	}
	if n == 0 {
		return 0, 0
	}
	mean /= n
	for i, v := range x {
		if mask == nil || mask[i] == 1 {
			variance += (v - mean) * (v - mean) / n
		}
	}
	return mean, variance
}

func TestNormalizeRows(t *testing.T) {
	trials(t, func(t trial) {
		x, m := t.matrix("x", t.upTo(6), t.upTo(70))
		var want []float64
		for _, row := range m {
			mean, variance := meanAndVariance(row, nil)
			for _, v := range row {
				want = append(want, (v-mean)/math.Sqrt(variance+0.01))
			}
		}
		t.holds("rows", t.NormalizeRows(x, 0.01), want)
	})
}

func TestNormalizeColumns(t *testing.T) {
	trials(t, func(t trial) {
		rows, cols := t.upTo(70), t.upTo(6)
		x, m := t.matrix("x", rows, cols)
		maskNode, mask := t.mask(rows)
		if t.r.IntN(2) == 0 {
			maskNode, mask = nil, nil
		}
		want := make([]float64, rows*cols)
		var means, variances []float64
		for j := range cols {
			var col []float64
			for i := range m {
				col = append(col, m[i][j])
			}
			mean, variance := meanAndVariance(col, mask)
			for i, v := range col {
				want[i*cols+j] = (v - mean) / math.Sqrt(variance+0.01)
			}
			means, variances = append(means, mean), append(variances, variance)
		}
		t.holds("columns", t.NormalizeColumns(x, maskNode, 0.01), want)
		mean, variance := t.Moments(x, maskNode)
		t.holds("mean", mean, means)
		t.holds("variance", variance, variances)
	})
}

// TestNormalizeFarFromZero: values whose mean is much larger than their spread,
// where E[x²] − E[x]² would cancel.
func TestNormalizeFarFromZero(t *testing.T) {
	const far = 1 << 20
	for _, dt := range []tensor.Dtype{tensor.Float32, tensor.Float64} {
		b := New(dt)
		row := targets(b, []int{1, 4}, far-1, far+1, far+1, far-1)
		compare(t, "row", computed(t, b, b.NormalizeRows(row, 1e-12)), []float64{-1, 1, 1, -1}, 1e-6)
		b = New(dt)
		col := targets(b, []int{4, 1}, far-1, far+1, far+1, far-1)
		mean, variance := b.Moments(col, nil)
		compare(t, "column", computed(t, b, b.NormalizeColumns(col, nil, 1e-12), mean, variance),
			[]float64{-1, 1, 1, -1, far, 1}, 1e-6)
	}
}

// TestMaskedRowsLeaveTheMoments: what stands in a masked row changes neither
// the other rows nor their gradients, even where it is huge.
func TestMaskedRowsLeaveTheMoments(t *testing.T) {
	run := func(masked float64) []float64 {
		x := random(rand.New(rand.NewPCG(1, 1)), 4, 2)
		copy(x.Float64s()[2:4], []float64{masked, -masked})
		b := New(tensor.Float64)
		in, mask := b.Input("x", x), b.Input("mask", column(1, 0, 1, 1))
		y := b.NormalizeColumns(in, mask, 0.1)
		mean, variance := b.Moments(in, mask)
		g := b.Grad(b.Inner(b.Where(mask, y, b.Zeros(4, 2)), b.Input("w", random(rand.New(rand.NewPCG(2, 1)), 4, 2))), in)[0]
		return computed(t, b, b.Where(mask, y, b.Zeros(4, 2)), g, mean, variance)
	}
	compare(t, "values, gradient and moments", run(1e9), run(0), 0)
}

func TestNormalizeErrors(t *testing.T) {
	checkFailures(t, []failure{
		{"rows of a vector", func(b *Builder, x, v *Node) { b.NormalizeRows(v, 1) }, "normalize rows: input is [3], want a matrix"},
		{"rows without epsilon", func(b *Builder, x, v *Node) { b.NormalizeRows(x, 0) }, "normalize rows: epsilon is 0, want a positive number"},
		{"rows, not a number", func(b *Builder, x, v *Node) { b.NormalizeRows(x, math.NaN()) }, "normalize rows: epsilon is NaN, want a positive number"},
		{"columns of a vector", func(b *Builder, x, v *Node) { b.NormalizeColumns(v, nil, 1) }, "normalize columns: input is [3], want a matrix"},
		{"columns with epsilon", func(b *Builder, x, v *Node) { b.NormalizeColumns(x, nil, -1) }, "normalize columns: epsilon is -1, want a positive number"},
		{"columns' mask", func(b *Builder, x, v *Node) { b.NormalizeColumns(x, v, 1) }, "normalize columns: mask is [3] for a sequence [6 3]"},
		{"columns' mask of ids", func(b *Builder, x, v *Node) {
			b.NormalizeColumns(x, b.Input("ids", tensor.New(tensor.WithShape(6, 1), tensor.WithBacking(make([]int32, 6)))), 1)
		}, "moments: input is int32, the graph computes in float64"},
		{"moments of a vector", func(b *Builder, x, v *Node) { b.Moments(v, nil) }, "moments: input is [3], want a matrix"},
		{"moments' mask", func(b *Builder, x, v *Node) { b.Moments(x, x) }, "moments: mask is [6 3] for a sequence [6 3]"},
	})
}
