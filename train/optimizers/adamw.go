package optimizers

import (
	"cmp"

	"gorgonia.org/gorgonia"
)

// AdamW is Adam that first takes a share off each weight:
//
//	w ← w − lr·decay·w, then Adam's step
//
// Loshchilov and Hutter, Decoupled weight decay regularization, 2019. Keras:
// AdamW.
type AdamW struct {
	LearningRate float64 // 0.001
	WeightDecay  float64 // 0.004
	Beta1        float64 // 0.9
	Beta2        float64 // 0.999
	Epsilon      float64 // 1e-7

	slots
}

// Rate returns the learning rate.
func (o *AdamW) Rate() float64 { return cmp.Or(o.LearningRate, 0.001) }

// SetRate sets the learning rate.
func (o *AdamW) SetRate(lr float64) { o.LearningRate = notDefault(lr) }

// Step implements gorgonia.Solver.
func (o *AdamW) Step(weights []gorgonia.ValueGrad) error {
	shrink(weights, o.Rate()*cmp.Or(o.WeightDecay, 0.004))
	return o.adam(weights, o.Rate(), o.Beta1, o.Beta2, o.Epsilon)
}
