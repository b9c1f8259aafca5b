package onnx

import (
	"strconv"

	"unroll/nn"
)

// scan writes a cell that no operator of ONNX is, step by step as the body of a Scan, and
// returns its outputs, [batch, time, units] or of the last step, and the final states.
// Where a step is masked, output and states stay as they were.
func (w *writer) scan(x value, states []value, r recurrent) (y string, final []string) {
	width, sizes := r.cell.Sizes()
	batch := w.op("Slice", nil, w.op("Shape", nil, x.name), w.ints(0), w.ints(1))
	zeros := func(n int) string {
		shape := w.op("Concat", []attributeProto{attrInt64("axis", 0)}, batch, w.ints(n))
		return w.op("Expand", nil, w.float(0), shape)
	}
	in := []string{zeros(width)} // the output before
	for i, n := range sizes {
		if i < len(states) {
			in = append(in, states[i].name)
		} else {
			in = append(in, zeros(n))
		}
	}
	in = append(in, x.name)
	inputs := 1
	if x.mask != "" {
		in, inputs = append(in, w.column(x.mask)), 2
	}
	body := w.body(func() {
		w.under("step", func() {
			argument := func(name string, typ int64) string {
				name = w.unique(w.path + "/" + name)
				w.g.Input = append(w.g.Input, valueInfo{Name: name, Type: &typeProto{TensorType: &tensorType{ElemType: typ}}})
				return name
			}
			before := []string{argument("output", typeFloat)}
			for i := range sizes {
				before = append(before, argument("state_"+strconv.Itoa(i), typeFloat))
			}
			at := argument("x", typeFloat)
			mask := ""
			if x.mask != "" {
				mask = argument("mask", typeBool)
			}
			out, next := w.cell(r.cell, r.path, at, before[1:])
			for i, n := range append([]string{out}, next...) {
				if mask != "" {
					n = w.op("Where", nil, mask, n, before[i])
				} else {
					n = w.op("Identity", nil, n) // the outputs of a body are names of their own
				}
				w.result(n)
			}
			w.result(w.op("Identity", nil, w.g.Output[0].Name))
		})
	})
	attrs := []attributeProto{{Name: "body", Type: attrGraph, G: body}, attrInt64("num_scan_inputs", inputs)}
	ones := make([]int, inputs)
	for i := range ones {
		ones[i] = 1
	}
	attrs = append(attrs, attrInts64("scan_input_axes", ones...), attrInts64("scan_output_axes", 1))
	if r.backwards {
		attrs = append(attrs, attrInts64("scan_input_directions", ones...), attrInts64("scan_output_directions", 1))
	}
	out := w.ops("Scan", 2+len(sizes), attrs, in...)
	if y = out[0]; r.sequences {
		if y = out[len(out)-1]; r.zeros && x.mask != "" {
			y = w.op("Where", nil, w.column(x.mask), y, w.float(0))
		}
	}
	return y, append([]string{}, out[1:len(out)-1]...)
}

// body writes the graph of a node.
func (w *writer) body(f func()) *graphProto {
	outer := w.g
	w.g = graphProto{Name: w.unique(w.path + "/body")}
	f()
	g := w.g
	w.g = outer
	return &g
}

func (w *writer) result(name string) {
	w.g.Output = append(w.g.Output, valueInfo{Name: name, Type: &typeProto{TensorType: &tensorType{ElemType: typeFloat}}})
}

// cell writes one step of a cell whose weights are below a path: x is [batch, features].
func (w *writer) cell(c nn.Cell, path, x string, states []string) (out string, next []string) {
	names := w.path
	weight := func(name string) string {
		w.path = path
		defer func() { w.path = names }()
		return w.weight(name)
	}
	product := func(x, kernel string) string { return w.op("MatMul", nil, x, kernel) }
	plus := func(x, y string) string { return w.op("Add", nil, x, y) }
	times := func(x, y string) string { return w.op("Mul", nil, x, y) }
	split := func(x string, n int) []string {
		return w.ops("Split", n, []attributeProto{attrInt64("axis", -1)}, x)
	}
	or := func(f, def nn.Func) nn.Func {
		if f == "" {
			return def
		}
		return f
	}
	h := ""
	if len(states) > 0 {
		h = states[0]
	}
	switch c := c.(type) {
	case nn.SimpleRNNCell:
		z := product(x, weight("kernel"))
		if !c.NoBias {
			z = plus(z, weight("bias"))
		}
		h = w.activate(or(c.Activation, nn.Tanh), plus(z, product(h, weight("recurrent_kernel"))))
		return h, []string{h}
	case nn.LSTMCell:
		z := product(x, weight("kernel"))
		if !c.NoBias {
			z = plus(z, weight("bias"))
		}
		sigma, tanh := or(c.RecurrentActivation, nn.Sigmoid), or(c.Activation, nn.Tanh)
		g := split(plus(z, product(h, weight("recurrent_kernel"))), 4)
		memory := plus(times(w.activate(sigma, g[1]), states[1]), times(w.activate(sigma, g[0]), w.activate(tanh, g[2])))
		h = times(w.activate(sigma, g[3]), w.activate(tanh, memory))
		return h, []string{h, memory}
	case nn.GRUCell:
		return w.gru(c, weight, split, x, h)
	case nn.StackedRNNCells:
		for i, inner := range c.Cells {
			_, sizes := inner.Sizes()
			var states2 []string
			x, states2 = w.cell(inner, path+"/cell_"+strconv.Itoa(i), x, states[:len(sizes)])
			states, next = states[len(sizes):], append(next, states2...)
		}
		return x, next
	}
	w.fail("RNN of %T, a cell that has no operators in ONNX that are known here", c)
	return x, states
}

// gru writes a step of a GRUCell.
func (w *writer) gru(c nn.GRUCell, weight func(string) string, split func(string, int) []string, x, h string) (string, []string) {
	op := func(name, x, y string) string { return w.op(name, nil, x, y) }
	sigma, tanh := c.RecurrentActivation, c.Activation
	if sigma == "" {
		sigma = nn.Sigmoid
	}
	if tanh == "" {
		tanh = nn.Tanh
	}
	z := op("MatMul", x, weight("kernel"))
	kernel := weight("recurrent_kernel")
	var update, candidate string
	if c.ResetBefore {
		if !c.NoBias {
			z = op("Add", z, weight("bias"))
		}
		in, u := split(z, 3), split(kernel, 3)
		update = w.activate(sigma, op("Add", in[0], op("MatMul", h, u[0])))
		reset := w.activate(sigma, op("Add", in[1], op("MatMul", h, u[1])))
		candidate = op("Add", in[2], op("MatMul", op("Mul", reset, h), u[2]))
	} else {
		rec := op("MatMul", h, kernel)
		if !c.NoBias {
			bias := w.ops("Split", 2, []attributeProto{attrInt64("axis", 0)}, weight("bias"))
			z, rec = op("Add", z, bias[0]), op("Add", rec, bias[1])
		}
		in, r := split(z, 3), split(rec, 3)
		update = w.activate(sigma, op("Add", in[0], r[0]))
		reset := w.activate(sigma, op("Add", in[1], r[1]))
		candidate = op("Add", in[2], op("Mul", reset, r[2]))
	}
	candidate = w.activate(tanh, candidate)
	h = op("Add", op("Mul", update, h), op("Mul", op("Sub", w.float(1), update), candidate))
	return h, []string{h}
}
