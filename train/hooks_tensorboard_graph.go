package train

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"unroll/graph"
	"unroll/internal/tfevents"
	"unroll/nn"
)

// drawing is a graph for TensorBoard, each node after those that it reads.
type drawing struct {
	nodes []tfevents.Node
	taken map[string]bool
}

// draw draws the model's layers, and a program in a box of its own.
func draw(m *nn.Model, p *program) []tfevents.Node {
	d := &drawing{taken: map[string]bool{}}
	d.layers(m)
	d.program(p)
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
func (d *drawing) program(p *program) {
	names := map[*graph.Node]string{}
	p.visit(func(box string, n *graph.Node) {
		var in []string
		for _, from := range inputsOf(n) {
			in = append(in, names[from])
		}
		name, op := n.Name(), "Input"
		if n.Op() != nil {
			op = n.Op().String()
			name = box + "/" + op
		} else if _, err := p.model.Weight(name); err == nil {
			op = "Weight"
		}
		names[n] = d.add("program/"+name, op, in, [][]int{n.Shape()})
	})
}

// What needs a node of a program first.
const (
	forward   = "forward"
	loss      = "loss"
	states    = "states"
	gradients = "gradients"
)

// visit calls f for each node of the program, after those that it reads, with
// what needs it first.
func (p *program) visit(f func(need string, n *graph.Node)) {
	seen := map[*graph.Node]bool{}
	var add func(need string, n *graph.Node)
	add = func(need string, n *graph.Node) {
		if seen[n] {
			return
		}
		seen[n] = true
		for _, from := range inputsOf(n) {
			add(need, from)
		}
		f(need, n)
	}
	for _, o := range p.outs {
		add(forward, o.node)
	}
	add(loss, p.loss)
	next := p.pass.Assigned()
	for _, w := range p.model.States() {
		if n := next[w]; n != nil {
			add(states, n)
		}
	}
	for _, g := range p.grads {
		add(gradients, g)
	}
}

// inputsOf returns the nodes that n reads, in order.
func inputsOf(n *graph.Node) (in gorgonia.Nodes) {
	if it := n.Graph().From(n.ID()); it != nil {
		for it.Next() {
			in = append(in, it.Node().(*graph.Node))
		}
	}
	return in
}
