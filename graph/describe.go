package graph

import "strings"

// Executed is what a program executes for one node.
type Executed struct {
	Node     *Node
	Op       string // what it computes, such as "matmul"; empty for an input or a constant
	Path     string // where it was emitted, as Wrap says: "bidirectional/forward"; of a gradient, where that of which it is the gradient was
	Inputs   []*Node
	Constant bool
}

// Executed lists the nodes that a run executes, each after those that it reads; several
// that are computed as one are the last of them. The graph of a Loop's step is one node.
func (p *Program) Executed() []Executed { return p.code.describe() }

// Emitted lists, as Executed does, the nodes that the graph has for what the program
// computes: all that would be executed without the passes of Options.
func (p *Program) Emitted() []Executed { return p.b.lower(p.asked).describe() }

func (c *code) describe() (all []Executed) {
	constant := map[*Node]bool{}
	for _, n := range c.b.consts {
		constant[n] = true
	}
	for _, n := range c.inputs {
		all = append(all, Executed{Node: n, Constant: constant[n]})
	}
	for _, i := range c.list {
		s := Executed{Node: i.node, Inputs: i.in, Op: i.node.Op().String()}
		if i.op != nil {
			s.Op = i.op.name
			s.Path = strings.ReplaceAll(strings.TrimSuffix(i.op.place, ": "), ": ", "/")
		}
		all = append(all, s)
	}
	return all
}

// placeOf returns where n was emitted, as Builder.Wrap says.
func placeOf(n *Node) string {
	if o, ok := n.Op().(*op); ok {
		return o.place
	}
	return ""
}
