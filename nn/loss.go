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

// CategoricalCrossentropy is the loss −Σ t·log y over the classes, for targets
// that are one-hot or a distribution. It is computed from the logits, so the
// model must end in a softmax, or in logits if FromLogits is set. Keras:
// CategoricalCrossentropy.
type CategoricalCrossentropy struct {
	FromLogits bool
}

// Apply implements Loss.
func (l CategoricalCrossentropy) Apply(c *Context, y Value, targets *graph.Node) *graph.Node {
	logits := y.Logits(Softmax)
	if l.FromLogits {
		logits = y.Node
	}
	if logits == nil {
		return c.Fail(errorf("categorical_crossentropy: the model does not end in a softmax; if it ends in logits, set FromLogits"))
	}
	terms := c.SoftmaxLoss(logits, targets)
	if terms == nil {
		return nil
	}
	// A row's loss is the sum of its terms, not their mean.
	return c.Affine(float64(terms.Shape()[1]), terms, 0)
}

// MeanSquaredError is the loss (y − t)². Keras: MeanSquaredError.
type MeanSquaredError struct{}

// Apply implements Loss.
func (MeanSquaredError) Apply(c *Context, y Value, targets *graph.Node) *graph.Node {
	d := c.Sub(y.Node, targets)
	return c.Mul(d, d)
}
