package graph

import (
	"fmt"
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// Program is a compiled graph on Gorgonia's tape machine. It is not reentrant:
// one Run at a time.
type Program struct {
	b      *Builder
	vm     gorgonia.VM
	run    func() error
	ran    bool            // the last run came to its end
	kept   map[*Node]*Node // the node whose value is that of the node asked for
	asked  []*Node         // those of kept
	code   *code
	places plan
	memory Memory
	tables []*op // of Share; nil before it is called

	explanation Explanation

	recorder *recorder // while it is profiled, else nil
}

// Compile builds the program that computes the given nodes and what they need;
// the rest of the graph is left out. It returns the Builder's error if it has
// one. Programs of one Builder share the buffers of the nodes that they share:
// run them one at a time, and read a value before the other runs.
func (b *Builder) Compile(roots ...*Node) (p *Program, err error) {
	if !b.ok(roots...) {
		return nil, b.err
	}
	if len(roots) == 0 {
		return nil, errors.New("compile: no nodes to compute")
	}
	p = &Program{b: b, kept: map[*Node]*Node{}}
	for _, n := range roots {
		if p.kept[n] == nil {
			p.kept[n] = b.stable(n)
			p.asked = append(p.asked, p.kept[n])
		}
	}
	if b.err != nil {
		return nil, b.err
	}
	p.code = b.lower(p.asked)
	if len(p.code.inputs) == 0 {
		return nil, errors.New("compile: the graph has no inputs")
	}
	defer func() { // Gorgonia panics, and an operation may on constants
		if r := recover(); r != nil {
			p, err = nil, errors.Errorf("compile: %v", r)
		}
	}()
	if !p.code.ours {
		p.explanation = p.code.asItIs()
	} else {
		if p.explanation, err = p.code.optimize(); err != nil {
			return nil, errors.WithMessage(err, "compile")
		}
	}
	if err := p.plan(); err != nil {
		return nil, err
	}
	if p.code.ours {
		p.vm, p.run, err = p.code.tape()
	} else {
		p.vm, p.run, err = b.compileAsIs(p.code, p.asked)
	}
	if err != nil {
		return nil, errors.WithMessage(err, "compile")
	}
	return p, nil
}

// compileAsIs leaves a graph with operations of Gorgonia's own to its compiler, which
// knows what registers they may compute in.
func (b *Builder) compileAsIs(c *code, asked []*Node) (gorgonia.VM, func() error, error) {
	hashes := map[uint32]*Node{}
	all := slices.Clone(c.inputs)
	for _, i := range c.list {
		all = append(all, i.node)
	}
	for _, n := range all {
		if other := hashes[n.Hashcode()]; other != nil {
			return nil, nil, errors.Errorf("nodes %v and %v share a hash, and Gorgonia would merge them", other, n)
		}
		hashes[n.Hashcode()] = n
	}
	prog, locations, err := gorgonia.CompileFunction(b.g, c.inputs, asked)
	if err != nil {
		return nil, nil, err
	}
	vm := gorgonia.NewTapeMachine(b.g, gorgonia.WithPrecompiled(prog, locations))
	collectable(vm)
	return vm, runner(vm.Run, vm.RunAll, prog), nil
}

func isOurs(n *Node) bool {
	_, ok := n.Op().(*op)
	return ok
}

// stable returns n if its value lies in a buffer of its own, else a copy.
func (b *Builder) stable(n *Node) *Node {
	if o, ok := n.Op().(*op); !ok || o.view {
		return b.Keep(n)
	}
	for it := b.g.To(n.ID()); it.Next(); {
		if reader := it.Node().(*Node); !isOurs(reader) && reader.Op() != nil && reader.Op().OverwritesInput() >= 0 {
			return b.Keep(n) // that operation may compute in n's buffer
		}
	}
	return n
}

// Run computes the program's nodes from the inputs' present values.
func (p *Program) Run() error {
	p.b.runErr, p.b.recorder = nil, p.recorder
	if p.b.active != p {
		p.places.occupy(p.b)
		p.b.active = p
	}
	if p.recorder != nil {
		defer p.recorder.run()()
	}
	p.vm.Reset()
	p.ran = false
	if err := p.run(); err != nil {
		if p.b.runErr != nil {
			return p.b.runErr
		}
		return errors.Wrap(err, "run")
	}
	p.ran = true
	return nil
}

// Let makes the program read the input n from t, of n's shape and type, from the
// next Run on.
func (p *Program) Let(n *Node, t *tensor.Dense) error {
	if n == nil || n.Op() != nil || n.Graph() != p.b.g || p.b.consts[n.Name()] == n || t == nil || t.RequiresIterator() || t.DataOrder().IsTransposed() {
		return errors.New("let: want an input of this graph and a tensor whose elements are row-major")
	}
	return errors.Wrap(gorgonia.Let(n, t), "let")
}

// Value returns what the last Run computed for a node that was given to Compile; the
// node's own Value need not hold it. The next Run overwrites it in place.
func (p *Program) Value(n *Node) (gorgonia.Value, error) {
	kept, ok := p.kept[n]
	if !ok {
		return nil, errors.Errorf("node %v is not an output of this program", n)
	}
	if !p.ran {
		return nil, errors.New("the program has not run")
	}
	if p.code.ours {
		return p.code.by[kept].op.out, nil
	}
	return kept.Value(), nil // Gorgonia's own instruction bound it
}

// NonFinite computes the program's nodes once more, without the passes of Options but in
// the steps of Loops, and returns what it comes upon first that is NaN or infinite: an
// operation, such as "lstm: matmul (32, 8): element 3 is NaN", or else an input. Nodes of
// Gorgonia's own operations are passed over.
func (p *Program) NonFinite() (where string, ok bool) {
	options := p.b.options
	p.b.options = Options{Skip: AllPasses}
	all, err := p.b.Compile(p.asked...)
	if p.b.options = options; err != nil {
		return "", false
	}
	defer all.Close()
	return all.nonFinite()
}

func (p *Program) nonFinite() (where string, ok bool) {
	p.b.watch = func(o *op) {
		if !ok && !o.view {
			where, ok = notFiniteIn(o.place+o.name, o.out)
		}
	}
	err := p.Run()
	if p.b.watch = nil; ok || err != nil {
		return where, ok
	}
	for _, n := range p.code.inputs {
		if v := n.Value(); v != nil {
			if where, ok := notFiniteIn("input "+n.Name(), v); ok {
				return where, true
			}
		}
	}
	return "", false
}

func notFiniteIn(name string, v gorgonia.Value) (where string, ok bool) {
	at, x := notFinite(Floats[float32](v))
	y := float64(x)
	if at < 0 {
		at, y = notFinite(Floats[float64](v))
	}
	return fmt.Sprintf("%s %v: element %d is %v", name, v.Shape(), at, y), at >= 0
}

func notFinite[T kernel.Float](x []T) (at int, v T) {
	for i, v := range x {
		if v-v != 0 {
			return i, v
		}
	}
	return -1, 0
}

// Nodes returns the number of nodes that a run executes, inputs included.
func (p *Program) Nodes() int { return len(p.code.inputs) + len(p.code.list) }

// Close releases the machine. The program cannot run again.
func (p *Program) Close() error { return p.vm.Close() }
