package nn

import "unroll/graph"

// Loss measures an output of a model against targets.
type Loss interface {
	// Apply emits the loss of each row [rows, 1], which is a sample or a step
	// of one; targets are [rows, outputs], unless the loss is a Targeter.
	Apply(c *Context, y Value, targets *graph.Node) *graph.Node
}

// Targeter is a Loss whose targets are not as wide as the output.
type Targeter interface {
	Loss
	// TargetWidth returns the number of targets of a row of so many outputs.
	TargetWidth(outputs int) int
}

// BinaryCrossentropy is the mean over the outputs of −t·log y − (1−t)·log(1−y)
// for outputs that are probabilities. It is computed from the logits, so the
// model must end in a sigmoid, or in logits if FromLogits is set. Targets are
// smoothed to t·(1−LabelSmoothing) + LabelSmoothing/2. Keras:
// BinaryCrossentropy.
type BinaryCrossentropy struct {
	FromLogits     bool
	LabelSmoothing float64
}

// Apply implements Loss.
func (l BinaryCrossentropy) Apply(c *Context, y Value, targets *graph.Node) *graph.Node {
	logits := l.logits(c, y)
	if targets = smoothed(c, targets, l.LabelSmoothing, 2); targets == nil {
		return nil
	}
	return c.RowMeans(c.LogitLoss(logits, targets))
}

func (l BinaryCrossentropy) logits(c *Context, y Value) *graph.Node {
	return logitsOf(c, "binary_crossentropy", y, Sigmoid, l.FromLogits)
}

// CategoricalCrossentropy is −Σ t·log y over the classes, for targets that are
// one-hot or a distribution. It is computed from the logits, so the model must
// end in a softmax, or in logits if FromLogits is set. Targets are smoothed to
// t·(1−LabelSmoothing) + LabelSmoothing/classes. Keras:
// CategoricalCrossentropy.
type CategoricalCrossentropy struct {
	FromLogits     bool
	LabelSmoothing float64
}

// Apply implements Loss.
func (l CategoricalCrossentropy) Apply(c *Context, y Value, targets *graph.Node) *graph.Node {
	logits := logitsOf(c, "categorical_crossentropy", y, Softmax, l.FromLogits)
	if c.Err() != nil {
		return nil
	}
	return c.SoftmaxLoss(logits, smoothed(c, targets, l.LabelSmoothing, logits.Shape()[1]))
}

// SparseCategoricalCrossentropy is −log y_t for targets t that are indices of
// classes, one a row. It is computed from the logits, so the model must end in
// a softmax, or in logits if FromLogits is set. Keras:
// SparseCategoricalCrossentropy.
type SparseCategoricalCrossentropy struct {
	FromLogits bool
}

var _ Targeter = SparseCategoricalCrossentropy{}

// TargetWidth implements Targeter.
func (SparseCategoricalCrossentropy) TargetWidth(int) int { return 1 }

// Apply implements Loss.
func (l SparseCategoricalCrossentropy) Apply(c *Context, y Value, targets *graph.Node) *graph.Node {
	return c.SoftmaxLoss(logitsOf(c, "sparse_categorical_crossentropy", y, Softmax, l.FromLogits), targets)
}

// logitsOf returns what f was taken of to give y, or y itself.
func logitsOf(c *Context, loss string, y Value, f Func, fromLogits bool) *graph.Node {
	if fromLogits {
		return y.Node
	}
	if logits := y.Logits(f); logits != nil {
		return logits
	}
	return c.Fail(errorf("%s: the model does not end in a %s; if it ends in logits, set FromLogits", loss, f))
}

// smoothed takes a share off the targets and spreads it over so many classes.
func smoothed(c *Context, targets *graph.Node, share float64, classes int) *graph.Node {
	if err := rate("label_smoothing", share); err != nil {
		return c.Fail(err)
	}
	if share == 0 {
		return targets
	}
	return c.Affine(1-share, targets, share/float64(classes))
}

// MeanSquaredError is the mean of (y − t)². Keras: MeanSquaredError.
type MeanSquaredError struct{}

// Apply implements Loss.
func (MeanSquaredError) Apply(c *Context, y Value, targets *graph.Node) *graph.Node {
	d := c.Sub(y.Node, targets)
	return c.RowMeans(c.Mul(d, d))
}
