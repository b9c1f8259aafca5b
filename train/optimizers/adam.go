package optimizers

import (
	"cmp"
	"math"

	"gorgonia.org/gorgonia"

	"unroll/internal/kernel"
)

// Adam is stochastic optimization with moments of the gradient:
//
//	m ← β₁·m + (1−β₁)·g      v ← β₂·v + (1−β₂)·g²
//	w ← w − lr·√(1−β₂ᵗ)/(1−β₁ᵗ) · m/(√v + ε)
//
// Kingma and Ba, Adam: a method for stochastic optimization, 2015, in the form
// before their section 2.1, with ε outside the correction, as in Keras: Adam.
// Zero fields mean its defaults.
type Adam struct {
	LearningRate float64 // 0.001
	Beta1        float64 // 0.9
	Beta2        float64 // 0.999
	Epsilon      float64 // 1e-7

	slots
}

// Rate returns the learning rate.
func (o *Adam) Rate() float64 { return cmp.Or(o.LearningRate, 0.001) }

// SetRate sets the learning rate.
func (o *Adam) SetRate(lr float64) { o.LearningRate = notDefault(lr) }

// Step implements gorgonia.Solver.
func (o *Adam) Step(weights []gorgonia.ValueGrad) error {
	return o.adam(weights, o.Rate(), o.Beta1, o.Beta2, o.Epsilon)
}

// adam is Adam's update; zero settings mean the defaults.
func (o *slots) adam(weights []gorgonia.ValueGrad, rate, beta1, beta2, epsilon float64) error {
	o.t++
	b1, b2, t := cmp.Or(beta1, 0.9), cmp.Or(beta2, 0.999), float64(o.t)
	lr := rate * math.Sqrt(1-math.Pow(b2, t)) / (1 - math.Pow(b1, t))
	return o.moments(weights, lr, 0, 1-b1, 1-b2, cmp.Or(epsilon, 1e-7))
}

// moments runs kernel.Adam on each weight.
func (o *slots) moments(weights []gorgonia.ValueGrad, lr, ahead, c1, c2, eps float64) error {
	return each(&o.state, weights, 2,
		func(w, g []float32, s [][]float32) {
			kernel.Adam(w, g, s[0], s[1], float32(lr), float32(ahead), float32(c1), float32(c2), float32(eps))
		},
		func(w, g []float64, s [][]float64) { kernel.Adam(w, g, s[0], s[1], lr, ahead, c1, c2, eps) })
}
