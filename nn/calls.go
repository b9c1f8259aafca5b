package nn

import "strconv"

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
