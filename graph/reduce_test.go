package graph

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"
)

// gradientCase is a row of the table of gradients.
type gradientCase = struct {
	name   string
	shapes [][]int
	build  func(b *Builder, p []*Node) *Node
}

func init() {
	cases = append(cases, []gradientCase{
		{"row_sums", [][]int{{3, 4}}, func(b *Builder, p []*Node) *Node { return b.Tanh(b.RowSums(p[0])) }},
		{"row_sums_of_one_row", [][]int{{1, 4}}, func(b *Builder, p []*Node) *Node { return b.RowSums(b.Tanh(p[0])) }},
		{"row_sums_of_one_column", [][]int{{3, 1}}, func(b *Builder, p []*Node) *Node { return b.RowSums(b.Tanh(p[0])) }},
		{"row_means", [][]int{{3, 4}}, func(b *Builder, p []*Node) *Node { return b.Sub(p[0], b.RowMeans(b.Tanh(p[0]))) }},
		{"row_means_of_one_row", [][]int{{1, 4}}, func(b *Builder, p []*Node) *Node { return b.RowMeans(b.Tanh(p[0])) }},
		{"row_means_of_one_column", [][]int{{3, 1}}, func(b *Builder, p []*Node) *Node { return b.RowMeans(b.Tanh(p[0])) }},
		{"penalty", [][]int{{3, 4}}, func(b *Builder, p []*Node) *Node { return b.Penalty(p[0], 0.3, 0.7) }},
		{"penalty_l1_of_vector", [][]int{{4}}, func(b *Builder, p []*Node) *Node { return b.Penalty(p[0], 0.3, 0) }},
		{"penalty_l2_of_scalar", [][]int{{2, 3}}, func(b *Builder, p []*Node) *Node {
			return b.Penalty(b.Inner(p[0], p[0]), 0, 0.7)
		}},
		{"any_not_equal", [][]int{{6, 2}}, func(b *Builder, p []*Node) *Node {
			return b.Mul(p[0], b.AnyNotEqual(b.Relu(p[0]), 0)) // some rows are negative throughout
		}},
		{"inv_sqrt", [][]int{{3, 4}}, func(b *Builder, p []*Node) *Node { return b.InvSqrt(p[0], 2) }},
		{"inv_sqrt_of_vector", [][]int{{4}}, func(b *Builder, p []*Node) *Node { return b.InvSqrt(p[0], 1.5) }},
	}...)
}

// trial is a graph on random values and sizes in one element type.
type trial struct {
	*testing.T
	*Builder
	r   *rand.Rand
	tol float64 // of the element type
}

// trials runs f many times in both element types.
func trials(t *testing.T, f func(t trial)) {
	for dt, tol := range map[tensor.Dtype]float64{tensor.Float32: 1e-5, tensor.Float64: 1e-12} {
		for seed := range uint64(30) {
			t.Run(fmt.Sprintf("%v_%d", dt, seed), func(t *testing.T) {
				f(trial{t, New(dt), rand.New(rand.NewPCG(seed, 11)), tol})
			})
		}
	}
}

// upTo draws a size, one in three times 1.
func (t trial) upTo(n int) int { return max(1, t.r.IntN(n+n/2)-n/2+1) }

// input declares an input of the graph's element type.
func (t trial) input(name string, x *tensor.Dense) *Node {
	if t.Dtype() == tensor.Float64 {
		return t.Input(name, x)
	}
	y := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(x.Shape()...))
	for i, v := range x.Float64s() {
		y.Float32s()[i] = float32(v)
	}
	return t.Input(name, y)
}

// matrix declares an input of random elements and returns these by row and
// column.
func (t trial) matrix(name string, rows, cols int) (*Node, [][]float64) {
	x := random(t.r, rows, cols)
	return t.input(name, x), rowsOfDense(x)
}

// mask declares a mask that takes each row with probability ½.
func (t trial) mask(rows int) (*Node, []float64) {
	m := make([]float64, rows)
	for i := range m {
		m[i] = float64(t.r.IntN(2))
	}
	return t.input("mask", column(m...)), m
}

