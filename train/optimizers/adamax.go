package optimizers

import (
	"cmp"
	"math"

	"gorgonia.org/gorgonia"

	"unroll/internal/kernel"
)

// Adamax is Adam with the largest gradient in place of its mean square:
//
//	m ← β₁·m + (1−β₁)·g      u ← max(β₂·u, |g|)
//	w ← w − lr/(1−β₁ᵗ)·m/(u + ε)
//
// Kingma and Ba, Adam, 2015, section 7.1. Keras: Adamax.
type Adamax struct {
	LearningRate float64 // 0.001
	Beta1        float64 // 0.9
	Beta2        float64 // 0.999
	Epsilon      float64 // 1e-7

	slots
}

// Rate returns the learning rate.
func (o *Adamax) Rate() float64 { return cmp.Or(o.LearningRate, 0.001) }

// SetRate sets the learning rate.
func (o *Adamax) SetRate(lr float64) { o.LearningRate = notDefault(lr) }

// Step implements gorgonia.Solver.
func (o *Adamax) Step(weights []gorgonia.ValueGrad) error {
	o.t++
	b1, b2, eps := cmp.Or(o.Beta1, 0.9), cmp.Or(o.Beta2, 0.999), cmp.Or(o.Epsilon, 1e-7)
	lr := o.Rate() / (1 - math.Pow(b1, float64(o.t)))
	return each(&o.state, weights, 2,
		func(w, g []float32, s [][]float32) {
			kernel.Adamax(w, g, s[0], s[1], float32(lr), float32(1-b1), float32(b2), float32(eps))
		},
		func(w, g []float64, s [][]float64) { kernel.Adamax(w, g, s[0], s[1], lr, 1-b1, b2, eps) })
}
