package graph

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"hash"
	"slices"
	"sync/atomic"

	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// op is every operation of this package. It computes into a buffer of its own,
// so a run allocates nothing for it, and it belongs to one program.
//
// Its hash is its instance number: Gorgonia merges nodes whose hashes are
// equal, and two of ours never are.
type op struct {
	b     *Builder
	id    uint32
	name  string
	place string    // where it was emitted, as Builder.Wrap says
	types []hm.Type // of the inputs and of the output
	shape tensor.Shape
	out   gorgonia.Value

	// run computes out from the inputs' values. A view sets out itself. An elementwise
	// operation has pointed in place of it.
	run     func(o *op, in []gorgonia.Value) error
	pointed pointed
	view    bool
	ids     bool // some inputs are not of the graph's element type

	// grad emits the gradient for each input, nil for one that has none.
	//
	// form stands in place of grad where the operation is one kernel for what
	// several operations compute: it emits the same value from these, and the
	// gradient is that of the form. So the gradient of a gradient needs no kernel.
	//
	// Both are nil where the operation has no gradient at all.
	grad func(in []*Node, out, dout *Node) []*Node
	form func(in []*Node) *Node
	diff []bool

	// parts[i] is set where the operation reads only a run of elements of its
	// input i: grad then gives the gradient of these elements alone.
	parts []*part

	// gradPart is grad for the case that only a part of the output has a
	// gradient, dout, and the rest zeros; the part is of whole grains of elements.
	gradPart func(in []*Node, out, dout *Node, at *part) []*Node
	grain    int

	mm *matmul // of a matrix product

	// What the passes of the compiler have to know. The key holds all settings of an
	// operation whose output depends on these and on its inputs' values alone: one of
	// equal name, key, shape and inputs computes the same. It is nil of an operation
	// whose output depends on the runs before, that draws, or that calls a function of
	// others.
	key     any
	copies  bool // the output is the first input's value
	neutral neutral
	undoes  *undo // the operation whose inverse it is

	// What a plan of the memory has to know: how many of the first inputs the output
	// may be computed in the place of; which inputs are read by the form alone;
	// whether the output must keep its elements between runs; what is held for the
	// gradient, which names it as what it reads; and the bytes of buffers that the
	// operation has besides.
	inPlace   int
	unread    []int
	pinned    bool
	touched   *touchedRows // of a gradient of which most rows are zeros
	holds     *hold
	readsHeld *hold
	own       func() int64

	work float64 // floating-point operations of a run, where they are many

	steps *Program // that it runs for every step, of a Loop
	loop  *loop    // whose graphs it runs
	calls bool     // a function of the caller's
	node  *Node
}

var opCount atomic.Uint32

var _ gorgonia.SDOp = (*op)(nil)

func (o *op) Arity() int                                            { return -1 }
func (o *op) InferShape(...gorgonia.DimSizer) (tensor.Shape, error) { return o.shape, nil }
func (o *op) ReturnsPtr() bool                                      { return true }
func (o *op) CallsExtern() bool                                     { return false }
func (o *op) OverwritesInput() int                                  { return -1 }
func (o *op) Hashcode() uint32                                      { return o.id }
func (o *op) String() string                                        { return o.name }
func (o *op) DiffWRT(int) []bool                                    { return o.diff }

// Type returns a new value each time: Gorgonia gives it to a pool when it has read it.
func (o *op) Type() hm.Type { return hm.NewFnType(o.types...) }

func (o *op) WriteHash(h hash.Hash) {
	var buf [12]byte
	copy(buf[:8], "unroll.o")
	binary.LittleEndian.PutUint32(buf[8:], o.id)
	h.Write(buf[:])
}

// Do is how Gorgonia's own instructions run the operation.
func (o *op) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	if err := o.compute(in); err != nil {
		o.b.runErr = err
		return nil, err
	}
	return o.out, nil
}

// compute runs the operation, on any goroutine. So it recovers panics itself.
func (o *op) compute(in []gorgonia.Value) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.Errorf("%s: %v", o.name, r)
		}
	}()
	if o.out == nil && !o.view {
		o.out = newValue(o.b.dt, o.shape)
	}
	run := o.run
	if o.b.recorder != nil {
		run = record
	}
	if err := run(o, in); err != nil {
		return errors.Wrap(err, o.name)
	}
	if o.b.watch != nil {
		o.b.watch(o)
	}
	return nil
}

