package graph

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// Elementwise reports whether SimpleRNNStep and SimpleRNN know the activation
// function of that name.
func Elementwise(activation string) bool {
	_, ok := activations32[activation]
	return ok
}

// simpleRNN checks the inputs of SimpleRNNStep and SimpleRNN and returns the batch
// and the units.
func (b *Builder) simpleRNN(name, activation string, z, h, u *Node, steps int) (batch, units int, ok bool) {
	rows, units, ok1 := b.matrix(name, z)
	_, _, ok2 := b.matrix(name, h)
	_, _, ok3 := b.matrix(name, u)
	if !ok1 || !ok2 || !ok3 {
		return 0, 0, false
	}
	batch = rows / max(steps, 1)
	switch {
	case !Elementwise(activation):
		b.Fail(errors.Errorf("%s: unknown activation %q", name, activation))
	case steps < 1 || rows%steps != 0:
		b.Fail(errors.Errorf("%s: %d rows are not %d steps", name, rows, steps))
	case !sameShape(h.Shape(), tensor.Shape{batch, units}):
		b.Fail(errors.Errorf("%s: state is %s, want [%d %d]", name, shapeString(h), batch, units))
	case !sameShape(u.Shape(), tensor.Shape{units, units}):
		b.Fail(errors.Errorf("%s: recurrent kernel is %s, want [%d %d]", name, shapeString(u), units, units))
	}
	return batch, units, b.err == nil
}

// SimpleRNNStep emits step t of a simple recurrence as one operation:
//
//	y = f(z_t + h·u)
//
// z is time-major [steps·batch, units], h [batch, units], u [units, units].
// With dz = f'(y)∘dy the gradients are dz_t = dz, dh = dz·uᵀ and du = hᵀ·dz.
func (b *Builder) SimpleRNNStep(activation string, z, h, u *Node, t, steps int) *Node {
	batch, units, ok := b.simpleRNN("simple rnn step", activation, z, h, u, steps)
	if !ok {
		return nil
	}
	if t < 0 || t >= steps {
		return b.Fail(errors.Errorf("simple rnn step: step %d of %d", t, steps))
	}
	at := rowsOf(t*batch, (t+1)*batch, units)
	shape := tensor.Shape{batch, units}
	return b.apply(&op{
		name:   "simple_rnn_step",
		key:    rnnKey{activation, steps, *at},
		shape:  shape,
		work:   2 * float64(batch) * float64(units) * float64(units),
		parts:  []*part{at, nil, nil, nil},
		unread: []int{2},
		run:    pick(b, simpleRNNStep[float32](activation, at, shape), simpleRNNStep[float64](activation, at, shape)),
		grad: func(in []*Node, y, dy *Node) []*Node {
			dz := b.slope(activation, y, dy, b.slopes(activation), func(y, dy *Node) *Node { return b.derivative(activation, y, dy) })
			if b.isZeros(in[1]) {
				return []*Node{dz, nil, nil, nil}
			}
			return []*Node{dz, b.mulPacked(dz, in[2], true), b.matmul(true, false, in[1], dz), nil}
		},
	}, "ddd.", z, h, u, b.packed(u, false))
}

// rnnKey are the settings of a simple recurrence, and the part that is read or whose
// gradient is given.
type rnnKey struct {
	activation string
	steps      int
	at         part
}

func simpleRNNStep[T kernel.Float](name string, at *part, shape tensor.Shape) runFunc {
	f := activationOf[T](name).f
	return func(o *op, in []gorgonia.Value) error {
		y := Floats[T](o.out)
		kernel.MulPacked(shape[0], shape[1], shape[1], Floats[T](in[1]), Floats[T](in[3]), Floats[T](in[0])[at.from:at.to], y)
		f(y, y)
		return nil
	}
}

