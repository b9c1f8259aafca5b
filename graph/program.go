package graph

import (
	"fmt"
	"reflect"
	"unsafe"

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
	kept   map[*Node]*Node // the node whose value is that of the node asked for
	order  []*Node         // that a run executes, inputs first
	places plan
	memory Memory

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
	var kept gorgonia.Nodes
	for _, n := range roots {
		if p.kept[n] == nil {
			p.kept[n] = b.stable(n)
			kept = append(kept, p.kept[n])
		}
	}
	if b.err != nil {
		return nil, b.err
	}
	var inputs gorgonia.Nodes
	hashes := map[uint32]*Node{}
	order := b.topological(kept, nil)
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
	vm := gorgonia.NewTapeMachine(b.g, gorgonia.WithPrecompiled(prog, locations))
	p.vm, p.run = vm, vm.RunAll
	if run := inline(vm.Run, prog); run != nil {
		p.run = run
	}
	p.order = order
	if err := p.plan(prog, kept); err != nil {
		_ = vm.Close()
		return nil, err
	}
	return p, nil
}

// inline returns a function that runs all of a program's instructions by the
// machine's Run, on the caller's goroutine. RunAll, meant for devices, starts a
// goroutine on another thread and waits for it, which costs more than a small
// program's own work. Run wants the list of instructions, which the program
// does not give away: it is taken from the field's place, and nil is returned
// if that is not what it was in Gorgonia v0.9.18.
func inline[F any](run func(F) error, prog any) func() error {
	field := reflect.ValueOf(prog).Elem().FieldByName("instructions")
	if !field.IsValid() || field.Type() != reflect.TypeFor[F]() {
		return nil
	}
	instructions := *(*F)(unsafe.Pointer(field.UnsafeAddr()))
	return func() error { return run(instructions) }
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
	if err := p.run(); err != nil {
		if p.b.runErr != nil {
			return p.b.runErr
		}
		return errors.Wrap(err, "run")
	}
	return nil
}

// Let makes the program read the input n from t, of n's shape and type, from the
// next Run on.
func (p *Program) Let(n *Node, t *tensor.Dense) error {
	if n == nil || n.Op() != nil || n.Graph() != p.b.g || t == nil || t.RequiresIterator() || t.DataOrder().IsTransposed() {
		return errors.New("let: want an input of this graph and a tensor whose elements are row-major")
	}
	return errors.Wrap(gorgonia.Let(n, t), "let")
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

// NonFinite runs the program once more and returns what it comes upon first that is NaN
// or infinite: an operation, such as "lstm: matmul (32, 8): element 3 is NaN", or else
// an input. Nodes of Gorgonia's own operations are passed over.
func (p *Program) NonFinite() (where string, ok bool) {
	p.b.watch = func(o *op) {
		if !ok && !o.view {
			where, ok = nonFinite(o.place+o.name, o.out)
		}
	}
	err := p.Run()
	if p.b.watch = nil; ok || err != nil {
		return where, ok
	}
	for _, n := range p.order {
		if v := n.Value(); n.Op() == nil && v != nil {
			if where, ok := nonFinite("input "+n.Name(), v); ok {
				return where, true
			}
		}
	}
	return "", false
}

func nonFinite(name string, v gorgonia.Value) (where string, ok bool) {
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
func (p *Program) Nodes() int { return len(p.order) }

// Close releases the machine. The program cannot run again.
func (p *Program) Close() error { return p.vm.Close() }
