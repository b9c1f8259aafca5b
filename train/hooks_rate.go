package train

import (
	"cmp"
	"encoding/json"
	"math"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"
)

// LearningRate returns the optimizer's present learning rate.
func (e *Event) LearningRate() (float64, error) {
	o, ok := e.Trainer.config.Optimizer.(Rated)
	if !ok {
		return 0, errors.Errorf("optimizer %T tells no learning rate", e.Trainer.config.Optimizer)
	}
	return o.Rate(), nil
}

// SetLearningRate sets the optimizer's learning rate from the next update on. It
// is an error if the optimizer has a Schedule, which would set another.
func (e *Event) SetLearningRate(lr float64) error {
	if err := e.canSetRate(); err != nil {
		return err
	}
	if !(lr >= 0) || math.IsInf(lr, 0) {
		return errors.Errorf("learning rate %v", lr)
	}
	o := e.Trainer.config.Optimizer.(Rated)
	if e.run != nil {
		e.run.rate = rateChange{e.hook, e.Kind, e.Epoch, o.Rate(), lr}
	}
	o.SetRate(lr)
	return nil
}

// canSetRate returns an error if the learning rate cannot be set, or to no effect.
func (e *Event) canSetRate() error {
	o := e.Trainer.config.Optimizer
	if _, ok := o.(Rated); !ok {
		return errors.Errorf("the learning rate of optimizer %T cannot be set", o)
	}
	if s := scheduleOf(o); s != "" {
		return errors.Errorf("the optimizer's schedule %s sets the learning rate before each update: use one of the two", s)
	}
	return nil
}

// rateChange is what a hook last did to the learning rate.
type rateChange struct {
	hook     int // its place in FitConfig.Hooks
	kind     EventKind
	epoch    int
	from, to float64
}

// LearningRateScheduler sets the learning rate at the beginning of each epoch to
// what a function makes of the epoch, from 1, and the present rate. Beside another
// hook that sets the rate the function must use the present one: if it undoes the
// other's change, that is an error. So is an optimizer with a Schedule. Keras:
// LearningRateScheduler, whose epochs count from 0.
type LearningRateScheduler struct {
	Schedule func(epoch int, lr float64) float64
}

// Handle implements Hook.
func (s LearningRateScheduler) Handle(e *Event) error {
	return wrapHook("learning_rate_scheduler", s.handle(e))
}

func (s LearningRateScheduler) handle(e *Event) error {
	switch e.Kind {
	case TrainBegin:
		if s.Schedule == nil {
			return errors.New("no Schedule")
		}
		return e.canSetRate()
	case EpochBegin:
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

// undoes returns an error if the rate lr was set by another hook, and the next one
// is what it would have been without that. What a hook did at the beginning of an
// earlier epoch has had its effect.
func (s LearningRateScheduler) undoes(e *Event, lr, next float64) error {
	if e.run == nil {
		return nil
	}
	c := e.run.rate
	if c.hook == e.hook || c.kind == EpochBegin && c.epoch != e.Epoch || c.to != lr || c.from == lr || next == lr {
		return nil
	}
	if s.Schedule(e.Epoch, c.from) != next {
		return nil
	}
	return errors.Errorf("Schedule gives the rate %v for epoch %d whatever the present one is, and undoes the %v that %s has set: use one of the two, or make Schedule change the present rate",
		next, e.Epoch, lr, typeName(e.run.fit.Hooks[c.hook]))
}

// ReduceLROnPlateau multiplies the learning rate by Factor when a log has not
// become better for Patience epochs. NaN is never better; epochs between two
// validations do not count. An optimizer with a Schedule is an error. Keras:
// ReduceLROnPlateau.
type ReduceLROnPlateau struct {
	Monitor  string  // "val_loss" if empty
	Factor   float64 // 0.1 if 0
	Patience int     // 10 if 0
	MinDelta float64 // 0.0001 if 0
	Cooldown int     // epochs after a change in which nothing is counted
	MinLR    float64
	Mode     Mode

	state plateauState
}

type plateauState struct {
	best
	Wait, Cooldown int
}

var _ Keeper = (*ReduceLROnPlateau)(nil)

// Name implements Keeper.
func (s *ReduceLROnPlateau) Name() string {
	return "reduce_lr_on_plateau/" + watch(s.Monitor, s.Mode).name
}

// State implements Keeper.
func (s *ReduceLROnPlateau) State() (map[string]*tensor.Dense, []byte, error) {
	rest, err := json.Marshal(s.state)
	return nil, rest, err
}

// Restore implements Keeper.
func (s *ReduceLROnPlateau) Restore(_ map[string]*tensor.Dense, rest []byte) error {
	s.state = plateauState{}
	return json.Unmarshal(rest, &s.state)
}

// Handle implements Hook.
func (s *ReduceLROnPlateau) Handle(e *Event) error {
	return wrapHook("reduce_lr_on_plateau", s.handle(e))
}

func (s *ReduceLROnPlateau) handle(e *Event) error {
	w, factor := watch(s.Monitor, s.Mode), cmp.Or(s.Factor, 0.1)
	switch e.Kind {
	case TrainBegin:
		if !(factor > 0 && factor < 1) || s.Patience < 0 || s.Cooldown < 0 {
			return errors.Errorf("Factor is %v, Patience %d and Cooldown %d, want a factor below 1 and none below 0", factor, s.Patience, s.Cooldown)
		}
		if !(s.MinDelta >= 0) || !(s.MinLR >= 0) {
			return errors.Errorf("MinDelta is %v and MinLR %v, want at least 0", s.MinDelta, s.MinLR)
		}
		if err := e.canSetRate(); err != nil {
			return err
		}
		if e.Step == 0 {
			s.state = plateauState{best: none}
		}
		return w.begin(e)
	case EpochEnd:
		v, ok := e.Logs[w.name]
		if !ok {
			return nil
		}
		if s.state.Cooldown > 0 {
			s.state.Cooldown--
			s.state.Wait = 0
		}
		if s.state.take(w, v, cmp.Or(s.MinDelta, 1e-4), e.Epoch) {
			s.state.Wait = 0
			return nil
		}
		if s.state.Cooldown > 0 {
			return nil
		}
		s.state.Wait++
		if s.state.Wait < int(cmp.Or(float64(s.Patience), 10)) {
			return nil
		}
		lr, err := e.LearningRate()
		if err != nil || lr <= s.MinLR {
			return err
		}
		s.state.Cooldown, s.state.Wait = s.Cooldown, 0
		return e.SetLearningRate(math.Max(lr*factor, s.MinLR))
	}
	return nil
}
