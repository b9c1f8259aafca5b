package nn

import "unroll/graph"

// Dense is a fully connected layer, on the last dimension of its input:
//
//	y = f(x·kernel + bias)
//
// Input [..., features], output [..., units]. Weights: kernel
// [features, units], bias [units]. Keras: Dense.
type Dense struct {
	Units             int         `json:"units"`
	Activation        Func        `json:"activation,omitempty"` // linear if empty
	NoBias            bool        `json:"no_bias,omitempty"`
	KernelInitializer Initializer `json:"kernel_initializer,omitzero"` // Glorot uniform
	BiasInitializer   Initializer `json:"bias_initializer,omitzero"`   // zeros
	KernelRegularizer Regularizer `json:"kernel_regularizer,omitzero"`
	BiasRegularizer   Regularizer `json:"bias_regularizer,omitzero"`
	KernelConstraint  Constraint  `json:"kernel_constraint,omitzero"`
	BiasConstraint    Constraint  `json:"bias_constraint,omitzero"`
}

var _ Layer = Dense{}

func init() { Register(Dense{}) }

// Init implements Layer.
func (l Dense) Init(s *Scope, in ...Shape) ([]Shape, error) {
	x, err := oneInput(in)
	if err != nil {
		return nil, err
	}
	if err := positive("units", l.Units); err != nil {
		return nil, err
	}
	features, err := x.last()
	if err != nil {
		return nil, err
	}
	s.weight("kernel", l.KernelInitializer.or(GlorotUniform()), l.KernelRegularizer, l.KernelConstraint, features, l.Units)
	if !l.NoBias {
		s.weight("bias", l.BiasInitializer.or(Zeros()), l.BiasRegularizer, l.BiasConstraint, l.Units)
	}
	return []Shape{append(x[:len(x)-1:len(x)-1], l.Units)}, l.Activation.or(Linear).check()
}

// Apply implements Layer.
func (l Dense) Apply(c *Context, in ...Value) []Value {
	var bias *graph.Node
	if !l.NoBias {
		bias = c.Weight("bias")
	}
	y := c.Linear(in[0], c.Weight("kernel"), bias)
	return []Value{c.activated(l.Activation.or(Linear), Value{Node: y, Steps: in[0].Steps, Mask: in[0].Mask})}
}
