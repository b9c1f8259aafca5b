package onnx

import (
	"slices"

	"unroll/graph"
	"unroll/nn"
)

// cell is one direction of a recurrent node that is none of nn's cells. In it f, g and h
// are the node's activations, of inputs that are held to [−clip, clip], ∘ is elementwise,
// and W, R, b and P are the parts for a gate of kernel, recurrent_kernel, bias and
// peephole.
//
// RNN:
//
//	H = f(x·W + H·R + b)
//
// LSTM, where P is zeros without Peepholes, and f = 1 − i with InputForget:
//
//	i = f(x·Wᵢ + H·Rᵢ + Pᵢ∘C + bᵢ)
//	f = f(x·W_f + H·R_f + P_f∘C + b_f)
//	c = g(x·W_c + H·R_c + b_c)
//	C = f∘C + i∘c
//	o = f(x·Wₒ + H·Rₒ + Pₒ∘C + bₒ), of the new C
//	H = o∘h(C)
//
// GRU:
//
//	z = f(x·W_z + H·R_z + b_z)
//	r = f(x·W_r + H·R_r + b_r)
//	h = g(x·W_h + (r∘H)·R_h + b_h), or with LinearBeforeReset
//	h = g(x·W_h + b_h + r∘(H·R_h + b'_h))
//	H = (1 − z)∘h + z∘H
type cell struct {
	Recurrent
	by []activation
}

var _ nn.Cell = cell{}

// cells returns a cell for each direction, one of nn's where it is one.
func (r Recurrent) cells() ([]nn.Cell, error) {
	all, err := r.functions()
	if err != nil {
		return nil, err
	}
	list := make([]nn.Cell, len(all))
	for d, by := range all {
		if list[d] = r.known(by); list[d] == nil {
			list[d] = cell{r, by}
		}
	}
	return list, nil
}

// known returns nn's cell for one direction, nil if there is none.
func (r Recurrent) known(by []activation) nn.Cell {
	fs := make([]nn.Func, len(by))
	for i, a := range by {
		fs[i] = a.fn()
	}
	if r.Clip > 0 || r.InputForget || r.Peepholes || slices.Contains(fs, "") {
		return nil
	}
	for i, f := range fs { // an empty one is nn's default too
		standard := nn.Tanh
		if len(fs) > 1 && i == 0 {
			standard = nn.Sigmoid
		}
		if f == standard {
			fs[i] = ""
		}
	}
	switch {
	case r.Op == "RNN":
		return nn.SimpleRNNCell{Units: r.HiddenSize, Activation: fs[0], NoBias: r.NoBias}
	case r.Op == "GRU":
		return nn.GRUCell{Units: r.HiddenSize, RecurrentActivation: fs[0], Activation: fs[1], NoBias: r.NoBias, ResetBefore: !r.LinearBeforeReset}
	case fs[1] == fs[2]:
		return nn.LSTMCell{Units: r.HiddenSize, RecurrentActivation: fs[0], Activation: fs[1], NoBias: r.NoBias}
	}
	return nil
}

// Init implements nn.Cell.
func (l cell) Init(s *nn.Scope, in nn.Shape) (nn.Shape, error) {
	n := l.gates() * l.HiddenSize
	s.Weight("kernel", nn.GlorotUniform(), in[1], n)
	s.Weight("recurrent_kernel", nn.Orthogonal(), l.HiddenSize, n)
	if !l.NoBias {
		s.Weight("bias", nn.Zeros(), l.biasShape()...)
	}
	if l.Peepholes {
		s.Weight("peephole", nn.Zeros(), 3, l.HiddenSize)
	}
	return nn.Shape{l.HiddenSize}, nil
}

// biasShape is that of the bias, which of a GRU with LinearBeforeReset has a row for W
// and one for R: these are not only added.
func (r Recurrent) biasShape() []int {
	n := r.gates() * r.HiddenSize
	if r.LinearBeforeReset {
		return []int{2, n}
	}
	return []int{n}
}

