package nn

import "slices"

// Follows reports whether the steps of an output are those of an input, in their
// number: a recurrent layer of sequences, a Dense layer or a convolution with
// padding "same" keeps them, a RepeatVector, a pooling or a stride does not, even
// where the numbers happen to be equal. The indices are those of Outputs and Inputs.
func (m *Model) Follows(output, input int) bool {
	m.stepsOnce.Do(func() { m.steps = m.follows() })
	return m.steps[output][input]
}

// follows finds out, for each output, which inputs it follows, by the shapes that the
// layers declare for sequences of two lengths.
func (m *Model) follows() [][]bool {
	follows := make([][]bool, len(m.outputs))
	for o := range follows {
		follows[o] = make([]bool, len(m.inputs))
	}
	for i, in := range m.inputs {
		if in.Steps() == 0 {
			continue
		}
		found := m.follow(func(k int) bool { return k == i })
		if found == nil { // it must be as long as others
			found = m.follow(func(int) bool { return true })
		}
		for o, yes := range found {
			follows[o][i] = yes
		}
	}
	return follows
}

// follow returns for each output whether it has as many steps as the inputs that are
// chosen, whatever their number is; nil if the layers do not take them.
func (m *Model) follow(chosen func(input int) bool) []bool {
	yes := slices.Repeat([]bool{true}, len(m.outputs))
	for _, steps := range []int{997, 1009} { // no layer's own numbers
		shapes := slices.Clone(m.in)
		for i, in := range m.inputs {
			if chosen(i) && in.Steps() != 0 {
				shapes[i] = append(Shape{steps}, in.Shape[1:]...)
			}
		}
		w, err := m.network.declare(&Scope{weights: &weights{batch: m.batch, dry: true}}, shapes)
		if err != nil {
			return nil
		}
		for o, out := range m.outputs {
			shape, err := w.shape(out.from)
			yes[o] = yes[o] && err == nil && len(shape) == 2 && shape[0] == steps
		}
	}
	return yes
}
