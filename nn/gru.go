package nn

import "unroll/graph"

// GRU is the gated recurrent unit. With the gates in the order z, r, h:
//
//	z = σ(x_t·W_z + h·U_z + b_z)        r = σ(x_t·W_r + h·U_r + b_r)
//	g = tanh(x_t·W_h + b_h + r∘(h·U_h + b'_h))
//	h_t = z∘h + (1−z)∘g,                h = h_{t−1}
//
// or, if ResetBefore is set, g = tanh(x_t·W_h + (r∘h)·U_h + b_h).
//
// Input [time, features]; output [units], or [time, units] if ReturnSequences
// is set, and then the state h, [units], if ReturnState is set. Weights: kernel
// [features, 3·units], recurrent_kernel [units, 3·units], bias [2, 3·units], of
// the inputs and of the recurrence, or [3·units] with ResetBefore.
//
// Cho et al., Learning phrase representations using RNN encoder-decoder, 2014.
// Keras: GRU; ResetBefore is reset_after=False.
type GRU struct {
	Units                int         `json:"units"`
	Activation           Func        `json:"activation,omitempty"`           // tanh if empty
	RecurrentActivation  Func        `json:"recurrent_activation,omitempty"` // sigmoid if empty
	ResetBefore          bool        `json:"reset_before,omitempty"`
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

var _ Layer = GRU{}

func init() { Register(GRU{}); Register(GRUCell{}) }

func (l GRU) rnn() RNN {
	r := takeOptions(&l.ReturnSequences, &l.ReturnState, &l.GoBackwards, &l.Stateful, &l.ZeroOutputForMask, &l.Remat, &l.Execution)
	r.Cell = GRUCell(l)
	return r
}

// Init implements Layer.
func (l GRU) Init(s *Scope, in ...Shape) ([]Shape, error) { return l.rnn().Init(s, in...) }

// Apply implements Layer.
func (l GRU) Apply(c *Context, in ...Value) []Value { return l.rnn().Apply(c, in...) }

// GRUCell is the cell of GRU, for use in RNN, with the settings of GRU but for
// those from ReturnSequences on, which are RNN's. Its state is h. Keras: GRUCell.
type GRUCell GRU

var _ Fuser = GRUCell{}

// Init implements Cell.
func (l GRUCell) Init(s *Scope, in Shape) (Shape, error) {
	features, err := checkCell(GRU(l).rnn(), in, l.Units, l.Dropout, l.RecurrentDropout, l.Activation, l.RecurrentActivation)
	if err != nil {
		return nil, err
	}
	s.weight("kernel", l.KernelInitializer.or(GlorotUniform()), l.KernelRegularizer, l.KernelConstraint, features, 3*l.Units)
	s.weight("recurrent_kernel", l.RecurrentInitializer.or(Orthogonal()), l.RecurrentRegularizer, l.RecurrentConstraint, l.Units, 3*l.Units)
	if !l.NoBias {
		shape := []int{2, 3 * l.Units}
		if l.ResetBefore {
			shape = shape[1:]
		}
		s.weight("bias", l.BiasInitializer.or(Zeros()), l.BiasRegularizer, l.BiasConstraint, shape...)
	}
	return Shape{l.Units}, nil
}

// Sizes implements Cell.
func (l GRUCell) Sizes() (int, []int) { return l.Units, []int{l.Units} }

// Begin emits the gates' share of the inputs for all steps, and the bias of the
// recurrence.
func (l GRUCell) Begin(c *Context, x Value) (z *graph.Node, consts []*graph.Node) {
	var bias *graph.Node
	if !l.NoBias {
		bias = c.Weight("bias")
		if !l.ResetBefore {
			consts = []*graph.Node{c.Row(bias, 1)}
			bias = c.Row(bias, 0)
		}
	}
	return c.Linear(c.dropInputs(l.Dropout, x), c.Weight("kernel"), bias), consts
}

// Step implements Cell.
func (l GRUCell) Step(c *Context, z *graph.Node, consts, state []*graph.Node) (*graph.Node, []*graph.Node) {
	h, u := state[0], c.Weight("recurrent_kernel")
	kept := c.dropState(l.RecurrentDropout, h)
	sigma, tanh := l.RecurrentActivation.or(Sigmoid), l.Activation.or(Tanh)
	gate := func(x *graph.Node, i int) *graph.Node { return c.Columns(x, i*l.Units, (i+1)*l.Units) }
	var update, candidate *graph.Node
	if l.ResetBefore {
		both := c.MulAdd(c.Columns(z, 0, 2*l.Units), kept, c.Columns(u, 0, 2*l.Units))
		update = c.Activate(sigma, gate(both, 0))
		reset := c.Activate(sigma, gate(both, 1))
		candidate = c.MulAdd(gate(z, 2), c.Mul(reset, kept), gate(u, 2))
	} else {
		inner := c.MatMul(kept, u)
		if len(consts) > 0 {
			inner = c.Add(inner, consts[0])
		}
		update = c.Activate(sigma, c.Add(gate(z, 0), gate(inner, 0)))
		reset := c.Activate(sigma, c.Add(gate(z, 1), gate(inner, 1)))
		candidate = c.Add(gate(z, 2), c.Mul(reset, gate(inner, 2)))
	}
	candidate = c.Activate(tanh, candidate)
	// z∘h + (1−z)∘g
	h = c.Add(c.Mul(update, h), c.Mul(c.Affine(-1, update, 1), candidate))
	return h, []*graph.Node{h}
}

// Fuse implements Fuser, for elementwise activations and the default order of the reset.
func (l GRUCell) Fuse(c *Context, z, mask *graph.Node, consts, state []*graph.Node, steps int) (*graph.Node, []*graph.Node, bool) {
	by, ok := gating(l.RecurrentActivation, l.Activation)
	if !ok || l.ResetBefore || c.dropsState(l.RecurrentDropout) {
		return nil, nil, false
	}
	var bias *graph.Node
	if len(consts) > 0 {
		bias = consts[0]
	}
	outs := c.GRUOf(by, z, mask, state[0], c.Weight("recurrent_kernel"), bias, steps)
	return outs, []*graph.Node{c.Last(outs, steps)}, true
}
