package train

import (
	"math"

	"gorgonia.org/gorgonia"

	"unroll/internal/kernel"
)

// The optimizers of this file take Keras's formulas and defaults, which zero
// fields mean. g is the gradient, t the number of the step from 1.

// RMSprop divides the gradient by a running root mean square of it:
//
//	v ← ρ·v + (1−ρ)·g²      a ← ρ·a + (1−ρ)·g if Centered, else 0
//	d ← momentum·d + lr·g/√(v − a² + ε)      w ← w − d
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
	_ Rated = (*SGD)(nil)
	_ Rated = (*Adam)(nil)
	_ Rated = (*RMSprop)(nil)
	_ Rated = (*Adagrad)(nil)
	_ Rated = (*Adadelta)(nil)
	_ Rated = (*Adamax)(nil)
	_ Rated = (*Nadam)(nil)
	_ Rated = (*AdamW)(nil)
	_ Rated = (*Lion)(nil)
)

const usualRate = 0.001

// Rate returns the learning rate.
func (o *RMSprop) Rate() float64 { return or(o.LearningRate, usualRate) }

// SetRate sets the learning rate.
func (o *RMSprop) SetRate(lr float64) { o.LearningRate = notDefault(lr) }

// Rate returns the learning rate.
func (o *Adagrad) Rate() float64 { return or(o.LearningRate, usualRate) }

// SetRate sets the learning rate.
func (o *Adagrad) SetRate(lr float64) { o.LearningRate = notDefault(lr) }

// Rate returns the learning rate.
func (o *Adadelta) Rate() float64 { return or(o.LearningRate, usualRate) }

// SetRate sets the learning rate.
func (o *Adadelta) SetRate(lr float64) { o.LearningRate = notDefault(lr) }

// Rate returns the learning rate.
func (o *Adamax) Rate() float64 { return or(o.LearningRate, usualRate) }

// SetRate sets the learning rate.
func (o *Adamax) SetRate(lr float64) { o.LearningRate = notDefault(lr) }

// Rate returns the learning rate.
func (o *Nadam) Rate() float64 { return or(o.LearningRate, usualRate) }

// SetRate sets the learning rate.
func (o *Nadam) SetRate(lr float64) { o.LearningRate = notDefault(lr) }

// Rate returns the learning rate.
func (o *AdamW) Rate() float64 { return or(o.LearningRate, usualRate) }

// SetRate sets the learning rate.
func (o *AdamW) SetRate(lr float64) { o.LearningRate = notDefault(lr) }

// Rate returns the learning rate.
func (o *Lion) Rate() float64 { return or(o.LearningRate, usualRate) }

// SetRate sets the learning rate.
func (o *Lion) SetRate(lr float64) { o.LearningRate = notDefault(lr) }

// elements runs an update that computes each element of a weight by itself, in
// float64: it returns the new value of w and writes those of its slots.
func (o *slots) elements(weights []gorgonia.ValueGrad, n int, first float64, update func(w, g float64, s []float64) float64) error {
	return each(&o.state, weights, n,
		func(w, g []float32, s [][]float32) { elements(w, g, s, o.t == 1, first, update) },
		func(w, g []float64, s [][]float64) { elements(w, g, s, o.t == 1, first, update) })
}

func elements[T kernel.Float](w, g []T, slots [][]T, begin bool, first float64, update func(w, g float64, s []float64) float64) {
	s := make([]float64, len(slots))
	for i := range w {
		for k := range slots {
			s[k] = float64(slots[k][i])
			if begin {
				s[k] = first
			}
		}
		w[i] = T(update(float64(w[i]), float64(g[i]), s))
		for k := range slots {
			slots[k][i] = T(s[k])
		}
	}
}

// Step implements gorgonia.Solver.
func (o *RMSprop) Step(weights []gorgonia.ValueGrad) error {
	o.t++
	lr, rho, eps := o.Rate(), or(o.Rho, 0.9), or(o.Epsilon, 1e-7)
	return o.elements(weights, 3, 0, func(w, g float64, s []float64) float64 {
		s[0] += (1 - rho) * (g*g - s[0])
		if o.Centered {
			s[1] += (1 - rho) * (g - s[1])
		}
		s[2] = o.Momentum*s[2] + lr*g/math.Sqrt(s[0]-s[1]*s[1]+eps)
		return w - s[2]
	})
}

