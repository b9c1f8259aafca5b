package graph

import (
	"slices"

	"gorgonia.org/tensor"
)

// loopGrad is the form of a Loop's gradient, packed as loop_grad packs it. A first loop
// puts out the states before every step; a second one walks the steps in reverse,
// emits each once more with its vector–Jacobian product, hands on the gradient of the
// states, and sums up that of what was captured.
func (b *Builder) loopGrad(l *loop, step Step, dout *Node, in []*Node, want string) *Node {
	seqs, states, captured := in[:l.seqs], in[l.seqs:len(l.in)], in[len(l.in):]
	instead := map[*Node]*Node{}
	for i, n := range l.body.captured {
		instead[n] = captured[i]
	}
	for n, other := range l.body.instead { // where step itself is such a one
		if last := instead[other]; last != nil {
			instead[n] = last
		}
	}
	back := make([]*Node, 0, len(seqs)+2) // the sequences, the cotangents, the states
	for _, x := range seqs {
		back = append(back, b.Reverse(x, l.steps))
	}
	shapes := []tensor.Shape{{l.steps * l.out[0].Shape()[0], l.out[0].Shape()[1]}}
	for _, s := range states {
		shapes = append(shapes, s.Shape())
	}
	douts := b.unpack(dout, shapes)
	back = append(back, b.Reverse(douts[0], l.steps))
	sizes := make([]int, len(states))
	for i, s := range states {
		sizes[i] = s.Shape().TotalSize()
	}
	if len(states) > 0 {
		before, _ := b.loop(seqs, states, l.steps, func(body *LoopBody, zs, s []*Node) (*Node, []*Node) {
			_, next := step(body, zs, s)
			return body.wide(s), next
		}, instead)
		back = append(back, b.Reverse(before, l.steps))
	}
	carry := douts[1:]
	for i, n := range captured {
		if want[len(l.in)+i] == 'd' {
			carry = append(carry, b.Zeros(1, n.Shape().TotalSize()))
		}
	}
	var widths []int // of a step's gradients of sequences
	dseqs, final := b.loop(back, carry, l.steps, func(body *LoopBody, zs, s []*Node) (*Node, []*Node) {
		var before []*Node
		if len(states) > 0 {
			for i, x := range body.Split(zs[len(seqs)+1], 1, sizes...) {
				before = append(before, body.reshaped(x, states[i].Shape()))
			}
		}
		out, next := step(body, zs[:len(seqs)], before)
		var wrt []*Node
		for i, z := range zs[:len(seqs)] {
			if want[i] == 'd' {
				wrt = append(wrt, z)
			}
		}
		n := len(wrt) // sequences
		wrt = append(wrt, before...)
		for i, n := range body.inner {
			if want[len(l.in)+i] == 'd' {
				wrt = append(wrt, n)
			}
		}
		ds := body.within(append([]*Node{out}, next...), append([]*Node{zs[len(seqs)]}, s[:len(states)]...), wrt)
		if !body.ok(ds...) {
			return nil, nil
		}
		after := slices.Clone(ds[n : n+len(states)])
		for i, d := range ds[n+len(states):] {
			sum := s[len(states)+i]
			after = append(after, body.Add(sum, body.reshaped(d, sum.Shape())))
		}
		widths = nil
		for _, d := range ds[:n] {
			widths = append(widths, d.Shape().TotalSize())
		}
		if n == 0 {
			return body.Zeros(1, 1), after
		}
		return body.wide(ds[:n]), after
	}, instead)
	if !b.ok(dseqs) {
		return nil
	}
	if len(widths) > 0 {
		final = append(b.Split(b.Reverse(dseqs, l.steps), 1, widths...), final...)
	}
	return b.flat(final...)
}

// wide emits the elements of nodes side by side in one row.
func (b *Builder) wide(nodes []*Node) *Node {
	x := b.flat(nodes...)
	if !b.ok(x) {
		return nil
	}
	return b.Reshape(x, 1, x.Shape().TotalSize())
}
