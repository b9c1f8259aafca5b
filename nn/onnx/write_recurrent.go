package onnx

import (
	"cmp"
	"slices"

	"unroll/nn"
)

var recurrents = []mapping{
	layers(func(w *writer, l nn.SimpleRNN, in []value) []value { return w.recurrence(l, in) }),
	layers(func(w *writer, l nn.LSTM, in []value) []value { return w.recurrence(l, in) }),
	layers(func(w *writer, l nn.GRU, in []value) []value { return w.recurrence(l, in) }),
	layers(func(w *writer, l nn.RNN, in []value) []value { return w.recurrence(l, in) }),
	layers((*writer).bidirectional),
	layers((*writer).node),
}

// recurrent is a recurrent layer as ONNX sees it.
type recurrent struct {
	op                          string // RNN, LSTM or GRU
	units, states               int
	functions                   []inner
	bias, recurrentBias         bool
	after                       bool // GRU's linear_before_reset
	sequences, state, backwards bool
	zeros                       bool // of the outputs at masked steps
	cell                        nn.Cell
	stepwise                    bool // there is no operator for it: the cell is written, step by step
	path                        string
}

// order is that of the gates in nn by which those of ONNX stand.
var order = map[string][]int{
	"RNN":  {0},
	"LSTM": {0, 3, 1, 2}, // i o f c of i f c o
	"GRU":  {0, 1, 2},    // z r h
}

// recurrentOf reads the settings of a layer.
func (w *writer) recurrentOf(l nn.Layer, path string) (r recurrent, ok bool) {
	r.path = path
	function := func(f, def nn.Func) {
		i, ok := within(f, def)
		r.functions = append(r.functions, i)
		r.stepwise = r.stepwise || !ok
	}
	options := func(sequences, state, backwards, stateful, zeros bool) {
		r.sequences, r.state, r.backwards, r.zeros = sequences, state, backwards, zeros
		if stateful {
			w.fail("stateful: a graph of ONNX keeps nothing from batch to batch; take and return the states with ReturnState and inputs")
		}
	}
	switch l := l.(type) {
	case nn.Frozen:
		return w.recurrentOf(l.Layer, path)
	case nn.RNN:
		switch cell := l.Cell.(type) {
		case nn.SimpleRNNCell:
			r, ok = w.recurrentOf(nn.SimpleRNN(cell), path)
		case nn.LSTMCell:
			r, ok = w.recurrentOf(nn.LSTM(cell), path)
		case nn.GRUCell:
			r, ok = w.recurrentOf(nn.GRU(cell), path)
		default:
			r, ok = recurrent{path: path, stepwise: true}, l.Cell != nil
		}
		r.cell = l.Cell
		options(l.ReturnSequences, l.ReturnState, l.GoBackwards, l.Stateful, l.ZeroOutputForMask)
		return r, ok
	case nn.SimpleRNN:
		r.op, r.units, r.states, r.bias, r.cell = "RNN", l.Units, 1, !l.NoBias, nn.SimpleRNNCell(l)
		function(l.Activation, nn.Tanh)
		options(l.ReturnSequences, l.ReturnState, l.GoBackwards, l.Stateful, l.ZeroOutputForMask)
	case nn.LSTM:
		r.op, r.units, r.states, r.bias, r.cell = "LSTM", l.Units, 2, !l.NoBias, nn.LSTMCell(l)
		function(l.RecurrentActivation, nn.Sigmoid)
		function(l.Activation, nn.Tanh)
		function(l.Activation, nn.Tanh)
		options(l.ReturnSequences, l.ReturnState, l.GoBackwards, l.Stateful, l.ZeroOutputForMask)
	case nn.GRU:
		r.op, r.units, r.states, r.bias, r.after, r.cell = "GRU", l.Units, 1, !l.NoBias, !l.ResetBefore, nn.GRUCell(l)
		r.recurrentBias = r.bias && r.after
		function(l.RecurrentActivation, nn.Sigmoid)
		function(l.Activation, nn.Tanh)
		options(l.ReturnSequences, l.ReturnState, l.GoBackwards, l.Stateful, l.ZeroOutputForMask)
	default:
		w.fail("%T is no recurrent layer that ONNX has an operator for", l)
		return r, false
	}
	return r, true
}

// recurrence writes a recurrent layer.
func (w *writer) recurrence(l nn.Layer, in []value) []value {
	r, _ := w.recurrentOf(l, w.path)
	if w.err != nil {
		return nil
	}
	out := w.direction(in[0], in[1:], r)
	if r.sequences && r.backwards {
		y := &out[0]
		y.name = w.reversed(y.name)
		if y.mask != "" {
			y.mask = w.once("reversed "+y.mask, func() string { return w.reversed(y.mask) })
		}
	}
	return out
}

