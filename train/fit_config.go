package train

import (
	"slices"

	"github.com/pkg/errors"
)

// FitConfig holds the settings of one call of Fit.
type FitConfig struct {
	Epochs    int // 1 if 0; the number of the last one, also when a run is resumed
	BatchSize int // 32 if 0

	Validation       *Data   // evaluated at the end of epochs
	ValidationSource Source  // or this one, in place of Validation
	ValidationSplit  float64 // or this share of the data, the last samples, which are not trained on
	ValidationEvery  int     // epochs from one validation to the next, 1 if 0

	NoShuffle    bool // keep the samples' order, else a new one each epoch
	Seed         uint64
	InitialEpoch int // epochs that are taken for done

	// StepsPerEpoch is the number of batches of an epoch. The next epoch goes on
	// behind them, and a new pass over the data, in another order, begins when
	// all samples have been seen. An epoch is a pass if it is 0.
	StepsPerEpoch int

	// ClassWeights multiply the losses of samples, or of steps, by their class,
	// see nn.ClassTargeter; a class that has none has 1. They are of the output
	// of a model of one; OutputClassWeights holds those of a model of several,
	// by the names of those it is to have any for. They weigh WeightedMetrics
	// too, but never Metrics, and validation knows none. Keras: class_weight.
	ClassWeights       map[int]float64
	OutputClassWeights map[string]map[int]float64

	Callbacks  []Callback
	Checkpoint *Checkpointing // nil: none
	Resume     *Checkpoint    // goes on where this was taken
}

// Validates reports whether epochs are validated.
func (c *FitConfig) Validates() bool {
	return c.Validation != nil || c.ValidationSource != nil || c.ValidationSplit > 0
}

// configure takes the settings of a call of Fit.
func (r *fitRun) configure(c FitConfig) error {
	if c.Epochs == 0 {
		c.Epochs = 1
	}
	if c.ValidationEvery == 0 {
		c.ValidationEvery = 1
	}
	switch {
	case c.Epochs < 1 || c.BatchSize < 0:
		return errors.Errorf("%d epochs of batches of %d", c.Epochs, c.BatchSize)
	case c.InitialEpoch < 0 || c.StepsPerEpoch < 0 || c.ValidationEvery < 1:
		return errors.Errorf("InitialEpoch is %d, StepsPerEpoch %d and ValidationEvery %d, want none below 0", c.InitialEpoch, c.StepsPerEpoch, c.ValidationEvery)
	case !(c.ValidationSplit >= 0 && c.ValidationSplit < 1):
		return errors.Errorf("ValidationSplit is %v, want at least 0 and less than 1", c.ValidationSplit)
	case c.Validation != nil && c.ValidationSource != nil, c.ValidationSplit > 0 && (c.Validation != nil || c.ValidationSource != nil):
		return errors.New("more than one of Validation, ValidationSource and ValidationSplit is set")
	}
	if c.InitialEpoch > c.Epochs {
		return errors.Errorf("InitialEpoch is %d of %d epochs: there is nothing to train", c.InitialEpoch, c.Epochs)
	}
	if k := c.Checkpoint; k != nil && (k.Dir == "" || k.Every < 0 || k.Keep < 0 || k.Interval < 0) {
		return errors.Errorf("checkpoint: Dir is %q, Every %d, Interval %v and Keep %d, want a folder and none below 0", k.Dir, k.Every, k.Interval, k.Keep)
	}
	if i := slices.Index(c.Callbacks, nil); i >= 0 {
		return errors.Errorf("callback %d is nil", i)
	}
	if err := r.wantOptimizer(); err != nil {
		return err
	}
	r.fit, r.at.Epoch = c, c.InitialEpoch
	r.at.Source = r.at.source(c.StepsPerEpoch)
	r.scores = r.newScores()
	var err error
	if r.classes, err = r.classWeights(c); err != nil {
		return err
	}
	r.fit.BatchSize, err = r.Trainer.batchSize(c.BatchSize, 0)
	r.capacity = r.fit.BatchSize
	return err
}

// useData makes d the source of the run.
func (r *fitRun) useData(d Data) error {
	c := &r.fit
	if c.ValidationSplit > 0 {
		at := int(float64(d.Len()) * (1 - c.ValidationSplit))
		if at < 1 || at == d.Len() {
			return errors.Errorf("ValidationSplit %v leaves nothing of %d samples", c.ValidationSplit, d.Len())
		}
		validation := d.slice(r.model, at, d.Len())
		d, c.Validation = d.slice(r.model, 0, at), &validation
	}
	t, err := d.inputs(r.model)
	if err != nil {
		return err
	}
	if _, err := r.batchSize(c.BatchSize, t.n); err != nil {
		return err
	}
	r.capacity = min(c.BatchSize, t.n)
	if err := r.label(t, d); err != nil {
		return err
	}
	r.source = &memory{t: t, size: c.BatchSize, shuffle: !c.NoShuffle, seed: c.Seed}
	return r.checkValidation()
}

// checkValidation refuses validation data that do not fit before anything is
// trained.
func (r *fitRun) checkValidation() error {
	if r.fit.Validation == nil {
		return nil
	}
	return errors.WithMessage(r.checkLabels(*r.fit.Validation, r.fit.BatchSize), "validation")
}

// useSource makes s the source of the run.
func (r *fitRun) useSource(s Source) error {
	if s == nil {
		return errors.New("no source")
	}
	if r.fit.ValidationSplit != 0 {
		return errors.New("a source cannot be split: set Validation or ValidationSource")
	}
	r.source = newStreamed(s, r)
	return r.checkValidation()
}
