package train

import (
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

	run *fitRun
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

// tell calls the hooks. ErrStop of one does not keep the others from the event.
func (r *fitRun) tell(e *Event) error {
	e.Epochs, e.Batches, e.Model, e.Trainer = r.fit.Epochs, r.source.batches(), r.model, r.Trainer
	e.Step, e.run = r.at.Step, r
	var stop error
	for _, h := range r.fit.Hooks {
		if err := h.Handle(e); errors.Is(err, ErrStop) {
			stop = err
		} else if err != nil {
			return err
		}
	}
	return stop
}
