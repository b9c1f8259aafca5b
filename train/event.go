package train

import (
	"cmp"
	"maps"
	"math"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"unroll/internal/show"
)

// tell calls the callbacks. Stop of one does not keep the others from the event,
// nor does an error at the end, where the others may have something to finish.
func (r *fitRun) tell(e *Event) error {
	e.Epochs, e.Batches, e.Model, e.Trainer = r.fit.Epochs, r.batches(), r.model, r.Trainer
	e.Step, e.run, e.stopped = r.at.Step, r, r.stopped
	var failed error
	for i, c := range r.fit.Callbacks {
		e.told = i
		if err := c.Handle(e); err != nil {
			if e.Kind != TrainEnd {
				return err
			}
			if failed == nil {
				failed = err
			}
		}
	}
	r.stopped = e.stopped
	r.history.Stopped = r.stopped
	return failed
}

// Stop ends the training after this event: a batch that was done counts, an epoch
// only if it was finished. The reason is told by History. Keras:
// model.stop_training.
func (e *Event) Stop(reason string) {
	if e.stopped == "" {
		e.stopped = cmp.Or(reason, "stopped by a callback")
	}
}

// Stopped returns why the training ends, empty if nothing has stopped it.
func (e *Event) Stopped() string { return e.stopped }

// Config returns the settings of this call of Fit, with its defaults; the zero
// value for an event that was made by hand.
func (e *Event) Config() FitConfig {
	if e.run == nil {
		return FitConfig{}
	}
	return e.run.fit
}

// History returns the record of the epochs so far, which Fit will return; nil for
// an event that was made by hand. It is to be read.
func (e *Event) History() *History {
	if e.run == nil {
		return nil
	}
	return &e.run.history
}

// LogNames returns the names of the logs that the run's epochs will have, and of
// this event's, in the order of History.Names.
func (e *Event) LogNames() []string {
	logs := Logs{}
	maps.Copy(logs, e.Logs)
	if r := e.run; r != nil {
		r.newScores().write("", logs)
		if r.fit.Validates() && r.fit.ValidationEvery <= r.fit.Epochs {
			r.newScores().write("val_", logs)
		}
		for _, c := range r.fit.Callbacks {
			if a, ok := c.(LogAdder); ok {
				for _, name := range a.LogNames() {
					logs[name] = 0
				}
			}
		}
	}
	return (&History{Epochs: []Epoch{{Logs: logs}}}).Names()
}

// LearningRate returns the optimizer's present learning rate.
func (e *Event) LearningRate() (float64, error) {
	o, err := RatedOf(e.Trainer.config.Optimizer)
	if err != nil {
		return 0, err
	}
	return o.Rate(), nil
}

// CanSetLearningRate returns an error if the learning rate cannot be set, or to no
// effect because a schedule of the optimizer sets another before each update.
func (e *Event) CanSetLearningRate() error {
	o := e.Trainer.config.Optimizer
	if _, err := RatedOf(o); err != nil {
		return err
	}
	if s := ScheduleOf(o); s != "" {
		return errors.Errorf("the optimizer's schedule %s sets the learning rate before each update: use one of the two", s)
	}
	return nil
}

// SetLearningRate sets the optimizer's learning rate from the next update on. It
// is an error if CanSetLearningRate returns one.
func (e *Event) SetLearningRate(lr float64) error {
	if err := e.CanSetLearningRate(); err != nil {
		return err
	}
	if !(lr >= 0) || math.IsInf(lr, 0) {
		return errors.Errorf("learning rate %v", lr)
	}
	o, _ := RatedOf(e.Trainer.config.Optimizer)
	if r := e.run; r != nil {
		r.rate = &RateChange{By: show.Type(r.fit.Callbacks[e.told]), Kind: e.Kind, Epoch: e.Epoch, From: o.Rate(), To: lr, by: e.told}
	}
	o.SetRate(lr)
	return nil
}

// RateChange returns the last change of the learning rate by a callback in this
// call of Fit; false if there was none.
func (e *Event) RateChange() (RateChange, bool) {
	if e.run == nil || e.run.rate == nil {
		return RateChange{}, false
	}
	c := *e.run.rate
	c.Own = c.by == e.told
	return c, true
}

// CopyWeights returns a copy of the model's weights and states.
func (e *Event) CopyWeights() map[string]*tensor.Dense { return e.Model.CopyTensors() }

// ClaimWeights says, at TrainBegin, that a callback of a name will put back weights
// at TrainEnd. It is an error if another will.
func (e *Event) ClaimWeights(name string) error {
	if e.run == nil {
		return nil
	}
	if other := e.run.putsBack; other != "" {
		return errors.Errorf("%s puts back the best weights as well: use one of the two", other)
	}
	e.run.putsBack = name
	return nil
}

// PutBackWeights gives the model the weights and states that CopyWeights returned
// at the end of an epoch, which is History's WeightsEpoch from now on.
func (e *Event) PutBackWeights(epoch int, weights map[string]*tensor.Dense) error {
	if e.run == nil {
		return copyTensors(e.Model.Tensors(), weights)
	}
	e.run.history.WeightsEpoch = epoch
	return e.run.turn.Update(func() error { return copyTensors(e.Model.Tensors(), weights) })
}
