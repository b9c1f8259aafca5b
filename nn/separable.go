package nn

import (
	"cmp"

	"unroll/graph"
)

// SeparableConv1D is a convolution over time of each feature alone, by so many
// kernels each, and then of its results at each step. Input [time, features],
// output [time', filters]; see Conv1D for time'. Weights: depthwise_kernel
// [kernel_size, features, depth_multiplier], pointwise_kernel
// [1, features·depth_multiplier, filters], bias [filters]. A mask ends here.
//
// Chollet, Xception: deep learning with depthwise separable convolutions, 2016.
// Keras: SeparableConv1D.
type SeparableConv1D struct {
	Filters              int         `json:"filters"`
	KernelSize           int         `json:"kernel_size"`
	Strides              int         `json:"strides,omitempty"`          // 1
	Padding              string      `json:"padding,omitempty"`          // "valid"; "same", "causal"
	DilationRate         int         `json:"dilation_rate,omitempty"`    // 1
	DepthMultiplier      int         `json:"depth_multiplier,omitempty"` // 1
	Activation           Func        `json:"activation,omitempty"`       // linear if empty
	NoBias               bool        `json:"no_bias,omitempty"`
	DepthwiseInitializer Initializer `json:"depthwise_initializer,omitzero"` // Glorot uniform
	PointwiseInitializer Initializer `json:"pointwise_initializer,omitzero"` // Glorot uniform
	BiasInitializer      Initializer `json:"bias_initializer,omitzero"`      // zeros
	DepthwiseRegularizer Regularizer `json:"depthwise_regularizer,omitzero"`
	PointwiseRegularizer Regularizer `json:"pointwise_regularizer,omitzero"`
	BiasRegularizer      Regularizer `json:"bias_regularizer,omitzero"`
	DepthwiseConstraint  Constraint  `json:"depthwise_constraint,omitzero"`
	PointwiseConstraint  Constraint  `json:"pointwise_constraint,omitzero"`
	BiasConstraint       Constraint  `json:"bias_constraint,omitzero"`
}

// DepthwiseConv1D is a convolution over time of each feature alone. Input
// [time, features], output [time', features·depth_multiplier], the results of one
// feature side by side; see Conv1D for time'. Weights: kernel
// [kernel_size, features, depth_multiplier], bias [features·depth_multiplier]. A
// mask ends here. Keras: DepthwiseConv1D, whose kernel's settings it calls
// depthwise.
type DepthwiseConv1D struct {
	KernelSize           int         `json:"kernel_size"`
	Strides              int         `json:"strides,omitempty"`          // 1
	Padding              string      `json:"padding,omitempty"`          // "valid"; "same", "causal"
	DilationRate         int         `json:"dilation_rate,omitempty"`    // 1
	DepthMultiplier      int         `json:"depth_multiplier,omitempty"` // 1
	Activation           Func        `json:"activation,omitempty"`       // linear if empty
	NoBias               bool        `json:"no_bias,omitempty"`
	DepthwiseInitializer Initializer `json:"depthwise_initializer,omitzero"` // Glorot uniform
	BiasInitializer      Initializer `json:"bias_initializer,omitzero"`      // zeros
	DepthwiseRegularizer Regularizer `json:"depthwise_regularizer,omitzero"`
	BiasRegularizer      Regularizer `json:"bias_regularizer,omitzero"`
	DepthwiseConstraint  Constraint  `json:"depthwise_constraint,omitzero"`
	BiasConstraint       Constraint  `json:"bias_constraint,omitzero"`
}

var (
	_ Layer = SeparableConv1D{}
	_ Layer = DepthwiseConv1D{}
)

func init() { Register(SeparableConv1D{}); Register(DepthwiseConv1D{}) }

// grouped emits the kernel [size, features, filters] of a convolution of which each
// of the groups of filters reads its group of features, of one
// [size, features/groups, filters]: the kernel with zeros elsewhere.
func (c *Context) grouped(kernel *graph.Node, groups int) *graph.Node {
	if groups == 1 || c.Err() != nil {
		return kernel
	}
	s := kernel.Shape()
	features, filters := s[1]*groups, s[2]
	if features > 1<<26/filters {
		return c.Fail(errorf("%d features and %d filters are too many for groups", features, filters))
	}
	reads := make([]float64, features*filters)
	for i := range features {
		for j := range filters {
			if i/s[1] == j/(filters/groups) {
				reads[i*filters+j] = 1
			}
		}
	}
	wide := c.BroadcastTo(c.Reshape(kernel, s[0], 1, s[1], filters), s[0], groups, s[1], filters)
	return c.Mul(c.Reshape(wide, s[0], features, filters), c.fixed("groups", reads, Shape{features, filters}))
}

