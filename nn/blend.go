package nn

import (
	"gorgonia.org/tensor"
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
// OneHot; an empty bag, of a CategoryEncoding, where a word's occurrences share its
// value, and of a Bag; and zeros, of features. Masks are those of the inputs
// themselves, whatever the weights.
//
// An input that no layer embeds is an error.
func (m *Model) Blended(exec Execution, batch int, steps ...int) (*Pass, error) {
	p, err := m.forward(Context{Phase: Infer, Batch: batch, Execution: exec}, steps, true)
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
	x.Blend = tensor.New(tensor.Of(p.Dtype()), tensor.WithShape(p.Batch*max(x.Steps, 1), width))
	x.BlendNode = p.Input("blend/"+in.Name, x.Blend)
	v.blend = x.BlendNode
	if v.Node != nil {
		v.Node = p.mixed(v, v.Node, p.Mul(v.Node, v.blend))
	}
	return v
}
