package optimizers

import (
	"cmp"

	"gorgonia.org/gorgonia"

	"unroll/internal/kernel"
)

// Lion moves each weight by the sign of a running mean:
//
//	w ← w − lr·sign(β₁·m + (1−β₁)·g)      m ← β₂·m + (1−β₂)·g
//
// Chen et al., Symbolic discovery of optimization algorithms, 2023. Keras: Lion.
type Lion struct {
	LearningRate float64 // 0.001
	Beta1        float64 // 0.9
	Beta2        float64 // 0.99

	slots
}

// Rate returns the learning rate.
func (o *Lion) Rate() float64 { return cmp.Or(o.LearningRate, 0.001) }

// SetRate sets the learning rate.
func (o *Lion) SetRate(lr float64) { o.LearningRate = notDefault(lr) }

// Step implements gorgonia.Solver.
func (o *Lion) Step(weights []gorgonia.ValueGrad) error {
	lr, c1, c2 := o.Rate(), 1-cmp.Or(o.Beta1, 0.9), 1-cmp.Or(o.Beta2, 0.99)
	return each(&o.state, weights, 1,
		func(w, g []float32, s [][]float32) {
			kernel.Lion(w, g, s[0], float32(lr), float32(c1), float32(c2))
		},
		func(w, g []float64, s [][]float64) { kernel.Lion(w, g, s[0], lr, c1, c2) })
}
