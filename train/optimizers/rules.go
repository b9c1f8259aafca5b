package optimizers

import (
	"cmp"
	"math"

	"gorgonia.org/gorgonia"

	"unroll/graph"
	"unroll/internal/kernel"
)

// The optimizers of this file take Keras's formulas and defaults, which zero
// fields mean. g is the gradient, t the number of the step from 1.

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

// Adagrad divides the gradient by the root of the sum of its squares:
//
//	a ← a + g²      w ← w − lr·g/√(a + ε)
//
// Duchi, Hazan and Singer, Adaptive subgradient methods, 2011. Keras: Adagrad.
type Adagrad struct {
	LearningRate            float64 // 0.001
	InitialAccumulatorValue float64 // 0.1, what a starts with
	Epsilon                 float64 // 1e-7

	slots
}

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

var (
	_ rated = (*SGD)(nil)
	_ rated = (*Adam)(nil)
	_ rated = (*RMSprop)(nil)
	_ rated = (*Adagrad)(nil)
	_ rated = (*Adadelta)(nil)
	_ rated = (*Adamax)(nil)
	_ rated = (*Nadam)(nil)
	_ rated = (*AdamW)(nil)
	_ rated = (*Lion)(nil)
)

const usualRate = 0.001

// Rate returns the learning rate.
func (o *RMSprop) Rate() float64 { return cmp.Or(o.LearningRate, usualRate) }

// SetRate sets the learning rate.
func (o *RMSprop) SetRate(lr float64) { o.LearningRate = notDefault(lr) }

// Rate returns the learning rate.
func (o *Adagrad) Rate() float64 { return cmp.Or(o.LearningRate, usualRate) }

// SetRate sets the learning rate.
func (o *Adagrad) SetRate(lr float64) { o.LearningRate = notDefault(lr) }

// Rate returns the learning rate.
func (o *Adadelta) Rate() float64 { return cmp.Or(o.LearningRate, usualRate) }

// SetRate sets the learning rate.
func (o *Adadelta) SetRate(lr float64) { o.LearningRate = notDefault(lr) }

// Rate returns the learning rate.
func (o *Adamax) Rate() float64 { return cmp.Or(o.LearningRate, usualRate) }

// SetRate sets the learning rate.
func (o *Adamax) SetRate(lr float64) { o.LearningRate = notDefault(lr) }

// Rate returns the learning rate.
func (o *Nadam) Rate() float64 { return cmp.Or(o.LearningRate, usualRate) }

// SetRate sets the learning rate.
func (o *Nadam) SetRate(lr float64) { o.LearningRate = notDefault(lr) }

// Rate returns the learning rate.
func (o *AdamW) Rate() float64 { return cmp.Or(o.LearningRate, usualRate) }

// SetRate sets the learning rate.
func (o *AdamW) SetRate(lr float64) { o.LearningRate = notDefault(lr) }

// Rate returns the learning rate.
func (o *Lion) Rate() float64 { return cmp.Or(o.LearningRate, usualRate) }

// SetRate sets the learning rate.
func (o *Lion) SetRate(lr float64) { o.LearningRate = notDefault(lr) }

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

// Step implements gorgonia.Solver.
func (o *Adagrad) Step(weights []gorgonia.ValueGrad) error {
	o.t++
	return each(&o.state, weights, 1,
		func(w, g []float32, s [][]float32) { adagrad(o, w, g, s[0]) },
		func(w, g []float64, s [][]float64) { adagrad(o, w, g, s[0]) })
}

func adagrad[T kernel.Float](o *Adagrad, w, g, a []T) {
	if o.t == 1 {
		for i := range a {
			a[i] = T(cmp.Or(o.InitialAccumulatorValue, 0.1))
		}
	}
	kernel.Adagrad(w, g, a, T(o.Rate()), T(cmp.Or(o.Epsilon, 1e-7)))
}

// Step implements gorgonia.Solver.
func (o *Adadelta) Step(weights []gorgonia.ValueGrad) error {
	lr, c, eps := o.Rate(), 1-cmp.Or(o.Rho, 0.95), cmp.Or(o.Epsilon, 1e-7)
	return each(&o.state, weights, 2,
		func(w, g []float32, s [][]float32) {
			kernel.Adadelta(w, g, s[0], s[1], float32(lr), float32(c), float32(eps))
		},
		func(w, g []float64, s [][]float64) { kernel.Adadelta(w, g, s[0], s[1], lr, c, eps) })
}

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

// Step implements gorgonia.Solver.
func (o *AdamW) Step(weights []gorgonia.ValueGrad) error {
	shrink(weights, o.Rate()*cmp.Or(o.WeightDecay, 0.004))
	return o.adam(weights, o.Rate(), o.Beta1, o.Beta2, o.Epsilon)
}

// shrink takes a share off each weight.
func shrink(weights []gorgonia.ValueGrad, share float64) {
	for _, w := range weights {
		x, y := graph.Floats[float32](w.Value()), graph.Floats[float64](w.Value())
		kernel.Axpy(x, float32(-share), x)
		kernel.Axpy(y, -share, y)
	}
}

// Step implements gorgonia.Solver.
func (o *Lion) Step(weights []gorgonia.ValueGrad) error {
	lr, c1, c2 := o.Rate(), 1-cmp.Or(o.Beta1, 0.9), 1-cmp.Or(o.Beta2, 0.99)
	return each(&o.state, weights, 1,
		func(w, g []float32, s [][]float32) {
			kernel.Lion(w, g, s[0], float32(lr), float32(c1), float32(c2))
		},
		func(w, g []float64, s [][]float64) { kernel.Lion(w, g, s[0], lr, c1, c2) })
}
