package nn

import "unroll/graph"

// Execution is how a recurrent layer runs its cell over the steps. The results
// agree to rounding.
type Execution string

// The executions.
const (
	Auto     Execution = ""         // Fused where the cell offers it, else Unrolled for short sequences and Looped for long ones
	Unrolled Execution = "unrolled" // a copy of the cell for each step, in the expression graph
	Looped   Execution = "looped"   // the cell's graph is compiled once and run for each step
	Fused    Execution = "fused"    // one operation for all steps; the cell must be a Fuser
)

// longest is the number of steps up to which Auto unrolls: the time to compile
// a graph grows with the square of its size.
const longest = 150

func (e Execution) check() error {
	switch e {
	case Auto, Unrolled, Looped, Fused:
		return nil
	}
	return errorf("unknown execution %q", e)
}

// Stepper is a Cell that offers its step as a single operation, for unrolled
// graphs of fewer nodes.
type Stepper interface {
	Cell
	// StepAt emits step t, reading its rows from the whole z. It returns false
	// where the cell's settings have no such operation.
	StepAt(c *Context, z *graph.Node, consts, state []*graph.Node, t, steps int) (out *graph.Node, next []*graph.Node, ok bool)
}

// Fuser is a Cell that offers the whole recurrence as a single operation.
type Fuser interface {
	Cell
	// Fuse emits all steps: the outputs, time-major [steps·batch, units], and
	// the final states. It returns false where the cell's settings have no
	// such operation.
	Fuse(c *Context, z *graph.Node, consts, state []*graph.Node, steps int) (outs *graph.Node, final []*graph.Node, ok bool)
}

// RNN runs a cell over a sequence:
//
//	out_t, state_t = Step(z_t, state_{t−1}),  state_0 = 0
//
// Input [time, features]; output [units], the last step's, or [time, units] if
// ReturnSequences is set. The weights are the cell's. Keras: RNN.
type RNN struct {
	Cell            Cell      `json:"-"`
	ReturnSequences bool      `json:"return_sequences,omitempty"`
	Execution       Execution `json:"execution,omitempty"`
}

var _ Layer = RNN{}

func init() { Register(RNN{}) }

// Init implements Layer.
func (l RNN) Init(s *Scope, in ...Shape) ([]Shape, error) {
	if l.Cell == nil {
		return nil, errorf("no cell")
	}
	x, err := sequence(in)
	if err != nil {
		return nil, err
	}
	out, err := l.Cell.Init(s, x)
	if err != nil {
		return nil, err
	}
	if l.ReturnSequences {
		out = append(Shape{x[0]}, out...)
	}
	return []Shape{out}, l.Execution.check()
}

// Apply implements Layer.
func (l RNN) Apply(c *Context, in ...Value) []Value {
	x := in[0]
	if x.Steps < 1 {
		c.Fail(errorf("input is no sequence"))
		return []Value{{}}
	}
	exec := l.Execution
	if c.Execution != Auto {
		exec = c.Execution
	}
	if err := exec.check(); err != nil {
		c.Fail(err)
		return []Value{{}}
	}
	outs, last := l.recur(c, exec, x)
	if l.ReturnSequences {
		return []Value{{Node: outs(), Steps: x.Steps}}
	}
	return []Value{{Node: last()}}
}

// recur emits the recurrence and returns what emits the outputs of all steps
// and what emits the last one.
func (l RNN) recur(c *Context, exec Execution, x Value) (outs, last func() *graph.Node) {
	z, consts := l.Cell.Begin(c, x)
	var state []*graph.Node
	for _, width := range l.Cell.State() {
		state = append(state, c.Zeros(c.Batch, width))
	}
	whole := func(all *graph.Node) (outs, last func() *graph.Node) {
		return func() *graph.Node { return all }, func() *graph.Node { return c.Last(all, x.Steps) }
	}
	if exec == Auto || exec == Fused {
		if f, ok := l.Cell.(Fuser); ok {
			if all, _, ok := f.Fuse(c, z, consts, state, x.Steps); ok {
				return whole(all)
			}
		}
		if exec == Fused {
			c.Fail(errorf("cell %s has no fused form with these settings, choose another execution", typeName(l.Cell)))
		}
		exec = Unrolled
		if x.Steps > longest {
			exec = Looped
		}
	}
	if exec == Looped {
		all, _ := c.Loop(z, state, x.Steps, func(body *graph.LoopBody, z *graph.Node, state []*graph.Node) (*graph.Node, []*graph.Node) {
			inner := &Context{
				Builder: body.Builder, Phase: c.Phase, Batch: c.Batch, Execution: c.Execution,
				path: c.path, weights: c.weights, nodes: map[string]*graph.Node{}, outer: c, body: body,
			}
			captured := make([]*graph.Node, len(consts))
			for i, n := range consts {
				captured[i] = body.Capture(n)
			}
			return l.Cell.Step(inner, z, captured, state)
		})
		return whole(all)
	}
	all := make([]*graph.Node, x.Steps)
	for t := range all {
		all[t], state = l.step(c, z, consts, state, t, x.Steps)
	}
	return func() *graph.Node { return c.Stack(all...) }, func() *graph.Node { return all[x.Steps-1] }
}

// step emits one step of an unrolled recurrence.
func (l RNN) step(c *Context, z *graph.Node, consts, state []*graph.Node, t, steps int) (*graph.Node, []*graph.Node) {
	if s, ok := l.Cell.(Stepper); ok {
		if out, next, ok := s.StepAt(c, z, consts, state, t, steps); ok {
			return out, next
		}
	}
	return l.Cell.Step(c, c.Step(z, t, steps), consts, state)
}

// MarshalJSON writes the cell with its type, so that it can be read back.
func (l RNN) MarshalJSON() ([]byte, error) {
	type plain RNN
	return marshalWith(plain(l), "cell", l.Cell)
}

// UnmarshalJSON reads what MarshalJSON wrote; the cell's type must be
// registered.
func (l *RNN) UnmarshalJSON(data []byte) error {
	type plain RNN
	return unmarshalWith(data, (*plain)(l), "cell", &l.Cell)
}
