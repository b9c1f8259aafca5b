package nn

import (
	"slices"

	"gorgonia.org/tensor"

	"unroll/graph"
)

// LayerNormalization normalizes the features of each sample or step by their
// mean and variance, and gives them a gain and an offset:
//
//	y = gamma∘(x − μ)/√(σ² + epsilon) + beta
//
// Input and output [features] or [time, features]. Weights: gamma [features], beta
// [features]. By Axis it is the steps of each feature, or steps and features together,
// whose number must be known, and the weights are [time] or [time, features].
//
// Ba, Kiros and Hinton, Layer normalization, 2016. Keras: LayerNormalization.
type LayerNormalization struct {
	Axis             []int       `json:"axis,omitempty"`    // −1, the features, if empty; 1 are the steps
	Epsilon          float64     `json:"epsilon,omitempty"` // 0.001
	NoScale          bool        `json:"no_scale,omitempty"`
	NoCenter         bool        `json:"no_center,omitempty"`
	GammaInitializer Initializer `json:"gamma_initializer,omitzero"` // ones
	BetaInitializer  Initializer `json:"beta_initializer,omitzero"`  // zeros
	GammaRegularizer Regularizer `json:"gamma_regularizer,omitzero"`
	BetaRegularizer  Regularizer `json:"beta_regularizer,omitzero"`
	GammaConstraint  Constraint  `json:"gamma_constraint,omitzero"`
	BetaConstraint   Constraint  `json:"beta_constraint,omitzero"`
}

var _ Layer = LayerNormalization{}

func init() { Register(LayerNormalization{}) }

func (l LayerNormalization) epsilon() float64 {
	if l.Epsilon == 0 {
		return 1e-3
	}
	return l.Epsilon
}

// over reports whether the steps, and whether the features, are normalized, and returns
// their numbers.
func (l LayerNormalization) over(x Shape) (steps, features bool, sizes []int, err error) {
	axes := l.Axis
	if len(axes) == 0 {
		axes = []int{-1}
	}
	if len(axes) > 1 && len(x) > 2 {
		return false, false, nil, errorf("axes %v of an input %v", axes, x)
	}
	var at []int
	for _, a := range axes {
		n, err := axis(a, len(x))
		if err != nil {
			return false, false, nil, err
		}
		if x[n-1] == Any {
			return false, false, nil, errorf("input is %v, want a known size of axis %d", x, a)
		}
		at, sizes = append(at, n), append(sizes, x[n-1])
	}
	for i := range at[1:] {
		if at[i] >= at[i+1] {
			return false, false, nil, errorf("axes are %v, want each once and in order", axes)
		}
	}
	features = slices.Contains(at, len(x))
	if steps = len(at) > 1 || !features; steps && len(x) != 2 {
		return false, false, nil, errorf("axes %v of an input %v", axes, x)
	}
	return steps, features, sizes, nil
}

// declare declares gain and offset, of the given sizes.
func (l LayerNormalization) declare(s *Scope, sizes ...int) error {
	if !(l.epsilon() > 0) {
		return errorf("epsilon is %v, want a positive number", l.epsilon())
	}
	if !l.NoScale {
		s.weight("gamma", l.GammaInitializer.or(Ones()), l.GammaRegularizer, l.GammaConstraint, sizes...)
	}
	if !l.NoCenter {
		s.weight("beta", l.BetaInitializer.or(Zeros()), l.BetaRegularizer, l.BetaConstraint, sizes...)
	}
	return nil
}

// scaled emits gamma∘x + beta.
func (l LayerNormalization) scaled(c *Context, x *graph.Node) *graph.Node {
	row := func(w *graph.Node) *graph.Node {
		if w != nil && w.Dims() > 1 {
			return c.Reshape(w, tensor.Shape(w.Shape()).TotalSize())
		}
		return w
	}
	if !l.NoScale {
		x = c.Mul(x, row(c.Weight("gamma")))
	}
	if !l.NoCenter {
		x = c.Add(x, row(c.Weight("beta")))
	}
	return x
}

// Init implements Layer.
func (l LayerNormalization) Init(s *Scope, in ...Shape) ([]Shape, error) {
	x, err := oneInput(in)
	if err != nil {
		return nil, err
	}
	if _, err := x.last(); err != nil {
		return nil, err
	}
	_, _, sizes, err := l.over(x)
	if err != nil {
		return nil, err
	}
	return in, l.declare(s, sizes...)
}

// Apply implements Layer.
func (l LayerNormalization) Apply(c *Context, in ...Value) []Value {
	x := in[0]
	n := c.Dense(x)
	if c.Err() != nil {
		return []Value{{}}
	}
	steps, features, _, err := l.over(x.shape())
	if err != nil {
		c.Fail(err)
		return []Value{{}}
	}
	normal := func(x *graph.Node) *graph.Node { return l.scaled(c, c.NormalizeRows(x, l.epsilon())) }
	switch s := n.Shape(); {
	case steps && features:
		n = c.TimeMajor(normal(c.BatchMajor(n, x.Steps)), x.Steps)
	case steps:
		n = c.Reshape(c.Transpose(normal(c.Transpose(c.Reshape(n, x.Steps, c.Batch*s[1])))), s...)
	default:
		n = normal(n)
	}
	return []Value{{Node: n, Steps: x.Steps, Mask: x.Mask}}
}
