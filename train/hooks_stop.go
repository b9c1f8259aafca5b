package train

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"
)

// Mode says which values of a log are better.
type Mode string

// The modes.
const (
	AutoMode Mode = ""    // greater for accuracies, AUC, precision, recall, F1 and R2, by their names; else less
	MinMode  Mode = "min" // less
	MaxMode  Mode = "max" // greater
)

// watched is a log that a hook watches.
type watched struct {
	name string
	mode Mode
}

// value returns the log's value.
func (w watched) value(logs Logs) (float64, error) {
	v, ok := logs[w.name]
	if !ok {
		return 0, errors.Errorf("no log %q, there are %s", w.name, strings.Join(slices.Sorted(maps.Keys(logs)), ", "))
	}
	return v, nil
}

// pauses reports whether the epoch is one between two validations, which has no
// log to watch.
func (w watched) pauses(e *Event) bool {
	_, ok := e.Logs["val_loss"]
	return strings.HasPrefix(w.name, "val_") && !ok && e.run != nil && e.run.fit.validates()
}

// better reports whether v is better than best by more than delta.
func (w watched) better(v, best, delta float64) bool {
	if w.greater() {
		return v-delta > best
	}
	return v+delta < best
}

func (w watched) greater() bool {
	if w.mode != AutoMode {
		return w.mode == MaxMode
	}
	for _, score := range []string{"accuracy", "auc", "precision", "recall", "f1_score", "r2_score"} {
		if strings.Contains(w.name, score) {
			return true
		}
	}
	return false
}

// worst is what every value is better than.
func (w watched) worst() float64 {
	if w.greater() {
		return math.Inf(-1)
	}
	return math.Inf(1)
}

func (m Mode) check() error {
	if m != AutoMode && m != MinMode && m != MaxMode {
		return errors.Errorf("unknown mode %q, want min, max or none", m)
	}
	return nil
}

func orName(name string) string {
	if name == "" {
		return "val_loss"
	}
	return name
}

// EarlyStopping ends the training when a log has not become better for more
// than Patience epochs. Epochs without the log, between validations, do not
// count. Keras: EarlyStopping.
type EarlyStopping struct {
	Monitor        string  // "val_loss" if empty
	MinDelta       float64 // by which a value must be better
	Patience       int     // epochs
	Mode           Mode
	Baseline       *float64 // that must be bettered; nil: none
	RestoreBest    bool     // put back the weights of the best epoch at the end
	StartFromEpoch int      // epochs at the start that are not watched

	state stopState
	best  map[string]*tensor.Dense // weights and states of the best epoch
}

type stopState struct {
	Begun     bool
	Best      bits
	Wait      int
	BestEpoch int // from 1; 0: none yet
	Stopped   bool
}

var _ Keeper = (*EarlyStopping)(nil)

// Name implements Keeper.
func (s *EarlyStopping) Name() string { return "early_stopping/" + orName(s.Monitor) }

// State implements Keeper.
func (s *EarlyStopping) State() (map[string]*tensor.Dense, []byte, error) {
	rest, err := json.Marshal(s.state)
	return s.best, rest, err
}

// Restore implements Keeper.
func (s *EarlyStopping) Restore(tensors map[string]*tensor.Dense, rest []byte) error {
	s.state, s.best = stopState{}, tensors
	return json.Unmarshal(rest, &s.state)
}

// BestEpoch returns the epoch with the best value so far, from 1; 0 if there is
// none.
func (s *EarlyStopping) BestEpoch() int { return s.state.BestEpoch }

// Handle implements Hook.
func (s *EarlyStopping) Handle(e *Event) error {
	return wrapHook("early_stopping", s.handle(e))
}

func (s *EarlyStopping) handle(e *Event) error {
	w := watched{orName(s.Monitor), s.Mode}
	switch e.Kind {
	case TrainBegin:
		if s.Patience < 0 || !(s.MinDelta >= 0) {
			return errors.Errorf("Patience is %d and MinDelta %v, want at least 0", s.Patience, s.MinDelta)
		}
		if err := s.Mode.check(); err != nil {
			return err
		}
		if e.Step == 0 { // and not a run that is resumed
			s.state, s.best = stopState{Best: bits(w.worst())}, nil
		}
	case EpochEnd:
		if e.Epoch <= s.StartFromEpoch || w.pauses(e) {
			return nil
		}
		v, err := w.value(e.Logs)
		if err != nil {
			return err
		}
		s.state.Wait++
		if s.RestoreBest && len(s.best) == 0 {
			s.keep(e)
		}
		if w.better(v, float64(s.state.Best), s.MinDelta) {
			s.state.Best, s.state.BestEpoch = bits(v), e.Epoch
			if s.RestoreBest {
				s.keep(e)
			}
			if s.Baseline == nil || w.better(v, *s.Baseline, s.MinDelta) {
				s.state.Wait = 0
			}
			return nil
		}
		if s.state.Wait >= s.Patience && e.Epoch > 1 {
			s.state.Stopped = true
			return ErrStop
		}
	case TrainEnd:
		if s.RestoreBest {
			return copyTensors(e.Model.Tensors(), s.best)
		}
	}
	return nil
}

