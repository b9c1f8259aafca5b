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
// reads none after it. Weights: kernel [kernel_size, features, filters], bias
// [filters]. A mask ends here, as in Keras: Conv1D.
type Conv1D struct {
	Filters           int         `json:"filters"`
	KernelSize        int         `json:"kernel_size"`
	Strides           int         `json:"strides,omitempty"`       // 1
	Padding           string      `json:"padding,omitempty"`       // "valid"; "same", "causal"
	DilationRate      int         `json:"dilation_rate,omitempty"` // 1
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

// GlobalMaxPooling1D takes the largest value of each feature over all steps.
// Input [time, features], output [features]. Keras: GlobalMaxPooling1D.
type GlobalMaxPooling1D struct{}

// GlobalAveragePooling1D takes the mean of each feature over the steps that are
// not masked. Input [time, features], output [features]. Keras:
// GlobalAveragePooling1D; a sequence that is masked as a whole gives zeros, where
// Keras divides 0 by 0.
type GlobalAveragePooling1D struct{}

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
	s.weight("kernel", l.KernelInitializer.or(GlorotUniform()), l.KernelRegularizer, l.KernelConstraint, l.KernelSize, features, l.Filters)
	if !l.NoBias {
		s.weight("bias", l.BiasInitializer.or(Zeros()), l.BiasRegularizer, l.BiasConstraint, l.Filters)
	}
	return []Shape{{steps, l.Filters}}, l.Activation.or(Linear).check()
}

// Apply implements Layer.
func (l Conv1D) Apply(c *Context, in ...Value) []Value {
	y := c.Conv1D(c.Dense(in[0]), c.Weight("kernel"), in[0].Steps, l.window())
	if !l.NoBias {
		y = c.Add(y, c.Weight("bias"))
	}
	return []Value{c.activated(l.Activation.or(Linear), c.sequence(y))}
}

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

// Init implements Layer.
func (GlobalMaxPooling1D) Init(_ *Scope, in ...Shape) ([]Shape, error) {
	x, err := sequence(in)
	if err != nil {
		return nil, err
	}
	return []Shape{x[1:]}, nil
}

// Apply implements Layer.
func (GlobalMaxPooling1D) Apply(c *Context, in ...Value) []Value {
	return []Value{{Node: c.GlobalMax(c.Dense(in[0]), in[0].Steps)}}
}

// Init implements Layer.
func (GlobalAveragePooling1D) Init(_ *Scope, in ...Shape) ([]Shape, error) {
	x, err := sequence(in)
	if err != nil {
		return nil, err
	}
	return []Shape{x[1:]}, nil
}

// Apply implements Layer.
func (GlobalAveragePooling1D) Apply(c *Context, in ...Value) []Value {
	return []Value{{Node: c.GlobalAverage(c.Dense(in[0]), in[0].Mask, in[0].Steps)}}
}