// SymDiff lets gorgonia.Grad differentiate through our operations; Builder.Grad
// takes the same road.
func (o *op) SymDiff(in gorgonia.Nodes, out, dout *Node) (gorgonia.Nodes, error) {
	if o.diff == nil {
		return nil, errors.Errorf("%s has no gradient", o.name)
	}
	ds := o.gradient(in, out, dout)
	for i, p := range o.parts {
		if p != nil && ds[i] != nil {
			ds[i] = o.b.sum(in[i].Shape(), []term{{ds[i], p}})
		}
	}
	for i := range ds {
		if o.diff[i] && ds[i] == nil { // gorgonia.Grad wants a node
			ds[i] = o.b.Zeros(in[i].Shape()...)
		}
	}
	return ds, o.b.err
}

// gradient emits the gradient for each input, nil for one that has none.
func (o *op) gradient(in []*Node, out, dout *Node) []*Node {
	if o.grad != nil {
		return o.grad(in, out, dout)
	}
	return o.b.partials(o.form, in, dout, o.diff)
}

// runFunc computes an operation's output; pick chooses its element type.
type runFunc = func(o *op, in []gorgonia.Value) error

func pick[F any](b *Builder, f32, f64 F) F {
	if b.dt == tensor.Float64 {
		return f64
	}
	return f32
}

// apply emits one operation. diff marks the inputs that have a gradient, one
// character each: "d" differentiable, "." not; empty is none.
func (b *Builder) apply(o *op, diff string, in ...*Node) *Node {
	if !b.ok(in...) {
		return nil
	}
	for _, n := range in {
		if !o.ids && !b.floats(o.name, n) {
			return nil
		}
	}
	if err := checkSize(o.shape); err != nil {
		return b.Fail(errors.WithMessage(err, o.name))
	}
	o.b, o.place = b, b.place
	if o.pointed.run != nil {
		o.run = o.pointed.run
		o.inPlace = cmp.Or(o.inPlace, o.pointed.places)
	}
	o.types = make([]hm.Type, 0, len(in)+1)
	for _, n := range in {
		o.types = append(o.types, n.Type())
	}
	o.types = append(o.types, typeOf(b.dt, o.shape))
	o.diff = make([]bool, len(in))
	for i, c := range diff {
		o.diff[i] = c == 'd'
	}
	if o.grad == nil && o.form == nil {
		o.diff = nil
	}
	// The tape machine merges nodes by a 32-bit hash without looking
	// further, so a node whose hash is taken gets another number.
	for range 8 {
		o.id = opCount.Add(1)
		probe := *o
		n, err := gorgonia.ApplyOp(&probe, in...)
		if err != nil {
			return b.Fail(errors.Wrap(err, o.name))
		}
		if !b.hashes[n.Hashcode()] {
			b.hashes[n.Hashcode()] = true
			probe.node = n
			return n
		}
	}
	return b.Fail(errors.Errorf("%s: no free hash for the node", o.name))
}

// maxElements is more than any memory holds, and less than an int can count.
const maxElements = 1 << 40

// checkSize refuses a shape that no value can have.
func checkSize(s tensor.Shape) error {
	volume := 1
	for _, n := range s {
		if n < 1 {
			return errors.Errorf("shape %v: sizes must be positive", []int(s))
		}
		if n > maxElements/volume {
			return errors.Errorf("shape %v has too many elements", []int(s))
		}
		volume *= n
	}
	return nil
}

func typeOf(dt tensor.Dtype, s tensor.Shape) hm.Type {
	if s.Dims() == 0 {
		return dt
	}
	return gorgonia.TensorType{Dims: s.Dims(), Of: dt}
}

// sameShape tells a column and a vector apart, which Shape.Eq takes for equal.
func sameShape(s, t tensor.Shape) bool { return slices.Equal(s, t) }

func shapeString(n *Node) string { return fmt.Sprint([]int(n.Shape())) }
