package graph

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// LSTM emits all steps of a long short-term memory as one operation. With the
// gates' pre-activations a = z_t + h_{t−1}·u, in the order i, f, g, o side by
// side:
//
//	c_t = σ(f)∘c_{t−1} + σ(i)∘tanh(g)        h_t = σ(o)∘tanh(c_t)
//
// z is time-major [steps·batch, 4·units], h0 and c0 are [batch, units], u
// [units, 4·units]. It returns h of all steps, time-major, and the final c.
// Where the mask [steps·batch, 1] is 0 a row's states stay as they were. A nil
// mask is 1 everywhere. The gradients are symbolic
// around one reverse loop, which gives dz; du = Σ h_{t−1}ᵀ·dz_t is one product
// over all steps.
func (b *Builder) LSTM(z, mask, h0, c0, u *Node, steps int) (hs, c *Node) {
	return b.LSTMOf(usual, z, mask, h0, c0, u, steps)
}

// Gating names the functions of a gated recurrence: Recurrent stands in the place of σ, and
// Activation in that of tanh. Elementwise tells which there are.
type Gating struct{ Recurrent, Activation string }

var usual = Gating{"sigmoid", "tanh"} // which have kernels of their own

func (g Gating) check() error {
	for _, name := range []string{g.Recurrent, g.Activation} {
		if !Elementwise(name) {
			return errors.Errorf("unknown activation %q", name)
		}
	}
	return nil
}

// LSTMOf is LSTM with other functions.
func (b *Builder) LSTMOf(by Gating, z, mask, h0, c0, u *Node, steps int) (hs, c *Node) {
	if err := by.check(); err != nil {
		return b.Fail(errors.WithMessage(err, "lstm")), nil
	}
	rows, width, ok := b.matrix("lstm", z)
	_, _, ok1 := b.matrix("lstm", h0)
	_, _, ok2 := b.matrix("lstm", c0)
	_, _, ok3 := b.matrix("lstm", u)
	if !ok || !ok1 || !ok2 || !ok3 {
		return nil, nil
	}
	units, batch := width/4, rows/max(steps, 1)
	state := tensor.Shape{batch, units}
	switch {
	case steps < 1 || rows%steps != 0:
		return b.Fail(errors.Errorf("lstm: %d rows are not %d steps", rows, steps)), nil
	case width%4 != 0 || !sameShape(u.Shape(), tensor.Shape{units, width}):
		return b.Fail(errors.Errorf("lstm: recurrent kernel is %s for gates %s", shapeString(u), shapeString(z))), nil
	case !sameShape(h0.Shape(), state) || !sameShape(c0.Shape(), state):
		return b.Fail(errors.Errorf("lstm: states are %s and %s, want %v", shapeString(h0), shapeString(c0), []int(state))), nil
	}
	if !b.maskFits("lstm", mask, z) {
		return nil, nil
	}
	l := &lstm{Gating: by, steps: steps, batch: batch, units: units, hold: &hold{volume: 6 * rows * units}}
	shapes := []tensor.Shape{{rows, units}, state}
	in := []*Node{z, h0, c0, u, b.packed(u, false)}
	if mask != nil {
		in = append(in, mask)
	}
	back := func(in []*Node, out, dout *Node, at *part) []*Node {
		grads := []tensor.Shape{{rows, width}, state, state}
		packed := b.apply(&op{
			name:   "lstm_grad",
			work:   2 * float64(rows) * float64(units) * float64(width),
			shape:  tensor.Shape{volume(grads)},
			run:    pick(b, lstmBackward[float32](l, at), lstmBackward[float64](l, at)),
			unread: []int{1, 4, 5, 6},

			readsHeld: l.hold,
			form: func(in []*Node) *Node {
				z, h0, c0, u := in[4], in[5], in[2], in[6]
				hs, c := b.loopedLSTM(by, z, h0, c0, u, in[7:], steps)
				douts := b.unpack(b.whole(in[0], at, out.Shape()), shapes)
				return b.flat(b.within([]*Node{hs, c}, douts, []*Node{z, h0, c0})...)
			},
		}, "d.d.ddd", append([]*Node{dout, out, in[2], b.packed(in[3], true), in[0], in[1], in[3]}, in[5:]...)...)
		ds := b.unpack(packed, grads)
		hs := b.window(out, &part{0, rows * units}, tensor.Shape{rows, units})
		du := b.matmul(true, false, in[1], b.rows(ds[0], 0, batch))
		if steps > 1 {
			n := (steps - 1) * batch
			later := b.matmul(true, false, b.rows(hs, 0, n), b.rows(ds[0], batch, batch+n))
			if b.isZeros(in[1]) {
				du = later
			} else {
				du = b.AddN(later, du)
			}
		}
		return append([]*Node{ds[0], ds[1], ds[2], du}, make([]*Node, len(in)-4)...)
	}
	packed := b.apply(&op{
		name:     "lstm",
		unread:   []int{3},
		holds:    l.hold,
		shape:    tensor.Shape{volume(shapes)},
		work:     2 * float64(rows) * float64(units) * float64(width),
		run:      pick(b, lstmForward[float32](l), lstmForward[float64](l)),
		grad:     func(in []*Node, out, dout *Node) []*Node { return back(in, out, dout, nil) },
		gradPart: back,
		grain:    batch * units,
	}, "dddd", in...)
	views := b.unpack(packed, shapes)
	return views[0], views[1]
}

