package graph

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// bind lets the step's graph see the captured values where they lie.
func (l *loop) bind(values []gorgonia.Value) error {
	for i, n := range l.body.inner {
		if n.Value() != values[i] {
			if err := gorgonia.Let(n, values[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func loopForward[T kernel.Float](l *loop) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		if err := l.bind(in[len(l.in):]); err != nil {
			return err
		}
		z, packed := Floats[T](in[0]), Floats[T](o.out)
		zt := Floats[T](l.feeds[0])
		kept := l.history(o.b)
		for i, h := range kept {
			copy(Floats[T](h), Floats[T](in[1+i]))
		}
		width := 0
		for t := range l.steps {
			copy(zt, z[t*len(zt):])
			for i, h := range kept {
				state := Floats[T](l.feeds[1+i])
				copy(state, Floats[T](h)[t*len(state):])
			}
			if err := l.forward.Run(); err != nil {
				return errors.WithMessagef(err, "step %d", t)
			}
			for i, n := range l.out {
				v, err := l.forward.Value(n)
				if err != nil {
					return err
				}
				x := Floats[T](v)
				if i == 0 {
					width = len(x)
					copy(packed[t*width:], x)
					continue
				}
				copy(Floats[T](kept[i-1])[(t+1)*len(x):], x)
			}
		}
		at := l.steps * width
		for i, h := range kept {
			n := len(Floats[T](l.feeds[1+i]))
			at += copy(packed[at:at+n], Floats[T](h)[l.steps*n:])
		}
		return nil
	}
}

// history returns the buffers for each state before every step and after the
// last.
func (l *loop) history(b *Builder) []gorgonia.Value {
	if l.kept == nil {
		for _, f := range l.feeds[1:] {
			l.kept = append(l.kept, newValue(b.dt, tensor.Shape{(l.steps + 1) * f.Shape().TotalSize()}))
		}
	}
	return l.kept
}

func loopBackward[T kernel.Float](l *loop) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		dpacked, in := Floats[T](in[0]), in[2:]
		if err := l.bind(in[len(l.in):]); err != nil {
			return err
		}
		z, grad := Floats[T](in[0]), Floats[T](o.out)
		zt, dout := Floats[T](l.feeds[0]), Floats[T](l.cots[0])
		dstates := dpacked[l.steps*len(dout):]
		for _, c := range l.cots[1:] {
			d := Floats[T](c)
			dstates = dstates[copy(d, dstates):]
		}
		for _, n := range l.grads[len(l.in):] {
			if sum := n.Op().(*op); sum.out != nil {
				clear(Floats[T](sum.out))
			}
		}
		for t := l.steps - 1; t >= 0; t-- {
			copy(zt, z[t*len(zt):])
			copy(dout, dpacked[t*len(dout):])
			for i, h := range l.kept {
				state := Floats[T](l.feeds[1+i])
				copy(state, Floats[T](h)[t*len(state):])
			}
			if err := l.backward.Run(); err != nil {
				return errors.WithMessagef(err, "step %d", t)
			}
			for i, n := range l.grads[:len(l.in)] {
				v, err := l.backward.Value(n)
				if err != nil {
					return err
				}
				if d := Floats[T](v); i == 0 {
					copy(grad[t*len(d):], d)
				} else {
					copy(Floats[T](l.cots[i]), d)
				}
			}
		}
		// What stands now is the gradient of the first states and the sums.
		rest := grad[len(z):]
		for _, c := range l.cots[1:] {
			rest = rest[copy(rest, Floats[T](c)):]
		}
		for _, n := range l.grads[len(l.in):] {
			v, err := l.backward.Value(n)
			if err != nil {
				return err
			}
			rest = rest[copy(rest, Floats[T](v)):]
		}
		return nil
	}
}
