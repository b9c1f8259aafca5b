package callbacks

import (
	"cmp"
	"encoding/json"
	"math"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"unroll/train"
)

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
	Mode     train.Mode

	state plateauState
}

type plateauState struct {
	best
	Wait, Cooldown int
}

var _ train.Stateful = (*ReduceLROnPlateau)(nil)

// Name implements train.Stateful.
func (s *ReduceLROnPlateau) Name() string {
	return "reduce_lr_on_plateau/" + watch(s.Monitor, s.Mode).name
}

// State implements train.Stateful.
func (s *ReduceLROnPlateau) State() (map[string]*tensor.Dense, []byte, error) {
	rest, err := json.Marshal(s.state)
	return nil, rest, err
}

// Restore implements train.Stateful.
func (s *ReduceLROnPlateau) Restore(_ map[string]*tensor.Dense, rest []byte) error {
	s.state = plateauState{}
	return json.Unmarshal(rest, &s.state)
}

// Handle implements train.Callback.
func (s *ReduceLROnPlateau) Handle(e *train.Event) error {
	return errors.WithMessage(s.handle(e), "reduce_lr_on_plateau")
}

func (s *ReduceLROnPlateau) handle(e *train.Event) error {
	w, factor := watch(s.Monitor, s.Mode), cmp.Or(s.Factor, 0.1)
	switch e.Kind {
	case train.TrainBegin:
		if !(factor > 0 && factor < 1) || s.Patience < 0 || s.Cooldown < 0 {
			return errors.Errorf("Factor is %v, Patience %d and Cooldown %d, want a factor below 1 and none below 0", factor, s.Patience, s.Cooldown)
		}
		if !(s.MinDelta >= 0) || !(s.MinLR >= 0) {
			return errors.Errorf("MinDelta is %v and MinLR %v, want at least 0", s.MinDelta, s.MinLR)
		}
		if err := e.CanSetLearningRate(); err != nil {
			return err
		}
		if e.Step == 0 {
			s.state = plateauState{best: none}
		}
		return w.begin(e)
	case train.EpochEnd:
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
