package optimizers

import (
	"cmp"

	"gorgonia.org/gorgonia"

	"unroll/internal/kernel"
)

// SGD is gradient descent with momentum:
//
//	v ← momentum·v − lr·g
//	w ← w + v,  or  w + momentum·v − lr·g with Nesterov
//
// Keras: SGD. Zero fields mean its defaults.
type SGD struct {
	LearningRate float64 // 0.01
	Momentum     float64 // 0
	Nesterov     bool

	slots
}

// Rate returns the learning rate.
func (o *SGD) Rate() float64 { return cmp.Or(o.LearningRate, 0.01) }

// SetRate sets the learning rate.
func (o *SGD) SetRate(lr float64) { o.LearningRate = notDefault(lr) }

// Step implements gorgonia.Solver.
func (o *SGD) Step(weights []gorgonia.ValueGrad) error {
	lr, n := o.Rate(), 1
	o.state.rows = nil
	if o.Momentum == 0 {
		n = 0
		o.state.rows = few // where g is 0 nothing changes
	}
	return each(&o.state, weights, n,
		func(w, g []float32, s [][]float32) { sgd(w, g, s, lr, o.Momentum, o.Nesterov) },
		func(w, g []float64, s [][]float64) { sgd(w, g, s, lr, o.Momentum, o.Nesterov) })
}

func sgd[T kernel.Float](w, g []T, s [][]T, lr, momentum float64, nesterov bool) {
	if len(s) == 0 {
		kernel.Axpy(w, T(-lr), g)
		return
	}
	kernel.Momentum(w, g, s[0], T(lr), T(momentum), nesterov)
}