// holds compares what the program computes for a node with what is wanted.
func (t trial) holds(what string, n *Node, want []float64) {
	t.Helper()
	compare(t.T, what, computed(t.T, t.Builder, n), want, t.tol)
}

func rowsOfDense(x *tensor.Dense) [][]float64 {
	return slices.Collect(slices.Chunk(x.Float64s(), x.Shape()[1]))
}

// column is a tensor [rows, 1], such as a mask.
func column(v ...float64) *tensor.Dense {
	return tensor.New(tensor.WithShape(len(v), 1), tensor.WithBacking(v))
}

// computed compiles the nodes, runs them and returns their elements.
func computed(t *testing.T, b *Builder, nodes ...*Node) []float64 {
	t.Helper()
	p, err := b.Compile(nodes...)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	return values(t, p, nodes)
}

// failure is a call that must fail.
type failure struct {
	name  string
	build func(b *Builder, x, v *Node) // x is [6, 3], v is [3]
	want  string
}

func checkFailures(t *testing.T, failures []failure) {
	for _, f := range failures {
		t.Run(f.name, func(t *testing.T) {
			b := New(tensor.Float64)
			r := rand.New(rand.NewPCG(1, 1))
			x, v := b.Input("x", random(r, 6, 3)), b.Input("v", random(r, 3))
			if f.build(b, x, v); b.Err() == nil || b.Err().Error() != f.want {
				t.Errorf("the error is %v, want %s", b.Err(), f.want)
			}
		})
	}
}

func TestRowSumsAndMeans(t *testing.T) {
	trials(t, func(t trial) {
		rows, cols := t.upTo(6), t.upTo(40)
		x, m := t.matrix("x", rows, cols)
		var sums, means []float64
		for _, row := range m {
			var sum float64
			for _, v := range row {
				sum += v
			}
			sums, means = append(sums, sum), append(means, sum/float64(cols))
		}
		t.holds("sums", t.RowSums(x), sums)
		t.holds("means", t.RowMeans(x), means)
	})
}

// TestOneColumnIsItsSum: nothing is emitted.
func TestOneColumnIsItsSum(t *testing.T) {
	b := New(tensor.Float64)
	x := b.Input("x", column(1, 2))
	if b.RowSums(x) != x || b.RowMeans(x) != x {
		t.Error("a column is not its own sum and mean")
	}
}

func TestPenalty(t *testing.T) {
	trials(t, func(t trial) {
		x, m := t.matrix("x", t.upTo(6), t.upTo(40))
		var l1, l2 float64
		for _, v := range slices.Concat(m...) {
			l1 += math.Abs(v)
			l2 += v * v
		}
		t.holds("l1", t.Penalty(x, 0.25, 0), []float64{0.25 * l1})
		t.holds("l2", t.Penalty(x, 0, 0.5), []float64{0.5 * l2})
		t.holds("both", t.Penalty(x, 0.25, 0.5), []float64{0.25*l1 + 0.5*l2})
	})
}

// TestPenaltyAtZero: |x| has no derivative there, and 0 is taken.
func TestPenaltyAtZero(t *testing.T) {
	b := New(tensor.Float64)
	x := b.Input("x", column(0, 2, math.Copysign(0, -1), -3))
	g := b.Grad(b.Penalty(x, 0.25, 0.5), x)[0]
	compare(t, "gradient", computed(t, b, g), []float64{0, 2.25, 0, -3.25}, 0)
}

func TestAnyNotEqual(t *testing.T) {
	for _, c := range []struct {
		x, equal float64
	}{{0, 0}, {0.1, 0.1}, {-1, -1}} {
		for _, dt := range []tensor.Dtype{tensor.Float32, tensor.Float64} {
			b := New(dt)
			e, o := c.equal, c.equal+1
			x := targets(b, []int{5, 3}, e, e, e, o, e, e, e, o, e, e, e, o, o, o, o)
			compare(t, fmt.Sprint(dt, c.equal), computed(t, b, b.AnyNotEqual(x, c.equal)), []float64{0, 1, 1, 1, 1}, 0)
		}
	}
	b := New(tensor.Float64)
	compare(t, "NaN", computed(t, b, b.AnyNotEqual(b.Input("x", column(math.NaN(), 0)), 0)), []float64{1, 0}, 0)
}

