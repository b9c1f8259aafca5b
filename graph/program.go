package graph

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
)

// Program is a compiled graph on Gorgonia's tape machine. It is not reentrant:
// one Run at a time.
type Program struct {
	b     *Builder
	vm    gorgonia.VM
	kept  map[*Node]*Node // the node whose value is that of the node asked for
	nodes int
}

// Compile builds the program that computes the given nodes and what they need;
// the rest of the graph is left out. It returns the Builder's error if it has
// one.
func (b *Builder) Compile(roots ...*Node) (p *Program, err error) {
	if !b.ok(roots...) {
		return nil, b.err
	}
	if len(roots) == 0 {
		return nil, errors.New("compile: no nodes to compute")
	}
	p = &Program{b: b, kept: map[*Node]*Node{}}
	kept := make(gorgonia.Nodes, len(roots))
	for i, n := range roots {
		kept[i] = b.stable(n)
		p.kept[n] = kept[i]
	}
	if b.err != nil {
		return nil, b.err
	}
	var inputs gorgonia.Nodes
	hashes := map[uint32]*Node{}
	order := b.topological(kept)
	for _, n := range order {
		if other := hashes[n.Hashcode()]; other != nil {
			return nil, errors.Errorf("compile: nodes %v and %v share a hash, and Gorgonia would merge them", other, n)
		}
		hashes[n.Hashcode()] = n
		if n.Op() == nil {
			inputs = append(inputs, n)
		}
	}
	if len(inputs) == 0 {
		return nil, errors.New("compile: the graph has no inputs")
	}
	defer func() { // Gorgonia's compiler panics
		if r := recover(); r != nil {
			p, err = nil, errors.Errorf("compile: %v", r)
		}
	}()
	prog, locations, err := gorgonia.CompileFunction(b.g, inputs, kept)
	if err != nil {
		return nil, errors.Wrap(err, "compile")
	}
	p.vm = gorgonia.NewTapeMachine(b.g, gorgonia.WithPrecompiled(prog, locations))
	p.nodes = len(order)
	return p, nil
}

// stable returns n if its value lies in a buffer of its own, else a copy.
func (b *Builder) stable(n *Node) *Node {
	if o, ok := n.Op().(*op); ok && !o.view {
		return n
	}
	return b.Keep(n)
}

// Run computes the program's nodes from the inputs' present values.
func (p *Program) Run() error {
	p.b.runErr = nil
	p.vm.Reset()
	if err := p.vm.RunAll(); err != nil {
		if p.b.runErr != nil {
			return p.b.runErr
		}
		return errors.Wrap(err, "run")
	}
	return nil
}

// Value returns what the last Run computed for a node that was given to
// Compile. The next Run overwrites it in place.
func (p *Program) Value(n *Node) (gorgonia.Value, error) {
	kept, ok := p.kept[n]
	if !ok {
		return nil, errors.Errorf("node %v is not an output of this program", n)
	}
	v := kept.Value()
	if v == nil {
		return nil, errors.New("the program has not run")
	}
	return v, nil
}

// Nodes returns the number of nodes that a run executes, inputs included.
func (p *Program) Nodes() int { return p.nodes }

// Close releases the machine. The program cannot run again.
func (p *Program) Close() error { return p.vm.Close() }
