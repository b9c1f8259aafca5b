package graph

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// loop is the compiled step of one Loop and what it keeps between the forward
// and the backward pass.
type loop struct {
	steps   int
	seqs    int // number of sequences
	body    *LoopBody
	in      []*Node         // the sequences' rows and the states
	feeds   []*tensor.Dense // their values
	out     []*Node         // the output and the next states
	forward *Program
	shapes  []tensor.Shape  // of what the output packs: the outputs of all steps, and states after them
	trails  []int           // of each state, in shapes: 0 where the output is the state
	cots    []*tensor.Dense // cotangents of out
	douts   []*Node         // their nodes
	backs   map[string]*loopBack
}

// loopBack is the compiled vector–Jacobian product of a Loop's step.
type loopBack struct {
	program *Program
	grads   []*Node // of in, then of what was captured; nil where none is wanted
}

// differentiate compiles the step's vector–Jacobian product with respect to those
// of the inputs and of what was captured that have a d in want.
func (l *loop) differentiate(want string) (*loopBack, error) {
	if back := l.backs[want]; back != nil {
		return back, nil
	}
	for i := len(l.cots); i < len(l.out); i++ {
		n := l.out[i]
		t := tensor.New(tensor.Of(n.Dtype()), tensor.WithShape(n.Shape()...))
		l.cots = append(l.cots, t)
		l.douts = append(l.douts, l.body.Input(fmt.Sprintf("cotangent_%d", i), t))
	}
	var wrt []*Node
	for i, n := range append(append([]*Node{}, l.in...), l.body.inner...) {
		if want[i] == 'd' {
			wrt = append(wrt, n)
		}
	}
	ds := l.body.VJP(l.out, l.douts, wrt...)
	back := &loopBack{grads: make([]*Node, len(want))}
	var roots []*Node
	for i := range back.grads {
		if want[i] != 'd' {
			continue
		}
		g := ds[0]
		if ds = ds[1:]; i >= len(l.in) {
			g = l.accumulate(g)
		}
		back.grads[i] = g
		roots = append(roots, g)
	}
	if err := l.body.Err(); err != nil {
		return nil, err
	}
	var err error
	if back.program, err = l.body.Compile(roots...); err != nil {
		return nil, err
	}
	l.backs[want] = back
	return back, nil
}

// accumulate returns a node that adds g to a buffer in every step. Products are
// summed into the buffer itself, so that over all steps each element is one sum.
func (l *loop) accumulate(g *Node) *Node {
	b := l.body.Builder
	if !b.ok(g) {
		return nil
	}
	sum := &op{name: "accumulate", pinned: true, shape: g.Shape(), run: pick(b, addTo[float32], addTo[float64])}
	in := []*Node{g}
	products := in
	if o, ok := g.Op().(*op); ok && o.name == "sum" {
		products = inputsOf(g)
	}
	var factors []*Node
	var mms []matmul
	for _, p := range products {
		if o, ok := p.Op().(*op); ok && o.mm != nil && sameShape(p.Shape(), g.Shape()) {
			mms = append(mms, *o.mm)
			sum.work += o.work
			factors = append(factors, inputsOf(p)...)
		}
	}
	if len(mms) == len(products) {
		in = factors
		sum.run = pick(b, gemmTo[float32](mms), gemmTo[float64](mms))
	}
	return b.apply(sum, "", in...)
}

func addTo[T kernel.Float](o *op, in []gorgonia.Value) error {
	kernel.Add(Floats[T](o.out), Floats[T](in[0]))
	return nil
}

func gemmTo[T kernel.Float](mms []matmul) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		for i, mm := range mms {
			kernel.Gemm(mm.tx, mm.ty, mm.m, mm.n, mm.k, Floats[T](in[2*i]), Floats[T](in[2*i+1]), Floats[T](o.out), true)
		}
		return nil
	}
}
