package graph

import (
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"
)

// loopGradient emits the gradients of a Loop's inputs, dout being that of the packed
// output, or of its part at. diff marks the inputs that have one.
func (b *Builder) loopGradient(l *loop, step Step, diff string, in []*Node, out, dout *Node, at *part) []*Node {
	ds := make([]*Node, len(in))
	want := []byte(diff)
	var shapes []tensor.Shape
	for i, n := range in {
		if state := i >= l.seqs && i < len(l.in); !state && !b.wants(n) {
			want[i] = '.'
		}
		if want[i] == 'd' {
			shapes = append(shapes, n.Shape())
		}
	}
	if volume(shapes) == 0 {
		return ds
	}
	back, err := l.differentiate(string(want))
	if err != nil {
		b.Fail(errors.WithMessage(err, "loop"))
		return ds
	}
	if at != nil && at.to > l.shapes[0].TotalSize() {
		dout, at = b.whole(dout, at, out.Shape()), nil // of states
	}
	var key any
	if !back.program.code.callsOthers() {
		k := loopKey{loop: l, want: string(want)}
		if at != nil {
			k.at = *at
		}
		key = k
	}
	packed := b.apply(&op{
		name:  "loop_grad",
		key:   key,
		ids:   true,
		steps: back.program,
		loop:  l,
		shape: tensor.Shape{volume(shapes)},
		run:   pick(b, loopBackward[float32](l, back, at), loopBackward[float64](l, back, at)),
		own:   func() int64 { return back.program.memory.Peak },
		form: func(in []*Node) *Node {
			return b.loopGrad(l, step, b.whole(in[0], at, out.Shape()), in[1], in[2:], string(want))
		},
	}, "dd"+diff, append([]*Node{dout, out}, in...)...)
	views := b.unpack(packed, shapes)
	for i := range ds {
		if want[i] == 'd' {
			ds[i], views = views[0], views[1:]
		}
	}
	return ds
}

// loopKey are the settings of a Loop's gradient: which are wanted, and the part of the
// outputs whose gradient is given.
type loopKey struct {
	loop *loop
	want string
	at   part
}

// loopGrad is the form of a Loop's gradient, packed as loop_grad packs it: a loop that
// walks the steps in reverse, emits each once more with its vector–Jacobian product, hands
// on the gradient of the states, and sums up that of what was captured. out is the packed
// output of the Loop, in its inputs.
func (b *Builder) loopGrad(l *loop, step Step, dout, out *Node, in []*Node, want string) *Node {
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
	// The sequences, the states before each step, the gradients of the output and of the
	// states after each step.
	var all []*Node
	all = append(all, seqs...)
	outs, douts := b.unpack(out, l.shapes), b.unpack(dout, l.shapes)
	for i, s := range states {
		before := s
		if after := outs[l.trails[i]]; l.steps > 1 && b.ok(after, s) {
			before = b.Concat(0, s, b.rows(after, 0, after.Shape()[0]-s.Shape()[0]))
		}
		all = append(all, before)
	}
	all = append(all, douts...)
	for i, x := range all {
		all[i] = b.Reverse(x, l.steps)
	}
	var carry []*Node
	for _, s := range states {
		carry = append(carry, b.Zeros(s.Shape()...))
	}
	for i, n := range captured {
		if want[len(l.in)+i] == 'd' {
			carry = append(carry, b.Zeros(1, n.Shape().TotalSize()))
		}
	}
	if b.err != nil {
		return nil
	}
	var widths []int // of a step's gradients of sequences
	dseqs, final := b.loop(all, carry, l.steps, func(body *LoopBody, zs, s []*Node) (*Node, []*Node) {
		here, before, dzs := zs[:len(seqs)], zs[len(seqs):len(l.in)], zs[len(l.in):]
		out, next := step(body, here, before)
		cots := []*Node{dzs[0]}
		for i, at := range l.trails {
			d := s[i]
			if at > 0 {
				d = body.Add(d, dzs[at])
			}
			cots = append(cots, d)
		}
		var wrt []*Node
		for i, z := range here {
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
		ds := body.within(append([]*Node{out}, next...), cots, wrt)
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
