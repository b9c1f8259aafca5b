package nn

import (
	"fmt"
	"strconv"

	"unroll/internal/show"
	"unroll/nn/diagram"
)

// Diagram returns a picture of the model's layers: a box for each call of a
// layer, with the layer's name and type, the shapes of its outputs and its
// parameters, between the model's inputs and outputs. The weights of a shared
// layer stand in the box of its first call. WriteSVG and WriteDOT draw it.
// Keras: plot_model.
func (m *Model) Diagram() diagram.Graph {
	fixed := size(m.weights.of(frozen, state, memory))
	g := diagram.Graph{
		Title: "Model",
		Note:  show.Thousands(m.Params()) + " trainable parameters",
	}
	if fixed > 0 {
		g.Note += ", " + show.Thousands(fixed) + " that are not trained"
	}
	at := map[string]int{} // nodes by the names of inputs and calls
	outputs := map[string]int{}
	for _, in := range m.inputs {
		at[in.Name], outputs[in.Name] = len(g.Nodes), 1
		g.Nodes = append(g.Nodes, diagram.Node{
			Kind: diagram.Input, Name: in.Name, Notes: []string{in.Kind, in.Shape.String()},
		})
	}
	edge := func(from Origin, to int) {
		e := diagram.Edge{From: at[from.Name], To: to}
		if outputs[from.Name] > 1 {
			e.Label = strconv.Itoa(from.Output)
		}
		g.Edges = append(g.Edges, e)
	}
	calls := m.Calls()
	seen := map[int]bool{}
	for i, c := range calls {
		r := m.rows[m.calls[i].layer]
		n := diagram.Node{Kind: diagram.Layer, Name: r.name, Notes: []string{c.Type}}
		for k, s := range c.Shapes {
			what := "output"
			if len(c.Shapes) > 1 {
				what = fmt.Sprint("output ", k)
			}
			n.Rows = append(n.Rows, [2]string{what, s.String()})
		}
		if seen[m.calls[i].layer] {
			n.Notes[0] += ", called again"
		} else {
			n.Rows = append(n.Rows, r.params()...)
			n.Tip = r.describe()
		}
		seen[m.calls[i].layer] = true
		at[c.Name], outputs[c.Name] = len(g.Nodes), len(c.Shapes)
		g.Nodes = append(g.Nodes, n)
		for _, from := range c.Inputs {
			edge(from, at[c.Name])
		}
	}
	for i, port := range m.Outputs() {
		from := m.outputs[i].from
		g.Nodes = append(g.Nodes, diagram.Node{
			Kind: diagram.Output, Name: port.Name, Notes: []string{port.Shape.String()},
		})
		if from.call < 0 {
			edge(Origin{Name: m.inputs[^from.call].Name}, len(g.Nodes)-1)
		} else {
			edge(Origin{Name: calls[from.call].Name, Output: from.out}, len(g.Nodes)-1)
		}
	}
	return g
}

// params counts the layer's parameters: those that are trained, and others if
// there are any.
func (r row) params() [][2]string {
	var trainable, fixed []*Weight
	for _, w := range r.weights {
		if w.Trainable() {
			trainable = append(trainable, w)
		} else {
			fixed = append(fixed, w)
		}
	}
	rows := [][2]string{{"parameters", show.Thousands(size(trainable))}}
	if len(fixed) > 0 {
		rows = append(rows, [2]string{"not trained", show.Thousands(size(fixed))})
	}
	return rows
}

// describe lists the layer's weights with their shapes.
func (r row) describe() string {
	text := ""
	for i, w := range r.weights {
		if i > 0 {
			text += "\n"
		}
		text += fmt.Sprint(w.path, " ", w.Shape())
	}
	return text
}
