package graph

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// GRU emits all steps of a gated recurrent unit as one operation. With
// a = h_{t−1}·u + bias and the gates in the order z, r, g side by side, in x = z_t
// and in a:
//
//	z = σ(x_z + a_z)    r = σ(x_r + a_r)    g = tanh(x_g + r∘a_g)
//	h_t = z∘h_{t−1} + (1−z)∘g
//
// z is time-major [steps·batch, 3·units], h0 [batch, units], u [units, 3·units],
// bias [3·units] or nil. It returns h of all steps, time-major. Where the mask
// [steps·batch, 1] is 0 a row stays as it was. A nil mask
// is 1 everywhere. The gradients are symbolic around one reverse loop, which
// gives those of x and of a; du = Σ h_{t−1}ᵀ·da_t is one product over all steps.
func (b *Builder) GRU(z, mask, h0, u, bias *Node, steps int) *Node {
	return b.GRUOf(usual, z, mask, h0, u, bias, steps)
}

// GRUOf is GRU with other functions.
func (b *Builder) GRUOf(by Gating, z, mask, h0, u, bias *Node, steps int) *Node {
	if err := by.check(); err != nil {
		return b.Fail(errors.WithMessage(err, "gru"))
	}
	rows, width, ok := b.matrix("gru", z)
	_, _, ok1 := b.matrix("gru", h0)
	_, _, ok2 := b.matrix("gru", u)
	if !ok || !ok1 || !ok2 {
		return nil
	}
	units, batch := width/3, rows/max(steps, 1)
	if bias == nil {
		bias = b.Zeros(width)
	}
	switch {
	case !b.ok(bias):
		return nil
	case steps < 1 || rows%steps != 0:
		return b.Fail(errors.Errorf("gru: %d rows are not %d steps", rows, steps))
	case width%3 != 0 || !sameShape(u.Shape(), tensor.Shape{units, width}) || !sameShape(bias.Shape(), tensor.Shape{width}):
		return b.Fail(errors.Errorf("gru: recurrent kernel is %s and bias %s for gates %s", shapeString(u), shapeString(bias), shapeString(z)))
	case !sameShape(h0.Shape(), tensor.Shape{batch, units}):
		return b.Fail(errors.Errorf("gru: state is %s, want [%d %d]", shapeString(h0), batch, units))
	case !b.maskFits("gru", mask, z):
		return nil
	}
	l := &gru{Gating: by, steps: steps, batch: batch, units: units, hold: &hold{volume: 6 * rows * units}}
	in := []*Node{z, h0, u, bias, b.packed(u, false)}
	if mask != nil {
		in = append(in, mask)
	}
	back := func(in []*Node, hs, dhs *Node, at *part) []*Node {
		grads := []tensor.Shape{{rows, width}, {rows, width}, {batch, units}}
		packed := b.apply(&op{
			name:   "gru_grad",
			work:   2 * float64(rows) * float64(units) * float64(width),
			shape:  tensor.Shape{volume(grads)},
			run:    pick(b, gruBackward[float32](l, at), gruBackward[float64](l, at)),
			unread: []int{4, 5, 6},

			readsHeld: l.hold,
			form: func(in []*Node) *Node {
				z, h0, e := in[4], in[2], b.variable(tensor.Shape{rows, width}) // whose gradient is that of a
				hs := b.loopedGRU(by, z, e, h0, in[5], in[6], in[7:], steps)
				dhs := b.whole(in[0], at, tensor.Shape{rows, units})
				return b.flat(b.within([]*Node{hs}, []*Node{dhs}, []*Node{z, e, h0})...)
			},
		}, "d.d.ddd", append([]*Node{dhs, hs, in[1], b.packed(in[2], true), in[0], in[2], in[3]}, in[5:]...)...)
		ds := b.unpack(packed, grads)
		du := b.matmul(true, false, in[1], b.rows(ds[1], 0, batch))
		if steps > 1 {
			n := (steps - 1) * batch
			later := b.matmul(true, false, b.rows(hs, 0, n), b.rows(ds[1], batch, batch+n))
			if b.isZeros(in[1]) {
				du = later
			} else {
				du = b.AddN(later, du)
			}
		}
		dbias := b.ColumnSums(ds[1])
		return append([]*Node{ds[0], ds[2], du, dbias}, make([]*Node, len(in)-4)...)
	}
	return b.apply(&op{
		name:     "gru",
		unread:   []int{2},
		holds:    l.hold,
		shape:    tensor.Shape{rows, units},
		work:     2 * float64(rows) * float64(units) * float64(width),
		run:      pick(b, gruForward[float32](l), gruForward[float64](l)),
		grad:     func(in []*Node, hs, dhs *Node) []*Node { return back(in, hs, dhs, nil) },
		gradPart: back,
		grain:    batch * units,
	}, "dddd", in...)
}

