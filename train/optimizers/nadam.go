package optimizers

import (
	"cmp"
	"math"

	"gorgonia.org/gorgonia"
)

// Nadam is Adam with Nesterov's momentum: with μ_t = β₁·(1 − 0.96ᵗ/2) and
// M_t = μ_1·…·μ_t,
//
//	m ← β₁·m + (1−β₁)·g      v ← β₂·v + (1−β₂)·g²
//	m̂ = μ_{t+1}·m/(1−M_{t+1}) + (1−μ_t)·g/(1−M_t)      v̂ = v/(1−β₂ᵗ)
//	w ← w − lr·m̂/(√v̂ + ε)
//
// Dozat, Incorporating Nesterov momentum into Adam, 2015. Keras: Nadam.
type Nadam struct {
	LearningRate float64 // 0.001
	Beta1        float64 // 0.9
	Beta2        float64 // 0.999
	Epsilon      float64 // 1e-7

	slots
}

// Rate returns the learning rate.
func (o *Nadam) Rate() float64 { return cmp.Or(o.LearningRate, 0.001) }

// SetRate sets the learning rate.
func (o *Nadam) SetRate(lr float64) { o.LearningRate = notDefault(lr) }

// Step implements gorgonia.Solver. It multiplies both parts of the fraction by
// √(1−β₂ᵗ), which leaves Adam's kernel.
func (o *Nadam) Step(weights []gorgonia.ValueGrad) error {
	o.t++
	b1, b2 := cmp.Or(o.Beta1, 0.9), cmp.Or(o.Beta2, 0.999)
	mu := func(t int) float64 { return b1 * (1 - math.Pow(0.96, float64(t))/2) }
	product, power := 1.0, 1.0
	for t := 1; t <= o.t && product > 1e-20; t++ { // less does not change 1 − product
		power *= 0.96
		product *= b1 * (1 - power/2)
	}
	now, next, root := mu(o.t), mu(o.t+1), math.Sqrt(1-math.Pow(b2, float64(o.t)))
	lr := o.Rate() * root
	return o.moments(weights, lr*next/(1-product*next), lr*(1-now)/(1-product), 1-b1, 1-b2, root*cmp.Or(o.Epsilon, 1e-7))
}
