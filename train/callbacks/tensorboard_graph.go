package callbacks

import (
	"fmt"
	"iter"

	"unroll/graph"
	"unroll/internal/tfevents"
	"unroll/nn"
	"unroll/train"
)

// drawing is a graph for TensorBoard, each node after those that it reads.
type drawing struct {
	nodes []tfevents.Node
	taken map[string]bool
}

// draw draws the model's layers, and the program of the last update in a box of its
// own.
func draw(e *train.Event) []tfevents.Node {
	d := &drawing{taken: map[string]bool{}}
	d.layers(e.Model)
	d.program(e.Model, e.Operations())
	return d.nodes
}

// add adds a node under the name, or one like it that is free, and returns that.
func (d *drawing) add(name, op string, in []string, shapes [][]int) string {
	name = tfevents.NodeName(name)
	if d.taken[name] {
		name = fmt.Sprintf("%s_%d", name, len(d.nodes))
	}
	d.taken[name] = true
	d.nodes = append(d.nodes, tfevents.Node{Name: name, Op: op, Inputs: in, Shapes: shapes})
	return name
}

// layers adds the model's inputs and the calls of its layers.
func (d *drawing) layers(m *nn.Model) {
	batches := func(of ...nn.Shape) (shapes [][]int) {
		for _, s := range of {
			shapes = append(shapes, append([]int{nn.Any}, s...))
		}
		return shapes
	}
	names := map[string]string{}
	for _, in := range m.Inputs() {
		names[in.Name] = d.add(in.Name, "Input", nil, batches(in.Shape))
	}
	for _, c := range m.Calls() {
		var in []string
		for _, o := range c.Inputs {
			name := names[o.Name]
			if o.Output > 0 {
				name += fmt.Sprint(":", o.Output)
			}
			in = append(in, name)
		}
		names[c.Name] = d.add(c.Name, c.Type, in, batches(c.Shapes...))
	}
}

// program adds the nodes of the expression graph. Inputs and weights have their
// own names; the others are in the box of what needed them first.
func (d *drawing) program(m *nn.Model, all iter.Seq[train.Operation]) {
	names := map[*graph.Node]string{}
	for o := range all {
		n := o.Node
		var in []string
		for _, from := range o.Inputs {
			in = append(in, names[from])
		}
		name, op := n.Name(), "Input"
		if n.Op() != nil {
			op = n.Op().String()
			name = string(o.Part) + "/" + op
		} else if _, err := m.Weight(name); err == nil {
			op = "Weight"
		}
		names[n] = d.add("program/"+name, op, in, [][]int{n.Shape()})
	}
}
