package optimizers

import (
	"encoding/json"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/show"
	"unroll/train"
)

// What the wrappers have in common.

// inside checks the optimizer of a wrapper.
func inside(wrapper any, o gorgonia.Solver) error {
	if o == nil {
		return errors.Errorf("optimizer: %s has no Optimizer", show.Type(wrapper))
	}
	if c, ok := o.(train.Checker); ok {
		return c.Check()
	}
	return nil
}

// save returns the state of an optimizer, restore takes it.
func save(o gorgonia.Solver) (map[string]*tensor.Dense, []byte, error) {
	s, ok := o.(train.Saver)
	if !ok {
		return nil, nil, errors.Errorf("optimizer %T cannot save its state", o)
	}
	return s.State()
}

func restore(o gorgonia.Solver, tensors map[string]*tensor.Dense, rest []byte) error {
	s, ok := o.(train.Saver)
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
