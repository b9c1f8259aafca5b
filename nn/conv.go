package nn

import (
	"cmp"

	"unroll/graph"
)

// Conv1D is a convolution over time:
//
//	y_t = f(Σ_k x_(t·strides + k·dilation)·kernel_k + bias)
//
// Input [time, features], output [time', filters], where time' is, with
// reach = (kernel_size−1)·dilation + 1,
//
//	valid          ⌊(time − reach)/strides⌋ + 1
//	same, causal   ⌈time/strides⌉
//
// Same pads both ends with zeros, causal the beginning alone, so that a step
// reads none after it. With Groups the features and the filters are split into so
// many parts, and each part of the filters reads its part of the features alone.
// Weights: kernel [kernel_size, features/groups, filters], bias [filters]. A mask
// ends here, as in Keras: Conv1D.
type Conv1D struct {
	Filters           int         `json:"filters"`
	KernelSize        int         `json:"kernel_size"`
	Strides           int         `json:"strides,omitempty"`       // 1
	Padding           string      `json:"padding,omitempty"`       // "valid"; "same", "causal"
	DilationRate      int         `json:"dilation_rate,omitempty"` // 1
	Groups            int         `json:"groups,omitempty"`        // 1
	Activation        Func        `json:"activation,omitempty"`    // linear if empty
	NoBias            bool        `json:"no_bias,omitempty"`
	KernelInitializer Initializer `json:"kernel_initializer,omitzero"` // Glorot uniform
	BiasInitializer   Initializer `json:"bias_initializer,omitzero"`   // zeros
	KernelRegularizer Regularizer `json:"kernel_regularizer,omitzero"`
	BiasRegularizer   Regularizer `json:"bias_regularizer,omitzero"`
	KernelConstraint  Constraint  `json:"kernel_constraint,omitzero"`
	BiasConstraint    Constraint  `json:"bias_constraint,omitzero"`
}

// MaxPooling1D takes the largest value of each feature in each window of
// pool_size steps. Input [time, features], output [time', features]; see Conv1D
// for time'. Keras: MaxPooling1D.
type MaxPooling1D struct {
	PoolSize int    `json:"pool_size,omitempty"` // 2
	Strides  int    `json:"strides,omitempty"`   // pool_size
	Padding  string `json:"padding,omitempty"`   // "valid"; "same"
}

// AveragePooling1D takes the mean of each feature in each window of pool_size
// steps; padding does not count. Input [time, features], output
// [time', features]; see Conv1D for time'. Keras: AveragePooling1D.
type AveragePooling1D struct {
	PoolSize int    `json:"pool_size,omitempty"` // 2
	Strides  int    `json:"strides,omitempty"`   // pool_size
	Padding  string `json:"padding,omitempty"`   // "valid"; "same"
}

// GlobalMaxPooling1D takes the largest value of each feature over all steps, or, if
// Masked is set, over those that are not masked; a sequence that is masked as a whole
// then gives zeros. Input [time, features], output [features], or [1, features] if
// KeepDims is set. Keras: GlobalMaxPooling1D, which takes the masked steps too.
type GlobalMaxPooling1D struct {
	KeepDims bool `json:"keepdims,omitempty"`
	Masked   bool `json:"masked,omitempty"`
}

// GlobalAveragePooling1D takes the mean of each feature over the steps that are
// not masked. Input [time, features], output [features], or [1, features] if
// KeepDims is set. Keras: GlobalAveragePooling1D; a sequence that is masked as a
// whole gives zeros, where Keras divides 0 by 0.
type GlobalAveragePooling1D struct {
	KeepDims bool `json:"keepdims,omitempty"`
}

var (
	_ Layer = Conv1D{}
	_ Layer = MaxPooling1D{}
	_ Layer = AveragePooling1D{}
	_ Layer = GlobalMaxPooling1D{}
	_ Layer = GlobalAveragePooling1D{}
)

func init() {
	for _, l := range []Layer{Conv1D{}, MaxPooling1D{}, AveragePooling1D{}, GlobalMaxPooling1D{}, GlobalAveragePooling1D{}} {
		Register(l)
	}
}

// windowed returns the number of steps that a window makes of a sequence.
func windowed(in []Shape, w graph.Window) (steps int, err error) {
	x, err := sequence(in)
	if err != nil {
		return 0, err
	}
	if x[0] == Any {
		_, err := w.Steps(1 << 20) // the settings alone
		return Any, err
	}
	return w.Steps(x[0])
}

func (l Conv1D) window() graph.Window {
	return graph.Window{Size: l.KernelSize, Strides: l.Strides, Dilation: l.DilationRate, Padding: l.Padding}
}

