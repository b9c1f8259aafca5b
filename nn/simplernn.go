package nn

import "unroll/graph"

// SimpleRNN is the fully connected recurrent layer:
//
//	h_t = tanh(x_t·kernel + h_{t−1}·recurrent_kernel + bias),  h_0 = 0
//
// Input [time, features]; output [units], the last step's, or [time, units] if
// ReturnSequences is set, and then the state h, [units], if ReturnState is set.
// Weights: kernel [features, units], recurrent_kernel
// [units, units], bias [units]. Keras: SimpleRNN.
type SimpleRNN struct {
	Units                int         `json:"units"`
	Activation           Func        `json:"activation,omitempty"` // tanh if empty
	NoBias               bool        `json:"no_bias,omitempty"`
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

var _ Layer = SimpleRNN{}

func init() { Register(SimpleRNN{}); Register(SimpleRNNCell{}) }

func (l SimpleRNN) rnn() RNN {
	r := takeOptions(&l.ReturnSequences, &l.ReturnState, &l.GoBackwards, &l.Stateful, &l.ZeroOutputForMask, &l.Remat, &l.Execution)
	r.Cell = SimpleRNNCell(l)
	return r
}

// Init implements Layer.
func (l SimpleRNN) Init(s *Scope, in ...Shape) ([]Shape, error) { return l.rnn().Init(s, in...) }

// Apply implements Layer.
func (l SimpleRNN) Apply(c *Context, in ...Value) []Value { return l.rnn().Apply(c, in...) }

// SimpleRNNCell is the cell of SimpleRNN, for use in RNN, with the settings of
// SimpleRNN but for those from ReturnSequences on, which are RNN's. Keras:
// SimpleRNNCell.
type SimpleRNNCell SimpleRNN

var _ Cell = SimpleRNNCell{}

// Init implements Cell.
func (l SimpleRNNCell) Init(s *Scope, in Shape) (Shape, error) {
	features, err := checkCell(SimpleRNN(l).rnn(), in, l.Units, l.Dropout, l.RecurrentDropout, l.Activation)
	if err != nil {
		return nil, err
	}
	s.weight("kernel", l.KernelInitializer.or(GlorotUniform()), l.KernelRegularizer, l.KernelConstraint, features, l.Units)
	s.weight("recurrent_kernel", l.RecurrentInitializer.or(Orthogonal()), l.RecurrentRegularizer, l.RecurrentConstraint, l.Units, l.Units)
	if !l.NoBias {
		s.weight("bias", l.BiasInitializer.or(Zeros()), l.BiasRegularizer, l.BiasConstraint, l.Units)
	}
	return Shape{l.Units}, nil
}

// Sizes implements Cell.
func (l SimpleRNNCell) Sizes() (int, []int) { return l.Units, []int{l.Units} }

// Begin emits z = x·kernel + bias for all steps at once.
func (l SimpleRNNCell) Begin(c *Context, x Value) (z *graph.Node, consts []*graph.Node) {
	var bias *graph.Node
	if !l.NoBias {
		bias = c.Weight("bias")
	}
	return c.Linear(c.dropInputs(l.Dropout, x), c.Weight("kernel"), bias), nil
}

// Step emits h = f(z + h·recurrent_kernel).
func (l SimpleRNNCell) Step(c *Context, z *graph.Node, _, state []*graph.Node) (*graph.Node, []*graph.Node) {
	h := c.Activate(l.Activation.or(Tanh), c.MulAdd(z, c.dropState(l.RecurrentDropout, state[0]), c.Weight("recurrent_kernel")))
	return h, []*graph.Node{h}
}

var (
	_ Stepper = SimpleRNNCell{}
	_ Fuser   = SimpleRNNCell{}
)

// StepAt implements Stepper.
func (l SimpleRNNCell) StepAt(c *Context, z *graph.Node, _, state []*graph.Node, t, steps int) (*graph.Node, []*graph.Node, bool) {
	f := string(l.Activation.or(Tanh))
	if !graph.Elementwise(f) || c.dropsState(l.RecurrentDropout) {
		return nil, nil, false
	}
	h := c.SimpleRNNStep(f, z, state[0], c.Weight("recurrent_kernel"), t, steps)
	return h, []*graph.Node{h}, true
}

// Fuse implements Fuser.
func (l SimpleRNNCell) Fuse(c *Context, z, mask *graph.Node, _, state []*graph.Node, steps int) (*graph.Node, []*graph.Node, bool) {
	f := string(l.Activation.or(Tanh))
	if !graph.Elementwise(f) || c.dropsState(l.RecurrentDropout) {
		return nil, nil, false
	}
	outs := c.SimpleRNN(f, z, mask, state[0], c.Weight("recurrent_kernel"), steps)
	return outs, []*graph.Node{c.Last(outs, steps)}, true
}
