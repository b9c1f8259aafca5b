package callbacks

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"unroll/internal/exact"
	"unroll/train"
)

// EarlyStopping ends the training when a log has not become better for more
// than Patience epochs. NaN is never better; epochs without the log, between
// validations, do not count. Keras: EarlyStopping.
type EarlyStopping struct {
	Monitor  string  // "val_loss" if empty
	MinDelta float64 // by which a value must be better
	Patience int     // epochs
	Mode     train.Mode
	Baseline *float64 // that must be bettered; nil: none
	// RestoreBest puts back the weights and states of the best epoch at the end,
	// also where nothing was stopped. If the log was NaN in each epoch there are
	// none, and Fit returns an error.
	RestoreBest    bool
	StartFromEpoch int // epochs at the start that are not watched

	state stopState
	kept  map[string]*tensor.Dense // weights and states of the best epoch
}

type stopState struct {
	Best      exact.Float
	Wait      int
	BestEpoch int // from 1; 0: none yet
}

var _ train.Stateful = (*EarlyStopping)(nil)

// Name implements train.Stateful.
func (s *EarlyStopping) Name() string { return "early_stopping/" + watch(s.Monitor, s.Mode).name }

// State implements train.Stateful.
func (s *EarlyStopping) State() (map[string]*tensor.Dense, []byte, error) {
	rest, err := json.Marshal(s.state)
	return s.kept, rest, err
}

// Restore implements train.Stateful.
func (s *EarlyStopping) Restore(tensors map[string]*tensor.Dense, rest []byte) error {
	s.state, s.kept = stopState{}, tensors
	return json.Unmarshal(rest, &s.state)
}

// BestEpoch returns the epoch with the best value so far, from 1; 0 if there is
// none.
func (s *EarlyStopping) BestEpoch() int { return s.state.BestEpoch }

// Handle implements train.Callback.
func (s *EarlyStopping) Handle(e *train.Event) error {
	return errors.WithMessage(s.handle(e), "early_stopping")
}

func (s *EarlyStopping) handle(e *train.Event) error {
	w := watch(s.Monitor, s.Mode)
	switch e.Kind {
	case train.TrainBegin:
		if s.Patience < 0 || !(s.MinDelta >= 0) {
			return errors.Errorf("Patience is %d and MinDelta %v, want at least 0", s.Patience, s.MinDelta)
		}
		if s.Baseline != nil && math.IsNaN(*s.Baseline) {
			return errors.New("Baseline is NaN, want a number")
		}
		if s.RestoreBest {
			if err := e.ClaimWeights("early_stopping"); err != nil {
				return err
			}
		}
		if e.Step == 0 { // and not a run that is resumed
			s.state, s.kept = stopState{Best: none.Best}, nil
		}
		return w.begin(e)
	case train.EpochEnd:
		v, ok := e.Logs[w.name]
		if !ok || e.Epoch <= s.StartFromEpoch {
			return nil
		}
		s.state.Wait++
		if w.mode.Improves(v, float64(s.state.Best), s.MinDelta) {
			s.state.Best, s.state.BestEpoch = exact.Float(v), e.Epoch
			if s.RestoreBest {
				s.kept = e.CopyWeights()
			}
			if s.Baseline == nil || w.mode.Improves(v, *s.Baseline, s.MinDelta) {
				s.state.Wait = 0
			}
			return nil
		}
		if s.state.Wait >= s.Patience && e.Epoch > 1 {
			e.Stop(fmt.Sprintf("early_stopping: %s has not become better for %d epochs", w.name, s.state.Wait))
		}
	case train.TrainEnd:
		// Without a best epoch Wait has counted all that were watched.
		if s.RestoreBest && (s.state.BestEpoch > 0 || s.state.Wait > 0) {
			return w.putBack(e, s.state.BestEpoch, s.kept)
		}
	}
	return nil
}