// direction writes one way through a sequence: the outputs, those of sequences at the steps
// that they are of, and then the states if they are returned.
func (w *writer) direction(x value, states []value, r recurrent) []value {
	y := value{}
	var final []string // [batch, units]
	if r.stepwise {
		y.name, final = w.scan(x, states, r)
	} else {
		var first []string
		for _, s := range states {
			first = append(first, w.op("Unsqueeze", nil, s.name, w.ints(0)))
		}
		all, last := w.operator(x, first, r)
		for _, s := range last {
			final = append(final, w.op("Squeeze", nil, s, w.ints(0)))
		}
		y.name = final[0]
		if r.sequences {
			y.name = w.op("Transpose", []attributeProto{attrInts64("perm", 1, 0, 2)}, w.op("Squeeze", nil, all, w.ints(1)))
			y.name = w.spread(x, y.name, r.backwards, r.zeros)
		}
		w.kept(x, states, &y, final, r)
	}
	if r.sequences {
		y.mask = x.mask
	}
	out := []value{y}
	if r.state {
		for _, s := range final {
			out = append(out, value{name: s})
		}
	}
	return out
}

// kept writes what an operator gives for sequences without a step that counts, where first
// states are given: these are the final ones, and the output is zeros.
func (w *writer) kept(x value, states []value, y *value, final []string, r recurrent) {
	if x.mask == "" || len(states) == 0 {
		return
	}
	some := w.some(x.mask, false)
	if !r.sequences {
		y.name = w.op("Where", nil, some, y.name, w.float(0))
	}
	for i := range final {
		final[i] = w.op("Where", nil, some, final[i], states[i].name)
	}
}

// operator writes the operator of one layer, or of the two directions of one, and returns
// its outputs: [time, directions, batch, units] of the steps that count, and each final
// state, [directions, batch, units].
func (w *writer) operator(x value, states []string, of ...recurrent) (all string, final []string) {
	r := of[0]
	seq, lengths := x.name, ""
	if x.mask != "" {
		p := w.packed(x.mask)
		seq = w.steps(seq, p.order)
		lengths = p.lengths
	}
	seq = w.op("Transpose", []attributeProto{attrInts64("perm", 1, 0, 2)}, seq)
	direction := "forward"
	switch {
	case len(of) == 2:
		direction = "bidirectional"
	case r.backwards:
		direction = "reverse"
	}
	var names []string
	var alpha, beta []float32
	for _, d := range of {
		for _, f := range d.functions {
			names = append(names, f.name)
			for _, v := range f.alpha {
				alpha = append(alpha, float32(v))
			}
			for _, v := range f.beta {
				beta = append(beta, float32(v))
			}
		}
	}
	attrs := []attributeProto{attrInt64("hidden_size", r.units), attrText("direction", direction), {Name: "activations", Type: attrStrings, Strings: names}}
	if len(alpha) > 0 {
		attrs = append(attrs, attributeProto{Name: "activation_alpha", Type: attrFloats, Floats: alpha})
	}
	if len(beta) > 0 {
		attrs = append(attrs, attributeProto{Name: "activation_beta", Type: attrFloats, Floats: beta})
	}
	if r.after {
		attrs = append(attrs, attrInt64("linear_before_reset", 1))
	}
	in := append([]string{seq, w.gates("kernel", of), w.gates("recurrent_kernel", of), w.biases(of), lengths}, states...)
	out := slices.Clone(w.ops(r.op, 1+r.states, attrs, in...))
	return out[0], out[1:]
}

// gates returns the kernels of the directions, [directions, gates·units, inputs].
func (w *writer) gates(name string, of []recurrent) string {
	var parts []part
	shape := []int{len(of), 0, 0}
	for _, r := range of {
		k := w.of(r, name)
		if k == nil {
			return ""
		}
		rows, columns := k.Shape()[0], k.Shape()[1]
		at := make([]int, 0, rows*columns)
		for _, g := range order[r.op] {
			for j := g * r.units; j < (g+1)*r.units; j++ {
				for i := range rows {
					at = append(at, i*columns+j)
				}
			}
		}
		shape[1], shape[2] = columns, rows
		parts = append(parts, part{weight: k, at: at})
	}
	return w.once("gates "+w.path+" "+of[0].path+" "+name, func() string {
		return w.initializer(w.unique(w.path+"/"+name), shape, parts...)
	})
}

// of returns the weight of a direction.
func (w *writer) of(r recurrent, name string) *nn.Weight {
	k, err := w.m.Weight(r.path + "/" + name)
	if err != nil {
		w.fail("%v", err)
	}
	return k
}

// biases returns the biases of the inputs and of the recurrence side by side,
// [directions, 2·gates·units]; "" if there are none.
func (w *writer) biases(of []recurrent) string {
	if !slices.ContainsFunc(of, func(r recurrent) bool { return r.bias }) {
		return ""
	}
	var parts []part
	width := 0
	for _, r := range of {
		gates := order[r.op]
		n := len(gates) * r.units
		width = cmp.Or(width, 2*n)
		at := func(base int) (at []int) {
			for _, g := range gates {
				for j := range r.units {
					at = append(at, base+g*r.units+j)
				}
			}
			return at
		}
		if !r.bias {
			parts = append(parts, part{n: 2 * n})
			continue
		}
		b := w.of(r, "bias")
		parts = append(parts, part{weight: b, at: at(0)})
		if r.recurrentBias {
			parts = append(parts, part{weight: b, at: at(n)})
		} else {
			parts = append(parts, part{n: n})
		}
	}
	return w.once("gates "+w.path+" "+of[0].path+" bias", func() string {
		return w.initializer(w.unique(w.path+"/bias"), []int{len(of), width}, parts...)
	})
}
