package graph

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// compiled builds a case in one element type and compiles its output and the
// gradients of all parameters for the cost Σ y·w.
func compiled(t testing.TB, dt tensor.Dtype, shapes [][]int, build func(*Builder, []*Node) *Node) (p *Program, roots []*Node) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	input := func(shape []int) *tensor.Dense {
		x := random(r, shape...)
		if dt == tensor.Float64 {
			return x
		}
		y := tensor.New(tensor.Of(dt), tensor.WithShape(shape...))
		for i, v := range x.Float64s() {
			y.Float32s()[i] = float32(v)
		}
		return y
	}
	b := New(dt)
	var params []*Node
	for i, s := range shapes {
		params = append(params, b.Input(string(rune('a'+i)), input(s)))
	}
	y := build(b, params)
	if b.Err() != nil {
		t.Fatal(b.Err())
	}
	cost := b.Inner(y, b.Input("w", input(y.Shape())))
	roots = append([]*Node{y, cost}, b.Grad(cost, params...)...)
	p, err := b.Compile(roots...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p, roots
}

// values runs the program and returns the elements of all roots.
func values(t testing.TB, p *Program, roots []*Node) []float64 {
	t.Helper()
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	var all []float64
	for _, n := range roots {
		v, err := p.Value(n)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, Floats[float64](v)...)
		for _, x := range Floats[float32](v) {
			all = append(all, float64(x))
		}
	}
	return all
}

// TestFloat32AgreesWithFloat64 runs every case, values and gradients, in both
// element types.
func TestFloat32AgreesWithFloat64(t *testing.T) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p32, roots32 := compiled(t, tensor.Float32, c.shapes, c.build)
			p64, roots64 := compiled(t, tensor.Float64, c.shapes, c.build)
			compare(t, "float32", values(t, p32, roots32), values(t, p64, roots64), 1e-6)
		})
	}
}

// TestLogitLoss holds both element types to values computed by hand, at logits
// where e^x overflows and where the loss is 0 in float32.
func TestLogitLoss(t *testing.T) {
	logits := []float64{0, 1, -1, 1000, -1000, 1000, -1000}
	targets := []float64{1, 1, 1, 1, 1, 0, 0.5}
	want := []float64{math.Ln2, 0.31326168751822286, 1.3132616875182228, 0, 1000, 1000, 500}
	slope := []float64{-0.5, -0.2689414213699951, -0.7310585786300049, 0, -1, 1, -0.5}
	single := func(x []float64) *tensor.Dense {
		y := make([]float32, len(x))
		for i, v := range x {
			y[i] = float32(v)
		}
		return tensor.New(tensor.WithShape(len(x), 1), tensor.WithBacking(y))
	}
	double := func(x []float64) *tensor.Dense {
		return tensor.New(tensor.WithShape(len(x), 1), tensor.WithBacking(slices.Clone(x)))
	}
	ones := slices.Repeat([]float64{1}, len(logits))
	for dt, of := range map[tensor.Dtype]func([]float64) *tensor.Dense{tensor.Float32: single, tensor.Float64: double} {
		t.Run(dt.String(), func(t *testing.T) {
			b := New(dt)
			x := b.Input("x", of(logits))
			y := b.LogitLoss(x, b.Input("t", of(targets)))
			dx := b.Grad(b.Inner(y, b.Input("ones", of(ones))), x)[0]
			p, err := b.Compile(y, dx)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			compare(t, "loss and gradient", values(t, p, []*Node{y, dx}), append(slices.Clone(want), slope...), 1e-6)
		})
	}
}

// TestRunsRepeat: a program has no state that a run leaves to the next.
func TestRunsRepeat(t *testing.T) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p, roots := compiled(t, tensor.Float64, c.shapes, c.build)
			first := values(t, p, roots)
			for range 3 {
				if !slices.Equal(first, values(t, p, roots)) {
					t.Fatal("a later run gives other bits")
				}
			}
		})
	}
}

// TestRunsReadTheInputsAnew: the inputs' tensors are changed in place.
func TestRunsReadTheInputsAnew(t *testing.T) {
	x := tensor.New(tensor.WithShape(2, 1), tensor.WithBacking([]float64{1, 2}))
	b := New(tensor.Float64)
	// Views, an operation of ours and one of Gorgonia's.
	in := b.Input("x", x)
	view, ours, theirs := b.Last(in, 2), b.Affine(10, in, 0), b.Unary(gorgonia.Square, in)
	viewOfTheirs := b.Last(b.Unary(gorgonia.Cube, in), 2)
	p, err := b.Compile(in, view, ours, theirs, viewOfTheirs)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for _, v := range []float64{3, -4} {
		x.Float64s()[1] = v
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		compare(t, "input", value(t, p, in), []float64{1, v}, 0)
		compare(t, "view", value(t, p, view), []float64{v}, 0)
		compare(t, "affine", value(t, p, ours), []float64{10, 10 * v}, 0)
		compare(t, "square", value(t, p, theirs), []float64{1, v * v}, 0)
		compare(t, "view of a cube", value(t, p, viewOfTheirs), []float64{v * v * v}, 0)
	}
}

