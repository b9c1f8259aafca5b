package optimizers

import (
	"cmp"

	"gorgonia.org/gorgonia"
)

// LazyAdam is Adam that leaves a row of a table as it is where its gradient is zeros, as
// that of a word that does not occur in a batch: the moments of the row do not decay, and
// do not move it on. So an update of an embedding of a million rows costs as much as the
// rows that occurred, and is not the same as Adam's. Of weights and batches of which all
// rows have a gradient it is Adam.
//
// Zero fields mean Adam's defaults. TensorFlow Addons: LazyAdam; PyTorch: SparseAdam.
type LazyAdam struct {
	LearningRate float64 // 0.001
	Beta1        float64 // 0.9
	Beta2        float64 // 0.999
	Epsilon      float64 // 1e-7

	slots
}

// Rate returns the learning rate.
func (o *LazyAdam) Rate() float64 { return cmp.Or(o.LearningRate, 0.001) }

// SetRate sets the learning rate.
func (o *LazyAdam) SetRate(lr float64) { o.LearningRate = notDefault(lr) }

// Step implements gorgonia.Solver.
func (o *LazyAdam) Step(weights []gorgonia.ValueGrad) error {
	o.state.rows = func(_, _ int) bool { return true }
	return o.adam(weights, o.Rate(), o.Beta1, o.Beta2, o.Epsilon)
}
