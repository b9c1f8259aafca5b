package nn

import (
	"math"
	"slices"

	"unroll/graph"
	"unroll/internal/kernel"
)

// Constraint changes a weight after each update so that it keeps a property.
// The zero value is none.
type Constraint struct {
	Name string  `json:"name"`
	Max  float64 `json:"max,omitempty"`
	// Axes are the dimensions over which a norm is taken, one norm for each
	// place of the others; the first one if empty, which is a unit's incoming
	// weights in a kernel [features, units].
	Axes []int `json:"axes,omitempty"`
}

const (
	maxNorm  = "max_norm"
	unitNorm = "unit_norm"
	nonNeg   = "non_neg"
)

// MaxNorm scales down what has a norm above limit:
//
//	w ← w·min(‖w‖, limit)/(‖w‖ + 1e-7)
//
// Srivastava et al., Dropout, 2014. Keras: MaxNorm, whose default limit is 2.
func MaxNorm(limit float64, axes ...int) Constraint {
	return Constraint{Name: maxNorm, Max: limit, Axes: axes}
}

// UnitNorm scales to a norm of 1: w ← w/(‖w‖ + 1e-7). Keras: UnitNorm.
func UnitNorm(axes ...int) Constraint { return Constraint{Name: unitNorm, Axes: axes} }

// NonNeg sets negative values to 0. Keras: NonNeg.
func NonNeg() Constraint { return Constraint{Name: nonNeg} }

func (c Constraint) check(shape []int) error {
	switch c.Name {
	case "", nonNeg, unitNorm:
		if c.Max != 0 {
			return errorf("constraint %q: max belongs to max_norm only", c.Name)
		}
	case maxNorm:
		if !(c.Max > 0) || math.IsInf(c.Max, 0) {
			return errorf("constraint max_norm: max is %v, want a positive number", c.Max)
		}
	default:
		return errorf("unknown constraint %q", c.Name)
	}
	for _, a := range c.Axes {
		if a < 0 || a >= len(shape) {
			return errorf("constraint %s: axis %d of shape %v", c.Name, a, shape)
		}
	}
	return nil
}

// Constrain holds the weight to its constraint. It is called after each update.
func (w *Weight) Constrain() {
	if w.constraint.Name == "" {
		return
	}
	_ = w.change(func() error {
		shape := w.value.Shape()
		constrain(graph.Floats[float32](w.value), shape, w.constraint)
		constrain(graph.Floats[float64](w.value), shape, w.constraint)
		return nil
	})
}

func constrain[T kernel.Float](w []T, shape []int, c Constraint) {
	if c.Name == nonNeg {
		kernel.Relu(w, w)
		return
	}
	axes := c.Axes
	if len(axes) == 0 {
		axes = []int{0}
	}
	norms := make([]float64, len(w)) // of the place that an element has in the other dimensions
	each := func(f func(i int, norm *float64)) {
		for i := range w {
			at, rest, size := 0, i, 1
			for d := len(shape) - 1; d >= 0; d-- {
				if !slices.Contains(axes, d) {
					at += rest % shape[d] * size
					size *= shape[d]
				}
				rest /= shape[d]
			}
			f(i, &norms[at])
		}
	}
	each(func(i int, norm *float64) { *norm += float64(w[i]) * float64(w[i]) })
	each(func(i int, norm *float64) {
		n := math.Sqrt(*norm)
		want := 1.0
		if c.Name == maxNorm {
			want = min(n, c.Max)
		}
		w[i] = T(float64(w[i]) * want / (1e-7 + n))
	})
}
