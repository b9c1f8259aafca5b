package nn

import (
	"fmt"
	"strconv"

	"unroll/graph"
)

// Call is one use of a layer in a model.
type Call struct {
	Name   string   // the layer's path; that of a shared layer's later calls ends in "/1", "/2"
	Type   string   // of the layer, such as "SimpleRNN"
	Inputs []Origin // of the values that it takes
	Shapes []Shape  // of its outputs
}

// Origin is where a value comes from: an input of the model, or an output of a
// call, by its name.
type Origin struct {
	Name   string
	Output int
}

// Calls returns the uses of the model's layers, each after those whose values
// it takes. Keras: the inbound nodes of the layers.
func (m *Model) Calls() []Call {
	calls := make([]Call, len(m.calls))
	count := make([]int, len(m.layers))
	for i, c := range m.calls {
		r := m.rows[c.layer]
		calls[i] = Call{Name: r.name, Type: typeOf(r.layer), Shapes: m.shapes[i]}
		if n := count[c.layer]; n > 0 {
			calls[i].Name += "/" + strconv.Itoa(n)
		}
		count[c.layer]++
		for _, from := range c.in {
			origin := Origin{Output: from.out}
			if from.call < 0 {
				origin.Name = m.inputs[^from.call].Name
			} else {
				origin.Name = calls[from.call].Name
			}
			calls[i].Inputs = append(calls[i].Inputs, origin)
		}
	}
	return calls
}

// keepOutputs keeps what a call of a layer returned, for Pass.Layer.
func (c *Context) keepOutputs(values []Value) {
	for k, v := range values {
		c.layers[fmt.Sprintf("%s[%d][%d]", c.path, c.call, k)] = v
		if c.call == 0 && k == 0 {
			c.layers[c.path] = v
		}
	}
}

// Layer returns the node of a layer's output, by the name that Model.Layer takes or that
// SubModel takes: "lstm[0][1]" is the second output of the first call. Rows of a
// table, as an Embedding's output is, are emitted anew: each layer after it takes its own.
// Of an activation, logits is the node that it was taken of, from which a loss may be
// computed in its place; else it is nil.
//
// It is an error if nothing has this name, if it is in the step of a recurrence, or if
// the output is word ids.
func (p *Pass) Layer(name string) (output, logits *graph.Node, err error) {
	v, ok := p.layers[name]
	switch {
	case !ok:
		return nil, nil, errorf("there is no output of a layer %q", name)
	case v.kind() == tokens:
		return nil, nil, errorf("the output of %q is word ids", name)
	}
	output = p.Dense(v)
	if v.logits != nil && v.logits.of == output && v.logits.node != output {
		logits = v.logits.node
	}
	return output, logits, p.Err()
}
