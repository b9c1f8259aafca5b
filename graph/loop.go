package graph

import (
	"fmt"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"
)

// LoopBody is the graph of one step of a Loop.
type LoopBody struct {
	*Builder
	outer    *Builder
	captured []*Node         // of the outer graph
	inner    []*Node         // in their places
	instead  map[*Node]*Node // of the outer graph, what is captured in place of a node
}

// Capture returns the node that stands, at every step, for a node of the outer
// graph: a weight or a constant of the sequence.
func (l *LoopBody) Capture(n *Node) *Node {
	if other := l.instead[n]; other != nil {
		n = other
	}
	for i, c := range l.captured {
		if c == n {
			return l.inner[i]
		}
	}
	if !l.outer.ok(n) {
		return l.Fail(errors.New("loop: a node that cannot be captured"))
	}
	in := l.Input(fmt.Sprintf("captured_%d", len(l.captured)),
		tensor.New(tensor.Of(n.Dtype()), tensor.WithShape(n.Shape()...)))
	l.captured = append(l.captured, n)
	l.inner = append(l.inner, in)
	return in
}

// Loop emits a recurrence as one operation whose step is a graph of its own,
// compiled once: the tape machine runs it for every step, and the graph of its
// vector–Jacobian product, made from its symbolic gradients, for every step in
// reverse. The size of the graph and the time to compile it do not depend on
// the number of steps.
//
// seqs are time-major [steps·batch, width], states are matrices. step emits one
// step from the sequences' rows and the states: an output [batch, units] and the
// next states, in the shapes of the states. Loop returns the outputs of all steps,
// time-major, and the final states. The gradient recomputes each step from the
// states it kept; gradients of what was captured sum over the steps, last to
// first.
func (b *Builder) Loop(seqs, states []*Node, steps int, step Step) (outs *Node, final []*Node) {
	defer func() {
		if b.err != nil { // of which a caller takes his states nevertheless
			outs, final = nil, make([]*Node, len(states))
		}
	}()
	if len(seqs) == 0 {
		return b.Fail(errors.New("loop: no sequence")), nil
	}
	rows, _, ok := b.matrix("loop", seqs[0])
	if !ok || !b.ok(seqs...) || !b.ok(states...) {
		return nil, nil
	}
	for i, x := range seqs {
		r, _, ok := b.matrix("loop", x)
		if !ok {
			return nil, nil
		}
		if r != rows {
			return b.Fail(errors.Errorf("loop: sequence %d has %d rows, sequence 0 has %d", i, r, rows)), nil
		}
	}
	return b.loop(seqs, states, steps, step, nil)
}

// Step emits one step of a Loop from the sequences' rows and the states.
type Step = func(l *LoopBody, seqs, states []*Node) (out *Node, next []*Node)

// loop is Loop for sequences whose steps may differ in their rows.
func (b *Builder) loop(seqs, states []*Node, steps int, step Step, instead map[*Node]*Node) (outs *Node, final []*Node) {
	l := &loop{steps: steps, seqs: len(seqs), backs: map[string]*loopBack{}, body: &LoopBody{Builder: New(b.dt), outer: b, instead: instead}}
	l.body.random, l.body.options = b.random, Options{Unshared: b.options.Unshared, Skip: b.options.Skip | Parallel} // the same draws at every step, and in the gradient
	feed := func(name string, shape ...int) {
		t := tensor.New(tensor.Of(b.dt), tensor.WithShape(shape...))
		l.feeds = append(l.feeds, t)
		l.in = append(l.in, l.body.Input(name, t))
	}
	for i, x := range seqs {
		rows, width, ok := b.matrix("loop", x)
		if !ok {
			return nil, nil
		}
		if steps < 1 || rows%steps != 0 {
			return b.Fail(errors.Errorf("loop: %d rows are not %d steps", rows, steps)), nil
		}
		feed(fmt.Sprintf("sequence_%d", i), rows/steps, width)
	}
	for i, s := range states {
		if _, _, ok := b.matrix("loop", s); !ok {
			return nil, nil
		}
		feed(fmt.Sprintf("state_%d", i), s.Shape()...)
	}
	out, next := step(l.body, l.in[:l.seqs], l.in[l.seqs:])
	if l.body.ok(append([]*Node{out}, next...)...); l.body.Err() != nil {
		return b.Fail(errors.WithMessage(l.body.Err(), "loop: the step's output and states")), nil
	}
	if len(next) != len(states) {
		return b.Fail(errors.Errorf("loop: the step returns %d states of %d", len(next), len(states))), nil
	}
	batch, units, ok := l.body.matrix("loop", out)
	for i, n := range next {
		if !sameShape(n.Shape(), states[i].Shape()) {
			return b.Fail(errors.Errorf("loop: state %d is %s after the step, %s before", i, shapeString(n), shapeString(states[i]))), nil
		}
	}
	if !ok {
		return b.Fail(l.body.Err()), nil
	}
	l.out = append([]*Node{out}, next...)
	var err error
	if l.forward, err = l.body.Compile(l.out...); err != nil {
		return b.Fail(errors.WithMessage(err, "loop")), nil
	}

	// The packed output is the outputs of all steps and then each state after every step,
	// but for those that are the output. The gradient reads them. The packed gradient is
	// that of the sequences and of what was captured, where it is wanted, and of the states
	// between.
	shapes := []tensor.Shape{{steps * batch, units}}
	for i, s := range states {
		if next[i] == out {
			l.trails = append(l.trails, 0)
			continue
		}
		l.trails = append(l.trails, len(shapes))
		shapes = append(shapes, tensor.Shape{steps * s.Shape()[0], s.Shape()[1]})
	}
	l.shapes = shapes
	in := append(append(append([]*Node{}, seqs...), states...), l.body.captured...)
	diff := make([]byte, len(in))
	for i, n := range in {
		diff[i] = '.'
		if n.Dtype() == b.dt {
			diff[i] = 'd'
		}
	}
	grad := func(in []*Node, out, dout *Node, at *part) []*Node {
		return b.loopGradient(l, step, string(diff), in, out, dout, at)
	}
	packed := b.apply(&op{
		name:     "loop",
		ids:      true,
		work:     float64(steps) * l.body.Work(l.out...),
		steps:    l.forward,
		loop:     l,
		own:      func() int64 { return l.forward.memory.Peak },
		shape:    tensor.Shape{volume(shapes)},
		run:      pick(b, loopForward[float32](l), loopForward[float64](l)),
		grad:     func(in []*Node, out, dout *Node) []*Node { return grad(in, out, dout, nil) },
		gradPart: grad,
		grain:    batch * units,
	}, string(diff), in...)
	views := b.unpack(packed, shapes)
	for i, s := range states {
		final = append(final, b.tail(views[l.trails[i]], s.Shape()[0]))
	}
	return views[0], final
}

// tail emits the last rows of a matrix.
func (b *Builder) tail(x *Node, n int) *Node {
	if !b.ok(x) {
		return nil
	}
	rows := x.Shape()[0]
	return b.rows(x, rows-n, rows)
}

// unpack emits a view of each shape, one after the other in packed.
func (b *Builder) unpack(packed *Node, shapes []tensor.Shape) []*Node {
	views := make([]*Node, len(shapes))
	if !b.ok(packed) {
		return views
	}
	at := 0
	for i, s := range shapes {
		n := s.TotalSize()
		views[i] = b.window(packed, &part{at, at + n}, s)
		at += n
	}
	return views
}

func volume(shapes []tensor.Shape) int {
	n := 0
	for _, s := range shapes {
		n += s.TotalSize()
	}
	return n
}
