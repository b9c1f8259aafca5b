package graph

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/diff/fd"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// cases are graphs whose gradients are checked: each builds a node of any
// shape from float64 parameters of the given shapes.
var cases = []struct {
	name   string
	shapes [][]int
	build  func(b *Builder, p []*Node) *Node
}{
	{"matmul", [][]int{{3, 4}, {4, 2}}, func(b *Builder, p []*Node) *Node { return b.MatMul(p[0], p[1]) }},
	{"matmul_tn", [][]int{{4, 3}, {4, 2}}, func(b *Builder, p []*Node) *Node { return b.matmul(true, false, p[0], p[1]) }},
	{"matmul_nt", [][]int{{3, 4}, {2, 4}}, func(b *Builder, p []*Node) *Node { return b.matmul(false, true, p[0], p[1]) }},
	{"matmul_tt", [][]int{{4, 3}, {2, 4}}, func(b *Builder, p []*Node) *Node { return b.matmul(true, true, p[0], p[1]) }},
	{"muladd", [][]int{{3, 2}, {3, 4}, {4, 2}}, func(b *Builder, p []*Node) *Node { return b.MulAdd(p[0], p[1], p[2]) }},
	{"add", [][]int{{3, 4}, {3, 4}}, func(b *Builder, p []*Node) *Node { return b.Add(p[0], p[1]) }},
	{"add_row", [][]int{{3, 4}, {4}}, func(b *Builder, p []*Node) *Node { return b.Add(p[0], p[1]) }},
	{"sub_column", [][]int{{3, 4}, {3, 1}}, func(b *Builder, p []*Node) *Node { return b.Sub(p[0], p[1]) }},
	{"mul", [][]int{{3, 4}, {3, 4}}, func(b *Builder, p []*Node) *Node { return b.Mul(p[0], p[1]) }},
	{"mul_row", [][]int{{3, 4}, {4}}, func(b *Builder, p []*Node) *Node { return b.Mul(p[0], p[1]) }},
	{"mul_column", [][]int{{3, 4}, {3, 1}}, func(b *Builder, p []*Node) *Node { return b.Mul(p[0], p[1]) }},
	{"square", [][]int{{3, 4}}, func(b *Builder, p []*Node) *Node { return b.Mul(p[0], p[0]) }},
	{"tanh", [][]int{{3, 4}}, func(b *Builder, p []*Node) *Node { return b.Tanh(p[0]) }},
	{"sigmoid", [][]int{{3, 4}}, func(b *Builder, p []*Node) *Node { return b.Sigmoid(p[0]) }},
	{"relu", [][]int{{3, 4}}, func(b *Builder, p []*Node) *Node { return b.Relu(p[0]) }},
	{"softmax", [][]int{{3, 4}}, func(b *Builder, p []*Node) *Node { return b.Softmax(p[0]) }},
	{"affine", [][]int{{3, 4}}, func(b *Builder, p []*Node) *Node { return b.Affine(-2.5, p[0], 1) }},
	{"gather_repeated", [][]int{{5, 3}}, func(b *Builder, p []*Node) *Node {
		return b.Gather(p[0], b.Input("ids", intIDs(4, 0, 4, 4, 2, 0)))
	}},
	{"step", [][]int{{6, 3}}, func(b *Builder, p []*Node) *Node { return b.Step(p[0], 1, 3) }},
	{"steps", [][]int{{6, 3}}, func(b *Builder, p []*Node) *Node {
		return b.Mul(b.Step(p[0], 2, 3), b.Add(b.Step(p[0], 0, 3), b.Tanh(b.Step(p[0], 2, 3))))
	}},
	{"step_and_whole", [][]int{{6, 3}, {3, 3}}, func(b *Builder, p []*Node) *Node {
		return b.Mul(b.Last(p[0], 2), b.Step(b.MatMul(p[0], p[1]), 0, 2))
	}},
	{"last_of_one", [][]int{{2, 3}}, func(b *Builder, p []*Node) *Node { return b.Last(p[0], 1) }},
	{"stack", [][]int{{2, 3}, {2, 3}}, func(b *Builder, p []*Node) *Node {
		return b.Tanh(b.Concat(0, p[0], b.Mul(p[0], p[1]), p[1]))
	}},
	{"sum", [][]int{{2, 3}, {2, 3}}, func(b *Builder, p []*Node) *Node { return b.Tanh(b.AddN(p[0], p[1], p[0])) }},
	{"logit_loss", [][]int{{4, 1}}, func(b *Builder, p []*Node) *Node {
		return b.LogitLoss(b.Affine(5, p[0], 0), targets(b, []int{4, 1}, 0, 1, 0.3, 1))
	}},
	{"softmax_loss", [][]int{{3, 4}}, func(b *Builder, p []*Node) *Node {
		return b.SoftmaxLoss(b.Affine(3, p[0], 0), targets(b, []int{3, 4}, 0, 1, 0, 0, 0.2, 0.3, 0.1, 0.4, 1, 0, 0, 1))
	}},
	{"gorgonia_op", [][]int{{3, 4}}, func(b *Builder, p []*Node) *Node {
		return b.Tanh(b.Unary(gorgonia.Cube, b.Affine(2, p[0], 0)))
	}},
	{"simple_rnn_steps", [][]int{{8, 3}, {2, 3}, {3, 3}}, func(b *Builder, p []*Node) *Node {
		h := p[1]
		for t := range 4 {
			h = b.SimpleRNNStep("tanh", p[0], h, p[2], t, 4)
		}
		return h
	}},
	{"simple_rnn_steps_from_zeros", [][]int{{6, 3}, {3, 3}}, func(b *Builder, p []*Node) *Node {
		h0 := b.SimpleRNNStep("sigmoid", p[0], b.Zeros(2, 3), p[1], 0, 3)
		h1 := b.SimpleRNNStep("relu", p[0], h0, p[1], 1, 3)
		return b.Concat(0, h0, b.SimpleRNNStep("linear", p[0], h1, p[1], 2, 3), h1)
	}},
	{"fused", [][]int{{8, 3}, {2, 3}, {3, 3}}, func(b *Builder, p []*Node) *Node {
		return b.SimpleRNN("tanh", p[0], nil, p[1], p[2], 4)
	}},
	{"fused_last", [][]int{{8, 3}, {2, 3}, {3, 3}}, func(b *Builder, p []*Node) *Node {
		return b.Last(b.SimpleRNN("sigmoid", p[0], nil, p[1], p[2], 4), 4)
	}},
	{"fused_middle", [][]int{{8, 3}, {3, 3}}, func(b *Builder, p []*Node) *Node {
		return b.Step(b.SimpleRNN("tanh", p[0], nil, b.Zeros(2, 3), p[1], 4), 1, 4)
	}},
	{"fused_two_steps", [][]int{{8, 3}, {3, 3}}, func(b *Builder, p []*Node) *Node {
		hs := b.SimpleRNN("relu", p[0], nil, b.Zeros(2, 3), p[1], 4)
		return b.Add(b.Step(hs, 1, 4), b.Last(hs, 4))
	}},
	{"fused_one_step", [][]int{{2, 3}, {3, 3}}, func(b *Builder, p []*Node) *Node {
		return b.SimpleRNN("tanh", p[0], nil, b.Zeros(2, 3), p[1], 1)
	}},
	{"loop", [][]int{{8, 3}, {2, 3}, {3, 3}}, func(b *Builder, p []*Node) *Node {
		outs, final := b.Loop([]*Node{p[0]}, []*Node{p[1]}, 4, func(l *LoopBody, zs, s []*Node) (*Node, []*Node) {
			h := l.Tanh(l.Add(zs[0], l.MatMul(s[0], l.Capture(p[2]))))
			return h, []*Node{h}
		})
		return b.Add(b.Last(outs, 4), b.Affine(2, final[0], 0))
	}},
	{"loop_two_states", [][]int{{6, 3}, {2, 3}, {2, 2}, {3, 2}, {3}, {2, 5}}, func(b *Builder, p []*Node) *Node {
		outs, final := b.Loop([]*Node{p[0]}, []*Node{p[1], p[2]}, 3, func(l *LoopBody, zs, s []*Node) (*Node, []*Node) {
			a := l.Sigmoid(l.Add(l.Mul(zs[0], s[0]), l.Capture(p[4])))
			c := l.Add(l.MatMul(a, l.Capture(p[3])), s[1])
			return l.Tanh(c), []*Node{a, c}
		})
		return b.MatMul(b.Concat(0, b.Last(outs, 3), final[1]), p[5])
	}},
	{"loop_state_unused", [][]int{{4, 3}, {2, 3}}, func(b *Builder, p []*Node) *Node {
		outs, _ := b.Loop([]*Node{p[0]}, []*Node{p[1]}, 2, func(l *LoopBody, zs, s []*Node) (*Node, []*Node) {
			return l.Tanh(zs[0]), []*Node{s[0]}
		})
		return outs
	}},
	{"where", [][]int{{3, 2}, {3, 2}}, func(b *Builder, p []*Node) *Node {
		mask := b.NotID(b.Input("ids", intIDs(0, 4, 0)), 0)
		return b.Tanh(b.Where(mask, p[0], p[1]))
	}},
	{"reverse", [][]int{{6, 2}}, func(b *Builder, p []*Node) *Node { return b.Tanh(b.Reverse(p[0], 3)) }},
	{"columns", [][]int{{3, 5}}, func(b *Builder, p []*Node) *Node {
		return b.Mul(b.Columns(p[0], 0, 2), b.Mul(b.Columns(p[0], 2, 4), b.Columns(p[0], 3, 5)))
	}},
	{"concat", [][]int{{3, 2}, {3, 1}}, func(b *Builder, p []*Node) *Node { return b.Tanh(b.Concat(1, p[0], p[1], p[0])) }},
	{"fused_masked", [][]int{{8, 3}, {3, 3}}, func(b *Builder, p []*Node) *Node {
		mask := b.NotID(b.Input("ids", intIDs(0, 1, 2, 3, 0, 5, 6, 0)), 0)
		return b.Tanh(b.SimpleRNN("tanh", p[0], mask, b.Zeros(2, 3), p[1], 4))
	}},
	{"lstm", [][]int{{6, 12}, {2, 3}, {2, 3}, {3, 12}}, func(b *Builder, p []*Node) *Node {
		hs, c := b.LSTM(p[0], nil, p[1], p[2], p[3], 3)
		return b.Concat(0, b.Last(hs, 3), b.Step(hs, 0, 3), c)
	}},
	{"lstm_last", [][]int{{6, 12}, {3, 12}}, func(b *Builder, p []*Node) *Node {
		hs, _ := b.LSTM(p[0], nil, b.Zeros(2, 3), b.Zeros(2, 3), p[1], 3)
		return b.Last(hs, 3)
	}},
	{"lstm_one_step", [][]int{{2, 12}, {2, 3}, {2, 3}, {3, 12}}, func(b *Builder, p []*Node) *Node {
		hs, c := b.LSTM(p[0], nil, p[1], p[2], p[3], 1)
		return b.Add(hs, c)
	}},
	{"lstm_masked", [][]int{{8, 12}, {3, 12}}, func(b *Builder, p []*Node) *Node {
		mask := b.NotID(b.Input("ids", intIDs(0, 1, 2, 3, 0, 5, 6, 0)), 0)
		hs, c := b.LSTM(p[0], mask, b.Zeros(2, 3), b.Zeros(2, 3), p[1], 4)
		return b.Add(b.Mul(b.Last(hs, 4), b.Step(hs, 2, 4)), c)
	}},
	{"gru", [][]int{{6, 9}, {2, 3}, {3, 9}, {9}}, func(b *Builder, p []*Node) *Node {
		return b.GRU(p[0], nil, p[1], p[2], p[3], 3)
	}},
	{"gru_last", [][]int{{6, 9}, {3, 9}}, func(b *Builder, p []*Node) *Node {
		return b.Last(b.GRU(p[0], nil, b.Zeros(2, 3), p[1], nil, 3), 3)
	}},
	{"gru_masked", [][]int{{8, 9}, {3, 9}, {9}}, func(b *Builder, p []*Node) *Node {
		mask := b.NotID(b.Input("ids", intIDs(0, 1, 2, 3, 0, 5, 6, 0)), 0)
		hs := b.GRU(p[0], mask, b.Zeros(2, 3), p[1], p[2], 4)
		return b.Mul(b.Last(hs, 4), b.Step(hs, 2, 4))
	}},
	{"simple_rnn", [][]int{{8, 3}, {3, 3}}, func(b *Builder, p []*Node) *Node {
		h := b.Zeros(2, 3)
		for t := range 4 {
			h = b.Tanh(b.Add(b.Step(p[0], t, 4), b.MatMul(h, p[1])))
		}
		return h
	}},
}