// lstm are the sizes of a recurrence, and what the forward pass keeps for the
// backward pass: the activated gates [steps, batch, 4·units], which may lie in the place
// of z, c and tanh(c) [steps, batch, units].
type lstm struct {
	Gating
	steps, batch, units int
	hold                *hold
}

func kept[T kernel.Float](b *Builder, l *lstm) (gates, c, tanhC []T) {
	all, n := held[T](b, l.hold), l.hold.volume/6
	return all[:4*n], all[4*n : 5*n], all[5*n:]
}

func lstmForward[T kernel.Float](l *lstm) runFunc {
	step := kernel.LSTM[T]
	if l.Gating != usual {
		sigma, tanh := activationOf[T](l.Recurrent).f, activationOf[T](l.Activation).f
		step = func(gates, c0, c, tanhC, h []T, units int) {
			kernel.LSTMOf(sigma, tanh, gates, c0, c, tanhC, h, units)
		}
	}
	return func(o *op, in []gorgonia.Value) error {
		size := l.batch * l.units
		gates, cs, tanhC := kept[T](o.b, l)
		z, h, c, u, out := Floats[T](in[0]), Floats[T](in[1]), Floats[T](in[2]), Floats[T](in[4]), Floats[T](o.out)
		mask := maskOf[T](in, 5)
		for t := range l.steps {
			a, e := t*size, (t+1)*size
			g := gates[4*a : 4*e]
			kernel.MulPacked(l.batch, 4*l.units, l.units, h, u, z[4*a:4*e], g)
			step(g, c, cs[a:e], tanhC[a:e], out[a:e], l.units)
			if mask != nil {
				m := mask[t*l.batch : (t+1)*l.batch]
				keepRows(m, out[a:e], h)
				keepRows(m, cs[a:e], c)
			}
			h, c = out[a:e], cs[a:e]
		}
		copy(out[l.steps*size:], c)
		return nil
	}
}

// lstmBackward walks the steps in reverse. Where only the part at of the output
// has a gradient, dout is that part alone.
func lstmBackward[T kernel.Float](l *lstm, at *part) runFunc {
	var dh, dc, pastH, pastC []T
	step := kernel.LSTMGrad[T]
	if l.Gating != usual {
		sigma, tanh := activationOf[T](l.Recurrent).df, activationOf[T](l.Activation).df
		row := make([]T, 4*l.units)
		step = func(dgates, gates, c0, tanhC, dh, dc []T, units int) {
			kernel.LSTMGradOf(sigma, tanh, row, dgates, gates, c0, tanhC, dh, dc, units)
		}
	}
	return func(o *op, in []gorgonia.Value) error {
		size := l.batch * l.units
		gates, cs, tanhC := kept[T](o.b, l)
		dout, c0, ut, dz := Floats[T](in[0]), Floats[T](in[2]), Floats[T](in[3]), Floats[T](o.out)
		mask := maskOf[T](in, 7)
		from, to := 0, (l.steps+1)*size
		if at != nil {
			from, to = at.from, at.to
		}
		// part returns the gradient of elements a to e of the output, or nil.
		part := func(a, e int) []T {
			if a >= from && e <= to {
				return dout[a-from : e-from]
			}
			return nil
		}
		dh, dc = resize(dh, size), resize(dc, size)
		clear(dh)
		clear(dc)
		copy(dc, part(l.steps*size, (l.steps+1)*size))
		for t := l.steps - 1; t >= 0; t-- {
			a, e := t*size, (t+1)*size
			if d := part(a, e); d != nil {
				kernel.Add(dh, d)
			}
			before := c0
			if t > 0 {
				before = cs[a-size : a]
			}
			d := dz[4*a : 4*e]
			if mask != nil {
				m := mask[t*l.batch : (t+1)*l.batch]
				pastH, pastC = resize(pastH, size), resize(pastC, size)
				moveRows(m, pastH, dh)
				moveRows(m, pastC, dc)
			}
			step(d, gates[4*a:4*e], before, tanhC[a:e], dh, dc, l.units)
			kernel.MulPacked(l.batch, l.units, 4*l.units, d, ut, nil, dh)
			if mask != nil {
				kernel.Add(dh, pastH)
				kernel.Add(dc, pastC)
			}
		}
		rest := dz[4*l.steps*size:]
		copy(rest, dh)
		copy(rest[size:], dc)
		return nil
	}
}
