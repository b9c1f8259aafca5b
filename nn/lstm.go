package nn

import "unroll/graph"

// LSTM is the long short-term memory layer. With the gates' pre-activations in
// the order i, f, c, o side by side:
//
//	[i f g o] = x_t·kernel + h_{t−1}·recurrent_kernel + bias
//	c_t = σ(f)∘c_{t−1} + σ(i)∘tanh(g)
//	h_t = σ(o)∘tanh(c_t)
//
// Input [time, features]; output [units], or [time, units] if ReturnSequences
// is set, and then the states h and c, [units] each, if ReturnState is set.
// Weights: kernel [features, 4·units], recurrent_kernel [units, 4·units], bias
// [4·units], whose second quarter, that of f, starts at 1 unless
// NoUnitForgetBias is set.
//
// Hochreiter and Schmidhuber, Long short-term memory, 1997. Keras: LSTM.
type LSTM struct {
	Units                int         `json:"units"`
	Activation           Func        `json:"activation,omitempty"`           // tanh if empty
	RecurrentActivation  Func        `json:"recurrent_activation,omitempty"` // sigmoid if empty
	NoBias               bool        `json:"no_bias,omitempty"`
	NoUnitForgetBias     bool        `json:"no_unit_forget_bias,omitempty"`
	KernelInitializer    Initializer `json:"kernel_initializer,omitzero"`    // Glorot uniform
	RecurrentInitializer Initializer `json:"recurrent_initializer,omitzero"` // orthogonal
	BiasInitializer      Initializer `json:"bias_initializer,omitzero"`      // zeros
	KernelRegularizer    Regularizer `json:"kernel_regularizer,omitzero"`
	RecurrentRegularizer Regularizer `json:"recurrent_regularizer,omitzero"`
	BiasRegularizer      Regularizer `json:"bias_regularizer,omitzero"`
	KernelConstraint     Constraint  `json:"kernel_constraint,omitzero"`
	RecurrentConstraint  Constraint  `json:"recurrent_constraint,omitzero"`
	BiasConstraint       Constraint  `json:"bias_constraint,omitzero"`
	Dropout              float64     `json:"dropout,omitempty"`           // rate of the inputs' features
	RecurrentDropout     float64     `json:"recurrent_dropout,omitempty"` // rate of the state's

	ReturnSequences   bool      `json:"return_sequences,omitempty"`
	ReturnState       bool      `json:"return_state,omitempty"`
	GoBackwards       bool      `json:"go_backwards,omitempty"`
	Stateful          bool      `json:"stateful,omitempty"`
	ZeroOutputForMask bool      `json:"zero_output_for_mask,omitempty"`
	Execution         Execution `json:"execution,omitempty"`
	Remat             bool      `json:"remat,omitempty"`
}

var _ Layer = LSTM{}

func init() { Register(LSTM{}); Register(LSTMCell{}) }

func (l LSTM) rnn() RNN {
	r := takeOptions(&l.ReturnSequences, &l.ReturnState, &l.GoBackwards, &l.Stateful, &l.ZeroOutputForMask, &l.Remat, &l.Execution)
	r.Cell = LSTMCell(l)
	return r
}

// Init implements Layer.
func (l LSTM) Init(s *Scope, in ...Shape) ([]Shape, error) { return l.rnn().Init(s, in...) }

// Apply implements Layer.
func (l LSTM) Apply(c *Context, in ...Value) []Value { return l.rnn().Apply(c, in...) }

// LSTMCell is the cell of LSTM, for use in RNN, with the settings of LSTM but for
// those from ReturnSequences on, which are RNN's. Its states are h and c. Keras:
// LSTMCell.
type LSTMCell LSTM

var _ Fuser = LSTMCell{}

// Init implements Cell.
func (l LSTMCell) Init(s *Scope, in Shape) (Shape, error) {
	features, err := checkCell(LSTM(l).rnn(), in, l.Units, l.Dropout, l.RecurrentDropout, l.Activation, l.RecurrentActivation)
	if err != nil {
		return nil, err
	}
	s.weight("kernel", l.KernelInitializer.or(GlorotUniform()), l.KernelRegularizer, l.KernelConstraint, features, 4*l.Units)
	s.weight("recurrent_kernel", l.RecurrentInitializer.or(Orthogonal()), l.RecurrentRegularizer, l.RecurrentConstraint, l.Units, 4*l.Units)
	if !l.NoBias {
		s.weight("bias", l.BiasInitializer.or(Zeros()), l.BiasRegularizer, l.BiasConstraint, 4*l.Units)
		if !l.NoUnitForgetBias {
			s.startAtOne("bias", l.Units, 2*l.Units)
		}
	}
	return Shape{l.Units}, nil
}

// Sizes implements Cell.
func (l LSTMCell) Sizes() (int, []int) { return l.Units, []int{l.Units, l.Units} }

// Begin emits the gates' share of the inputs for all steps.
func (l LSTMCell) Begin(c *Context, x Value) (z *graph.Node, consts []*graph.Node) {
	var bias *graph.Node
	if !l.NoBias {
		bias = c.Weight("bias")
	}
	return c.Linear(c.dropInputs(l.Dropout, x), c.Weight("kernel"), bias), nil
}

// Step implements Cell.
func (l LSTMCell) Step(c *Context, z *graph.Node, _, state []*graph.Node) (*graph.Node, []*graph.Node) {
	h, memory := state[0], state[1]
	all := c.MulAdd(z, c.dropState(l.RecurrentDropout, h), c.Weight("recurrent_kernel"))
	gate := func(i int, f Func) *graph.Node { return c.Activate(f, c.Columns(all, i*l.Units, (i+1)*l.Units)) }
	sigma, tanh := l.RecurrentActivation.or(Sigmoid), l.Activation.or(Tanh)
	i, f, g, o := gate(0, sigma), gate(1, sigma), gate(2, tanh), gate(3, sigma)
	memory = c.Add(c.Mul(f, memory), c.Mul(i, g))
	h = c.Mul(o, c.Activate(tanh, memory))
	return h, []*graph.Node{h, memory}
}

// Fuse implements Fuser, for elementwise activations.
func (l LSTMCell) Fuse(c *Context, z, mask *graph.Node, _, state []*graph.Node, steps int) (*graph.Node, []*graph.Node, bool) {
	by, ok := gating(l.RecurrentActivation, l.Activation)
	if !ok || c.dropsState(l.RecurrentDropout) {
		return nil, nil, false
	}
	outs, memory := c.LSTMOf(by, z, mask, state[0], state[1], c.Weight("recurrent_kernel"), steps)
	return outs, []*graph.Node{c.Last(outs, steps), memory}, true
}

// gating returns the functions of a gated cell, if they fuse.
func gating(recurrent, activation Func) (by graph.Gating, ok bool) {
	by = graph.Gating{Recurrent: string(recurrent.or(Sigmoid)), Activation: string(activation.or(Tanh))}
	return by, graph.Elementwise(by.Recurrent) && graph.Elementwise(by.Activation)
}
