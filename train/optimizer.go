package train

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"unroll/internal/show"
)

// Optimizer updates weights from their gradients: any gorgonia.Solver. Those of
// train/optimizers take Keras's formulas and defaults.
type Optimizer = gorgonia.Solver

// Rated is an optimizer whose learning rate can be read and set, as by callbacks.
type Rated interface {
	Optimizer
	Rate() float64
	SetRate(lr float64)
}

// Scheduler is an optimizer that sets its learning rate itself, before each
// update.
type Scheduler interface {
	Optimizer
	// ScheduleName returns the name of the schedule that does, empty if none.
	ScheduleName() string
}

// Wrapper is an optimizer around another one.
type Wrapper interface {
	Optimizer
	Unwrap() Optimizer
}

// Finalizer is an optimizer that has the last word on the weights, at the end of
// Fit.
type Finalizer interface {
	Optimizer
	Finalize(weights []gorgonia.ValueGrad) error
}

// ScheduleOf returns the name of what sets the learning rate of an optimizer by
// itself, empty if nothing does.
func ScheduleOf(o Optimizer) string {
	if s, ok := o.(Scheduler); ok && s.ScheduleName() != "" {
		return s.ScheduleName()
	}
	if w, ok := o.(Wrapper); ok {
		return ScheduleOf(w.Unwrap())
	}
	return ""
}

// Checker is an optimizer that knows whether its settings make sense, before the
// first update.
type Checker interface {
	Optimizer
	Check() error
}

// RatedOf returns the optimizer, or the one that it is wrapped around, as one whose
// learning rate can be read and set. It is an error if it has none.
func RatedOf(o Optimizer) (Rated, error) {
	if r, ok := o.(Rated); ok {
		return r, nil
	}
	if w, ok := o.(Wrapper); ok {
		return RatedOf(w.Unwrap())
	}
	return nil, errors.Errorf("optimizer: the learning rate of %T cannot be read and set", o)
}

// optimizerName names the types of an optimizer and of those it is wrapped
// around: Clip(Adam).
func optimizerName(o Optimizer) string {
	if w, ok := o.(Wrapper); ok {
		return show.Type(o) + "(" + optimizerName(w.Unwrap()) + ")"
	}
	return show.Type(o)
}

// finalize calls every Finalizer of an optimizer, the outermost last.
func finalize(o Optimizer, weights []gorgonia.ValueGrad) error {
	if w, ok := o.(Wrapper); ok {
		if err := finalize(w.Unwrap(), weights); err != nil {
			return err
		}
	}
	if f, ok := o.(Finalizer); ok {
		return f.Finalize(weights)
	}
	return nil
}
