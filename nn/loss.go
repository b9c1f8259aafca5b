package nn

import "unroll/graph"

// Loss measures a model's output against targets of its shape.
type Loss interface {
	// Apply emits the losses, one for each row and output [rows, outputs]; a
	// row's loss is their mean. Targets is [rows, outputs] too.
	Apply(c *Context, y Value, targets *graph.Node) *graph.Node
}

// BinaryCrossentropy is the loss −t·log y − (1−t)·log(1−y) for outputs that are
// probabilities. It is computed from the logits, so the model must end in a
// sigmoid, or in logits if FromLogits is set. Keras: BinaryCrossentropy.
type BinaryCrossentropy struct {
	FromLogits bool
}

// Apply implements Loss.
func (l BinaryCrossentropy) Apply(c *Context, y Value, targets *graph.Node) *graph.Node {
	logits := y.Logits(Sigmoid)
	if l.FromLogits {
		logits = y.Node
	}
	if logits == nil {
		return c.Fail(errorf("binary_crossentropy: the model does not end in a sigmoid; if it ends in logits, set FromLogits"))
	}
	return c.LogitLoss(logits, targets)
}
