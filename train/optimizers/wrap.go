package optimizers

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// What the wrappers have in common. rated, saver and wrapper are train's Rated, Saver
// and Wrapper: this package knows nothing of training.
type (
	rated interface {
		gorgonia.Solver
		Rate() float64
		SetRate(lr float64)
	}
	saver interface {
		State() (tensors map[string]*tensor.Dense, rest []byte, err error)
		Restore(tensors map[string]*tensor.Dense, rest []byte) error
	}
	wrapper interface{ Unwrap() gorgonia.Solver }
	checker interface{ Check() error }
)

// rate returns an optimizer's learning rate, 0 if it has none.
func rate(o gorgonia.Solver) float64 {
	if r, ok := o.(rated); ok {
		return r.Rate()
	}
	return 0
}

// setRate sets an optimizer's learning rate, if it has one.
func setRate(o gorgonia.Solver, lr float64) {
	if r, ok := o.(rated); ok {
		r.SetRate(lr)
	}
}

// wantRate returns an error if the optimizer within all wrappers has no learning
// rate.
func wantRate(o gorgonia.Solver) error {
	if w, ok := o.(wrapper); ok {
		return wantRate(w.Unwrap())
	}
	if _, ok := o.(rated); !ok {
		return errors.Errorf("optimizer: the learning rate of %T cannot be read and set", o)
	}
	return nil
}

// inside checks the optimizer of a wrapper.
func inside(wrapper any, o gorgonia.Solver) error {
	if o == nil {
		return errors.Errorf("optimizer: %s has no Optimizer", typeName(wrapper))
	}
	if c, ok := o.(checker); ok {
		return c.Check()
	}
	return nil
}

func typeName(v any) string {
	name := fmt.Sprintf("%T", v)
	return name[strings.LastIndexByte(name, '.')+1:]
}

// save returns the state of an optimizer, restore takes it.
func save(o gorgonia.Solver) (map[string]*tensor.Dense, []byte, error) {
	s, ok := o.(saver)
	if !ok {
		return nil, nil, errors.Errorf("optimizer %T cannot save its state", o)
	}
	return s.State()
}

func restore(o gorgonia.Solver, tensors map[string]*tensor.Dense, rest []byte) error {
	s, ok := o.(saver)
	if !ok {
		return errors.Errorf("optimizer %T cannot restore its state", o)
	}
	return s.Restore(tensors, rest)
}

// nested is the state of a wrapper and of the optimizer inside, beside the tensors.
type nested struct {
	Steps     int             `json:"steps"`
	Optimizer json.RawMessage `json:"optimizer"`
}

// insidePath is where the tensors of the optimizer inside are.
const insidePath = "optimizer/"

// saveAround returns the slots of a wrapper with the state of the optimizer inside.
func (s *slots) saveAround(o gorgonia.Solver) (map[string]*tensor.Dense, []byte, error) {
	theirs, rest, err := save(o)
	if err != nil {
		return nil, nil, err
	}
	all := s.state.tensors()
	for name, t := range theirs {
		all[insidePath+name] = t
	}
	doc, err := json.Marshal(nested{s.t, rest})
	return all, doc, err
}

// restoreAround takes what saveAround returned.
func (s *slots) restoreAround(o gorgonia.Solver, tensors map[string]*tensor.Dense, rest []byte) error {
	var n nested
	if err := json.Unmarshal(rest, &n); err != nil {
		return errors.Wrap(err, "optimizer")
	}
	own, theirs := map[string]*tensor.Dense{}, map[string]*tensor.Dense{}
	for name, t := range tensors {
		if short, ok := strings.CutPrefix(name, insidePath); ok {
			theirs[short] = t
		} else {
			own[name] = t
		}
	}
	s.t = n.Steps
	if err := s.state.restore(own); err != nil {
		return err
	}
	return restore(o, theirs, n.Optimizer)
}
