package optimizers

import (
	"cmp"

	"gorgonia.org/gorgonia"

	"unroll/internal/kernel"
)

// Adadelta scales the gradient by the ratio of running root mean squares of
// updates and gradients:
//
//	a ← ρ·a + (1−ρ)·g²      d = g·√(x + ε)/√(a + ε)
//	x ← ρ·x + (1−ρ)·d²      w ← w − lr·d
//
// Zeiler, ADADELTA: an adaptive learning rate method, 2012. Keras: Adadelta.
type Adadelta struct {
	LearningRate float64 // 0.001
	Rho          float64 // 0.95
	Epsilon      float64 // 1e-7

	slots
}

// Rate returns the learning rate.
func (o *Adadelta) Rate() float64 { return cmp.Or(o.LearningRate, 0.001) }

// SetRate sets the learning rate.
func (o *Adadelta) SetRate(lr float64) { o.LearningRate = notDefault(lr) }

// Step implements gorgonia.Solver.
func (o *Adadelta) Step(weights []gorgonia.ValueGrad) error {
	lr, c, eps := o.Rate(), 1-cmp.Or(o.Rho, 0.95), cmp.Or(o.Epsilon, 1e-7)
	return each(&o.state, weights, 2,
		func(w, g []float32, s [][]float32) {
			kernel.Adadelta(w, g, s[0], s[1], float32(lr), float32(c), float32(eps))
		},
		func(w, g []float64, s [][]float64) { kernel.Adadelta(w, g, s[0], s[1], lr, c, eps) })
}
