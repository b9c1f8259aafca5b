package onnx

import (
	"slices"

	"github.com/pkg/errors"

	"unroll/nn"
)

// readRecurrent reads a recurrent node: as a layer of nn, if it is one, else as a Recurrent.
func readRecurrent(c *call) error {
	constants := map[string]*array{}
	for i := 1; i < len(c.node.inputs); i++ {
		if i == inputLens || i == inputH || i == inputC || c.node.inputs[i] == "" {
			continue
		}
		a, err := c.array(i)
		if err != nil {
			return err
		}
		constants[c.node.inputs[i]] = a
	}
	// First states that are zeros are none.
	c.node.inputs = slices.Clone(c.node.inputs)
	var states []*symbol
	for _, i := range []int{inputH, inputC} {
		v, err := c.value(i)
		if err != nil {
			return err
		}
		switch v := v.(type) {
		case *symbol:
			if !v.inOrder() {
				return errors.Errorf("first states with the axes %v cannot be represented", v.axes)
			}
			v.used()
			states = append(states, v)
		case filled, *array:
			a, isArray := v.(*array)
			f, _ := v.(filled)
			if f.value != 0 || isArray && slices.ContainsFunc(a.floats, func(x float64) bool { return x != 0 }) {
				return errors.New("first states that are constant and no zeros cannot be represented")
			}
			c.node.inputs[i] = ""
		}
	}
	if v, err := c.value(inputLens); err != nil {
		return err
	} else if v != nil {
		return errors.New("with sequence_lens it cannot be represented in a model yet")
	}
	s, err := c.symbol(0)
	if err != nil {
		return err
	}
	r, err := recurrentParts(c.node, constants)
	if err != nil {
		return err
	}
	order := []byte{timeAxis, batchAxis, featureAxis}
	if r.batched {
		order[0], order[1] = batchAxis, timeAxis
	}
	if len(s.axes) != 3 {
		return errors.Errorf("X has %d axes, want 3", len(s.axes))
	}
	s = c.sequence(s, slices.Index(order, timeAxis), 2)
	if s, err = c.features(s, 2); err != nil {
		return err
	}
	if s.ids || !s.axes[0].is(order[0]) || !s.axes[1].is(order[1]) {
		return errors.Errorf("X has the axes %v, which are not those of its layout", s.axes)
	}
	if s.width() != r.features {
		return errors.Errorf("%d features, want %d", s.width(), r.features)
	}
	return c.recurrent(s, states, r)
}

// recurrent gives the outputs of a recurrent node. What is used of them says which layer it
// is; the first round finds it out.
func (c *call) recurrent(x *symbol, states []*symbol, r *recurrentNode) error {
	if err := c.only(1 + r.states()); err != nil {
		return err
	}
	d, units, sides := c.demand, r.HiddenSize, r.directions()
	if c.first {
		d = &demand{}
	}
	in := append([]*symbol{x}, states...)
	var y, h, memory nn.Symbol
	both := sides == 2
	plain := func(sequences, state bool) (nn.Layer, bool) {
		if c.first || both && (state || d.y && d.h) {
			return nil, false
		}
		return r.Layer(sequences, state)
	}
	if l, ok := plain(d.y, d.c || d.y && d.h); ok {
		out := c.apply(l, c.node.input(inputW), snakeOf(c.node.op), r.values, in...)
		y, h = out, out
		if d.c || d.y && d.h {
			h = out.Output(1)
		}
		if d.c {
			memory = out.Output(2)
		}
	} else {
		out := c.apply(r.Recurrent, c.node.input(inputW), snakeOf(c.node.op), r.values, in...)
		y, h = out, out.Output(1)
		if r.states() > 1 {
			memory = out.Output(2)
		}
	}
	batch, side := x.axes[1], axis{}
	steps := x.axes[0]
	if r.batched {
		batch, steps = steps, batch
	}
	if both {
		side = axis{{kind: featureAxis, size: 2, stride: units}}
	}
	hidden := axis{{kind: featureAxis, size: units, stride: 1}}
	width := sides * units
	state := func(of nn.Symbol, use *bool) *symbol {
		s := &symbol{of: of, shape: nn.Shape{width}, axes: []axis{side, batch, hidden}, use: func() { *use = true }}
		if r.batched {
			s.axes = []axis{batch, side, hidden}
		}
		return s
	}
	wanted := c.demand
	first := &symbol{of: y, shape: nn.Shape{x.shape[0], width}, axes: []axis{steps, side, batch, hidden}, use: func() { wanted.y = true }}
	if r.batched {
		first.axes = []axis{batch, steps, side, hidden}
	}
	last := state(h, &wanted.h)
	if !both && r.direction() == forward {
		first.last = func() (*symbol, bool) { return last, true }
	}
	values := []*symbol{first, last, state(memory, &wanted.c)}
	for i := range 1 + r.states() {
		if err := c.giveAt(i, values[i]); err != nil {
			return err
		}
	}
	if !c.first && !d.y && !d.h && !d.c {
		return errors.New("nothing reads what it gives")
	}
	return nil
}

// snakeOf is the name of a layer for an operator that has no name of its own.
func snakeOf(op string) string {
	return map[string]string{"RNN": "simple_rnn", "LSTM": "lstm", "GRU": "gru"}[op]
}