// keep copies the model's weights and states.
func (s *EarlyStopping) keep(e *Event) { s.best = cloneTensors(e.Model.Tensors()) }

// wrapHook names the hook in an error, and leaves ErrStop as it is.
func wrapHook(name string, err error) error {
	if err == nil || errors.Is(err, ErrStop) {
		return err
	}
	return errors.WithMessage(err, name)
}

// LearningRate returns the optimizer's present learning rate.
func (e *Event) LearningRate() (float64, error) {
	o, ok := e.Trainer.config.Optimizer.(Rated)
	if !ok {
		return 0, errors.Errorf("optimizer %T tells no learning rate", e.Trainer.config.Optimizer)
	}
	return o.Rate(), nil
}

// SetLearningRate sets the optimizer's learning rate from the next update on.
func (e *Event) SetLearningRate(lr float64) error {
	o, ok := e.Trainer.config.Optimizer.(Rated)
	if !ok {
		return errors.Errorf("the learning rate of optimizer %T cannot be set", e.Trainer.config.Optimizer)
	}
	if !(lr >= 0) || math.IsInf(lr, 0) {
		return errors.Errorf("learning rate %v", lr)
	}
	o.SetRate(lr)
	return nil
}

// LearningRateScheduler sets the learning rate at the beginning of each epoch to
// what a function makes of the epoch, from 1, and the present rate. Keras:
// LearningRateScheduler, whose epochs count from 0.
type LearningRateScheduler struct {
	Schedule func(epoch int, lr float64) float64
}

// Handle implements Hook.
func (s LearningRateScheduler) Handle(e *Event) error {
	if e.Kind != EpochBegin {
		return nil
	}
	if s.Schedule == nil {
		return errors.New("learning_rate_scheduler: no Schedule")
	}
	lr, err := e.LearningRate()
	if err == nil {
		err = e.SetLearningRate(s.Schedule(e.Epoch, lr))
	}
	return wrapHook("learning_rate_scheduler", err)
}

// ReduceLROnPlateau multiplies the learning rate by Factor when a log has not
// become better for Patience epochs. Keras: ReduceLROnPlateau.
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
	Best           bits
	Wait, Cooldown int
}

var _ Keeper = (*ReduceLROnPlateau)(nil)

// Name implements Keeper.
func (s *ReduceLROnPlateau) Name() string { return "reduce_lr_on_plateau/" + orName(s.Monitor) }

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
	w, factor := watched{orName(s.Monitor), s.Mode}, or(s.Factor, 0.1)
	switch e.Kind {
	case TrainBegin:
		if !(factor > 0 && factor < 1) || s.Patience < 0 || s.Cooldown < 0 {
			return errors.Errorf("Factor is %v, Patience %d and Cooldown %d, want a factor below 1 and none below 0", factor, s.Patience, s.Cooldown)
		}
		if err := s.Mode.check(); err != nil {
			return err
		}
		if e.Step == 0 {
			s.state = plateauState{Best: bits(w.worst())}
		}
	case EpochEnd:
		if w.pauses(e) {
			return nil
		}
		v, err := w.value(e.Logs)
		if err != nil {
			return err
		}
		if s.state.Cooldown > 0 {
			s.state.Cooldown--
			s.state.Wait = 0
		}
		if w.better(v, float64(s.state.Best), or(s.MinDelta, 1e-4)) {
			s.state.Best, s.state.Wait = bits(v), 0
			return nil
		}
		if s.state.Cooldown > 0 {
			return nil
		}
		s.state.Wait++
		if s.state.Wait < int(or(float64(s.Patience), 10)) {
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

// TerminateOnNaN ends the training with an error when the loss is not finite,
// and names the first node of the last update's graph whose value was not.
// Keras: TerminateOnNaN, which stops as if nothing were wrong.
type TerminateOnNaN struct{}

// Handle implements Hook.
func (TerminateOnNaN) Handle(e *Event) error {
	if e.Kind != BatchEnd {
		return nil
	}
	if loss := e.Logs["loss"]; !math.IsNaN(loss) && !math.IsInf(loss, 0) {
		return nil
	}
	for _, p := range e.run.last {
		if where, ok := p.prog.NonFinite(); ok {
			return errors.Errorf("terminate_on_nan: the loss is %v: %s", e.Logs["loss"], where)
		}
	}
	return errors.Errorf("terminate_on_nan: the loss is %v", e.Logs["loss"])
}