// Sizes implements nn.Cell.
func (l cell) Sizes() (int, []int) {
	return l.HiddenSize, slices.Repeat([]int{l.HiddenSize}, l.states())
}

// Begin implements nn.Cell: z = x·W + b for all steps, and, of a GRU with
// LinearBeforeReset, the bias of R.
func (l cell) Begin(c *nn.Context, x nn.Value) (z *graph.Node, consts []*graph.Node) {
	var bias *graph.Node
	if !l.NoBias {
		bias = c.Weight("bias")
		if l.LinearBeforeReset {
			consts = []*graph.Node{c.Row(bias, 1)}
			bias = c.Row(bias, 0)
		}
	}
	return c.Linear(x, c.Weight("kernel"), bias), consts
}

// Step implements nn.Cell.
func (l cell) Step(c *nn.Context, z *graph.Node, consts, state []*graph.Node) (*graph.Node, []*graph.Node) {
	u := c.Weight("recurrent_kernel")
	switch l.Op {
	case "LSTM":
		return l.lstm(c, c.MulAdd(z, state[0], u), state[1])
	case "GRU":
		return l.gru(c, z, u, state[0], consts)
	}
	h := l.by[0].emit(c.Builder, c.MulAdd(z, state[0], u), l.Clip)
	return h, []*graph.Node{h}
}

// gate returns the columns of gate i.
func (l cell) gate(c *nn.Context, x *graph.Node, i int) *graph.Node {
	return c.Columns(x, i*l.HiddenSize, (i+1)*l.HiddenSize)
}

func (l cell) lstm(c *nn.Context, all, memory *graph.Node) (*graph.Node, []*graph.Node) {
	f := func(column, peephole int) *graph.Node {
		x := l.gate(c, all, column)
		if l.Peepholes {
			x = c.Add(x, c.Mul(memory, c.Row(c.Weight("peephole"), peephole)))
		}
		return l.by[0].emit(c.Builder, x, l.Clip)
	}
	in := f(0, 0)
	var forget *graph.Node
	if l.InputForget {
		forget = c.Affine(-1, in, 1)
	} else {
		forget = f(1, 1)
	}
	candidate := l.by[1].emit(c.Builder, l.gate(c, all, 2), l.Clip)
	memory = c.Add(c.Mul(forget, memory), c.Mul(in, candidate))
	h := c.Mul(f(3, 2), l.by[2].emit(c.Builder, memory, l.Clip))
	return h, []*graph.Node{h, memory}
}

func (l cell) gru(c *nn.Context, z, u, h *graph.Node, consts []*graph.Node) (*graph.Node, []*graph.Node) {
	var update, candidate *graph.Node
	f := func(x *graph.Node, gate int) *graph.Node { return l.by[0].emit(c.Builder, l.gate(c, x, gate), l.Clip) }
	if l.LinearBeforeReset {
		inner := c.MatMul(h, u)
		if len(consts) > 0 {
			inner = c.Add(inner, consts[0])
		}
		both := c.Add(c.Columns(z, 0, 2*l.HiddenSize), c.Columns(inner, 0, 2*l.HiddenSize))
		update = f(both, 0)
		candidate = c.Add(l.gate(c, z, 2), c.Mul(f(both, 1), l.gate(c, inner, 2)))
	} else {
		both := c.MulAdd(c.Columns(z, 0, 2*l.HiddenSize), h, c.Columns(u, 0, 2*l.HiddenSize))
		update = f(both, 0)
		candidate = c.MulAdd(l.gate(c, z, 2), c.Mul(f(both, 1), h), l.gate(c, u, 2))
	}
	candidate = l.by[1].emit(c.Builder, candidate, l.Clip)
	h = c.Add(c.Mul(c.Affine(-1, update, 1), candidate), c.Mul(update, h))
	return h, []*graph.Node{h}
}
