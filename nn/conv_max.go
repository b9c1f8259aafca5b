package nn

import (
	"fmt"

	"unroll/graph"
)

// ConvMaxPooling1D finds how well each of its filters fits a sequence at the place where
// it fits best: convolutions of several widths, and the largest value of each filter over
// the steps.
//
//	y = f(max_t Σ_k x_(t + k − left)·kernel_k + bias),  left = ⌊(kernel_size − 1)/2⌋
//
// Input [time, features], output [len(kernel_sizes)·filters], the widths side by side. f
// must not decrease: it is taken of the maximum. Masked steps are read as zeros, and no
// filter stands at one, so that padding has no part in the output. A sequence that is
// masked as a whole has the maximum 0. Weights: kernel_3 [3, features, filters] of the
// width 3 and so on, bias [len(kernel_sizes)·filters].
//
// It is a Conv1D with the padding "same" for each width, GlobalMaxPooling1D with masks and
// Concatenate, in a fraction of the time.
//
// Kim, Convolutional neural networks for sentence classification, 2014.
type ConvMaxPooling1D struct {
	Filters           int         `json:"filters"`              // of each width
	KernelSizes       []int       `json:"kernel_sizes"`         // each once
	Activation        Func        `json:"activation,omitempty"` // linear if empty
	NoBias            bool        `json:"no_bias,omitempty"`
	KernelInitializer Initializer `json:"kernel_initializer,omitzero"` // Glorot uniform
	BiasInitializer   Initializer `json:"bias_initializer,omitzero"`   // zeros
	KernelRegularizer Regularizer `json:"kernel_regularizer,omitzero"`
	BiasRegularizer   Regularizer `json:"bias_regularizer,omitzero"`
	KernelConstraint  Constraint  `json:"kernel_constraint,omitzero"`
	BiasConstraint    Constraint  `json:"bias_constraint,omitzero"`
}

var _ Layer = ConvMaxPooling1D{}

func init() { Register(ConvMaxPooling1D{}) }

func kernelName(size int) string { return fmt.Sprintf("kernel_%d", size) }

// Init implements Layer.
func (l ConvMaxPooling1D) Init(s *Scope, in ...Shape) ([]Shape, error) {
	x, err := sequence(in)
	if err != nil {
		return nil, err
	}
	if err := checkFilters(l.Filters, l.KernelSizes, l.Activation); err != nil {
		return nil, err
	}
	for _, size := range l.KernelSizes {
		s.weight(kernelName(size), l.KernelInitializer.or(GlorotUniform()), l.KernelRegularizer, l.KernelConstraint, size, x[1], l.Filters)
	}
	out := len(l.KernelSizes) * l.Filters
	if !l.NoBias {
		s.weight("bias", l.BiasInitializer.or(Zeros()), l.BiasRegularizer, l.BiasConstraint, out)
	}
	return []Shape{{out}}, nil
}

// Apply implements Layer.
func (l ConvMaxPooling1D) Apply(c *Context, in ...Value) []Value {
	kernels := make([]*graph.Node, len(l.KernelSizes))
	for i, size := range l.KernelSizes {
		kernels[i] = c.Weight(kernelName(size))
	}
	y := c.ConvMax(c.Dense(in[0]), in[0].Mask, in[0].Steps, kernels...)
	if !l.NoBias {
		y = c.Add(y, c.Weight("bias"))
	}
	return []Value{c.activated(l.Activation.or(Linear), Value{Node: y})}
}

// checkFilters refuses filters of which the maximum over the steps cannot be taken.
func checkFilters(filters int, sizes []int, activation Func) error {
	if err := positive("filters", filters); err != nil {
		return err
	}
	if len(sizes) == 0 {
		return errorf("no kernel_sizes")
	}
	seen := map[int]bool{}
	for _, size := range sizes {
		if err := positive("kernel size", size); err != nil {
			return err
		}
		if seen[size] {
			return errorf("kernel size %d is given twice", size)
		}
		seen[size] = true
	}
	switch f := activation.or(Linear); f {
	case Linear, Relu, Tanh, Sigmoid:
		return nil
	default:
		if err := f.check(); err != nil {
			return err
		}
		return errorf("activation %q, want one that does not decrease: linear, relu, tanh or sigmoid", f)
	}
}