// TestFailedRunIsOneLineAndCanBeRepaired: an id is out of range in one run and
// in range in the next.
func TestFailedRunIsOneLineAndCanBeRepaired(t *testing.T) {
	for _, dt := range []tensor.Dtype{tensor.Float32, tensor.Float64} {
		t.Run(dt.String(), func(t *testing.T) {
			ids := intIDs(0, 1, 2)
			p, roots := compiled(t, dt, [][]int{{5, 2}, {2, 2}}, func(b *Builder, p []*Node) *Node {
				return b.Tanh(b.MatMul(b.Gather(p[0], b.Input("ids", ids)), p[1]))
			})
			want := values(t, p, roots)
			for _, bad := range []int32{5, -1, 1 << 30, -1 << 31} {
				ids.Int32s()[1] = bad
				err := p.Run()
				if text := fmt.Sprintf("gather: id %d at row 1 is outside the table of 5 rows", bad); err == nil || err.Error() != text {
					t.Errorf("the error is %v, want %s", err, text)
				}
				ids.Int32s()[1] = 1
				if got := values(t, p, roots); !slices.Equal(got, want) {
					t.Errorf("after id %d a good run gives %v, want %v", bad, got, want)
				}
			}
		})
	}
}

// TestOutputsAreStable: Gorgonia computes in the register of an input that is
// read for the last time. A root must keep its value all the same. The graphs
// are random and of Gorgonia's operations alone.
func TestOutputsAreStable(t *testing.T) {
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 1))
		x := random(r, 2, 3)
		b := New(tensor.Float64)
		nodes, want := []*Node{b.Input("x", x)}, [][]float64{x.Float64s()}
		for range 12 {
			i, j := r.IntN(len(nodes)), r.IntN(len(nodes))
			var n *Node
			var f func(p, q float64) float64
			switch r.IntN(4) {
			case 0:
				n, f = b.Unary(gorgonia.Tanh, nodes[i]), func(p, _ float64) float64 { return math.Tanh(p) }
			case 1:
				n, f = b.Unary(gorgonia.Cube, nodes[i]), func(p, _ float64) float64 { return p * p * p }
			case 2:
				n, f = b.Binary(gorgonia.Add, nodes[i], nodes[j]), func(p, q float64) float64 { return p + q }
			default:
				n, f = b.Binary(gorgonia.HadamardProd, nodes[i], nodes[j]), func(p, q float64) float64 { return p * q }
			}
			v := make([]float64, len(want[i]))
			for k := range v {
				v[k] = f(want[i][k], want[j][k])
			}
			nodes, want = append(nodes, n), append(want, v)
		}
		p, err := b.Compile(nodes...)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := p.Run(); err != nil {
				t.Fatal(err)
			}
			for i, n := range nodes {
				compare(t, fmt.Sprintf("seed %d, node %d", seed, i), value(t, p, n), want[i], 1e-12)
			}
		}
		p.Close()
	}
}

func TestProgramErrors(t *testing.T) {
	one := func() *tensor.Dense { return tensor.New(tensor.WithShape(1, 1), tensor.WithBacking([]float64{1})) }
	oneLine := func(what string, err error, want string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: the error is %q, want one line with %q", what, err, want)
		}
	}
	b := New(tensor.Float64)
	x := b.Input("x", one())
	y, left := b.Tanh(x), b.Sigmoid(x)
	p, err := b.Compile(y)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	_, err = p.Value(y)
	oneLine("value before a run", err, "the program has not run")
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	_, err = p.Value(left)
	oneLine("a node that is no root", err, "is not an output of this program")
	_, err = p.Value(New(tensor.Float64).Input("foreign", one()))
	oneLine("a node of another graph", err, "is not an output of this program")
	_, err = p.Value(nil)
	oneLine("no node", err, "is not an output of this program")

	_, err = b.Compile()
	oneLine("no roots", err, "no nodes to compute")
	_, err = New(tensor.Float64).Compile(y)
	oneLine("roots of another graph", err, "belongs to another graph")
}

// TestOnlyWhatIsAskedForRuns: the rest of the graph is left out.
func TestOnlyWhatIsAskedForRuns(t *testing.T) {
	b := New(tensor.Float64)
	x := b.Input("x", random(rand.New(rand.NewPCG(1, 1)), 2, 2))
	y := b.Tanh(x)
	for range 10 {
		b.Gather(x, b.Input(fmt.Sprint("ids", b.Graph().Nodes().Len()), intIDs(99))) // would fail
	}
	p, err := b.Compile(y)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.Run(); err != nil {
		t.Error(err)
	}
	if p.Nodes() != 2 {
		t.Errorf("%d nodes run, want 2", p.Nodes())
	}
}
