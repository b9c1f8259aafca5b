package graph

import (
	"slices"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
)

// Value is what a node has when a program has run. Floats gives its elements.
type Value = gorgonia.Value

// Custom emits an operation of one's own, of the given shape. Forward computes out from
// the inputs' values. Backward computes their gradients from the values, the output
// and its gradient dout; a gradient that it leaves alone is zeros. Both write in place,
// by Floats: all elements of out, which may hold anything before. Both must not change
// their inputs and must compute from them alone.
//
// A nil backward is that of a constant. The gradient has itself no gradient: where
// second derivatives are wanted, give a rule made of nodes by WithGradient.
func (b *Builder) Custom(name string, shape []int, forward func(out Value, in []Value) error, backward func(grads, in []Value, out, dout Value) error, in ...*Node) *Node {
	if !b.ok(in...) {
		return nil
	}
	switch {
	case name == "" || forward == nil:
		return b.Fail(errors.New("custom operation: want a name and a function that computes it"))
	case len(in) == 0:
		return b.Fail(errors.Errorf("%s: an operation has one input at least", name))
	case slices.ContainsFunc(shape, func(n int) bool { return n < 1 }):
		return b.Fail(errors.Errorf("%s: shape %v, want sizes of at least 1", name, shape))
	}
	diff := []byte(strings.Repeat(".", len(in)))
	grad := noGrad
	if backward != nil {
		for i, n := range in {
			if n.Dtype() == b.dt {
				diff[i] = 'd'
			}
		}
		grad = func(in []*Node, out, dout *Node) []*Node {
			return b.customGrad(name, backward, diff, in, out, dout)
		}
	}
	return b.apply(&op{
		name:  name,
		calls: true,
		ids:   true,
		shape: slices.Clone(shape),
		run:   func(o *op, in []gorgonia.Value) error { return forward(o.out, in) },
		grad:  grad,
	}, string(diff), in...)
}

// customGrad emits the gradients of all inputs as one operation, packed.
func (b *Builder) customGrad(name string, backward func(grads, in []Value, out, dout Value) error, diff []byte, in []*Node, out, dout *Node) []*Node {
	size := 0
	for i, n := range in {
		if diff[i] == 'd' {
			size += n.Shape().TotalSize()
		}
	}
	grads := make([]Value, len(in))
	packed := b.apply(&op{
		name:  name + "_grad",
		calls: true,
		ids:   true,
		shape: []int{size},
		run: func(o *op, values []gorgonia.Value) error {
			for i, n := range in {
				if diff[i] == 'd' && grads[i] == nil {
					grads[i] = newValue(o.b.dt, n.Shape())
				}
				clear(Floats[float32](grads[i]))
				clear(Floats[float64](grads[i]))
			}
			if err := backward(grads, values[2:], values[0], values[1]); err != nil {
				return err
			}
			pack32, pack64 := Floats[float32](o.out), Floats[float64](o.out)
			for _, g := range grads {
				if g != nil {
					pack32 = pack32[copy(pack32, Floats[float32](g)):]
					pack64 = pack64[copy(pack64, Floats[float64](g)):]
				}
			}
			return nil
		},
	}, "", append([]*Node{out, dout}, in...)...)
	ds, at := make([]*Node, len(in)), 0
	for i, n := range in {
		if diff[i] == 'd' && b.ok(packed) {
			to := at + n.Shape().TotalSize()
			ds[i] = b.window(packed, &part{at, to}, n.Shape())
			at = to
		}
	}
	return ds
}

// WithGradient emits y, whose gradients by the nodes of in are those that rule emits
// from y's gradient dy, in place of the symbolic ones; nil is none. No gradient passes
// through what y was computed from otherwise.
//
// A straight-through estimator of a sign (Bengio et al., Estimating or propagating
// gradients through stochastic neurons, 2013):
//
//	y := b.WithGradient(b.Sign(x), []*Node{x}, func(dy *Node) []*Node { return []*Node{dy} })
func (b *Builder) WithGradient(y *Node, in []*Node, rule func(dy *Node) []*Node) *Node {
	if !b.ok(y) || !b.ok(in...) {
		return nil
	}
	if !b.floats("with gradient", y) {
		return nil
	}
	if rule == nil {
		return b.Fail(errors.New("with gradient: want a rule"))
	}
	for i, n := range in {
		if n.Dtype() != b.dt {
			return b.Fail(errors.Errorf("with gradient: node %d is %v, which has no gradients", i, n.Dtype()))
		}
	}
	return b.apply(&op{
		name:   "with_gradient",
		copies: true,
		ids:    true,
		shape:  y.Shape(),
		run:    pick(b, map1(copyTo[float32]), map1(copyTo[float64])),
		grad: func(all []*Node, _, dy *Node) []*Node {
			ds := rule(dy)
			if len(ds) != len(in) {
				b.Fail(errors.Errorf("with gradient: the rule gives %d gradients for %d nodes", len(ds), len(in)))
				return make([]*Node, len(all))
			}
			for i, d := range ds {
				if d != nil && b.ok(d) && !slices.Equal(d.Shape(), in[i].Shape()) {
					b.Fail(errors.Errorf("with gradient: gradient %d is %s for a node %s", i, shapeString(d), shapeString(in[i])))
				}
			}
			return append([]*Node{nil}, ds...)
		},
	}, "."+strings.Repeat("d", len(in)), append([]*Node{y}, in...)...)
}
