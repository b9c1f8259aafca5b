package onnx

import (
	"github.com/pkg/errors"

	"unroll/graph"
	"unroll/nn"
)

// Recurrent is a node RNN, LSTM or GRU of ONNX with all that it can do. Where the node
// is one of nn's own layers Load gives that one in its place; see Recurrent.Layer.
//
// Its inputs are the sequence X [time, features], and then those of which it is said
// below that they are there, in this order:
//
//	sequence_lens  [1]                       how many steps of a sample are true
//	initial_h      [directions·hidden]       zeros if it is not there
//	initial_c      [directions·hidden]       the same, of LSTM
//
// Its outputs are all that ONNX has, for one sample, the directions side by side:
//
//	Y    [time, directions·hidden]           each step's h, zeros where the step is padding
//	Y_h  [directions·hidden]                 h after the last true step of each direction
//	Y_c  [directions·hidden]                 c after it, of LSTM
//
// A sample without true steps keeps its first states. Where X has a mask, the steps that
// it leaves out are padding too, wherever they stand.
//
// Weights, of a bidirectional node under forward/ and backward/, are named and laid out
// as those of nn's layers: kernel [features, gates·hidden], recurrent_kernel [hidden,
// gates·hidden] and, unless NoBias is set, bias [gates·hidden], or [2, gates·hidden] of a
// GRU with LinearBeforeReset, of W and of R; with Peepholes also peephole [3, hidden], of
// the gates i, f, o. The gates are in the order i, f, c, o and z, r, h.
//
// ONNX: RNN, LSTM, GRU of opset 7 and later.
type Recurrent struct {
	Op         string `json:"op"` // "RNN", "LSTM" or "GRU"
	HiddenSize int    `json:"hidden_size"`
	Direction  string `json:"direction,omitempty"` // "forward" if empty, "reverse" or "bidirectional"

	// Activations are the functions of one direction and then of the other: f of an RNN,
	// f, g and h of an LSTM, f and g of a GRU; Tanh, or Sigmoid for the f of a gated
	// node, if empty. Those that have an alpha or a beta take the next one of these lists;
	// where a list has ended, that of ONNX's operator of the name, which Affine and
	// ScaledTanh have not.
	Activations     []string  `json:"activations,omitempty"`
	ActivationAlpha []float64 `json:"activation_alpha,omitempty"`
	ActivationBeta  []float64 `json:"activation_beta,omitempty"`

	// Clip holds the inputs of all activations to [−clip, clip]; 0 is no limit. ONNX Runtime
	// 1.30 does not hold that of an LSTM's h, against the specification.
	Clip              float64 `json:"clip,omitempty"`
	InputForget       bool    `json:"input_forget,omitempty"`        // of LSTM: the forget gate is 1 − i
	LinearBeforeReset bool    `json:"linear_before_reset,omitempty"` // of GRU: the reset gate is multiplied to h·R, not to h
	Peepholes         bool    `json:"peepholes,omitempty"`           // of LSTM: the gates see the memory
	NoBias            bool    `json:"no_bias,omitempty"`

	SequenceLens bool `json:"sequence_lens,omitempty"` // the input is there
	InitialH     bool `json:"initial_h,omitempty"`
	InitialC     bool `json:"initial_c,omitempty"`
}

var _ nn.Layer = Recurrent{}

func init() { nn.Register(Recurrent{}) }

// The directions.
const (
	forward       = "forward"
	reverse       = "reverse"
	bidirectional = "bidirectional"
)

func (r Recurrent) direction() string {
	if r.Direction == "" {
		return forward
	}
	return r.Direction
}

// directions returns how many there are.
func (r Recurrent) directions() int {
	if r.Direction == bidirectional {
		return 2
	}
	return 1
}

// gates returns how many gates the node has, 0 if there is no such node.
func (r Recurrent) gates() int {
	return map[string]int{"RNN": 1, "LSTM": 4, "GRU": 3}[r.Op]
}

// states returns how many states a direction has.
func (r Recurrent) states() int {
	if r.Op == "LSTM" {
		return 2
	}
	return 1
}

// check refuses what ONNX does not know, and settings of another node.
func (r Recurrent) check() error {
	lstm := r.Op == "LSTM"
	switch d := r.direction(); {
	case r.gates() == 0:
		return errors.Errorf("no recurrent node is called %q", r.Op)
	case r.HiddenSize < 1:
		return errors.Errorf("hidden_size is %d, want at least 1", r.HiddenSize)
	case d != forward && d != reverse && d != bidirectional:
		return errors.Errorf("direction is %q, want %q, %q or %q", d, forward, reverse, bidirectional)
	case !(r.Clip >= 0):
		return errors.Errorf("clip is %v, want more than 0", r.Clip)
	case r.InputForget && !lstm:
		return errors.Errorf("input_forget is not an attribute of %s", r.Op)
	case r.Peepholes && !lstm:
		return errors.Errorf("P is not an input of %s", r.Op)
	case r.InitialC && !lstm:
		return errors.Errorf("initial_c is not an input of %s", r.Op)
	case r.LinearBeforeReset && r.Op != "GRU":
		return errors.Errorf("linear_before_reset is not an attribute of %s", r.Op)
	}
	_, err := r.functions()
	return err
}

