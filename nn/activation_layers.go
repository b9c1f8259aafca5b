package nn

import (
	"cmp"
	"math"
)

// The layers of this file are activation functions as layers of their own, most of
// them with constants that Activation has not. Input and output of any shape; a mask
// goes through.

// ReLU is the rectifier
//
//	y = min(x, max_value) where x > threshold, else negative_slope·(x − threshold)
//
// Keras: ReLU; ThresholdedReLU(theta) of Keras 2 is ReLU{Threshold: theta}.
type ReLU struct {
	MaxValue      float64 `json:"max_value,omitempty"` // none if 0
	NegativeSlope float64 `json:"negative_slope,omitempty"`
	Threshold     float64 `json:"threshold,omitempty"`
}

// LeakyReLU is x where x > 0, else negative_slope·x. The slope of the function
// LeakyRelu is another, 0.2. Keras: LeakyReLU, whose slope Keras 2 calls alpha.
type LeakyReLU struct {
	NegativeSlope float64 `json:"negative_slope,omitempty"` // 0.3; a ReLU has none
}

// ELU is x where x > 0, else alpha·(eˣ − 1). Keras: ELU.
type ELU struct {
	Alpha float64 `json:"alpha,omitempty"` // 1
}

// SoftmaxLayer is the softmax along an axis of the input: over the features or over
// the steps of a sequence, of which those that are masked get 0. Keras: Softmax,
// which here is the function's name.
type SoftmaxLayer struct {
	// Axis counts as in Keras, from the batch, which is 0: −1, the features, if 0;
	// 1 or −2 are the steps of a sequence.
	Axis int `json:"axis,omitempty"`
}

// PReLU is the rectifier whose slope below 0 is learned,
//
//	y = max(x, 0) − alpha∘max(−x, 0)
//
// Weights: alpha, of the shape of a sample, [features] or [time, features], but 1 on
// the shared axes.
//
// He et al., Delving deep into rectifiers, 2015. Keras: PReLU.
type PReLU struct {
	AlphaInitializer Initializer `json:"alpha_initializer,omitzero"` // zeros
	AlphaRegularizer Regularizer `json:"alpha_regularizer,omitzero"`
	AlphaConstraint  Constraint  `json:"alpha_constraint,omitzero"`
	SharedAxes       []int       `json:"shared_axes,omitempty"` // such as 1, the steps
}

var (
	_ Layer = ReLU{}
	_ Layer = LeakyReLU{}
	_ Layer = ELU{}
	_ Layer = SoftmaxLayer{}
	_ Layer = PReLU{}
)

func init() {
	for _, l := range []Layer{ReLU{}, LeakyReLU{}, ELU{}, SoftmaxLayer{}, PReLU{}} {
		Register(l)
	}
}

// Func returns the layer's function.
func (l ReLU) Func() Func {
	if l == (ReLU{}) {
		return Relu
	}
	most := l.MaxValue
	if most == 0 {
		most = math.Inf(1)
	}
	return ReluOf(l.NegativeSlope, l.Threshold, most)
}

// Func returns the layer's function.
func (l LeakyReLU) Func() Func { return LeakyReluOf(cmp.Or(l.NegativeSlope, 0.3)) }

// Func returns the layer's function.
func (l ELU) Func() Func {
	if l.Alpha == 0 || l.Alpha == 1 {
		return Elu
	}
	return EluOf(l.Alpha)
}

// Init implements Layer.
func (l ReLU) Init(s *Scope, in ...Shape) ([]Shape, error) {
	return Activation{l.Func()}.Init(s, in...)
}

// Apply implements Layer.
func (l ReLU) Apply(c *Context, in ...Value) []Value { return Activation{l.Func()}.Apply(c, in...) }

// Init implements Layer.
func (l LeakyReLU) Init(s *Scope, in ...Shape) ([]Shape, error) {
	return Activation{l.Func()}.Init(s, in...)
}

// Apply implements Layer.
func (l LeakyReLU) Apply(c *Context, in ...Value) []Value {
	return Activation{l.Func()}.Apply(c, in...)
}

// Init implements Layer.
func (l ELU) Init(s *Scope, in ...Shape) ([]Shape, error) { return Activation{l.Func()}.Init(s, in...) }

// Apply implements Layer.
func (l ELU) Apply(c *Context, in ...Value) []Value { return Activation{l.Func()}.Apply(c, in...) }

// overTime reports whether the axis is that of a sequence's steps.
func (l SoftmaxLayer) overTime(rank int) (bool, error) {
	at, err := axis(cmp.Or(l.Axis, -1), rank)
	return at < rank, err
}

// Init implements Layer.
func (l SoftmaxLayer) Init(_ *Scope, in ...Shape) ([]Shape, error) {
	x, err := vectors(in)
	if err != nil {
		return nil, err
	}
	_, err = l.overTime(len(x))
	return in, err
}

// Apply implements Layer.
func (l SoftmaxLayer) Apply(c *Context, in ...Value) []Value {
	x := in[0]
	over, err := l.overTime(len(x.shape()))
	if err != nil {
		c.Fail(err)
	}
	if x.Node = c.Dense(x); c.Err() != nil {
		return []Value{{}}
	}
	if !over {
		return []Value{c.activated(Softmax, x)}
	}
	s := x.Node.Shape()
	n := x.Node
	if x.Mask != nil { // e⁻∞ is 0, but a sequence without any step has to have some value
		n = c.Where(x.Mask, n, c.Affine(-1e9, c.Ones(s...), 0))
	}
	// [steps·batch, features] as [batch·features, steps], whose rows are to sum to 1.
	n = c.Softmax(c.Transpose(c.Reshape(n, x.Steps, c.Batch*s[1])))
	n = c.Reshape(c.Transpose(n), s...)
	return []Value{{Node: n, Steps: x.Steps, Mask: x.Mask}}
}

// shape returns that of alpha for a sample.
func (l PReLU) shape(x Shape) (Shape, error) {
	out := append(Shape{}, x...)
	for _, a := range l.SharedAxes {
		at, err := axis(a, len(x))
		if err != nil {
			return nil, err
		}
		out[at-1] = 1
	}
	for _, n := range out {
		if n == Any {
			return nil, errorf("input is %v, want known sizes on the axes that are not shared", x)
		}
	}
	return out, nil
}

// Init implements Layer.
func (l PReLU) Init(s *Scope, in ...Shape) ([]Shape, error) {
	x, err := vectors(in)
	if err != nil {
		return nil, err
	}
	shape, err := l.shape(x)
	if err != nil {
		return nil, err
	}
	s.weight("alpha", l.AlphaInitializer.or(Zeros()), l.AlphaRegularizer, l.AlphaConstraint, shape...)
	return in, nil
}

// Apply implements Layer.
func (l PReLU) Apply(c *Context, in ...Value) []Value {
	x := in[0]
	n := c.Dense(x)
	below := c.bySample(c.Relu(c.Neg(n)), c.Weight("alpha"), x.Steps, c.Mul)
	return []Value{{Node: c.Sub(c.Relu(n), below), Steps: x.Steps, Mask: x.Mask}}
}
