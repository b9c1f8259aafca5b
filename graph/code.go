package graph

import (
	"cmp"
	"slices"
)

// instr is one operation of a program: the node whose value it computes, and the nodes
// whose values it reads. op is nil where the operation is one of Gorgonia's own.
type instr struct {
	node *Node
	op   *op
	in   []*Node

	beside []*instr // that follow, and run at the same time
}

// code is what a program executes, in order. Every pass of the compiler takes one and
// leaves one that computes the same values.
type code struct {
	b      *Builder
	list   []*instr
	inputs []*Node          // whose values are given, constants among them
	asked  map[*Node]bool   // nodes whose values must be in buffers of their own at the end
	value  map[*Node]*Node  // of a node that is not computed: that which has its value
	by     map[*Node]*instr // what computes a node
	joins  map[*instr]bool  // that run beside an earlier one
	ours   bool             // all operations are of this package, and the tape can be written
}

// lower makes a program of what the nodes asked for need, in the order in which it was
// emitted: a node's number is greater than those of its inputs.
func (b *Builder) lower(asked []*Node) *code {
	c := &code{b: b, asked: map[*Node]bool{}, value: map[*Node]*Node{}, by: map[*Node]*instr{}, ours: writable()}
	for _, n := range asked {
		c.asked[n] = true
	}
	order := b.topological(asked, nil)
	slices.SortFunc(order, func(x, y *Node) int { return cmp.Compare(x.ID(), y.ID()) })
	for _, n := range order {
		if n.Op() == nil {
			c.inputs = append(c.inputs, n)
			continue
		}
		i := &instr{node: n, in: inputsOf(n)}
		if i.op, _ = n.Op().(*op); i.op == nil {
			c.ours = false
		}
		c.list = append(c.list, i)
		c.by[n] = i
	}
	return c
}

// of returns the node that has n's value.
func (c *code) of(n *Node) *Node {
	if other := c.value[n]; other != nil {
		return other
	}
	return n
}

// bytes are those that all operations read and write, views left out.
func (c *code) bytes() (n int64) {
	for _, i := range c.list {
		if i.op == nil || i.op.view {
			continue
		}
		n += int64(volumeOf(i.op.shape))
		for k, in := range i.in {
			if !slices.Contains(i.op.unread, k) {
				n += int64(in.Shape().TotalSize())
			}
		}
	}
	return n * int64(c.b.dt.Size())
}
