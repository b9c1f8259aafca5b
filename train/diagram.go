package train

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"unroll/graph"
	"unroll/internal/diagram"
	"unroll/nn"
)

// Diagram returns a picture of the program that trains on batches of a size:
// each operation of the forward pass, of the loss and of the gradients with its
// shape, in lanes by layer. steps are the lengths of the model's inputs, 0 for
// one that is no sequence. WriteSVG and WriteDOT draw it.
//
// It is an error if no loss was configured, or the sizes do not fit the model.
func (t *Trainer) Diagram(batch int, steps ...int) (diagram.Graph, error) {
	if err := t.wantLoss(); err != nil {
		return diagram.Graph{}, errors.WithMessage(err, "diagram")
	}
	p, err := compile(t.model, t.aims, t.config.Execution, nn.Train, batch, steps)
	if err != nil {
		return diagram.Graph{}, errors.WithMessage(err, "diagram")
	}
	g := p.diagram()
	return g, errors.WithMessage(p.close(), "diagram")
}

// diagram draws the nodes that a run of p executes.
func (p *program) diagram() diagram.Graph {
	execution := p.pass.Execution
	if execution == nn.Auto {
		execution = "auto"
	}
	list := p.prog.Steps()
	g := diagram.Graph{
		Title: "Training program, " + string(execution),
		Note:  fmt.Sprintf("%d nodes for a batch of %d and %s steps", len(list), p.batch, strings.Trim(p.shape.steps, "[]")),
	}
	needs := map[*graph.Node]string{}
	p.visit(func(need string, n *graph.Node) { needs[n] = need })
	at := map[*graph.Node]int{}
	for i, s := range list {
		at[s.Node] = i
		for _, in := range s.Inputs {
			g.Edges = append(g.Edges, diagram.Edge{From: at[in], To: i})
			if needs[s.Node] == "" { // a copy of what the run returns
				needs[s.Node] = needs[in]
			}
		}
		g.Nodes = append(g.Nodes, p.box(s, needs[s.Node]))
	}
	for _, e := range g.Edges { // a constant is in the lane of its first reader
		if n := &g.Nodes[e.From]; n.Lane == "" {
			n.Lane = g.Nodes[e.To].Lane
		}
	}
	for i, n := range p.grads {
		box := &g.Nodes[at[n]]
		box.Notes = append(box.Notes, "∂ "+p.weights[i].Name())
	}
	for _, o := range p.outs {
		g.Nodes[at[o.node]].Kind = diagram.Output
	}
	g.Nodes[at[p.loss]].Kind = diagram.Output
	return g
}

// box draws a node. Its lane is the layer in which it was emitted, or whose
// gradient it is part of.
func (p *program) box(s graph.Step, need string) diagram.Node {
	n := diagram.Node{Name: s.Op, Notes: []string{fmt.Sprint([]int(s.Node.Shape()))}}
	if s.Path != "" {
		n.Tip = "emitted by " + s.Path
	}
	path := s.Path
	if s.Op == "" {
		n.Name, n.Kind, path = s.Node.Name(), diagram.Input, s.Node.Name()
		if _, err := p.model.Weight(n.Name); err == nil {
			n.Kind = diagram.Weight
		}
		if s.Constant {
			n.Name, _, _ = strings.Cut(n.Name, "[")
			n.Kind = diagram.Constant
			return n
		}
	}
	of := func(in nn.PassInput) bool { return in.Node == s.Node }
	if slices.ContainsFunc(p.pass.Inputs, of) {
		n.Lane = "inputs"
		return n
	}
	first, _, inside := strings.Cut(path, "/")
	switch {
	case first == "" || s.Op == "" && (need == loss || !inside):
		n.Lane = "loss"
	default:
		n.Lane = first
	}
	if need == gradients && s.Op != "" {
		n.Kind = diagram.Gradient
		n.Lane += "\ngradients"
	}
	return n
}
