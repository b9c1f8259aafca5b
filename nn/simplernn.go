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

	ReturnSequences bool      `json:"return_sequences,omitempty"`
	ReturnState     bool      `json:"return_state,omitempty"`
	GoBackwards     bool      `json:"go_backwards,omitempty"`
	Execution       Execution `json:"execution,omitempty"`
}

var _ Layer = SimpleRNN{}

func init() { Register(SimpleRNN{}); Register(SimpleRNNCell{}) }

func (l SimpleRNN) rnn() RNN {
	return RNN{
		Cell: SimpleRNNCell{
			Units:                l.Units,
			Activation:           l.Activation,
			NoBias:               l.NoBias,
			KernelInitializer:    l.KernelInitializer,
			RecurrentInitializer: l.RecurrentInitializer,
			BiasInitializer:      l.BiasInitializer,
		},
		ReturnSequences: l.ReturnSequences,
		ReturnState:     l.ReturnState,
		GoBackwards:     l.GoBackwards,
		Execution:       l.Execution,
	}
}

// Init implements Layer.
func (l SimpleRNN) Init(s *Scope, in ...Shape) ([]Shape, error) { return l.rnn().Init(s, in...) }

// Apply implements Layer.
func (l SimpleRNN) Apply(c *Context, in ...Value) []Value { return l.rnn().Apply(c, in...) }

// SimpleRNNCell is the cell of SimpleRNN, for use in RNN. Keras: SimpleRNNCell.
type SimpleRNNCell struct {
	Units                int         `json:"units"`
	Activation           Func        `json:"activation,omitempty"`
	NoBias               bool        `json:"no_bias,omitempty"`
	KernelInitializer    Initializer `json:"kernel_initializer,omitzero"`
	RecurrentInitializer Initializer `json:"recurrent_initializer,omitzero"`
	BiasInitializer      Initializer `json:"bias_initializer,omitzero"`
}

var _ Cell = SimpleRNNCell{}

// Init implements Cell.
func (l SimpleRNNCell) Init(s *Scope, in Shape) (Shape, error) {
	if err := positive("units", l.Units); err != nil {
		return nil, err
	}
	features, err := in.last()
	if err != nil {
		return nil, err
	}
	s.Weight("kernel", l.KernelInitializer.or(GlorotUniform()), features, l.Units)
	s.Weight("recurrent_kernel", l.RecurrentInitializer.or(Orthogonal()), l.Units, l.Units)
	if !l.NoBias {
		s.Weight("bias", l.BiasInitializer.or(Zeros()), l.Units)
	}
	return Shape{l.Units}, l.Activation.or(Tanh).check()
}

// Sizes implements Cell.
func (l SimpleRNNCell) Sizes() (int, []int) { return l.Units, []int{l.Units} }

// Begin emits z = x·kernel + bias for all steps at once.
func (l SimpleRNNCell) Begin(c *Context, x Value) (z *graph.Node, consts []*graph.Node) {
	var bias *graph.Node
	if !l.NoBias {
		bias = c.Weight("bias")
	}
	return c.Linear(x, c.Weight("kernel"), bias), nil
}

// Step emits h = f(z + h·recurrent_kernel).
func (l SimpleRNNCell) Step(c *Context, z *graph.Node, _, state []*graph.Node) (*graph.Node, []*graph.Node) {
	h := c.Activate(l.Activation.or(Tanh), c.MulAdd(z, state[0], c.Weight("recurrent_kernel")))
	return h, []*graph.Node{h}
}

var (
	_ Stepper = SimpleRNNCell{}
	_ Fuser   = SimpleRNNCell{}
)

// StepAt implements Stepper.
func (l SimpleRNNCell) StepAt(c *Context, z *graph.Node, _, state []*graph.Node, t, steps int) (*graph.Node, []*graph.Node, bool) {
	f := string(l.Activation.or(Tanh))
	if !graph.Elementwise(f) {
		return nil, nil, false
	}
	h := c.RNNStep(f, z, state[0], c.Weight("recurrent_kernel"), t, steps)
	return h, []*graph.Node{h}, true
}

// Fuse implements Fuser.
func (l SimpleRNNCell) Fuse(c *Context, z, mask *graph.Node, _, state []*graph.Node, steps int) (*graph.Node, []*graph.Node, bool) {
	f := string(l.Activation.or(Tanh))
	if !graph.Elementwise(f) {
		return nil, nil, false
	}
	outs := c.Recurrence(f, z, mask, state[0], c.Weight("recurrent_kernel"), steps)
	return outs, []*graph.Node{c.Last(outs, steps)}, true
}
