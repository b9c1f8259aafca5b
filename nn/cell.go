package nn

import (
	"reflect"

	"unroll/graph"
)

// cellSettings are what the cells of SimpleRNN, LSTM and GRU have in common.
type cellSettings struct {
	Units                                                    int
	Activation, RecurrentActivation                          Func
	NoBias                                                   bool
	KernelInitializer, RecurrentInitializer, BiasInitializer Initializer
	KernelRegularizer, RecurrentRegularizer, BiasRegularizer Regularizer
	KernelConstraint, RecurrentConstraint, BiasConstraint    Constraint
	Dropout, RecurrentDropout                                float64
}

// settingsOf returns a cell's common settings.
func settingsOf(cell Cell) (s cellSettings) {
	copyFields(&s, cell)
	return s
}

// init declares the kernels of so many gates side by side, and the bias.
func (l cellSettings) init(s *Scope, in Shape, gates int, bias ...int) error {
	if err := positive("units", l.Units); err != nil {
		return err
	}
	for _, f := range []Func{l.Activation, l.RecurrentActivation} {
		if err := f.or(Tanh).check(); err != nil {
			return err
		}
	}
	if err := rate("dropout", l.Dropout); err != nil {
		return err
	}
	if err := rate("recurrent_dropout", l.RecurrentDropout); err != nil {
		return err
	}
	features, err := in.last()
	if err != nil {
		return err
	}
	s.weight("kernel", l.KernelInitializer.or(GlorotUniform()), l.KernelRegularizer, l.KernelConstraint, features, gates*l.Units)
	s.weight("recurrent_kernel", l.RecurrentInitializer.or(Orthogonal()), l.RecurrentRegularizer, l.RecurrentConstraint, l.Units, gates*l.Units)
	if !l.NoBias {
		s.weight("bias", l.BiasInitializer.or(Zeros()), l.BiasRegularizer, l.BiasConstraint, bias...)
	}
	return nil
}

// dropInputs drops features of a sequence, the same ones at every step.
func (c *Context) dropInputs(rate float64, x Value) Value {
	if c.Phase == Infer || rate == 0 {
		return x
	}
	n := c.Dense(x)
	if c.Err() != nil {
		return x
	}
	mask := c.DropoutMask("dropout", rate, c.Batch, n.Shape()[1])
	return Value{Node: c.Mul(n, c.Repeat(mask, x.Steps)), Steps: x.Steps, Mask: x.Mask}
}

// dropState drops features of a state where it enters the product with the
// recurrent kernel, the same ones at every step.
func (c *Context) dropState(rate float64, h *graph.Node) *graph.Node {
	if c.Err() != nil {
		return nil
	}
	if mask := c.DropoutMask("recurrent_dropout", rate, c.Batch, h.Shape()[1]); mask != nil {
		return c.Mul(h, mask)
	}
	return h
}

// dropsState reports whether a state is dropped: the fused operations cannot.
func (c *Context) dropsState(rate float64) bool { return c.Phase == Train && rate > 0 }

// flat splits the settings of a layer that is a cell with RNN's options: each
// field goes where a field has its name. Layers are flat as in Keras, so that
// one literal says all.
func flat[C Cell](layer Layer) RNN {
	var cell C
	var r RNN
	copyFields(&cell, layer)
	copyFields(&r, layer)
	r.Cell = cell
	return r
}

// copyFields sets the fields of the struct to which into points from those of
// the same name in from.
func copyFields(into, from any) {
	dst, src := reflect.ValueOf(into).Elem(), reflect.ValueOf(from)
	for i := range dst.NumField() {
		if f := src.FieldByName(dst.Type().Field(i).Name); f.IsValid() {
			dst.Field(i).Set(f)
		}
	}
}
