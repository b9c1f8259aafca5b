package graph

import (
	"math"

	"github.com/pkg/errors"
)

// Segment emits some steps of a recurrence from the sequences' rows of these steps
// and the states before them: an output, whose rows are of these steps or the last
// one's alone, and the states after them.
type Segment = func(l *LoopBody, seqs, states []*Node, steps int) (out *Node, next []*Node)

// Segments emits a recurrence over a long sequence in the memory of a short one: it
// is a Loop whose step is a segment of about √steps steps. The states between the
// segments are kept, and one segment at a time is computed anew on the way back,
// last to first, with whatever it emits: the projection of its inputs, LSTM, GRU,
// SimpleRNN or a Loop. A pass back costs a pass forward more.
//
// seqs are time-major [steps·batch, width], states are matrices. Segments returns
// the outputs of all segments, one under the other, and the final states.
//
// The segments' length is the greatest above ½√steps, and at most √steps, that
// divides steps. If there is none the last segment is shorter.
//
// The values are the same bits as those of one segment of all steps, and so are the
// gradients of the sequences and the states. The gradients of kernels and recurrent
// kernels are, if the segments are of one length and the first states Zeros: a
// product's gradient is summed from the last step to the first, and a segment goes on
// with the sum. Else they agree to rounding, as those of biases do, which are
// summed from the first step to the last, and of what a Loop captures, which are
// summed by segments.
func (b *Builder) Segments(seqs, states []*Node, steps int, segment Segment) (outs *Node, final []*Node) {
	none := make([]*Node, len(states)) // what a caller takes of states after a failure
	if len(seqs) == 0 {
		return b.Fail(errors.New("segments: no sequence")), none
	}
	for _, x := range seqs {
		rows, _, ok := b.matrix("segments", x)
		if !ok {
			return nil, none
		}
		if steps < 1 || rows%steps != 0 {
			return b.Fail(errors.Errorf("segments: %d rows are not %d steps", rows, steps)), none
		}
	}
	size := segmentSteps(steps)
	even := steps / size * size
	final = states
	for _, part := range []struct{ from, to, size int }{{0, even, size}, {even, steps, steps - even}} {
		if part.from == part.to || !b.ok(final...) {
			continue
		}
		rows := make([]*Node, len(seqs))
		for i, x := range seqs {
			if rows[i] = x; even < steps {
				batch := x.Shape()[0] / steps
				rows[i] = b.rows(x, part.from*batch, part.to*batch)
			}
		}
		var out *Node
		out, final = b.Loop(rows, final, (part.to-part.from)/part.size, func(l *LoopBody, zs, s []*Node) (*Node, []*Node) {
			return segment(l, zs, s, part.size)
		})
		if outs != nil {
			out = b.Concat(0, outs, out)
		}
		outs = out
	}
	if b.err != nil {
		return nil, none
	}
	return outs, final
}

// segmentSteps returns the length of the segments of a sequence.
func segmentSteps(steps int) int {
	root := int(math.Sqrt(float64(steps)))
	for n := root; 2*n > root; n-- {
		if steps%n == 0 {
			return n
		}
	}
	return root
}