// TestGradients holds each operation's gradient against central finite
// differences and against gorgonia.Grad on the same graph.
func TestGradients(t *testing.T) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			params := make([]*tensor.Dense, len(c.shapes))
			var flat []float64
			for i, s := range c.shapes {
				params[i] = random(r, s...)
				flat = append(flat, params[i].Float64s()...)
			}
			emit := func() (*Builder, []*Node, *Node) {
				b := New(tensor.Float64)
				nodes := make([]*Node, len(params))
				for i, p := range params {
					nodes[i] = b.Input(string(rune('a'+i)), p)
				}
				y := c.build(b, nodes)
				if b.Err() != nil {
					t.Fatal(b.Err())
				}
				w := b.Input("w", random(rand.New(rand.NewPCG(3, 4)), y.Shape()...))
				return b, nodes, b.Inner(y, w)
			}
			b, nodes, cost := emit()
			grads := b.Grad(cost, nodes...)
			p, err := b.Compile(append([]*Node{cost}, grads...)...)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			run := func() {
				if err := p.Run(); err != nil {
					t.Fatal(err)
				}
			}
			set := func(x []float64) {
				for _, p := range params {
					x = x[copy(p.Float64s(), x):]
				}
			}
			want := fd.Gradient(nil, func(x []float64) float64 {
				set(x)
				run()
				return value(t, p, cost)[0]
			}, flat, &fd.Settings{Formula: fd.Central, Step: 1e-5})
			set(flat)
			run()
			var got []float64
			for _, g := range grads {
				got = append(got, value(t, p, g)...)
			}
			compare(t, "finite differences", got, want, 1e-8)

			b2, nodes2, cost2 := emit()
			theirs, err := gorgonia.Grad(cost2, nodes2...)
			if err != nil {
				t.Fatal(err)
			}
			p2, err := b2.Compile(theirs...)
			if err != nil {
				t.Fatal(err)
			}
			defer p2.Close()
			if err := p2.Run(); err != nil {
				t.Fatal(err)
			}
			want = want[:0]
			for _, g := range theirs {
				want = append(want, value(t, p2, g)...)
			}
			compare(t, "gorgonia.Grad", got, want, 1e-12)
		})
	}
}

