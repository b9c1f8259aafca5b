package optimizers

import (
	"cmp"

	"gorgonia.org/gorgonia"

	"unroll/internal/kernel"
)

// RMSprop divides the gradient by a running root mean square of it:
//
//	v ← ρ·v + (1−ρ)·g²      a ← ρ·a + (1−ρ)·g if Centered, else 0
//	d ← momentum·d + lr·g/√(v − a² + ε)      w ← w − d
//
// v − a² counts as 0 where rounding makes it negative, which gives NaN in Keras.
//
// Tieleman and Hinton, Lecture 6.5, 2012. Keras: RMSprop.
type RMSprop struct {
	LearningRate float64 // 0.001
	Rho          float64 // 0.9
	Momentum     float64 // 0
	Epsilon      float64 // 1e-7
	Centered     bool

	slots
}

// Rate returns the learning rate.
func (o *RMSprop) Rate() float64 { return cmp.Or(o.LearningRate, 0.001) }

// SetRate sets the learning rate.
func (o *RMSprop) SetRate(lr float64) { o.LearningRate = notDefault(lr) }

// Step implements gorgonia.Solver.
func (o *RMSprop) Step(weights []gorgonia.ValueGrad) error {
	lr, c, eps := o.Rate(), 1-cmp.Or(o.Rho, 0.9), cmp.Or(o.Epsilon, 1e-7)
	if o.Momentum == 0 && !o.Centered {
		return each(&o.state, weights, 1,
			func(w, g []float32, s [][]float32) {
				kernel.RMSprop(w, g, s[0], float32(lr), float32(c), float32(eps))
			},
			func(w, g []float64, s [][]float64) { kernel.RMSprop(w, g, s[0], lr, c, eps) })
	}
	ca := 0.0
	if o.Centered {
		ca = c
	}
	return each(&o.state, weights, 3,
		func(w, g []float32, s [][]float32) {
			kernel.RMSpropCentered(w, g, s[0], s[1], s[2], float32(lr), float32(c), float32(ca), float32(o.Momentum), float32(eps))
		},
		func(w, g []float64, s [][]float64) {
			kernel.RMSpropCentered(w, g, s[0], s[1], s[2], lr, c, ca, o.Momentum, eps)
		})
}
