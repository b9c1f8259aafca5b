package graph

import (
	"fmt"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Node is a node of Gorgonia's expression graph. Give Gorgonia's own functions to
// Unary and Binary: called directly they may compute in the buffer of a node
// that a view reads too.
type Node = gorgonia.Node

// Builder emits nodes into one expression graph.
//
// Its error is sticky: the first failure is kept, every later call returns nil
// at once, and the caller reads Err once at the end. Methods take and return
// matrices [rows, columns] unless they say otherwise.
type Builder struct {
	g       *gorgonia.ExprGraph
	dt      tensor.Dtype
	err     error
	names   map[string]bool
	hashes  map[uint32]bool
	consts  map[string]*Node
	packs   map[packKey]*Node
	folded  map[*Node]*Node // constants that Compile computed, by what they are the value of
	place   string          // prefixes of Wrap, where nodes are emitted now
	random  *Random
	options Options
	active  *Program       // whose buffers the operations have now
	wanted  map[*Node]bool // in a walk back: the nodes that depend on what it differentiates by
	watch   func(o *op)    // is told of each operation that has run, if not nil

	// runErr is the error of the operation that failed last. The tape machine
	// wraps what an operation returns in a page of its own state.
	runErr error

	recorder *recorder // of the program that runs, while it is profiled
}

// New returns a Builder for an empty graph whose floats are tensor.Float32 or
// tensor.Float64.
func New(dt tensor.Dtype) *Builder {
	b := &Builder{
		g:      gorgonia.NewGraph(),
		dt:     dt,
		names:  map[string]bool{},
		hashes: map[uint32]bool{},
		consts: map[string]*Node{},
		packs:  map[packKey]*Node{},
		folded: map[*Node]*Node{},
		random: &Random{},
	}
	if dt != tensor.Float32 && dt != tensor.Float64 {
		b.Fail(errors.Errorf("element type %v: want float32 or float64", dt))
	}
	return b
}

// Graph returns the expression graph that the Builder emits into.
func (b *Builder) Graph() *gorgonia.ExprGraph { return b.g }

// Dtype returns the element type of the graph's floats.
func (b *Builder) Dtype() tensor.Dtype { return b.dt }

// Err returns the first failure.
func (b *Builder) Err() error { return b.err }

// Fail records err if it is the first failure, and returns nil, so that a
// method can end in it.
func (b *Builder) Fail(err error) *Node {
	if b.err == nil {
		b.err = err
	}
	return nil
}

// Wrap puts a prefix before an error recorded by f, so that it names the place,
// and notes it for the nodes that f emits.
func (b *Builder) Wrap(prefix string, f func()) {
	if b.err != nil {
		return
	}
	outside := b.place
	b.place = outside + prefix + ": "
	f()
	b.place = outside
	if b.err != nil {
		b.err = errors.WithMessage(b.err, prefix)
	}
}

// ok reports whether nodes can be emitted from in.
func (b *Builder) ok(in ...*Node) bool {
	if b.err != nil {
		return false
	}
	for i, n := range in {
		if n == nil {
			b.Fail(errors.Errorf("input %d is nil", i))
			return false
		}
		if n.Graph() != b.g {
			b.Fail(errors.Errorf("input %d, %s, belongs to another graph", i, n.Name()))
			return false
		}
	}
	return true
}

// Unary applies one of Gorgonia's own functions of one node, such as
// gorgonia.Cube.
func (b *Builder) Unary(f func(*Node) (*Node, error), x *Node) *Node {
	if !b.ok(x) {
		return nil
	}
	return b.node(f(b.own(x)))
}

// Binary applies one of Gorgonia's own functions of two nodes.
func (b *Builder) Binary(f func(_, _ *Node) (*Node, error), x, y *Node) *Node {
	if !b.ok(x, y) {
		return nil
	}
	return b.node(f(b.own(x), b.own(y)))
}

// own returns what one of Gorgonia's functions may be given: an input, or a
// copy. Gorgonia computes in the register of an input that it believes to be
// read for the last time, and knows nothing of views.
func (b *Builder) own(x *Node) *Node {
	if x.Op() == nil {
		return x
	}
	return b.Keep(x)
}

func (b *Builder) node(n *Node, err error) *Node {
	if err != nil {
		return b.Fail(err)
	}
	return n
}

// Input declares an input of the graph and binds it to t, whose elements may
// be changed in place between runs; t's element type need not be the graph's
// (word ids are int32). Names are unique in a graph, since Gorgonia would make
// two inputs of one name, type and shape a single node.
func (b *Builder) Input(name string, t *tensor.Dense) *Node {
	if !b.ok() {
		return nil
	}
	if name == "" || b.names[name] {
		return b.Fail(errors.Errorf("input name %q is empty or taken", name))
	}
	if t == nil || t.RequiresIterator() || t.DataOrder().IsTransposed() {
		return b.Fail(errors.Errorf("input %q: want a tensor whose elements are row-major", name))
	}
	b.names[name] = true
	n := gorgonia.NewTensor(b.g, t.Dtype(), t.Dims(),
		gorgonia.WithShape(t.Shape()...), gorgonia.WithName(name))
	if b.hashes[n.Hashcode()] {
		return b.Fail(errors.Errorf("input name %q: its hash is taken by another node, choose another name", name))
	}
	b.hashes[n.Hashcode()] = true
	if err := gorgonia.Let(n, t); err != nil {
		return b.Fail(errors.Wrapf(err, "input %q", name))
	}
	return n
}

// Zeros returns a constant of zeros. As the first state of a recurrence it is
// left out of the computation, and it has no gradient; for one that has, declare
// an Input.
func (b *Builder) Zeros(shape ...int) *Node { return b.constant("zeros", 0, shape) }

// Ones returns a constant of ones.
func (b *Builder) Ones(shape ...int) *Node { return b.constant("ones", 1, shape) }

// isZeros reports whether n is a constant made by Zeros.
func (b *Builder) isZeros(n *Node) bool {
	return n == b.consts[fmt.Sprint("zeros", []int(n.Shape()))]
}

// constant returns a constant filled with v; one of each shape is made.
func (b *Builder) constant(kind string, v float64, shape tensor.Shape) *Node {
	if !b.ok() {
		return nil
	}
	name := fmt.Sprint(kind, []int(shape))
	if n := b.consts[name]; n != nil {
		return n
	}
	if err := checkSize(shape); err != nil {
		return b.Fail(errors.WithMessage(err, kind))
	}
	if b.names[name] {
		return b.Fail(errors.Errorf("%s: an input has this name", name))
	}
	b.names[name] = true
	val := newValue(b.dt, shape)
	fill(Floats[float32](val), v)
	fill(Floats[float64](val), v)
	n := gorgonia.NewTensor(b.g, b.dt, shape.Dims(), gorgonia.WithShape(shape...), gorgonia.WithName(name))
	b.hashes[n.Hashcode()] = true
	if err := gorgonia.Let(n, val); err != nil {
		return b.Fail(errors.Wrap(err, name))
	}
	b.consts[name] = n
	return n
}

func fill[T float32 | float64](x []T, v float64) {
	for i := range x {
		x[i] = T(v)
	}
}

// floats reports whether x is of the graph's element type, and fails if not.
func (b *Builder) floats(name string, x *Node) bool {
	if b.ok(x) && x.Dtype() != b.dt {
		b.Fail(errors.Errorf("%s: input is %v, the graph computes in %v", name, x.Dtype(), b.dt))
	}
	return b.err == nil
}

// matrix returns the rows and columns of x and fails if x is not a matrix.
func (b *Builder) matrix(name string, x *Node) (rows, cols int, ok bool) {
	if !b.floats(name, x) {
		return 0, 0, false
	}
	s := x.Shape()
	if s.Dims() != 2 {
		b.Fail(errors.Errorf("%s: input is %s, want a matrix", name, shapeString(x)))
		return 0, 0, false
	}
	return s[0], s[1], true
}
