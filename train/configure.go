package train

import (
	"slices"

	"github.com/pkg/errors"
)

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
	r.wantWatched()
	var err error
	if r.classes, err = r.classWeights(c.ClassWeights, c.OutputClassWeights); err != nil {
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
	r.source = newStreamed(s, r.table)
	return r.checkValidation()
}

// wantOptimizer returns an error if there is nothing to train with or for.
func (t *Trainer) wantOptimizer() error {
	if t.config.Optimizer == nil {
		return errors.New("no optimizer was configured: a trainer without one only evaluates and predicts; Fit needs Optimizer and Loss in Config")
	}
	if c, ok := t.config.Optimizer.(Checker); ok {
		if err := c.Check(); err != nil {
			return err
		}
	}
	return t.wantLoss()
}
