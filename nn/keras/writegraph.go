package keras

import (
	"path"

	"github.com/pkg/errors"

	"unroll/nn"
)

// functional writes a Functional, its layers in Keras's order.
func (w *writer) functional(n nn.Network, name string) (object, error) {
	layers := []any{}
	for _, op := range kerasOrder(n) {
		var o object
		nodes := []any{}
		at := ""
		if op.input {
			at = n.Inputs[op.at].Name
			o = w.input(n, op.at, at)
		} else {
			l := n.Layers[op.at]
			var err error
			at = path.Base(l.Name)
			if o, err = w.layer(l.Layer, at, l.Name, shapesInto(n, op.at)); err != nil {
				return nil, errors.WithMessage(err, l.Name)
			}
			for _, c := range n.Calls {
				if c.Layer == op.at {
					nodes = append(nodes, w.node(n, l.Layer, c))
				}
			}
		}
		o["name"], o["inbound_nodes"] = at, nodes
		layers = append(layers, o)
	}
	inputs, outputs := []any{}, []any{}
	for i := range n.Inputs {
		inputs = append(inputs, w.history(n, nn.Ref{Call: ^i}, true))
	}
	for _, out := range n.Outputs {
		outputs = append(outputs, w.history(n, out.From, true))
	}
	config := object{"name": name, "trainable": true, "layers": layers, "input_layers": inputs, "output_layers": outputs}
	o := w.object("keras.src.models.functional", functionalClass, config)
	if w.major == keras3 {
		o["registered_name"], o["build_config"] = functionalClass, object{"input_shape": nil}
	}
	return o, nil
}

// history names a value: its layer, the call of it, and the output. The calls of a model
// within the model Keras 2 counts from 1, as its own inputs and outputs are a call too;
// Keras 3 does so of a Functional where outputs are listed, and nowhere else.
func (w *writer) history(n nn.Network, r nn.Ref, listed bool) []any {
	if r.Call < 0 {
		return []any{n.Inputs[^r.Call].Name, 0, 0}
	}
	layer, call := n.Calls[r.Call].Layer, 0
	switch bare(n.Layers[layer].Layer).(type) {
	case nn.Sequential:
		if w.major == keras2 {
			call = 1
		}
	case *nn.Functional:
		if w.major == keras2 || listed {
			call = 1
		}
	}
	for _, c := range n.Calls[:r.Call] {
		if c.Layer == layer {
			call++
		}
	}
	return []any{path.Base(n.Layers[layer].Name), call, r.Output}
}

// node writes a call of a layer.
func (w *writer) node(n nn.Network, l nn.Layer, c nn.NetworkCall) any {
	keywords := object{}
	if _, is := causal(bare(l), false); is {
		keywords["use_causal_mask"] = true
	}
	if w.major == keras2 {
		node := []any{}
		if byValue(bare(l)) != nil && byValue(bare(l)).class == "MultiHeadAttention" { // its arguments have names
			for i, name := range []string{"value", "key"}[:len(c.In)-1] {
				keywords[name] = w.history(n, c.In[i+1], false)
			}
			c.In = c.In[:1]
		}
		for i, r := range c.In {
			k := object{}
			if i == 0 {
				k = keywords
			}
			node = append(node, append(w.history(n, r, false), k))
		}
		return node
	}
	values := []any{}
	for _, r := range c.In {
		shape := w.batchShape(shapeAt(n, r))
		values = append(values, object{"class_name": "__keras_tensor__", "config": object{"shape": shape, "dtype": w.floats(), "keras_history": w.history(n, r, false)}})
	}
	args := []any{values}
	if e := byValue(bare(l)); len(values) == 1 || e != nil && e.class == "MultiHeadAttention" {
		args = values
	} else if e != nil && e.takesStates() {
		args, keywords["initial_state"] = values[:1], values[1:]
	}
	return object{"args": args, "kwargs": keywords}
}
