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

// load copies step t of the sequences in and of the kept states into the step's
// inputs.
func load[T kernel.Float](l *loop, in []gorgonia.Value, t int) {
	for i, f := range l.feeds {
		x := Floats[T](f)
		from := in[i]
		if i >= l.seqs {
			from = l.kept[i-l.seqs]
		}
		copy(x, Floats[T](from)[t*len(x):])
	}
}

func loopForward[T kernel.Float](l *loop) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		if err := l.bind(in[len(l.in):]); err != nil {
			return err
		}
		packed := Floats[T](o.out)
		for i, h := range l.history(o.b) {
			copy(Floats[T](h), Floats[T](in[l.seqs+i]))
		}
		width := 0
		for t := range l.steps {
			load[T](l, in, t)
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
				} else {
					copy(Floats[T](l.kept[i-1])[(t+1)*len(x):], x)
				}
			}
		}
		packed = packed[l.steps*width:]
		for i, h := range l.kept {
			n := len(Floats[T](l.feeds[l.seqs+i]))
			packed = packed[copy(packed[:n], Floats[T](h)[l.steps*n:]):]
		}
		return nil
	}
}

// history returns the buffers for each state before every step and after the
// last.
func (l *loop) history(b *Builder) []gorgonia.Value {
	if l.kept == nil {
		for _, f := range l.feeds[l.seqs:] {
			l.kept = append(l.kept, newValue(b.dt, tensor.Shape{(l.steps + 1) * f.Shape().TotalSize()}))
		}
	}
	return l.kept
}

func loopBackward[T kernel.Float](l *loop, back *loopBack) runFunc {
	dseqs, dstates, sums := back.grads[:l.seqs], back.grads[l.seqs:len(l.in)], back.grads[len(l.in):]
	return func(o *op, in []gorgonia.Value) error {
		dpacked, in := Floats[T](in[0]), in[2:]
		if err := l.bind(in[len(l.in):]); err != nil {
			return err
		}
		dout := Floats[T](l.cots[0])
		carried := dpacked[l.steps*len(dout):]
		for _, c := range l.cots[1:] {
			d := Floats[T](c)
			carried = carried[copy(d, carried):]
		}
		for _, n := range sums {
			if n != nil && n.Op().(*op).out != nil {
				clear(Floats[T](n.Op().(*op).out))
			}
		}
		var rest []T // of the packed gradient, behind that of the sequences
		for t := l.steps - 1; t >= 0; t-- {
			load[T](l, in, t)
			copy(dout, dpacked[t*len(dout):])
			if err := back.program.Run(); err != nil {
				return errors.WithMessagef(err, "step %d", t)
			}
			rest = Floats[T](o.out)
			for _, n := range dseqs {
				if n == nil {
					continue
				}
				v, err := back.program.Value(n)
				if err != nil {
					return err
				}
				d := Floats[T](v)
				copy(rest[t*len(d):], d)
				rest = rest[l.steps*len(d):]
			}
			for i, n := range dstates {
				v, err := back.program.Value(n)
				if err != nil {
					return err
				}
				copy(Floats[T](l.cots[1+i]), Floats[T](v))
			}
		}
		// What stands now is the gradient of the first states and the sums.
		for _, c := range l.cots[1:] {
			rest = rest[copy(rest, Floats[T](c)):]
		}
		for _, n := range sums {
			if n == nil {
				continue
			}
			v, err := back.program.Value(n)
			if err != nil {
				return err
			}
			rest = rest[copy(rest, Floats[T](v)):]
		}
		return nil
	}
}
