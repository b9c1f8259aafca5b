package train

import (
	"unroll/nn"
)

// Callback is told by Fit what happens, and may ask the Event for more, change the
// training or end it. An error of a callback is an error of Fit. Those of
// train/callbacks are Keras's. Keras: Callback.
type Callback interface {
	Handle(e *Event) error
}

// CallbackFunc is a function as a Callback.
type CallbackFunc func(e *Event) error

// Handle calls f.
func (f CallbackFunc) Handle(e *Event) error { return f(e) }

// Stateful is a Callback whose state belongs in checkpoints, so that a run that is
// resumed goes on as if it had not been interrupted.
type Stateful interface {
	Callback
	Saver
	// Name tells the callback from others, in a checkpoint.
	Name() string
}

// LogAdder is a Callback that adds logs of its own to an event's, at EpochEnd.
// Callbacks after it can watch them, and the History has them. Only of a LogAdder
// are such names known at the start of Fit, where callbacks refuse those that no
// log has.
type LogAdder interface {
	Callback
	// LogNames returns the names of the logs that it adds.
	LogNames() []string
}

// Event tells a callback what has just happened. Its methods ask for more and
// change the run; they are for the time of the call alone.
type Event struct {
	Kind          EventKind
	Epoch, Epochs int    // from 1
	Batch         int    // from 1
	Batches       int    // of an epoch; 0 if that is not known
	Step          uint64 // updates so far; at TrainBegin 0 unless the run is resumed
	// Logs holds the means since the epoch's start; at EpochEnd the
	// validation's as well. It is overwritten after the call.
	Logs    Logs
	Seconds float64 // of training since the epoch's start
	Model   *nn.Model
	Trainer *Trainer

	run     *fitRun // nil in an event that was made by hand
	told    int     // the callback that is told, its place in FitConfig.Callbacks
	stopped string  // why the training ends
}

// EventKind is what an Event is about.
type EventKind int

// The kinds of events. TrainEnd comes after the last epoch and after Stop, and not
// after an error: a callback that is an io.Closer is closed in the end, whatever happened.
const (
	BatchEnd EventKind = iota
	EpochEnd
	TrainBegin
	EpochBegin
	TrainEnd
)

// RateChange is what a callback did to the learning rate.
type RateChange struct {
	By       string // the callback's type
	Own      bool   // it is the callback that asks
	Kind     EventKind
	Epoch    int
	From, To float64

	by int
}
