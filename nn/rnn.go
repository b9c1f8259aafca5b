package nn

import "unroll/graph"

// Execution is how a recurrent layer runs its cell over the steps. The results
// agree to rounding.
type Execution string

// The executions.
const (
	Auto     Execution = ""         // the fastest that the cell offers
	Unrolled Execution = "unrolled" // one copy of the cell a step, in the expression graph
)

func (e Execution) check() error {
	switch e {
	case Auto, Unrolled:
		return nil
	}
	return errorf("unknown execution %q", e)
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
	z, consts := l.Cell.Begin(c, x)
	var state []*graph.Node
	for _, width := range l.Cell.State() {
		state = append(state, c.Zeros(c.Batch, width))
	}
	outs := make([]*graph.Node, x.Steps)
	for t := range outs {
		outs[t], state = l.Cell.Step(c, c.Step(z, t, x.Steps), consts, state)
	}
	if l.ReturnSequences {
		return []Value{{Node: c.Stack(outs...), Steps: x.Steps}}
	}
	return []Value{{Node: outs[x.Steps-1]}}
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
