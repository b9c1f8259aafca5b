package nn

import (
	"cmp"

	"unroll/graph"
)

// Conv1DTranspose is the transpose of a Conv1D: each step of the input adds its
// product with the kernel to the steps that the Conv1D would have read for it,
//
//	y_(t·strides + k·dilation − left) += x_t·kernel_kᵀ
//
// Input [time, features], output [time', filters], where time' is, with
// reach = (kernel_size−1)·dilation + 1,
//
//	valid    time·strides + max(reach − strides, 0)
//	same     time·strides
//
// Weights: kernel [kernel_size, filters, features], bias [filters]. A mask ends
// here. Keras: Conv1DTranspose.
type Conv1DTranspose struct {
	Filters           int         `json:"filters"`
	KernelSize        int         `json:"kernel_size"`
	Strides           int         `json:"strides,omitempty"`       // 1
	Padding           string      `json:"padding,omitempty"`       // "valid"; "same"
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

var _ Layer = Conv1DTranspose{}

func init() { Register(Conv1DTranspose{}) }

func (l Conv1DTranspose) window() graph.Window {
	return graph.Window{Size: l.KernelSize, Strides: l.Strides, Dilation: l.DilationRate, Padding: l.Padding}
}

// steps returns the number of steps that become of so many.
func (l Conv1DTranspose) steps(in int) int {
	strides := cmp.Or(l.Strides, 1)
	reach := (l.KernelSize-1)*cmp.Or(l.DilationRate, 1) + 1
	if l.Padding == "same" {
		return in * strides
	}
	return in*strides + max(reach-strides, 0)
}

// Init implements Layer.
func (l Conv1DTranspose) Init(s *Scope, in ...Shape) ([]Shape, error) {
	x, err := sequence(in)
	if err != nil {
		return nil, err
	}
	features, err := x.last()
	if err != nil {
		return nil, err
	}
	for _, n := range []struct {
		name string
		n    int
	}{{"filters", l.Filters}, {"kernel_size", l.KernelSize}, {"strides", cmp.Or(l.Strides, 1)}, {"dilation_rate", cmp.Or(l.DilationRate, 1)}} {
		if err := positive(n.name, n.n); err != nil {
			return nil, err
		}
		if n.n > 1<<20 {
			return nil, errorf("%s is %d", n.name, n.n)
		}
	}
	if l.Padding == "causal" {
		return nil, errorf("unknown padding %q", l.Padding)
	}
	if l.Strides > 1 && l.DilationRate > 1 {
		return nil, errorf("strides of %d with a dilation of %d: one of them is to be 1", l.Strides, l.DilationRate)
	}
	steps := x[0]
	if steps != Any {
		steps = l.steps(steps)
	}
	if _, err := l.window().Steps(max(steps, 1<<21)); err != nil { // the padding
		return nil, err
	}
	s.weight("kernel", l.KernelInitializer.or(GlorotUniform()), l.KernelRegularizer, l.KernelConstraint, l.KernelSize, l.Filters, features)
	if !l.NoBias {
		s.weight("bias", l.BiasInitializer.or(Zeros()), l.BiasRegularizer, l.BiasConstraint, l.Filters)
	}
	return []Shape{{steps, l.Filters}}, l.Activation.or(Linear).check()
}

// Apply implements Layer.
func (l Conv1DTranspose) Apply(c *Context, in ...Value) []Value {
	x := in[0]
	y := c.Conv1DTransposed(c.Dense(x), c.Weight("kernel"), x.Steps, l.steps(x.Steps), l.window())
	if !l.NoBias {
		y = c.Add(y, c.Weight("bias"))
	}
	return []Value{c.activated(l.Activation.or(Linear), c.sequence(y))}
}
