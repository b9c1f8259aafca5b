package optimizers

import (
	"cmp"

	"gorgonia.org/gorgonia"

	"unroll/internal/kernel"
)

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

// Rate returns the learning rate.
func (o *Adagrad) Rate() float64 { return cmp.Or(o.LearningRate, 0.001) }

// SetRate sets the learning rate.
func (o *Adagrad) SetRate(lr float64) { o.LearningRate = notDefault(lr) }

// Step implements gorgonia.Solver.
func (o *Adagrad) Step(weights []gorgonia.ValueGrad) error {
	o.t++
	o.state.rows = few // where g is 0 nothing changes
	o.state.first = cmp.Or(o.InitialAccumulatorValue, 0.1)
	return each(&o.state, weights, 1,
		func(w, g []float32, s [][]float32) { adagrad(o, w, g, s[0]) },
		func(w, g []float64, s [][]float64) { adagrad(o, w, g, s[0]) })
}

func adagrad[T kernel.Float](o *Adagrad, w, g, a []T) {
	kernel.Adagrad(w, g, a, T(o.Rate()), T(cmp.Or(o.Epsilon, 1e-7)))
}
