package nn

import (
	"cmp"
	"math"

	"unroll/graph"
)

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

// TargetChecker is a Loss that knows which targets make sense.
type TargetChecker interface {
	Loss
	// CheckTarget returns an error if a row's targets do not, for so many
	// outputs.
	CheckTarget(t []float32, outputs int) error
}

var (
	_ TargetChecker = BinaryCrossentropy{}
	_ TargetChecker = CategoricalCrossentropy{}
	_ TargetChecker = SparseCategoricalCrossentropy{}
	_ TargetChecker = KLDivergence{}
	_ TargetChecker = Poisson{}
)

// CheckTarget implements TargetChecker.
func (BinaryCrossentropy) CheckTarget(t []float32, _ int) error { return within(t, 0, 1) }

// CheckTarget implements TargetChecker.
func (CategoricalCrossentropy) CheckTarget(t []float32, _ int) error { return within(t, 0, 1) }

// CheckTarget implements TargetChecker.
func (SparseCategoricalCrossentropy) CheckTarget(t []float32, outputs int) error {
	for _, v := range t {
		if v != float32(int(v)) || v < 0 || int(v) >= outputs {
			return errorf("%v is not the index of one of %d classes", v, outputs)
		}
	}
	return nil
}

// CheckTarget implements TargetChecker.
func (KLDivergence) CheckTarget(t []float32, _ int) error { return within(t, 0, 1) }

// CheckTarget implements TargetChecker.
func (Poisson) CheckTarget(t []float32, _ int) error { return within(t, 0, math.MaxFloat32) }

func within(t []float32, from, to float32) error {
	for _, v := range t {
		if !(v >= from && v <= to) {
			return errorf("%v is not between %v and %v", v, from, to)
		}
	}
	return nil
}

// BinaryCrossentropy is the mean over the outputs of −t·log y − (1−t)·log(1−y)
// for outputs that are probabilities. It is computed from the logits, so the
// model must end in a sigmoid, or in logits if FromLogits is set; of other
// probabilities, such as a mean of two sigmoids, if FromProbabilities is set.
// Targets are smoothed to t·(1−LabelSmoothing) + LabelSmoothing/2. Keras:
// BinaryCrossentropy.
type BinaryCrossentropy struct {
	FromLogits        bool
	FromProbabilities bool
	LabelSmoothing    float64
}

// Apply implements Loss.
func (l BinaryCrossentropy) Apply(c *Context, y Value, targets *graph.Node) *graph.Node {
	targets = smoothed(c, targets, l.LabelSmoothing, 2)
	if l.FromProbabilities {
		return c.RowMeans(c.BinaryLoss(y.Node, targets))
	}
	return c.RowMeans(c.LogitLoss(logitsOf(c, "binary_crossentropy", y, Sigmoid, l.FromLogits), targets))
}

// CategoricalCrossentropy is −Σ t·log y over the classes, for targets that are
// one-hot or a distribution. It is computed from the logits, so the model must
// end in a softmax, or in logits if FromLogits is set; of other probabilities,
// divided by their sum, if FromProbabilities is set. Targets are smoothed to
// t·(1−LabelSmoothing) + LabelSmoothing/classes. Keras:
// CategoricalCrossentropy.
type CategoricalCrossentropy struct {
	FromLogits        bool
	FromProbabilities bool
	LabelSmoothing    float64
}

// Apply implements Loss.
func (l CategoricalCrossentropy) Apply(c *Context, y Value, targets *graph.Node) *graph.Node {
	targets = smoothed(c, targets, l.LabelSmoothing, y.Node.Shape()[1])
	if l.FromProbabilities {
		return c.CategoricalLoss(y.Node, targets)
	}
	return c.SoftmaxLoss(logitsOf(c, "categorical_crossentropy", y, Softmax, l.FromLogits), targets)
}

// SparseCategoricalCrossentropy is −log y_t for targets t that are indices of
// classes, one a row. It is computed from the logits, so the model must end in
// a softmax, or in logits if FromLogits is set. A target that is IgnoreClass,
// any whole number, such as new(-1) or new(0), leaves its row out. Keras:
// SparseCategoricalCrossentropy.
type SparseCategoricalCrossentropy struct {
	FromLogits  bool
	IgnoreClass *int // nil: none
}

var _ Targeter = SparseCategoricalCrossentropy{}

// TargetWidth implements Targeter.
func (SparseCategoricalCrossentropy) TargetWidth(int) int { return 1 }

// Apply implements Loss.
func (l SparseCategoricalCrossentropy) Apply(c *Context, y Value, targets *graph.Node) *graph.Node {
	return c.SparseSoftmaxLoss(logitsOf(c, "sparse_categorical_crossentropy", y, Softmax, l.FromLogits), targets)
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

// The losses below are means over the outputs, and sums for KLDivergence and
// CosineSimilarity, as in Keras.

// MeanSquaredError is (y − t)². Keras: MeanSquaredError.
type MeanSquaredError struct{}

// MeanAbsoluteError is |y − t|. Keras: MeanAbsoluteError.
type MeanAbsoluteError struct{}

// Huber is (y − t)²/2 where |y − t| ≤ δ, else δ·|y − t| − δ²/2.
//
// Huber, Robust estimation of a location parameter, 1964. Keras: Huber.
type Huber struct {
	Delta float64 // 1
}

// Hinge is max(0, 1 − t·y) for targets −1 and 1; a target of 0 is taken for −1.
// Keras: Hinge.
type Hinge struct{}

// KLDivergence is Σ t·log(t/y), both cut off at 1e-7 and 1. Keras:
// KLDivergence.
type KLDivergence struct{}

// Poisson is y − t·log(y + 1e-7). Keras: Poisson.
type Poisson struct{}

// CosineSimilarity is −Σ t·y/(‖t‖·‖y‖): −1 for one direction, 1 for opposite
// ones. Keras: CosineSimilarity.
type CosineSimilarity struct{}

// Apply implements Loss.
func (MeanSquaredError) Apply(c *Context, y Value, targets *graph.Node) *graph.Node {
	d := c.Sub(y.Node, targets)
	return c.RowMeans(c.Mul(d, d))
}

// Apply implements Loss.
func (MeanAbsoluteError) Apply(c *Context, y Value, targets *graph.Node) *graph.Node {
	return c.RowMeans(c.AbsoluteLoss(y.Node, targets))
}

// Apply implements Loss.
func (l Huber) Apply(c *Context, y Value, targets *graph.Node) *graph.Node {
	return c.RowMeans(c.HuberLoss(y.Node, targets, cmp.Or(l.Delta, 1)))
}

// Apply implements Loss.
func (Hinge) Apply(c *Context, y Value, targets *graph.Node) *graph.Node {
	return c.RowMeans(c.HingeLoss(y.Node, targets))
}

// Apply implements Loss.
func (KLDivergence) Apply(c *Context, y Value, targets *graph.Node) *graph.Node {
	return c.RowSums(c.DivergenceLoss(y.Node, targets))
}

// Apply implements Loss.
func (Poisson) Apply(c *Context, y Value, targets *graph.Node) *graph.Node {
	return c.RowMeans(c.PoissonLoss(y.Node, targets))
}

// Apply implements Loss.
func (CosineSimilarity) Apply(c *Context, y Value, targets *graph.Node) *graph.Node {
	return c.CosineLoss(y.Node, targets)
}
