package optimizers

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/show"
	"unroll/train"
)

// Scheduled is an optimizer whose learning rate is set by a schedule before each
// update, from the number of those before it. Keras: a LearningRateSchedule as
// learning_rate.
type Scheduled struct {
	Optimizer gorgonia.Solver // with a learning rate
	Schedule  Schedule

	own slots // the number of updates
}

// Step implements gorgonia.Solver.
func (o *Scheduled) Step(weights []gorgonia.ValueGrad) error {
	if err := o.Check(); err != nil {
		return err
	}
	rated, err := train.RatedOf(o.Optimizer)
	if err != nil {
		return err
	}
	rated.SetRate(o.Schedule.Rate(o.own.t))
	o.own.t++
	return o.Optimizer.Step(weights)
}

// Check holds the settings to what makes sense.
func (o *Scheduled) Check() error {
	if err := inside(o, o.Optimizer); err != nil {
		return err
	}
	if o.Schedule == nil {
		return errors.New("optimizer: Scheduled has no Schedule")
	}
	if other := train.ScheduleOf(o.Optimizer); other != "" {
		return errors.Errorf("optimizer: the schedules %s and %s both set the learning rate: use one of the two", o.ScheduleName(), other)
	}
	if _, err := train.RatedOf(o.Optimizer); err != nil {
		return err
	}
	if s, ok := o.Schedule.(checked); ok {
		return errors.WithMessage(s.check(), "optimizer")
	}
	return nil
}

// ScheduleName returns the name of the schedule's type.
func (o *Scheduled) ScheduleName() string { return show.Type(o.Schedule) }

// Unwrap returns the optimizer inside.
func (o *Scheduled) Unwrap() gorgonia.Solver { return o.Optimizer }

// State implements train.Saver.
func (o *Scheduled) State() (map[string]*tensor.Dense, []byte, error) {
	return o.own.saveAround(o.Optimizer)
}

// Restore implements train.Saver.
func (o *Scheduled) Restore(tensors map[string]*tensor.Dense, rest []byte) error {
	return o.own.restoreAround(o.Optimizer, tensors, rest)
}