// rnn returns what runs one direction: its outputs are Y, in the order in which the
// steps are run, and its states.
func (r Recurrent) rnn(cell nn.Cell, backwards bool) nn.RNN {
	return nn.RNN{Cell: cell, GoBackwards: backwards, ReturnSequences: true, ReturnState: true, ZeroOutputForMask: true}
}

// layer returns what runs all directions.
func (r Recurrent) layer() (nn.Layer, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	cells, err := r.cells()
	if err != nil {
		return nil, err
	}
	if len(cells) == 2 {
		return nn.Bidirectional{Layer: r.rnn(cells[0], false), Backward: r.rnn(cells[1], false)}, nil
	}
	return r.rnn(cells[0], r.Direction == reverse), nil
}

// Init implements nn.Layer.
func (r Recurrent) Init(s *nn.Scope, in ...nn.Shape) ([]nn.Shape, error) {
	inner, err := r.layer()
	if err != nil {
		return nil, err
	}
	width := r.directions() * r.HiddenSize
	names, want := []string{"X"}, []nn.Shape{nil}
	take := func(there bool, name string, size int) {
		if there {
			names, want = append(names, name), append(want, nn.Shape{size})
		}
	}
	take(r.SequenceLens, "sequence_lens", 1)
	take(r.InitialH, "initial_h", width)
	take(r.InitialC, "initial_c", width)
	if len(in) != len(want) {
		return nil, errors.Errorf("%d inputs, want %d: %v", len(in), len(want), names)
	}
	for i := 1; i < len(in); i++ {
		if !in[i].Eq(want[i]) {
			return nil, errors.Errorf("%s is %v, want %v", names[i], in[i], want[i])
		}
	}
	if _, err := inner.Init(s, in[0]); err != nil {
		return nil, err
	}
	outs := []nn.Shape{{in[0][0], width}, {width}, {width}}
	return outs[:1+r.states()], nil
}

// Apply implements nn.Layer.
func (r Recurrent) Apply(c *nn.Context, in ...nn.Value) []nn.Value {
	outs := make([]nn.Value, 1+r.states())
	inner, err := r.layer()
	if err != nil {
		c.Fail(err)
		return outs
	}
	x, rest := in[0], in[1:]
	next := func(there bool) *graph.Node {
		if !there {
			return nil
		}
		n := c.Dense(rest[0])
		rest = rest[1:]
		return n
	}
	lens, h, memory := next(r.SequenceLens), next(r.InitialH), next(r.InitialC)
	given := x.Mask
	if lens != nil {
		mask := maskOf(c, lens, x.Steps)
		if given != nil {
			mask = c.Mul(mask, given)
		}
		x.Mask = mask
	}
	all := []nn.Value{x}
	if h != nil || memory != nil {
		first := [][]*graph.Node{r.sides(c, h), r.sides(c, memory)}[:r.states()]
		for d := range r.directions() {
			for _, s := range first {
				all = append(all, nn.Value{Node: s[d]})
			}
		}
	}
	got := inner.Apply(c, all...)
	if c.Err() != nil {
		return outs
	}
	y, states := got[0], got[1:]
	if r.Direction == reverse {
		y.Node = c.Reverse(y.Node, y.Steps)
	}
	outs[0] = nn.Value{Node: y.Node, Steps: y.Steps, Mask: given}
	for i := range r.states() {
		n := states[i].Node
		if r.directions() == 2 {
			n = c.Concat(1, n, states[r.states()+i].Node)
		}
		outs[1+i] = nn.Value{Node: n}
	}
	return outs
}

// sides cuts first states into those of the directions; nil is zeros.
func (r Recurrent) sides(c *nn.Context, n *graph.Node) []*graph.Node {
	list := make([]*graph.Node, r.directions())
	for d := range list {
		if n == nil {
			list[d] = c.Zeros(c.Batch, r.HiddenSize)
		} else {
			list[d] = c.Columns(n, d*r.HiddenSize, (d+1)*r.HiddenSize)
		}
	}
	return list
}

// maskOf emits the mask of sequences of so many true steps, a column [steps·batch, 1].
// A number that is none, or more than there are steps, is an error of the run.
func maskOf(c *nn.Context, lens *graph.Node, steps int) *graph.Node {
	batch := c.Batch
	return c.Custom("sequence_lens", []int{steps * batch, 1}, func(out graph.Value, in []graph.Value) error {
		for b := range batch {
			n := graph.At(in[0], b)
			if !(n >= 0 && n <= float64(steps)) || n != float64(int(n)) {
				return errors.Errorf("sequence_lens is %v for sample %d, want a number of steps from 0 to %d", n, b, steps)
			}
			for t := range steps {
				v := 0.0
				if float64(t) < n {
					v = 1
				}
				graph.Set(out, t*batch+b, v)
			}
		}
		return nil
	}, nil, lens)
}