// TestGradTwice holds the two cases in which gorgonia.Grad returns a wrong
// result or fails: a second cost on one graph, and an unused node.
func TestGradTwice(t *testing.T) {
	b := New(tensor.Float64)
	x := b.Input("x", tensor.New(tensor.WithShape(1), tensor.WithBacking([]float64{0.5})))
	unused := b.Input("unused", tensor.New(tensor.WithShape(1, 2), tensor.WithBacking([]float64{1, 2})))
	one := b.constant("ones", 1, tensor.Shape{1})
	first := b.Grad(b.Inner(b.Tanh(x), one), x, unused)
	second := b.Grad(b.Inner(b.Mul(x, x), one), x)
	p, err := b.Compile(first[0], first[1], second[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	compare(t, "tanh'", value(t, p, first[0]), []float64{1 - math.Tanh(0.5)*math.Tanh(0.5)}, 1e-15)
	compare(t, "unused", value(t, p, first[1]), []float64{0, 0}, 0)
	compare(t, "(x²)'", value(t, p, second[0]), []float64{1}, 1e-15)
}

// TestVJPSameOutputTwice holds the case in which gorgonia.Backpropagate keeps
// only the last cotangent.
func TestVJPSameOutputTwice(t *testing.T) {
	b := New(tensor.Float64)
	x := b.Input("x", tensor.New(tensor.WithShape(1), tensor.WithBacking([]float64{0.5})))
	y := b.Tanh(x)
	g := b.VJP([]*Node{y, y}, []*Node{b.constant("one", 1, tensor.Shape{1}), b.constant("ten", 10, tensor.Shape{1})}, x)
	p, err := b.Compile(g...)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	compare(t, "11·tanh'", value(t, p, g[0]), []float64{11 * (1 - math.Tanh(0.5)*math.Tanh(0.5))}, 1e-14)
}

// TestManySteps holds the trap of Gorgonia's slice operation, whose hash keeps
// only the low byte of its bounds: of 300 slices it makes 256.
func TestManySteps(t *testing.T) {
	const steps = 300
	x := tensor.New(tensor.Of(tensor.Float64), tensor.WithShape(steps, 2))
	for i := range x.Float64s() {
		x.Float64s()[i] = float64(i)
	}
	b := New(tensor.Float64)
	in := b.Input("x", x)
	nodes := make([]*Node, steps)
	for i := range nodes {
		nodes[i] = b.Step(in, i, steps)
	}
	p, err := b.Compile(nodes...)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	for i, n := range nodes {
		compare(t, "step", value(t, p, n), []float64{float64(2 * i), float64(2*i + 1)}, 0)
	}
}
