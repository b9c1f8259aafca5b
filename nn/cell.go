package nn

import (
	"unroll/graph"
	"unroll/internal/show"
)

// takeOptions moves a recurrent layer's options for the way over a sequence into
// an RNN: what is left are the settings of its cell. Layers are flat as in Keras,
// so that one literal says all, and a cell is its layer without these options.
func takeOptions(sequences, state, backwards, stateful, zeros, remat *bool, exec *Execution) RNN {
	r := RNN{ReturnSequences: *sequences, ReturnState: *state, GoBackwards: *backwards, Stateful: *stateful, ZeroOutputForMask: *zeros, Remat: *remat, Execution: *exec}
	*sequences, *state, *backwards, *stateful, *zeros, *remat, *exec = false, false, false, false, false, false, Auto
	return r
}

// checkCell checks what the cells of SimpleRNN, LSTM and GRU have in common, of
// which options must hold none, and returns the number of features.
func checkCell(options RNN, in Shape, units int, dropout, recurrentDropout float64, activations ...Func) (features int, err error) {
	cell := options.Cell
	if options.Cell = nil; options != (RNN{}) {
		return 0, errorf("%s: ReturnSequences, ReturnState, GoBackwards, Stateful, ZeroOutputForMask, Execution and Remat are not a cell's: set them in RNN", show.Type(cell))
	}
	if err := positive("units", units); err != nil {
		return 0, err
	}
	for _, f := range activations {
		if err := f.or(Tanh).check(); err != nil {
			return 0, err
		}
	}
	if err := rate("dropout", dropout); err != nil {
		return 0, err
	}
	if err := rate("recurrent_dropout", recurrentDropout); err != nil {
		return 0, err
	}
	return in.last()
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
	return Value{Node: c.Mul(n, c.RepeatSteps(mask, x.Steps)), Steps: x.Steps, Mask: x.Mask}
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
