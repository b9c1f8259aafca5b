package nn

import (
	"slices"
	"strconv"

	"unroll/graph"
)

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
	// the final states. Where the mask, a column, is 0 the output and the
	// states stay as they were; a nil mask is 1 everywhere. It returns false
	// where the cell's settings have no such operation.
	Fuse(c *Context, z, mask *graph.Node, consts, state []*graph.Node, steps int) (outs *graph.Node, final []*graph.Node, ok bool)
}

// RNN runs a cell over a sequence:
//
//	out_t, state_t = Step(z_t, state_{t−1}),  state_0 = 0
//
// Steps that are masked leave the output and the states as they were; with
// ReturnSequences and ZeroOutputForMask the outputs of these steps are zeros. Input
// [time, features], and, optionally, the first states as further inputs; output
// [units], the last step's, or [time, units] if ReturnSequences is set, and then
// the final states if ReturnState is set. The weights are the cell's.
//
// If Stateful is set, a batch goes on from the states that the batch before it
// ended in, row by row, until Model.ResetStates: the model must have a fixed
// Batch, and in Fit NoShuffle keeps the sequences in their order.
//
// If Remat is set a long sequence takes the memory of a short one: it is cut into
// about √time segments, of which the states between alone are kept, and the rest,
// the projection of the inputs too, is computed anew on the way back, which makes a
// training step up to a third longer. The outputs are the same bits; see
// graph.Builder.Segments for the gradients. Word ids are made dense. Model.ForwardRemat
// sets it where memory is short.
//
// Keras: RNN, without Remat, of which the name is JAX's.
type RNN struct {
	Cell              Cell      `json:"-"`
	ReturnSequences   bool      `json:"return_sequences,omitempty"`
	ReturnState       bool      `json:"return_state,omitempty"`
	GoBackwards       bool      `json:"go_backwards,omitempty"` // last step first; the outputs are in that order
	Stateful          bool      `json:"stateful,omitempty"`
	ZeroOutputForMask bool      `json:"zero_output_for_mask,omitempty"` // zeros in place of the output before, in the sequences returned
	Execution         Execution `json:"execution,omitempty"`
	Remat             bool      `json:"remat,omitempty"` // recompute on the way back instead of keeping
}

var _ Layer = RNN{}

func init() { Register(RNN{}) }

// Init implements Layer.
func (l RNN) Init(s *Scope, in ...Shape) ([]Shape, error) {
	if l.Cell == nil {
		return nil, errorf("no cell")
	}
	if len(in) == 0 {
		return nil, errorf("no input")
	}
	x, err := sequence(in[:1])
	if err != nil {
		return nil, err
	}
	out, err := l.Cell.Init(s, x)
	if err != nil {
		return nil, err
	}
	_, sizes := l.Cell.Sizes()
	if len(in) > 1 && len(in)-1 != len(sizes) {
		return nil, errorf("%d first states, the cell has %d", len(in)-1, len(sizes))
	}
	for i, h := range in[1:] {
		if !h.Eq(Shape{sizes[i]}) {
			return nil, errorf("first state %d is %v, want %v", i, h, Shape{sizes[i]})
		}
	}
	if l.Stateful {
		if s.Batch() == 0 {
			return nil, errorf("stateful: give the model a fixed Batch")
		}
		for i, n := range sizes {
			s.Memory(stateName(i), Zeros(), s.Batch(), n)
		}
	}
	if l.ReturnSequences {
		out = append(Shape{x[0]}, out...)
	}
	shapes := []Shape{out}
	if l.ReturnState {
		for _, n := range sizes {
			shapes = append(shapes, Shape{n})
		}
	}
	return shapes, l.Execution.check()
}

func stateName(i int) string { return "state_" + strconv.Itoa(i) }

// Apply implements Layer.
func (l RNN) Apply(c *Context, in ...Value) []Value {
	x := in[0]
	if x.Steps < 1 {
		c.Fail(errorf("input is not a sequence"))
		return []Value{{}}
	}
	width, sizes := l.Cell.Sizes()
	r := recurrence{Context: c, cell: l.Cell, steps: x.Steps, mask: x.Mask, fromZeros: len(in) == 1 && !l.Stateful, before: c.Zeros(c.Batch, width)}
	backwards := func(n *graph.Node) *graph.Node {
		if n == nil || !l.GoBackwards {
			return n
		}
		return c.Reverse(n, x.Steps)
	}
	r.mask = backwards(r.mask)
	remat := l.Remat || c.Remat && x.Depth == 0
	if remat {
		if !slices.Contains(c.remat, c.path) { // of a shared layer it is
			c.remat = append(c.remat, c.path)
		}
		x = Value{Node: c.Dense(x), Steps: x.Steps, Mask: x.Mask}
	}
	// Features are reversed before they are projected if they are not much wider than
	// the output, which is narrower than what a gated cell makes of them.
	first := remat || x.Node != nil && c.Err() == nil && x.Node.Shape()[1] <= 2*width
	if first {
		x.Node, x.Mask = backwards(x.Node), r.mask
	}
	if !remat {
		r.begin(x)
		if !first {
			r.z = backwards(r.z)
		}
	}
	for i, width := range sizes {
		switch {
		case i+1 < len(in):
			r.state = append(r.state, c.Dense(in[i+1]))
		case l.Stateful:
			r.state = append(r.state, c.Weight(stateName(i)))
		default:
			r.state = append(r.state, c.Zeros(c.Batch, width))
		}
	}
	exec := l.Execution
	if c.Execution != Auto {
		exec = c.Execution
	}
	if remat {
		r.segments(x.Node, l.ReturnSequences, exec)
	} else {
		r.run(exec)
	}
	for i, h := range r.state {
		if l.Stateful {
			c.Assign(stateName(i), h)
		}
	}
	out := Value{Node: r.last}
	if l.ReturnSequences {
		out = Value{Node: r.all(), Steps: x.Steps, Mask: r.mask}
		if l.ZeroOutputForMask {
			out.Node = c.fillMasked(out, c.Zeros)
		}
	}
	values := []Value{out}
	if l.ReturnState {
		for _, h := range r.state {
			values = append(values, Value{Node: h})
		}
	}
	return values
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
