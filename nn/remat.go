package nn

import (
	"slices"

	"unroll/graph"
)

// segments emits the recurrence over the sequence x in segments, each by the cell's
// Begin and one of its executions, of which the states between alone are kept. With
// a mask the previous output is a state too. The outputs of all steps are kept if
// sequences is set.
func (r *recurrence) segments(x *graph.Node, sequences bool, exec Execution) {
	r.all = func() *graph.Node { return nil } // after a failure
	seqs, state := []*graph.Node{x}, r.state
	if r.mask != nil {
		seqs, state = append(seqs, r.mask), append(slices.Clip(state), r.before)
	}
	outs, final := r.Segments(seqs, state, r.steps, func(body *graph.LoopBody, seqs, state []*graph.Node, steps int) (*graph.Node, []*graph.Node) {
		s := recurrence{Context: r.inside(body), cell: r.cell, steps: steps, state: state[:len(r.state)], fromZeros: r.fromZeros}
		s.before = s.Zeros(r.before.Shape()...)
		if r.mask != nil {
			s.mask, s.before = seqs[1], state[len(r.state)]
		}
		s.begin(Value{Node: seqs[0], Steps: steps, Mask: s.mask})
		s.run(exec)
		if s.Err() != nil {
			r.Fail(s.Err())
			return nil, nil
		}
		out, next := s.last, s.state
		if r.mask != nil {
			next = append(slices.Clip(next), out)
		}
		if sequences {
			out = s.all()
		}
		return out, next
	})
	if r.Err() == nil {
		r.state = final[:len(r.state)]
		r.all = func() *graph.Node { return outs }
		r.last = r.Last(outs, outs.Shape()[0]/r.Batch)
	}
}