// depthwise is the part that both layers have, as a DepthwiseConv1D of the settings
// of the window and the kernel alone.
func (l SeparableConv1D) depthwise() DepthwiseConv1D {
	return DepthwiseConv1D{
		KernelSize: l.KernelSize, Strides: l.Strides, Padding: l.Padding, DilationRate: l.DilationRate, DepthMultiplier: l.DepthMultiplier,
		DepthwiseInitializer: l.DepthwiseInitializer, DepthwiseRegularizer: l.DepthwiseRegularizer, DepthwiseConstraint: l.DepthwiseConstraint,
	}
}

// declare declares the kernel under a name and returns the steps and features of
// the output.
func (l DepthwiseConv1D) declare(s *Scope, name string, in []Shape) (steps, features int, err error) {
	if err := positive("kernel_size", l.KernelSize); err != nil {
		return 0, 0, err
	}
	each := cmp.Or(l.DepthMultiplier, 1)
	if err := positive("depth_multiplier", each); err != nil {
		return 0, 0, err
	}
	if steps, err = windowed(in, l.window()); err != nil {
		return 0, 0, err
	}
	if features, err = in[0].last(); err != nil {
		return 0, 0, err
	}
	s.weight(name, l.DepthwiseInitializer.or(GlorotUniform()), l.DepthwiseRegularizer, l.DepthwiseConstraint, l.KernelSize, features, each)
	return steps, features * each, nil
}

func (l DepthwiseConv1D) window() graph.Window {
	return graph.Window{Size: l.KernelSize, Strides: l.Strides, Dilation: l.DilationRate, Padding: l.Padding}
}

// conv emits the convolution by the kernel of that name, which is one with as many
// groups as features.
func (l DepthwiseConv1D) conv(c *Context, name string, x Value) *graph.Node {
	n, kernel := c.Dense(x), c.Weight(name)
	if c.Err() != nil {
		return nil
	}
	s := kernel.Shape()
	return c.Conv1D(n, c.grouped(c.Reshape(kernel, s[0], 1, s[1]*s[2]), s[1]), x.Steps, l.window())
}

// Init implements Layer.
func (l DepthwiseConv1D) Init(s *Scope, in ...Shape) ([]Shape, error) {
	steps, features, err := l.declare(s, "kernel", in)
	if err != nil {
		return nil, err
	}
	if !l.NoBias {
		s.weight("bias", l.BiasInitializer.or(Zeros()), l.BiasRegularizer, l.BiasConstraint, features)
	}
	return []Shape{{steps, features}}, l.Activation.or(Linear).check()
}

// Apply implements Layer.
func (l DepthwiseConv1D) Apply(c *Context, in ...Value) []Value {
	y := l.conv(c, "kernel", in[0])
	if !l.NoBias {
		y = c.Add(y, c.Weight("bias"))
	}
	return []Value{c.activated(l.Activation.or(Linear), c.sequence(y))}
}

// Init implements Layer.
func (l SeparableConv1D) Init(s *Scope, in ...Shape) ([]Shape, error) {
	if err := positive("filters", l.Filters); err != nil {
		return nil, err
	}
	steps, features, err := l.depthwise().declare(s, "depthwise_kernel", in)
	if err != nil {
		return nil, err
	}
	s.weight("pointwise_kernel", l.PointwiseInitializer.or(GlorotUniform()), l.PointwiseRegularizer, l.PointwiseConstraint, 1, features, l.Filters)
	if !l.NoBias {
		s.weight("bias", l.BiasInitializer.or(Zeros()), l.BiasRegularizer, l.BiasConstraint, l.Filters)
	}
	return []Shape{{steps, l.Filters}}, l.Activation.or(Linear).check()
}

// Apply implements Layer.
func (l SeparableConv1D) Apply(c *Context, in ...Value) []Value {
	y := l.depthwise().conv(c, "depthwise_kernel", in[0])
	kernel := c.Weight("pointwise_kernel")
	if c.Err() != nil {
		return []Value{{}}
	}
	y = c.MatMul(y, c.Reshape(kernel, kernel.Shape()[1:]...))
	if !l.NoBias {
		y = c.Add(y, c.Weight("bias"))
	}
	return []Value{c.activated(l.Activation.or(Linear), c.sequence(y))}
}
