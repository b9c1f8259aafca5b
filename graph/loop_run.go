package graph

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

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

// load copies step t of the sequences in and the states before it, of which packed has
// those after the step before, into the step's inputs.
func load[T kernel.Float](l *loop, in []gorgonia.Value, trails [][]T, t int) {
	for i, f := range l.feeds {
		x := Floats[T](f)
		switch {
		case i < l.seqs:
			copy(x, Floats[T](in[i])[t*len(x):])
		case t == 0:
			copy(x, Floats[T](in[i]))
		default:
			copy(x, trails[l.trails[i-l.seqs]][(t-1)*len(x):])
		}
	}
}

// split returns the parts of a packed output.
func split[T kernel.Float](l *loop, packed []T) (parts [][]T) {
	for _, s := range l.shapes {
		n := s.TotalSize()
		parts, packed = append(parts, packed[:n]), packed[n:]
	}
	return parts
}

func loopForward[T kernel.Float](l *loop) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		if err := l.bind(in[len(l.in):]); err != nil {
			return err
		}
		trails := split(l, Floats[T](o.out))
		for t := range l.steps {
			load(l, in, trails, t)
			if err := l.forward.Run(); err != nil {
				return errors.WithMessagef(err, "step %d", t)
			}
			for i, n := range l.out {
				if i > 0 && l.trails[i-1] == 0 {
					continue // it is the output
				}
				v, err := l.forward.Value(n)
				if err != nil {
					return err
				}
				trail := trails[0]
				if i > 0 {
					trail = trails[l.trails[i-1]]
				}
				x := Floats[T](v)
				copy(trail[t*len(x):], x)
			}
		}
		return nil
	}
}

// receive puts the gradient of step t's output in its place, and adds those of the states
// after it to what the step after hands on.
func receive[T kernel.Float](l *loop, douts [][]T, at *part, t int) {
	here := Floats[T](l.cots[0])
	from := t * len(here)
	switch {
	case at == nil:
		copy(here, douts[0][from:])
		for i, c := range l.cots[1:] {
			if k := l.trails[i]; k > 0 {
				d := Floats[T](c)
				kernel.Add(d, douts[k][t*len(d):])
			}
		}
	case from >= at.from && from < at.to:
		copy(here, douts[0][from-at.from:])
	default:
		clear(here)
	}
}

// loopBackward walks the steps in reverse. Where only the part at of the outputs has a
// gradient, it is given that alone; it is whole steps.
func loopBackward[T kernel.Float](l *loop, back *loopBack, at *part) runFunc {
	dseqs, dstates, sums := back.grads[:l.seqs], back.grads[l.seqs:len(l.in)], back.grads[len(l.in):]
	return func(o *op, in []gorgonia.Value) error {
		douts, trails := [][]T{Floats[T](in[0])}, split(l, Floats[T](in[1]))
		if at == nil {
			douts = split(l, douts[0])
		}
		in = in[2:]
		if err := l.bind(in[len(l.in):]); err != nil {
			return err
		}
		for _, c := range l.cots {
			clear(Floats[T](c))
		}
		for _, n := range sums {
			if n != nil && n.Op().(*op).out != nil {
				clear(Floats[T](n.Op().(*op).out))
			}
		}
		var rest []T // of the packed gradient, behind that of the sequences
		for t := l.steps - 1; t >= 0; t-- {
			load(l, in, trails, t)
			receive(l, douts, at, t)
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