// SimpleRNN emits all steps of a simple recurrence as one operation:
//
//	h_t = f(z_t + h_{t−1}·u)
//
// z is time-major [steps·batch, units] as is the result, h0 [batch, units], u
// [units, units]. The gradients are symbolic around one reverse loop,
//
//	dz_t = f'(h_t)∘(dh_t + dz_{t+1}·uᵀ)
//
// from which follow du = Σ h_{t−1}ᵀ·dz_t, one product over all steps, and
// dh0 = dz_0·uᵀ. Where the mask [steps·batch, 1] is 0 a row stays as it was. A nil
// mask is 1 everywhere.
func (b *Builder) SimpleRNN(activation string, z, mask, h0, u *Node, steps int) *Node {
	batch, units, ok := b.simpleRNN("simple rnn", activation, z, h0, u, steps)
	if !ok || !b.maskFits("simple rnn", mask, z) {
		return nil
	}
	l := loopSize{steps, batch, units}
	back := func(in []*Node, hs, dhs *Node, at *part) []*Node {
		grads := []tensor.Shape{hs.Shape(), {batch, units}}
		key := rnnKey{activation, steps, part{}}
		if at != nil {
			key.at = *at
		}
		packed := b.apply(&op{
			name:   "simple_rnn_grad",
			key:    key,
			work:   2 * float64(steps*batch) * float64(units) * float64(units),
			shape:  tensor.Shape{volume(grads)},
			run:    pick(b, backward[float32](l, activation, at), backward[float64](l, activation, at)),
			unread: []int{3},
			form: func(in []*Node) *Node {
				return b.simpleRNNGrad(activation, in[0], b.whole(in[1], at, hs.Shape()), in[3], in[4:], steps)
			},
		}, "dd.d", append([]*Node{hs, dhs, b.packed(in[2], true), in[2]}, in[4:]...)...)
		ds := b.unpack(packed, grads)
		none := make([]*Node, len(in)-3)
		var du []*Node
		if steps > 1 {
			n := (steps - 1) * batch
			du = append(du, b.matmul(true, false, b.rows(hs, 0, n), b.rows(ds[0], batch, batch+n)))
		}
		if !b.isZeros(in[1]) {
			du = append(du, b.matmul(true, false, in[1], b.rows(ds[0], 0, batch)))
		}
		if du == nil {
			return append([]*Node{ds[0], nil, nil}, none...)
		}
		return append([]*Node{ds[0], ds[1], b.AddN(du...)}, none...)
	}
	in := []*Node{z, h0, u, b.packed(u, false)}
	if mask != nil {
		in = append(in, mask)
	}
	return b.apply(&op{
		name:     "simple_rnn",
		inPlace:  1,
		key:      rnnKey{activation, steps, part{}},
		unread:   []int{2},
		shape:    z.Shape(),
		work:     2 * float64(steps*batch) * float64(units) * float64(units),
		run:      pick(b, forward[float32](l, activation, b.isZeros(h0)), forward[float64](l, activation, b.isZeros(h0))),
		grad:     func(in []*Node, hs, dhs *Node) []*Node { return back(in, hs, dhs, nil) },
		gradPart: back,
		grain:    batch * units,
	}, "ddd", in...)
}

// loopSize are the sizes of a recurrence's loop.
type loopSize struct{ steps, batch, units int }

func forward[T kernel.Float](l loopSize, activation string, fromZeros bool) runFunc {
	f := activationOf[T](activation).f
	return func(o *op, in []gorgonia.Value) error {
		z, h, u, hs := Floats[T](in[0]), Floats[T](in[1]), Floats[T](in[3]), Floats[T](o.out)
		mask := maskOf[T](in, 4)
		size := l.batch * l.units
		for t := range l.steps {
			zt, y := z[t*size:(t+1)*size], hs[t*size:(t+1)*size]
			if t == 0 && fromZeros {
				f(y, zt)
			} else {
				kernel.MulPacked(l.batch, l.units, l.units, h, u, zt, y)
				f(y, y)
			}
			if mask != nil {
				keepRows(mask[t*l.batch:(t+1)*l.batch], y, h)
			}
			h = y
		}
		return nil
	}
}

// backward walks the steps in reverse. Where only the part at of the outputs
// has a gradient, dhs is that part alone; it is whole steps.
func backward[T kernel.Float](l loopSize, activation string, at *part) runFunc {
	df := activationOf[T](activation).df
	var past []T
	return func(o *op, in []gorgonia.Value) error {
		hs, dhs, ut, dz := Floats[T](in[0]), Floats[T](in[1]), Floats[T](in[2]), Floats[T](o.out)
		size := l.batch * l.units
		mask := maskOf[T](in, 4)
		if mask != nil {
			past = resize(past, size) // gradients that pass by masked steps
			clear(past)
		}
		from, to := 0, len(hs)
		if at != nil {
			from, to = at.from, at.to
		}
		var after []T // dz of the step after
		// before computes in d the gradient of the state before that step.
		before := func(d []T) {
			kernel.MulPacked(l.batch, l.units, l.units, after, ut, nil, d)
			if mask != nil {
				kernel.Add(d, past)
			}
		}
		for t := l.steps - 1; t >= 0; t-- {
			a, e := t*size, (t+1)*size
			d := dz[a:e]
			var dh []T
			if a >= from && e <= to {
				dh = dhs[a-from : e-from]
			}
			switch {
			case after != nil:
				before(d)
				if dh != nil {
					kernel.Add(d, dh)
				}
			case dh != nil:
				copy(d, dh)
			default:
				clear(d)
				continue // no gradient has come yet
			}
			if mask != nil {
				m := mask[t*l.batch : (t+1)*l.batch]
				moveRows(m, past, d)
			}
			df(d, hs[a:e], d)
			after = d
		}
		if d := dz[l.steps*size:]; after != nil {
			before(d)
		} else {
			clear(d)
		}
		return nil
	}
}
