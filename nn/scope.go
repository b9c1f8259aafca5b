package nn

import (
	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"unroll/internal/large"
)

// Scope is the path under which a layer declares its weights.
type Scope struct {
	path    string
	weights *weights
	again   bool // a shared layer is called again: its weights are there
	frozen  bool // no weight declared here is trained
	depth   int  // of blocks in one another
}

// Batch returns the model's fixed batch size, which layers that carry a state
// from batch to batch need; 0 if it has none.
func (s *Scope) Batch() int { return s.weights.batch }

// Weight declares a weight of the given shape, trained unless the layer is
// Frozen. A path declared twice, and a shape that is missing or not positive, are
// errors of the model.
func (s *Scope) Weight(name string, init Initializer, shape ...int) {
	k := trained
	if s.frozen {
		k = frozen
	}
	s.declare(k, name, init, shape)
}

// State declares a tensor that is not trained but assigned by the layer's
// programs, such as a running mean; see Context.Assign. It is saved with the
// model.
func (s *Scope) State(name string, init Initializer, shape ...int) {
	s.declare(state, name, init, shape)
}

// Memory is a State that goes on from one batch to the next and that
// Model.ResetStates takes back to its first value.
func (s *Scope) Memory(name string, init Initializer, shape ...int) {
	s.declare(memory, name, init, shape)
}

// Regularize adds a penalty on a weight that was declared to the model's loss.
func (s *Scope) Regularize(name string, r Regularizer) {
	if w := s.weights.byPath[join(s.path, name)]; w != nil && !s.again {
		w.regularizer = r
		s.fail(name, r.check())
	}
}

// Constrain holds a weight that was declared to a constraint after each update.
func (s *Scope) Constrain(name string, c Constraint) {
	if w := s.weights.byPath[join(s.path, name)]; w != nil && !s.again {
		w.constraint = c
		s.fail(name, c.check(w.value.Shape()))
	}
}

func (s *Scope) fail(name string, err error) {
	if all := s.weights; all.err == nil && err != nil {
		all.err = errors.WithMessage(err, join(s.path, name))
	}
}

// weight declares a trained weight with all that may be set for it.
func (s *Scope) weight(name string, init Initializer, r Regularizer, c Constraint, shape ...int) {
	s.Weight(name, init, shape...)
	s.Regularize(name, r)
	s.Constrain(name, c)
}

func (s *Scope) declare(k kind, name string, init Initializer, shape []int) {
	path := join(s.path, name)
	all := s.weights
	if all.err != nil || all.dry {
		return
	}
	if w := all.byPath[path]; w != nil {
		switch {
		case !s.again:
			all.err = errorf("%s: declared twice", path)
		case !w.value.Shape().Eq(shape):
			all.err = errorf("%s: of shape %v for this input, %v for the first", path, shape, []int(w.value.Shape()))
		}
		return
	}
	if len(shape) == 0 { // it could be trained but not be saved
		all.err = errorf("%s: no shape is given, want at least one dimension", path)
		return
	}
	size := 1
	for _, n := range shape {
		if n < 1 {
			all.err = errorf("%s: shape %v is not positive", path, shape)
			return
		}
		if size > all.room/n {
			all.err = errorf("%s: shape %v has more values than the %d that are left", path, shape, all.room)
			return
		}
		size *= n
	}
	all.room -= size
	if err := init.check(shape); err != nil {
		all.err = errors.WithMessage(err, path)
		return
	}
	w := &Weight{path: path, init: init, kind: k, held: all.held}
	if all.given != nil {
		w.value = all.given(path, all.dt, shape)
	}
	if w.value == nil {
		w.value = tensor.New(tensor.Of(all.dt), tensor.WithShape(shape...))
		if all.dt == tensor.Float32 {
			large.Ask(w.value.Float32s())
		}
	}
	all.list = append(all.list, w)
	all.byPath[path] = w
}

// startAtOne makes a run of a weight's elements start at 1.
func (s *Scope) startAtOne(name string, from, to int) {
	if w := s.weights.byPath[join(s.path, name)]; w != nil && !s.again {
		w.ones = [2]int{from, to}
	}
}

// begin makes a weight that was declared begin with given values.
func (s *Scope) begin(name string, values *tensor.Dense) error {
	path := join(s.path, name)
	w := s.weights.byPath[path]
	switch {
	case s.again, s.weights.dry:
	case w == nil:
		return errorf("%s: values are given, but no such weight was declared", path)
	case !w.value.Shape().Eq(values.Shape()):
		return errorf("%s: shape is %v, the values given are %v", path, []int(w.value.Shape()), []int(values.Shape()))
	default:
		w.first = values
	}
	return nil
}

// Enter returns the scope below s under name.
func (s *Scope) Enter(name string) *Scope {
	inner := *s
	inner.path = join(s.path, name)
	return &inner
}
