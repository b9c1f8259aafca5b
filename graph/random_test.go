package graph

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/diff/fd"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
	"pgregory.net/rapid"
)

// The sizes of random graphs.
const fuzzSteps, fuzzBatch, fuzzWidth = 3, 2, 2

// randomGraph draws graphs whose operations read one another's values:
// sequences [steps·batch, width], steps [batch, width], squares [width, width].
type randomGraph struct {
	*Builder
	r                      *rapid.T
	values                 *rand.Rand
	params                 []*tensor.Dense
	inputs                 []*Node
	sequence, step, square []*Node
}

func (g *randomGraph) param(rows int) *Node {
	x := random(g.values, rows, fuzzWidth)
	g.params = append(g.params, x)
	n := g.Input(fmt.Sprint("parameter_", len(g.params)), x)
	g.inputs = append(g.inputs, n)
	return n
}

func (g *randomGraph) seq() *Node { return g.one("sequence", g.sequence) }
func (g *randomGraph) row() *Node { return g.one("step", g.step) }
func (g *randomGraph) mat() *Node { return g.one("square", g.square) }

// one draws a place and not a node, so that what a failure prints can be read.
func (g *randomGraph) one(kind string, of []*Node) *Node {
	return of[rapid.IntRange(0, len(of)-1).Draw(g.r, kind)]
}

func (g *randomGraph) activation() string {
	return rapid.SampledFrom([]string{"tanh", "sigmoid", "linear"}).Draw(g.r, "activation")
}

// grow adds one operation.
func (g *randomGraph) grow() {
	var seq, row, mat *Node
	switch op := rapid.SampledFrom([]string{
		"simple_rnn", "simple_rnn_step", "step", "stack", "tanh_matmul", "muladd", "product", "add", "sum",
		"loop", "gorgonia_tanh", "gorgonia_mul", "mul", "softmax",
	}).Draw(g.r, "op"); op {
	case "simple_rnn":
		seq = g.SimpleRNN(g.activation(), g.seq(), nil, g.row(), g.mat(), fuzzSteps)
	case "simple_rnn_step":
		row = g.SimpleRNNStep(g.activation(), g.seq(), g.row(), g.mat(), rapid.IntRange(0, fuzzSteps-1).Draw(g.r, "t"), fuzzSteps)
	case "step":
		row = g.Step(g.seq(), rapid.IntRange(0, fuzzSteps-1).Draw(g.r, "t"), fuzzSteps)
	case "stack":
		seq = g.Concat(0, g.row(), g.row(), g.row())
	case "tanh_matmul":
		seq = g.Tanh(g.MatMul(g.seq(), g.mat()))
	case "muladd":
		row = g.MulAdd(g.row(), g.row(), g.mat())
	case "product":
		mat = g.Tanh(g.matmul(true, false, g.row(), g.row()))
	case "add":
		mat = g.Add(g.mat(), g.mat())
	case "sum":
		row = g.AddN(g.row(), g.row(), g.row())
	case "loop":
		var final []*Node
		seq, final = g.loop(rapid.IntRange(0, 3).Draw(g.r, "step's graph"))
		g.step = append(g.step, final...)
	case "gorgonia_tanh":
		seq = g.Unary(gorgonia.Tanh, g.seq())
	case "gorgonia_mul":
		row = g.Binary(gorgonia.HadamardProd, g.row(), g.row())
	case "mul":
		seq = g.Mul(g.seq(), g.seq())
	case "softmax":
		mat = g.Softmax(g.mat())
	}
	for _, made := range []struct {
		n    *Node
		into *[]*Node
	}{{seq, &g.sequence}, {row, &g.step}, {mat, &g.square}} {
		if made.n != nil {
			*made.into = append(*made.into, made.n)
		}
	}
}

// loop adds a loop with two states, whose step is one of four graphs.
func (g *randomGraph) loop(variant int) (*Node, []*Node) {
	c1, c2, w1, w2 := g.row(), g.row(), g.mat(), g.mat()
	return g.Loop([]*Node{g.seq()}, []*Node{g.row(), g.row()}, fuzzSteps, func(l *LoopBody, seqs, s []*Node) (*Node, []*Node) {
		z, a, c, u, v := seqs[0], l.Capture(c1), l.Capture(c2), l.Capture(w1), l.Capture(w2)
		switch variant {
		case 0:
			y := l.Tanh(l.Add(l.MulAdd(z, s[0], u), l.Add(a, c)))
			return y, []*Node{y, s[0]}
		case 1: // the output and a next state are states
			return s[1], []*Node{l.Add(l.MatMul(s[0], u), c), l.Tanh(l.MatMul(z, v))}
		case 2:
			h := l.SimpleRNNStep("tanh", z, s[0], u, 0, 1)
			return l.Mul(h, a), []*Node{h, l.SimpleRNN("sigmoid", z, nil, s[1], v, 1)}
		}
		// A loop in the loop.
		out, final := l.Loop(seqs, s[:1], 1, func(l2 *LoopBody, seqs, s []*Node) (*Node, []*Node) {
			y := l2.Tanh(l2.Add(l2.MulAdd(seqs[0], s[0], l2.Capture(u)), l2.Capture(a)))
			return y, []*Node{y}
		})
		return l.Add(out, s[1]), []*Node{final[0], z}
	})
}

// TestRandomGraphs holds the gradients of graphs drawn at random against
// finite differences: values that are shared, views, states that are handed on,
// Gorgonia's functions between ours.
func TestRandomGraphs(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		g := &randomGraph{Builder: New(tensor.Float64), r: r, values: rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "seed"), 7))}
		const rows = fuzzSteps * fuzzBatch
		g.sequence = []*Node{g.param(rows), g.param(rows)}
		g.step = []*Node{g.param(fuzzBatch), g.Zeros(fuzzBatch, fuzzWidth)}
		g.square = []*Node{g.param(fuzzWidth), g.param(fuzzWidth)}
		for range 8 {
			if g.grow(); g.Err() != nil {
				r.Fatal(g.Err())
			}
		}
		weights := map[int]*Node{}
		for _, n := range []int{rows, fuzzBatch} {
			weights[n] = g.Input(fmt.Sprint("weights_", n), random(g.values, n, fuzzWidth))
		}
		weigh := func(x *Node) *Node { return g.Inner(x, weights[x.Shape()[0]]) }
		last := func(nodes []*Node) *Node { return nodes[len(nodes)-1] }
		cost := g.AddN(weigh(g.seq()), weigh(g.row()), weigh(last(g.sequence)), weigh(last(g.step)), weigh(last(g.square)))
		grads := g.Grad(cost, g.inputs...)
		p, err := g.Compile(append(slices.Clone(grads), cost)...)
		if err != nil {
			r.Fatal(err)
		}
		defer p.Close()
		run := func() {
			if err := p.Run(); err != nil {
				r.Fatal(err)
			}
		}
		run()
		run() // what the first left behind must not matter
		var got [][]float64
		for _, n := range grads {
			got = append(got, value(t, p, n))
		}
		for i, x := range g.params {
			at := slices.Clone(x.Float64s())
			want := fd.Gradient(nil, func(v []float64) float64 {
				copy(x.Float64s(), v)
				run()
				return value(t, p, cost)[0]
			}, at, &fd.Settings{Formula: fd.Central})
			copy(x.Float64s(), at)
			for j := range want {
				if !(math.Abs(want[j]-got[i][j]) <= 1e-6*(1+math.Abs(want[j]))) {
					r.Fatalf("parameter %d[%d]: gradient %g, finite differences %g", i, j, got[i][j], want[j])
				}
			}
		}
	})
}
