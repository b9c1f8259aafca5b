package nn

import (
	"gorgonia.org/tensor"

	"unroll/graph"
)

// Gated emits the forward pass, for inference, with a gate at each step of its
// inputs, through which the step's vector x goes on its way from a baseline:
//
//	x(g) = g·x + (1 − g)·baseline
//
// With gates of 1 the pass is Forward's. The derivative of an output by a gate
// is ⟨gradient, x − baseline⟩, what gradient × input and integrated gradients
// sum up of a step, and no vector need be made dense for it.
//
// The baseline is the vector of the padding id 0, of an Embedding and of a
// OneHot; an empty bag of words, of a CategoryEncoding, where a word's occurrences
// share its value; and zeros, of features. Masks are those of the inputs
// themselves, whatever the gates.
//
// An input that no layer embeds is an error.
func (m *Model) Gated(exec Execution, batch int, steps ...int) (*Pass, error) {
	p, err := m.forward(Infer, exec, batch, steps, true)
	if err != nil {
		return nil, err
	}
	for i, in := range p.Inputs {
		if !p.gates[in.GateNode] {
			return nil, errorf("layer %s reads the input by itself: there is no gradient of its steps", m.reader(i))
		}
	}
	return p, nil
}

// reader returns the name of the first layer that reads input i.
func (m *Model) reader(i int) string {
	for _, c := range m.calls {
		for _, r := range c.in {
			if r.call == ^i {
				return m.rows[c.layer].name
			}
		}
	}
	return ""
}

// addGate declares the gates of an input, and puts them before features; before
// word ids it is their vectors' turn.
func (p *Pass) addGate(in Input, x *PassInput, v Value) Value {
	width := 1
	if x.Steps == 0 {
		width = in.Width() // a sample that is no sequence has a gate for each feature
	}
	x.Gate = tensor.New(tensor.Of(p.Dtype()), tensor.WithShape(x.X.Shape()[0], width))
	x.GateNode = p.Input("gates/"+in.Name, x.Gate)
	v.gate = x.GateNode
	if v.Node != nil {
		v.Node = p.passed(v, v.Node, p.Mul(v.Node, v.gate))
	}
	return v
}

// rowsOf emits the rows of a table that x's ids name, through x's gate.
func (c *Context) rowsOf(table *graph.Node, x Value) *graph.Node {
	rows := c.Gather(table, x.IDs)
	if x.gate == nil {
		return rows
	}
	return c.passed(x, rows, c.Between(x.gate, rows, c.Row(table, 0)))
}

// counts emits how often each of depth ids occurs in x, or, if once is set,
// whether it does.
func (c *Context) counts(x Value, depth int, padding, once bool) *graph.Node {
	if x.gate != nil {
		c.gates[x.gate] = true
		return c.GatedCounts(x.gate, x.IDs, c.Batch, depth, padding, once)
	}
	y := c.Counts(x.IDs, c.Batch, depth, padding)
	if once {
		// A count is a whole number, and min(y, 1) = 1 − max(1 − y, 0).
		y = c.Affine(-1, c.Relu(c.Affine(-1, y, 1)), 1)
	}
	return y
}

// passed notes what came out of x's gate for what went in, and returns it.
func (c *Context) passed(x Value, before, after *graph.Node) *graph.Node {
	c.gates[x.gate] = true
	c.ungated[after] = before
	return after
}

// beforeGate returns what n is where all gates are 1, if n came out of one, else n.
func (c *Context) beforeGate(n *graph.Node) *graph.Node {
	if before := c.ungated[n]; before != nil {
		return before
	}
	return n
}
