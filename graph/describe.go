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

// Executed lists the nodes that a run executes, each after those that it reads. The
// graph of a Loop's step is one of them.
func (p *Program) Executed() []Executed {
	constant := map[*Node]bool{}
	for _, n := range p.b.consts {
		constant[n] = true
	}
	all := make([]Executed, len(p.order))
	for i, n := range p.order {
		s := Executed{Node: n, Inputs: inputsOf(n), Constant: constant[n]}
		if n.Op() != nil {
			s.Op = n.Op().String()
		}
		s.Path = strings.ReplaceAll(strings.TrimSuffix(placeOf(n), ": "), ": ", "/")
		all[i] = s
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