// TestConstantsOfTheirInputs: operations without a gradient that VJP must not
// refuse although their input is differentiated.
func TestConstantsOfTheirInputs(t *testing.T) {
	for name, f := range map[string]func(b *Builder, x *Node) *Node{
		"any not equal": func(b *Builder, x *Node) *Node { return b.AnyNotEqual(x, 0) },
		"mean":          func(b *Builder, x *Node) *Node { m, _ := b.Moments(x, nil); return m },
		"variance":      func(b *Builder, x *Node) *Node { _, v := b.Moments(x, b.AnyNotEqual(x, 0)); return v },
		"mask of columns": func(b *Builder, x *Node) *Node {
			return b.NormalizeColumns(b.Input("y", column(0.1, 0.2)), b.Columns(x, 0, 1), 0.5)
		},
		"bernoulli": func(b *Builder, x *Node) *Node { return b.Bernoulli("key", x, 2, 3, 0.5) },
		"normal":    func(b *Builder, x *Node) *Node { return b.Normal("key", x, 2, 3, 1) },
		"mask of scores": func(b *Builder, x *Node) *Node {
			return b.MaskScores(b.Input("scores", column(0.1, 0.2)), b.Columns(x, 0, 1), false, 2)
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := New(tensor.Float64)
			x := b.Input("x", random(rand.New(rand.NewPCG(1, 1)), 2, 3))
			y := f(b, x)
			g := b.Grad(b.AddN(b.Inner(y, y), b.Inner(x, x)), x)[0]
			if b.Err() != nil {
				t.Fatal(b.Err())
			}
			got := computed(t, b, x, g)
			want := make([]float64, 6)
			for i, v := range got[:6] {
				want[i] = 2 * v // of Σx² alone
			}
			compare(t, "gradient", got[6:], want, 1e-15)
			if d := diffWRT(y); d == nil {
				t.Error("it is refused, not a constant")
			}
		})
	}
}

func TestInvSqrt(t *testing.T) {
	trials(t, func(t trial) {
		x, m := t.matrix("x", t.upTo(6), t.upTo(40))
		var want []float64
		for _, v := range slices.Concat(m...) {
			want = append(want, 1/math.Sqrt(v+1.5))
		}
		t.holds("1/√(x + 1.5)", t.InvSqrt(x, 1.5), want)
	})
}

func TestReduceErrors(t *testing.T) {
	checkFailures(t, []failure{
		{"row sums", func(b *Builder, x, v *Node) { b.RowSums(v) }, "row sums: input is [3], want a matrix"},
		{"row means", func(b *Builder, x, v *Node) { b.RowMeans(v) }, "row means: input is [3], want a matrix"},
		{"any not equal", func(b *Builder, x, v *Node) { b.AnyNotEqual(v, 0) }, "any not equal: input is [3], want a matrix"},
		{"penalty of ids", func(b *Builder, x, v *Node) { b.Penalty(b.Input("ids", intIDs(1)), 1, 1) }, "penalty: input is int32, the graph computes in float64"},
		{"penalty of nothing", func(b *Builder, x, v *Node) { b.Penalty(nil, 1, 1) }, "input 0 is nil"},
		{"inverse root of ids", func(b *Builder, x, v *Node) { b.InvSqrt(b.Input("ids", intIDs(1)), 1) }, "inv_sqrt: input is int32, the graph computes in float64"},
	})
	// A failed builder must not hand out the column that it was given.
	b := New(tensor.Float64)
	x := b.Input("x", column(1, 2))
	b.MatMul(x, x)
	if b.RowSums(x) != nil || b.RowMeans(x) != nil || !strings.HasPrefix(b.Err().Error(), "matmul") {
		t.Errorf("after a failure, %v, a node is returned", b.Err())
	}
}
