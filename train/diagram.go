package train

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"unroll/graph"
	"unroll/nn"
	"unroll/nn/diagram"
)

// Diagram returns a picture of the program that trains on batches of a size:
// each operation of the forward pass, of the loss and of the gradients with its
// shape, in lanes by layer. steps are the lengths of the model's inputs, 0 for
// one that is no sequence. WriteSVG and WriteDOT draw it.
//
// It is an error if no loss was configured, or the sizes do not fit the model.
func (t *Trainer) Diagram(batch int, steps ...int) (diagram.Graph, error) {
	if err := t.begin("Diagram"); err != nil {
		return diagram.Graph{}, errors.WithMessage(err, "diagram")
	}
	defer t.calls.End("Diagram")
	if err := t.wantLoss(); err != nil {
		return diagram.Graph{}, errors.WithMessage(err, "diagram")
	}
	p, err := t.compile(nn.Train, batch, steps, 1)
	if err != nil {
		return diagram.Graph{}, errors.WithMessage(err, "diagram")
	}
	g, _ := p.draw(p.prog.Emitted())
	return g, errors.WithMessage(p.Close(), "diagram")
}

// draw draws nodes of p, all or those that a run executes, and says where each is in the
// picture.
func (p *program) draw(executed []graph.Executed) (g diagram.Graph, at map[*graph.Node]int) {
	execution := p.pass.Execution
	if execution == nn.Auto {
		execution = "auto"
	}
	g = diagram.Graph{
		Title: "Training program, " + string(execution),
		Note:  fmt.Sprintf("%d nodes for a batch of %d and %s steps", len(executed), p.batch, strings.Trim(p.shape.steps, "[]")),
	}
	needs := map[*graph.Node]Part{}
	p.visit(func(o Operation) { needs[o.Node] = o.Part })
	at = map[*graph.Node]int{}
	draw := func(s graph.Executed) {
		at[s.Node] = len(g.Nodes)
		n := p.box(s, needs[s.Node])
		if needs[s.Node] == "" && len(s.Inputs) == 1 { // a copy, made so that it can be read after the run
			of := g.Nodes[at[s.Inputs[0]]]
			n.Name, n.Kind, n.Lane = "copy", of.Kind, of.Lane
		}
		for _, in := range s.Inputs {
			g.Edges = append(g.Edges, diagram.Edge{From: at[in], To: len(g.Nodes)})
		}
		g.Nodes = append(g.Nodes, n)
	}
	// The model's inputs come first, so that they are on top.
	for _, s := range executed {
		if p.isInput(s.Node) {
			draw(s)
		}
	}
	for _, s := range executed {
		if !p.isInput(s.Node) {
			draw(s)
		}
	}
	for _, e := range g.Edges { // a constant is in the lane of its first reader
		if n := &g.Nodes[e.From]; n.Lane == "" {
			n.Lane = g.Nodes[e.To].Lane
		}
	}
	for i, n := range p.grads {
		box := &g.Nodes[at[n]]
		box.Notes = append(box.Notes, "∂ "+inLane(p.weights[i].Name(), box.Lane))
		box.Tip = "gradient of " + p.weights[i].Name()
	}
	for _, o := range p.outs {
		g.Nodes[at[o.node]].Kind = diagram.Output
	}
	g.Nodes[at[p.loss]].Kind = diagram.Output
	return g, at
}

func (p *program) isInput(n *graph.Node) bool {
	return slices.ContainsFunc(p.pass.Inputs, func(in nn.PassInput) bool { return in.Node == n })
}

// box draws a node. Its lane is the layer in which it was emitted, or whose
// gradient it is part of; a constant's is yet to be found.
func (p *program) box(s graph.Executed, need Part) diagram.Node {
	size := "scalar"
	if s.Node.Dims() > 0 {
		size = fmt.Sprint([]int(s.Node.Shape()))
	}
	n := diagram.Node{Name: s.Op, Lane: "loss", Notes: []string{size}}
	name := s.Node.Name()
	first, _, inside := strings.Cut(name, "/")
	_, err := p.model.Weight(name)
	switch {
	case s.Constant:
		n.Kind, n.Lane = diagram.Constant, ""
		n.Name, _, _ = strings.Cut(name, "[")
	case s.Op == "" && err == nil:
		n.Kind, n.Lane = diagram.Weight, first
		n.Name, n.Tip = inLane(name, first), name
	case p.isInput(s.Node):
		n.Kind, n.Lane, n.Name = diagram.Input, "inputs", name
	case s.Op == "":
		n.Kind, n.Name = diagram.Input, name
		if inside && need == ForwardPart {
			n.Lane, n.Name = first, inLane(name, first)
		}
	case s.Path != "":
		n.Lane, _, _ = strings.Cut(s.Path, "/")
		n.Tip = "in " + s.Path
	}
	if s.Op != "" && need == GradientsPart {
		n.Kind = diagram.Gradient
		n.Lane += "\ngradients"
	}
	return n
}

// inLane shortens the path of what is in the lane of its layer.
func inLane(path, lane string) string {
	layer, _, _ := strings.Cut(lane, "\n")
	return strings.TrimPrefix(path, layer+"/")
}