// gru are the sizes of a recurrence, and what the forward pass keeps for the
// backward pass, [steps, batch, 3·units]: the activated gates, which may lie in the
// place of z, and a.
type gru struct {
	Gating
	steps, batch, units int
	hold                *hold
}

func gruForward[T kernel.Float](l *gru) runFunc {
	step := kernel.GRU[T]
	if l.Gating != usual {
		sigma, tanh := activationOf[T](l.Recurrent).f, activationOf[T](l.Activation).f
		step = func(gates, a, h0, h []T, units int) { kernel.GRUOf(sigma, tanh, gates, a, h0, h, units) }
	}
	return func(o *op, in []gorgonia.Value) error {
		size := l.batch * l.units
		all := held[T](o.b, l.hold)
		gates, as := all[:3*l.steps*size], all[3*l.steps*size:]
		h, bias, u, hs := Floats[T](in[1]), Floats[T](in[3]), Floats[T](in[4]), Floats[T](o.out)
		mask := maskOf[T](in, 5)
		copy(gates, Floats[T](in[0]))
		for at := 0; at < len(as); at += len(bias) {
			copy(as[at:], bias)
		}
		for t := range l.steps {
			from, to := t*size, (t+1)*size
			g, a := gates[3*from:3*to], as[3*from:3*to]
			kernel.MulPacked(l.batch, 3*l.units, l.units, h, u, a, a)
			step(g, a, h, hs[from:to], l.units)
			if mask != nil {
				keepRows(mask[t*l.batch:(t+1)*l.batch], hs[from:to], h)
			}
			h = hs[from:to]
		}
		return nil
	}
}

// gruBackward walks the steps in reverse. Where only the part at of the outputs
// has a gradient, dhs is that part alone; it is whole steps.
func gruBackward[T kernel.Float](l *gru, at *part) runFunc {
	var dh, past []T
	step := kernel.GRUGrad[T]
	if l.Gating != usual {
		sigma, tanh := activationOf[T](l.Recurrent).df, activationOf[T](l.Activation).df
		row := make([]T, 4*l.units)
		step = func(dgates, da, gates, a, h0, dh []T, units int) {
			kernel.GRUGradOf(sigma, tanh, row, dgates, da, gates, a, h0, dh, units)
		}
	}
	return func(o *op, in []gorgonia.Value) error {
		size := l.batch * l.units
		all := held[T](o.b, l.hold)
		gates, as := all[:3*l.steps*size], all[3*l.steps*size:]
		dhs, hs, h0, ut, out := Floats[T](in[0]), Floats[T](in[1]), Floats[T](in[2]), Floats[T](in[3]), Floats[T](o.out)
		dx, da := out[:3*l.steps*size], out[3*l.steps*size:6*l.steps*size]
		mask := maskOf[T](in, 7)
		first, last := 0, len(hs)
		if at != nil {
			first, last = at.from, at.to
		}
		dh = resize(dh, size)
		clear(dh)
		for t := l.steps - 1; t >= 0; t-- {
			from, to := t*size, (t+1)*size
			if from >= first && to <= last {
				kernel.Add(dh, dhs[from-first:to-first])
			}
			before := h0
			if t > 0 {
				before = hs[from-size : from]
			}
			if mask != nil {
				past = resize(past, size)
				moveRows(mask[t*l.batch:(t+1)*l.batch], past, dh)
			}
			d := da[3*from : 3*to]
			step(dx[3*from:3*to], d, gates[3*from:3*to], as[3*from:3*to], before, dh, l.units)
			kernel.MulPacked(l.batch, l.units, 3*l.units, d, ut, dh, dh)
			if mask != nil {
				kernel.Add(dh, past)
			}
		}
		copy(out[6*l.steps*size:], dh)
		return nil
	}
}
