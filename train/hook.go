package train

import (
	"fmt"
	"strings"

	"github.com/pkg/errors"

	"unroll/nn"
)

// Hook is told by Fit what happens. An error ends the training; ErrStop ends it
// without being an error. Keras: Callback.
type Hook interface {
	Handle(e *Event) error
}

// HookFunc is a function as a Hook.
type HookFunc func(e *Event) error

// Handle calls f.
func (f HookFunc) Handle(e *Event) error { return f(e) }

// Keeper is a Hook whose state belongs in checkpoints, so that a run that is
// resumed goes on as if it had not been interrupted.
type Keeper interface {
	Hook
	Saver
	// Name tells the hook from others, in a checkpoint.
	Name() string
}

// LogAdder is a Hook that adds logs of its own to an event's, at EpochEnd. Hooks
// after it can watch them, and the History has them. Only of a LogAdder do hooks
// know such names at the start of Fit, where they refuse those that no log has.
type LogAdder interface {
	Hook
	// LogNames returns the names of the logs that it adds.
	LogNames() []string
}

// ErrStop is what a hook returns to stop training cleanly.
var ErrStop = errors.New("stop training")

// Event tells a hook what has just happened.
type Event struct {
	Kind          EventKind
	Epoch, Epochs int // from 1
	Batch         int // from 1
	Batches       int // of an epoch; 0 if that is not known
	Step          uint64
	// Logs holds the means since the epoch's start; at EpochEnd the
	// validation's as well. It is overwritten after the call.
	Logs    Logs
	Seconds float64 // of training since the epoch's start
	Model   *nn.Model
	Trainer *Trainer

	run  *fitRun
	hook int // that is told, its place in FitConfig.Hooks
}

// EventKind is what an Event is about.
type EventKind int

// The kinds of events. TrainEnd comes after the last epoch and after a hook's
// ErrStop, and not after an error.
const (
	BatchEnd EventKind = iota
	EpochEnd
	TrainBegin
	EpochBegin
	TrainEnd
)

// tell calls the hooks. ErrStop of one does not keep the others from the event,
// nor does an error at the end, where the others may have something to finish.
func (r *fitRun) tell(e *Event) error {
	e.Epochs, e.Batches, e.Model, e.Trainer = r.fit.Epochs, r.batches(), r.model, r.Trainer
	e.Step, e.run = r.at.Step, r
	var stop, failed error
	for i, h := range r.fit.Hooks {
		e.hook = i
		err := h.Handle(e)
		switch {
		case err == nil:
		case errors.Is(err, ErrStop):
			stop = err
		case e.Kind != TrainEnd:
			return err
		case failed == nil:
			failed = err
		}
	}
	if failed != nil {
		return failed
	}
	return stop
}

// logNames returns logs of the names that the run's epochs will have.
func (r *fitRun) logNames() Logs {
	logs := Logs{}
	r.newScores().write("", logs)
	if r.reachesValidation() {
		r.newScores().write("val_", logs)
	}
	for _, h := range r.fit.Hooks {
		if a, ok := h.(LogAdder); ok {
			for _, name := range a.LogNames() {
				logs[name] = 0
			}
		}
	}
	return logs
}

// reachesValidation reports whether any epoch is validated.
func (r *fitRun) reachesValidation() bool {
	return r.fit.validates() && r.fit.ValidationEvery <= r.fit.Epochs
}

// typeName is the name of a value's type without package and pointer, as errors
// tell of schedules and hooks.
func typeName(v any) string {
	name := fmt.Sprintf("%T", v)
	return name[strings.LastIndexByte(name, '.')+1:]
}
