package optimizers

import (
	"cmp"
	"math"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/graph"
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
	if o.Momentum == 0 {
		n = 0
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

// rated is train.Rated, and saver train.Saver: this package knows nothing of
// training.
type rated interface {
	gorgonia.Solver
	Rate() float64
	SetRate(lr float64)
}

type saver interface {
	State() (tensors map[string]*tensor.Dense, rest []byte, err error)
	Restore(tensors map[string]*tensor.Dense, rest []byte) error
}

// notDefault returns a rate that a field can hold: 0 would mean the default.
func notDefault(lr float64) float64 {
	if lr == 0 {
		return math.SmallestNonzeroFloat64
	}
	return lr
}

// state holds an optimizer's tensors for each weight, by name.
type state struct {
	f32 map[string][][]float32
	f64 map[string][][]float64
}

// each runs the update of one element type or the other for every weight.
func each(s *state, weights []gorgonia.ValueGrad, slots int, f32 func(w, g []float32, s [][]float32), f64 func(w, g []float64, s [][]float64)) error {
	if s.f32 == nil {
		s.f32, s.f64 = map[string][][]float32{}, map[string][][]float64{}
	}
	for i, w := range weights {
		named, ok := w.(gorgonia.Namer)
		if !ok || named.Name() == "" {
			return errors.Errorf("optimizer: weight %d has no name", i)
		}
		g, err := w.Grad()
		if err != nil {
			return errors.WithMessage(err, "optimizer")
		}
		name := named.Name()
		switch v := w.Value(); {
		case graph.Floats[float32](v) != nil:
			err = update(s.f32, name, slots, graph.Floats[float32](v), graph.Floats[float32](g), f32)
		case graph.Floats[float64](v) != nil:
			err = update(s.f64, name, slots, graph.Floats[float64](v), graph.Floats[float64](g), f64)
		default:
			err = errors.Errorf("element type %v", v.Dtype())
		}
		if err != nil {
			return errors.WithMessagef(err, "optimizer: %s", name)
		}
		consume(w, g)
	}
	return nil
}

func update[T kernel.Float](all map[string][][]T, name string, slots int, w, g []T, f func(w, g []T, s [][]T)) error {
	if len(g) != len(w) {
		return errors.Errorf("gradient of %d values for a weight of %d", len(g), len(w))
	}
	s := all[name]
	if len(s) < slots { // at first, or after a setting that needs more
		for len(s) < slots {
			s = append(s, make([]T, len(w)))
		}
		all[name] = s
	}
	for _, x := range s[:slots] {
		if len(x) != len(w) {
			return errors.Errorf("state of %d values for a weight of %d", len(x), len(w))
		}
	}
	f(w, g, s[:slots])
	return nil
}

// consume takes the gradient away, so that no step can use it twice: Gorgonia's
// machine adds to what it finds in a node's gradient.
func consume(w gorgonia.ValueGrad, g gorgonia.Value) {
	if s, ok := w.(interface{ SetGrad(gorgonia.Value) }); ok {
		s.SetGrad(nil)
		return
	}
	clear(graph.Floats[float32](g))
	clear(graph.Floats[float64](g))
}
