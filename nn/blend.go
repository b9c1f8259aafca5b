package nn

import (
	"gorgonia.org/tensor"

	"unroll/graph"
)

// Blended emits the forward pass, for inference, in which each step of
// its inputs is a blend of its vector x and a baseline, by a weight of its own:
//
//	x(w) = w·x + (1 − w)·baseline
//
// With weights of 1 the pass is Forward's. The derivative of an output by a weight
// is ⟨gradient, x − baseline⟩, what gradient × input and integrated gradients
// sum up of a step, and no vector need be made dense for it.
//
// The baseline is the vector of the padding id 0, of an Embedding and of a
// OneHot; an empty bag of words, of a CategoryEncoding, where a word's occurrences
// share its value; and zeros, of features. Masks are those of the inputs
// themselves, whatever the weights.
//
// An input that no layer embeds is an error.
func (m *Model) Blended(exec Execution, batch int, steps ...int) (*Pass, error) {
	p, err := m.forward(Infer, exec, batch, steps, true)
	if err != nil {
		return nil, err
	}
	for i, in := range p.Inputs {
		if !p.blended[in.BlendNode] {
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

// addBlend declares the weights of an input's blend, and blends features; of word
// ids their vectors are blended.
func (p *Pass) addBlend(in Input, x *PassInput, v Value) Value {
	width := 1
	if x.Steps == 0 {
		width = in.Width() // a sample that is no sequence has a weight for each feature
	}
	x.Blend = tensor.New(tensor.Of(p.Dtype()), tensor.WithShape(x.X.Shape()[0], width))
	x.BlendNode = p.Input("blend/"+in.Name, x.Blend)
	v.blend = x.BlendNode
	if v.Node != nil {
		v.Node = p.mixed(v, v.Node, p.Mul(v.Node, v.blend))
	}
	return v
}

// rowsOf emits the rows of a table that x's ids name, blended as x says.
func (c *Context) rowsOf(table *graph.Node, x Value) *graph.Node {
	rows := c.Gather(table, x.IDs)
	if x.blend == nil {
		return rows
	}
	return c.mixed(x, rows, c.Blend(x.blend, rows, c.Row(table, 0)))
}

// counts emits how often each of depth ids occurs in x, or, if once is set,
// whether it does.
func (c *Context) counts(x Value, depth int, padding, once bool) *graph.Node {
	if x.blend != nil {
		c.blended[x.blend] = true
		return c.WeightedCounts(x.blend, x.IDs, c.Batch, depth, padding, once)
	}
	y := c.Counts(x.IDs, c.Batch, depth, padding)
	if once {
		// A count is a whole number, and min(y, 1) = 1 − max(1 − y, 0).
		y = c.Affine(-1, c.Relu(c.Affine(-1, y, 1)), 1)
	}
	return y
}

// mixed notes what x's blend made of a node, and returns it.
func (c *Context) mixed(x Value, before, after *graph.Node) *graph.Node {
	c.blended[x.blend] = true
	c.original[after] = before
	return after
}

// unblended returns what n was made of, if it is a blend, else n.
func (c *Context) unblended(n *graph.Node) *graph.Node {
	if before := c.original[n]; before != nil {
		return before
	}
	return n
}