// Init implements Layer.
func (l Conv1D) Init(s *Scope, in ...Shape) ([]Shape, error) {
	if err := positive("filters", l.Filters); err != nil {
		return nil, err
	}
	if err := positive("kernel_size", l.KernelSize); err != nil {
		return nil, err
	}
	steps, err := windowed(in, l.window())
	if err != nil {
		return nil, err
	}
	features, err := in[0].last()
	if err != nil {
		return nil, err
	}
	groups := l.groups()
	if groups < 1 || features%groups != 0 || l.Filters%groups != 0 {
		return nil, errorf("%d groups of %d features and %d filters", groups, features, l.Filters)
	}
	s.weight("kernel", l.KernelInitializer.or(GlorotUniform()), l.KernelRegularizer, l.KernelConstraint, l.KernelSize, features/groups, l.Filters)
	if !l.NoBias {
		s.weight("bias", l.BiasInitializer.or(Zeros()), l.BiasRegularizer, l.BiasConstraint, l.Filters)
	}
	return []Shape{{steps, l.Filters}}, l.Activation.or(Linear).check()
}

// Apply implements Layer.
func (l Conv1D) Apply(c *Context, in ...Value) []Value {
	y := c.Conv1D(c.Dense(in[0]), c.grouped(c.Weight("kernel"), l.groups()), in[0].Steps, l.window())
	if !l.NoBias {
		y = c.Add(y, c.Weight("bias"))
	}
	return []Value{c.activated(l.Activation.or(Linear), c.sequence(y))}
}

func (l Conv1D) groups() int { return cmp.Or(l.Groups, 1) }

// sequence returns a sequence whose steps follow from its rows.
func (c *Context) sequence(n *graph.Node) Value {
	if c.Err() != nil {
		return Value{}
	}
	return Value{Node: n, Steps: n.Shape()[0] / c.Batch}
}

// pooling returns the window of a pooling layer.
func pooling(size, strides int, padding string) graph.Window {
	size = cmp.Or(size, 2)
	return graph.Window{Size: size, Strides: cmp.Or(strides, size), Padding: padding}
}

func pooled(in []Shape, size, strides int, padding string) ([]Shape, error) {
	if padding == "causal" {
		return nil, errorf("unknown padding %q", padding)
	}
	steps, err := windowed(in, pooling(size, strides, padding))
	if err != nil {
		return nil, err
	}
	return []Shape{{steps, in[0][1]}}, nil
}

// Init implements Layer.
func (l MaxPooling1D) Init(_ *Scope, in ...Shape) ([]Shape, error) {
	return pooled(in, l.PoolSize, l.Strides, l.Padding)
}

// Apply implements Layer.
func (l MaxPooling1D) Apply(c *Context, in ...Value) []Value {
	return []Value{c.sequence(c.MaxPool(c.Dense(in[0]), in[0].Steps, pooling(l.PoolSize, l.Strides, l.Padding)))}
}

// Init implements Layer.
func (l AveragePooling1D) Init(_ *Scope, in ...Shape) ([]Shape, error) {
	return pooled(in, l.PoolSize, l.Strides, l.Padding)
}

// Apply implements Layer.
func (l AveragePooling1D) Apply(c *Context, in ...Value) []Value {
	return []Value{c.sequence(c.AveragePool(c.Dense(in[0]), in[0].Steps, pooling(l.PoolSize, l.Strides, l.Padding)))}
}

// overall returns the shape of what a whole sequence gives.
func overall(in []Shape, keep bool) ([]Shape, error) {
	x, err := sequence(in)
	if err != nil {
		return nil, err
	}
	if keep {
		return []Shape{{1, x[1]}}, nil
	}
	return []Shape{x[1:]}, nil
}

// overall returns what a whole sequence gave.
func (c *Context) overall(n *graph.Node, keep bool) []Value {
	if keep {
		return []Value{{Node: n, Steps: 1}}
	}
	return []Value{{Node: n}}
}

// Init implements Layer.
func (l GlobalMaxPooling1D) Init(_ *Scope, in ...Shape) ([]Shape, error) {
	return overall(in, l.KeepDims)
}

// Apply implements Layer.
func (l GlobalMaxPooling1D) Apply(c *Context, in ...Value) []Value {
	mask := in[0].Mask
	if !l.Masked {
		mask = nil
	}
	return c.overall(c.GlobalMax(c.Dense(in[0]), mask, in[0].Steps), l.KeepDims)
}

// Init implements Layer.
func (l GlobalAveragePooling1D) Init(_ *Scope, in ...Shape) ([]Shape, error) {
	return overall(in, l.KeepDims)
}

// Apply implements Layer.
func (l GlobalAveragePooling1D) Apply(c *Context, in ...Value) []Value {
	return c.overall(c.GlobalAverage(c.Dense(in[0]), in[0].Mask, in[0].Steps), l.KeepDims)
}
