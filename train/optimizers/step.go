package optimizers

import (
	"math"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"unroll/graph"
	"unroll/internal/kernel"
	"unroll/nn"
)

// notDefault returns a rate that a field can hold: 0 would mean the default.
func notDefault(lr float64) float64 {
	if lr == 0 {
		return math.SmallestNonzeroFloat64
	}
	return lr
}

// state holds an optimizer's tensors for each weight, by name.
type state struct {
	first float64 // of the elements of a slot
	// rows reports whether, where so many of a weight's rows have a gradient, these alone
	// are updated; nil for never.
	rows func(touched, rows int) bool
	f32  map[string][][]float32
	f64  map[string][][]float64
}

// each runs the update of one element type or the other for every weight, and
// consumes the gradients.
func each(s *state, weights []gorgonia.ValueGrad, slots int, f32 func(w, g []float32, s [][]float32), f64 func(w, g []float64, s [][]float64)) error {
	if err := visit(s, weights, slots, true, f32, f64); err != nil {
		return err
	}
	return consume(weights)
}

// visit calls a function of one element type or the other for every weight, with its
// gradient, if gradients are wanted, and so many slots.
func visit(s *state, weights []gorgonia.ValueGrad, slots int, gradients bool, f32 func(w, g []float32, s [][]float32), f64 func(w, g []float64, s [][]float64)) error {
	if s.f32 == nil {
		s.f32, s.f64 = map[string][][]float32{}, map[string][][]float64{}
	}
	for i, w := range weights {
		named, ok := w.(gorgonia.Namer)
		if !ok || named.Name() == "" {
			return errors.Errorf("optimizer: weight %d has no name", i)
		}
		name, v := named.Name(), w.Value()
		g, rows, err := v, (*picked)(nil), error(nil)
		if gradients {
			if g, rows, err = s.pick(w); err != nil {
				return errors.WithMessage(err, "optimizer")
			}
		}
		switch {
		case graph.Floats[float32](v) != nil:
			err = update(s.f32, s.first, name, slots, graph.Floats[float32](v), graph.Floats[float32](g), rows, f32)
		case graph.Floats[float64](v) != nil:
			err = update(s.f64, s.first, name, slots, graph.Floats[float64](v), graph.Floats[float64](g), rows, f64)
		default:
			err = errors.Errorf("element type %v", v.Dtype())
		}
		if err != nil {
			return errors.WithMessagef(err, "optimizer: %s", name)
		}
	}
	return nil
}

// few reports whether so many of a weight's rows are picked faster than all are updated.
func few(touched, rows int) bool { return 4*touched <= rows }

// sparseOf returns the gradient of a weight by its rows, nil if these are not known.
func sparseOf(w gorgonia.ValueGrad) nn.SparseGrad {
	if s, ok := w.(interface{ SparseGrad() nn.SparseGrad }); ok {
		return s.SparseGrad()
	}
	return nil
}

// gradOf returns the gradient of a weight for a caller that leaves zeros as they are.
func gradOf(w gorgonia.ValueGrad) (gorgonia.Value, error) {
	if s := sparseOf(w); s != nil && few(s.Touched(), w.Value().Shape()[0]) {
		g, _ := s.Rows()
		return g, nil
	}
	return w.Grad()
}

// pick returns the gradient of a weight and the rows that are to be updated, nil for all.
func (s *state) pick(w gorgonia.ValueGrad) (gorgonia.Value, *picked, error) {
	n := w.Value().Shape()
	if by := sparseOf(w); by != nil && s.rows != nil && s.rows(by.Touched(), n[0]) {
		g, rows := by.Rows()
		return g, &picked{rows, n.TotalSize() / n[0]}, nil
	}
	g, err := w.Grad()
	return g, nil, err
}

// picked are rows of a weight.
type picked struct {
	rows []int32
	cols int
}

// take returns the rows of x, one after the other.
func take[T kernel.Float](p *picked, x []T) []T {
	y := make([]T, len(p.rows)*p.cols)
	kernel.GatherRows(y, x, p.rows, p.cols)
	return y
}

// byRows runs f on the rows alone.
func byRows[T kernel.Float](p *picked, w, g []T, s [][]T, f func(w, g []T, s [][]T)) {
	theirs := take(p, w)
	slots := make([][]T, len(s))
	for i, x := range s {
		slots[i] = take(p, x)
	}
	f(theirs, take(p, g), slots)
	kernel.PutRows(w, theirs, p.rows, p.cols)
	for i, x := range s {
		kernel.PutRows(x, slots[i], p.rows, p.cols)
	}
}

func update[T kernel.Float](all map[string][][]T, first float64, name string, slots int, w, g []T, rows *picked, f func(w, g []T, s [][]T)) error {
	if len(g) != len(w) {
		return errors.Errorf("gradient of %d values for a weight of %d", len(g), len(w))
	}
	s := all[name]
	if len(s) < slots { // at first, or after a setting that needs more
		for len(s) < slots {
			x := make([]T, len(w))
			for i := 0; first != 0 && i < len(x); i++ {
				x[i] = T(first)
			}
			s = append(s, x)
		}
		all[name] = s
	}
	for _, x := range s[:slots] {
		if len(x) != len(w) {
			return errors.Errorf("state of %d values for a weight of %d", len(x), len(w))
		}
	}
	if rows != nil {
		byRows(rows, w, g, s[:slots], f)
		return nil
	}
	f(w, g, s[:slots])
	return nil
}

// consume takes the gradients away, so that no step can use them twice: Gorgonia's
// machine adds to what it finds in a node's gradient.
func consume(weights []gorgonia.ValueGrad) error {
	for _, w := range weights {
		if s, ok := w.(interface{ SetGrad(gorgonia.Value) }); ok {
			s.SetGrad(nil)
			continue
		}
		g, err := w.Grad()
		if err != nil {
			return errors.WithMessage(err, "optimizer")
		}
		clear(graph.Floats[float32](g))
		clear(graph.Floats[float64](g))
	}
	return nil
}
