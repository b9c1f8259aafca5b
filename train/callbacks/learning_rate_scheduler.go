package callbacks

import (
	"github.com/pkg/errors"

	"unroll/train"
)

// LearningRateScheduler sets the learning rate at the beginning of each epoch to
// what a function makes of the epoch, from 1, and the present rate. Beside another
// callback that sets the rate the function must use the present one: if it undoes the
// other's change, that is an error. So is an optimizer with a Schedule. Keras:
// LearningRateScheduler, whose epochs count from 0.
type LearningRateScheduler struct {
	Schedule func(epoch int, lr float64) float64
}

// Handle implements train.Callback.
func (s LearningRateScheduler) Handle(e *train.Event) error {
	return errors.WithMessage(s.handle(e), "learning_rate_scheduler")
}

func (s LearningRateScheduler) handle(e *train.Event) error {
	switch e.Kind {
	case train.TrainBegin:
		if s.Schedule == nil {
			return errors.New("no Schedule")
		}
		return e.CanSetLearningRate()
	case train.EpochBegin:
		lr, err := e.LearningRate()
		if err != nil {
			return err
		}
		next := s.Schedule(e.Epoch, lr)
		if err := s.undoes(e, lr, next); err != nil {
			return err
		}
		return e.SetLearningRate(next)
	}
	return nil
}

// undoes returns an error if the rate lr was set by another callback, and the next one
// is what it would have been without that. What a callback did at the beginning of an
// earlier epoch has had its effect.
func (s LearningRateScheduler) undoes(e *train.Event, lr, next float64) error {
	c, ok := e.RateChange()
	if !ok || c.Own || c.Kind == train.EpochBegin && c.Epoch != e.Epoch || c.To != lr || c.From == lr || next == lr {
		return nil
	}
	if s.Schedule(e.Epoch, c.From) != next {
		return nil
	}
	return errors.Errorf("Schedule ignores the current rate: it gives %v for epoch %d and undoes the %v that %s has set; use one of the two, or let Schedule change the current rate",
		next, e.Epoch, lr, c.By)
}
