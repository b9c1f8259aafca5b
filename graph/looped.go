package graph

import "gorgonia.org/tensor"

// The fused recurrences' gradients are kernels. Where one is differentiated itself, it
// is by its form here, a Loop, whose gradient is a Loop again: any order works, at the
// speed of a loop.

// whole returns the cotangent of a value of the given shape of which d is the part at,
// or all if at is nil.
func (b *Builder) whole(d *Node, at *part, shape tensor.Shape) *Node {
	if at == nil {
		return d
	}
	return b.sum(shape, []term{{d, at}})
}

// flat emits the elements of nodes, one after the other.
func (b *Builder) flat(nodes ...*Node) *Node {
	vectors := make([]*Node, len(nodes))
	for i, n := range nodes {
		if !b.ok(n) {
			return nil
		}
		vectors[i] = b.reshaped(n, tensor.Shape{n.Shape().TotalSize()})
	}
	return b.Concat(0, vectors...)
}

// keeping emits the states after a step, which are those before it in the rows whose
// mask is 0. zs[at] is the mask, if there is one.
func (l *LoopBody) keeping(zs []*Node, at int, states, next []*Node) []*Node {
	if at < len(zs) {
		for i, n := range next {
			next[i] = l.Where(zs[at], n, states[i])
		}
	}
	return next
}

// simpleRNNGrad is the form of a simple recurrence's gradient: in reverse, with the
// gradient d that the step after hands on,
//
//	dz_t = f'(h_t)∘(dh_t + d)        d = dz_t·uᵀ
//
// Where a row is masked d passes by. The last d is the gradient of the first state.
func (b *Builder) simpleRNNGrad(activation string, hs, dhs, u *Node, mask []*Node, steps int) *Node {
	if !b.ok(hs, dhs, u) {
		return nil
	}
	seqs := []*Node{b.Reverse(hs, steps), b.Reverse(dhs, steps)}
	for _, m := range mask {
		seqs = append(seqs, b.Reverse(m, steps))
	}
	first := b.Zeros(hs.Shape()[0]/steps, hs.Shape()[1])
	dz, final := b.Loop(seqs, []*Node{first}, steps, func(l *LoopBody, zs, states []*Node) (*Node, []*Node) {
		d := l.Add(zs[1], states[0])
		here, past := d, l.Zeros(first.Shape()...)
		if len(zs) > 2 {
			zeros := past
			here, past = l.Where(zs[2], d, zeros), l.Where(zs[2], zeros, d)
		}
		dz := l.derivative(activation, zs[0], here)
		return dz, []*Node{l.Add(l.matmul(false, true, dz, l.Capture(u)), past)}
	})
	if !b.ok(final...) {
		return nil
	}
	return b.flat(b.Reverse(dz, steps), final[0])
}

// in returns what emits the two functions.
func (g Gating) in(b *Builder) (sigma, tanh func(*Node) *Node) {
	emits := func(name string) func(*Node) *Node {
		return func(x *Node) *Node { return b.activate(name, x) }
	}
	return emits(g.Recurrent), emits(g.Activation)
}

// loopedLSTM emits what LSTM emits as a Loop.
func (b *Builder) loopedLSTM(by Gating, z, h0, c0, u *Node, mask []*Node, steps int) (hs, c *Node) {
	hs, final := b.Loop(append([]*Node{z}, mask...), []*Node{h0, c0}, steps, func(l *LoopBody, zs, s []*Node) (*Node, []*Node) {
		a := l.MulAdd(zs[0], s[0], l.Capture(u))
		gate := l.gates(a, 4)
		sigma, tanh := by.in(l.Builder)
		c := l.Add(l.Mul(sigma(gate[1]), s[1]), l.Mul(sigma(gate[0]), tanh(gate[2])))
		h := l.Mul(sigma(gate[3]), tanh(c))
		next := l.keeping(zs, 1, s, []*Node{h, c})
		return next[0], next
	})
	if !b.ok(final...) {
		return nil, nil
	}
	return hs, final[1]
}

// loopedGRU emits what GRU emits as a Loop; e, of z's shape, is added to h·u + bias.
func (b *Builder) loopedGRU(by Gating, z, e, h0, u, bias *Node, mask []*Node, steps int) *Node {
	hs, _ := b.Loop(append([]*Node{z, e}, mask...), []*Node{h0}, steps, func(l *LoopBody, zs, s []*Node) (*Node, []*Node) {
		a := l.gates(l.Add(l.MulAdd(zs[1], s[0], l.Capture(u)), l.Capture(bias)), 3)
		x := l.gates(zs[0], 3)
		sigma, tanh := by.in(l.Builder)
		update, reset := sigma(l.Add(x[0], a[0])), sigma(l.Add(x[1], a[1]))
		g := tanh(l.Add(x[2], l.Mul(reset, a[2])))
		h := l.Add(l.Mul(update, s[0]), l.Mul(l.Affine(-1, update, 1), g))
		next := l.keeping(zs, 2, s, []*Node{h})
		return next[0], next
	})
	return hs
}

// gates emits n blocks of columns of the same width.
func (b *Builder) gates(x *Node, n int) []*Node {
	parts := make([]*Node, n)
	if !b.ok(x) {
		return parts
	}
	for i := range parts {
		width := x.Shape()[1] / n
		parts[i] = b.Columns(x, i*width, (i+1)*width)
	}
	return parts
}

// within emits the gradients of outs by the nodes of wrt, which are taken for
// variables of their own.
func (b *Builder) within(outs, douts, wrt []*Node) []*Node {
	if !b.ok(outs...) || !b.ok(douts...) || !b.ok(wrt...) {
		return make([]*Node, len(wrt))
	}
	ends := map[*Node]bool{}
	for _, n := range wrt {
		ends[n] = true
	}
	return b.vjp(outs, douts, wrt, ends)
}
