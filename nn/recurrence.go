package nn

import (
	"strconv"

	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/internal/show"
)

// recurrence is a cell on its way over a sequence.
type recurrence struct {
	*Context
	cell   Cell
	steps  int
	z      *graph.Node   // what the cell reads, time-major
	mask   *graph.Node   // nil, or a column as long as z
	consts []*graph.Node // for all steps
	state  []*graph.Node // before the first step, after run the final ones

	fromZeros bool        // no first states were given
	before    *graph.Node // the output before the first step: zeros at the start of a sequence

	last *graph.Node        // output of the last step
	all  func() *graph.Node // emits the outputs of all steps, time-major
}

// begin emits what the cell reads of the inputs.
func (r *recurrence) begin(x Value) {
	r.z, r.consts = r.cell.Begin(r.Context, x)
	if r.Err() == nil && (r.z == nil || r.z.Dims() != 2 || r.z.Shape()[0] != x.Steps*r.Batch) {
		r.Fail(errorf("cell %s: Begin did not return a matrix of %d rows, steps·batch", show.Type(r.cell), x.Steps*r.Batch))
	}
}

// run emits the recurrence in one of its executions.
func (r *recurrence) run(exec Execution) {
	r.all = func() *graph.Node { return nil } // after a failure
	if err := exec.check(); err != nil {
		r.Fail(err)
	}
	switch exec {
	case Auto, Fused:
		if r.fused() {
			return
		}
		if exec == Fused {
			r.Fail(errorf("cell %s has no fused form with these settings, choose another execution", show.Type(r.cell)))
		}
		if r.steps > longest {
			r.looped()
			return
		}
		r.unrolled()
	case Looped:
		r.looped()
	default:
		r.unrolled()
	}
}

// done takes the outputs of all steps.
func (r *recurrence) done(all *graph.Node) {
	r.all = func() *graph.Node { return all }
	r.last = r.Last(all, r.steps)
}

func (r *recurrence) fused() bool {
	f, ok := r.cell.(Fuser)
	if !ok {
		return false
	}
	all, final, ok := f.Fuse(r.Context, r.z, r.mask, r.consts, r.state, r.steps)
	if ok && r.check(r.Context, r.steps*r.Batch, all, final) {
		if r.mask != nil && !r.fromZeros {
			// Until the first step that is not masked the output is the one before,
			// zeros as in Keras, which no fused operation tells from the first state.
			all = r.Where(r.Seen(r.mask, r.steps), all, r.RepeatSteps(r.before, r.steps))
		}
		r.state = final
		r.done(all)
	}
	return ok
}

// looped emits one operation around the cell's graph. With a mask the previous
// output is a state too.
func (r *recurrence) looped() {
	seqs, state := []*graph.Node{r.z}, r.state
	if r.mask != nil {
		seqs = append(seqs, r.mask)
		state = append(state[:len(state):len(state)], r.before)
	}
	all, final := r.Loop(seqs, state, r.steps, func(body *graph.LoopBody, seqs, state []*graph.Node) (*graph.Node, []*graph.Node) {
		inner := r.inside(body)
		consts := make([]*graph.Node, len(r.consts))
		for i, n := range r.consts {
			consts[i] = body.Capture(n)
		}
		old := state[:len(r.state)]
		out, next := r.cell.Step(inner, seqs[0], consts, old)
		if !r.check(inner, r.Batch, out, next) {
			return nil, nil
		}
		if r.mask == nil {
			return out, next
		}
		out, next = masked(inner, seqs[1], out, state[len(old)], next, old)
		return out, append(next, out)
	})
	if r.Err() == nil {
		r.state = final[:len(r.state)]
		r.done(all)
	}
}

// inside returns the context of the same layer in a loop's step.
func (c *Context) inside(body *graph.LoopBody) *Context {
	return &Context{
		Builder: body.Builder, Phase: c.Phase, Batch: c.Batch, Execution: c.Execution,
		path: c.path, call: c.call, frozen: c.frozen, weights: c.weights, emitted: newEmitted(), outer: c, body: body,
	}
}

// unrolled emits a copy of the step for each step, as one operation where the
// cell offers that.
func (r *recurrence) unrolled() {
	r.last = r.before
	outs := make([]*graph.Node, r.steps)
	for t := range outs {
		out, next := r.step(t)
		if !r.check(r.Context, r.Batch, out, next) {
			return
		}
		if r.mask != nil {
			out, next = masked(r.Context, r.Step(r.mask, t, r.steps), out, r.last, next, r.state)
		}
		r.last, r.state, outs[t] = out, next, out
	}
	r.all = func() *graph.Node { return r.Concat(0, outs...) }
}

func (r *recurrence) step(t int) (*graph.Node, []*graph.Node) {
	if s, ok := r.cell.(Stepper); ok {
		if out, next, ok := s.StepAt(r.Context, r.z, r.consts, r.state, t, r.steps); ok {
			return out, next
		}
	}
	return r.cell.Step(r.Context, r.Step(r.z, t, r.steps), r.consts, r.state)
}

// check holds what the cell emitted into c, an output of so many rows and the
// next states, to its Sizes.
func (r *recurrence) check(c *Context, rows int, out *graph.Node, next []*graph.Node) bool {
	if c.Err() != nil {
		r.Fail(c.Err()) // of a step's own graph
		return false
	}
	width, sizes := r.cell.Sizes()
	if len(next) != len(sizes) {
		r.Fail(errorf("cell %s returned %d states, want %d", show.Type(r.cell), len(next), len(sizes)))
		return false
	}
	r.emitted(c, "output", out, rows, width)
	for i, n := range next {
		r.emitted(c, "state "+strconv.Itoa(i), n, r.Batch, sizes[i])
	}
	return r.Err() == nil
}

// emitted holds a node that the cell emitted into c to a shape.
func (r *recurrence) emitted(c *Context, what string, n *graph.Node, rows, width int) {
	want := tensor.Shape{rows, width}
	switch name := show.Type(r.cell); {
	case n == nil:
		r.Fail(errorf("cell %s returned no %s", name, what))
	case n.Graph() != c.Graph():
		r.Fail(errorf("cell %s returned as %s a node of another graph", name, what))
	case !n.Shape().Eq(want):
		r.Fail(errorf("cell %s returned %s of shape %v, want %v", name, what, n.Shape(), want))
	}
}

// masked keeps the old output and states in the rows where the mask is 0.
func masked(c *Context, mask, out, oldOut *graph.Node, next, old []*graph.Node) (*graph.Node, []*graph.Node) {
	kept := make([]*graph.Node, len(next))
	for i := range next {
		kept[i] = c.Where(mask, next[i], old[i])
	}
	for i := range next {
		if next[i] == out && oldOut == old[i] {
			return kept[i], kept // the output is a state
		}
	}
	return c.Where(mask, out, oldOut), kept
}