// Step implements gorgonia.Solver.
func (o *Adagrad) Step(weights []gorgonia.ValueGrad) error {
	o.t++
	lr, eps := o.Rate(), or(o.Epsilon, 1e-7)
	return o.elements(weights, 1, or(o.InitialAccumulatorValue, 0.1), func(w, g float64, s []float64) float64 {
		s[0] += g * g
		return w - lr*g/math.Sqrt(s[0]+eps)
	})
}

// Step implements gorgonia.Solver.
func (o *Adadelta) Step(weights []gorgonia.ValueGrad) error {
	o.t++
	lr, rho, eps := o.Rate(), or(o.Rho, 0.95), or(o.Epsilon, 1e-7)
	return o.elements(weights, 2, 0, func(w, g float64, s []float64) float64 {
		s[0] += (1 - rho) * (g*g - s[0])
		d := g * math.Sqrt(s[1]+eps) / math.Sqrt(s[0]+eps)
		s[1] += (1 - rho) * (d*d - s[1])
		return w - lr*d
	})
}

// Step implements gorgonia.Solver.
func (o *Adamax) Step(weights []gorgonia.ValueGrad) error {
	o.t++
	b1, b2, eps := or(o.Beta1, 0.9), or(o.Beta2, 0.999), or(o.Epsilon, 1e-7)
	lr := o.Rate() / (1 - math.Pow(b1, float64(o.t)))
	return o.elements(weights, 2, 0, func(w, g float64, s []float64) float64 {
		s[0] += (1 - b1) * (g - s[0])
		s[1] = max(b2*s[1], math.Abs(g))
		return w - lr*s[0]/(s[1]+eps)
	})
}

// Step implements gorgonia.Solver.
func (o *Nadam) Step(weights []gorgonia.ValueGrad) error {
	o.t++
	b1, b2, eps, lr := or(o.Beta1, 0.9), or(o.Beta2, 0.999), or(o.Epsilon, 1e-7), o.Rate()
	mu := func(t int) float64 { return b1 * (1 - math.Pow(0.96, float64(t))/2) }
	product := 1.0
	for t := 1; t <= o.t; t++ {
		product *= mu(t)
	}
	now, next := mu(o.t), mu(o.t+1)
	v := 1 - math.Pow(b2, float64(o.t))
	return o.elements(weights, 2, 0, func(w, g float64, s []float64) float64 {
		s[0] += (1 - b1) * (g - s[0])
		s[1] += (1 - b2) * (g*g - s[1])
		m := next*s[0]/(1-product*next) + (1-now)*g/(1-product)
		return w - lr*m/(math.Sqrt(s[1]/v)+eps)
	})
}

// Step implements gorgonia.Solver.
func (o *AdamW) Step(weights []gorgonia.ValueGrad) error {
	o.t++
	b1, b2, eps := or(o.Beta1, 0.9), or(o.Beta2, 0.999), or(o.Epsilon, 1e-7)
	keep := 1 - o.Rate()*or(o.WeightDecay, 0.004)
	lr := o.Rate() * math.Sqrt(1-math.Pow(b2, float64(o.t))) / (1 - math.Pow(b1, float64(o.t)))
	return o.elements(weights, 2, 0, func(w, g float64, s []float64) float64 {
		s[0] += (1 - b1) * (g - s[0])
		s[1] += (1 - b2) * (g*g - s[1])
		return w*keep - lr*s[0]/(math.Sqrt(s[1])+eps)
	})
}

// Step implements gorgonia.Solver.
func (o *Lion) Step(weights []gorgonia.ValueGrad) error {
	o.t++
	b1, b2, lr := or(o.Beta1, 0.9), or(o.Beta2, 0.99), o.Rate()
	return o.elements(weights, 1, 0, func(w, g float64, s []float64) float64 {
		step := b1*s[0] + (1-b1)*g
		s[0] = b2*s[0] + (1-b2)*g
		switch {
		case step > 0:
			return w - lr
		case step < 0:
			return w + lr
		}
		return w
	})
}
