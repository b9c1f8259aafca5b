package train

import (
	"context"
	"iter"
	"time"

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

	Hooks      []Hook
	Checkpoint *Checkpointing // nil: none
	Resume     *Checkpoint    // goes on where this was taken
}

// validates reports whether epochs are validated.
func (c *FitConfig) validates() bool { return c.Validation != nil || c.ValidationSource != nil }

// Epoch is the record of one epoch.
type Epoch struct {
	Logs    Logs
	Seconds float64 // of training, with feeding and optimizer, without validation
}

// History is the record of a call of Fit.
type History struct {
	Epochs []Epoch
	// WeightsEpoch is the epoch after which the model had the weights that Fit
	// leaves it with: the last one, or the best where a hook has put back its
	// weights; 0 if none was finished.
	WeightsEpoch int
}

// Fit trains the model on d. The last batch of an epoch may be smaller; its
// loss is the mean over its own samples.
//
// When ctx ends, Fit returns after the batch at hand with the history so far
// and an error that wraps ctx's; the model is usable and holds every update
// made, and a checkpoint is written if they are.
func (t *Trainer) Fit(ctx context.Context, d Data, c FitConfig) (*History, error) {
	r, err := t.newRun(c)
	if err == nil {
		err = r.useData(d)
	}
	return t.fit(ctx, r, err)
}

// FitSource trains the model on batches that are made as they are needed, of at
// most BatchSize samples. Memory holds two batches and what the source holds.
func (t *Trainer) FitSource(ctx context.Context, s Source, c FitConfig) (*History, error) {
	r, err := t.newRun(c)
	if err == nil && s == nil {
		err = errors.New("no source")
	}
	if err == nil && c.ValidationSplit != 0 {
		err = errors.New("a source cannot be split: set Validation or ValidationSource")
	}
	if err == nil {
		r.source = newStreamed(s, r)
	}
	return t.fit(ctx, r, err)
}

func (t *Trainer) fit(ctx context.Context, r *fitRun, err error) (*History, error) {
	defer r.release()
	if err == nil {
		err = r.fitAll(ctx)
	}
	if errors.Is(err, ErrStop) {
		err = nil
	}
	return &r.history, errors.WithMessage(err, "fit")
}

// newRun checks the settings.
func (t *Trainer) newRun(c FitConfig) (*fitRun, error) {
	r := &fitRun{Trainer: t, sets: map[string]shardSet{}}
	if c.Epochs == 0 {
		c.Epochs = 1
	}
	if c.ValidationEvery == 0 {
		c.ValidationEvery = 1
	}
	switch {
	case c.Epochs < 1 || c.BatchSize < 0:
		return r, errors.Errorf("%d epochs of batches of %d", c.Epochs, c.BatchSize)
	case c.InitialEpoch < 0 || c.StepsPerEpoch < 0 || c.ValidationEvery < 1:
		return r, errors.Errorf("InitialEpoch is %d, StepsPerEpoch %d and ValidationEvery %d, want none below 0", c.InitialEpoch, c.StepsPerEpoch, c.ValidationEvery)
	case !(c.ValidationSplit >= 0 && c.ValidationSplit < 1):
		return r, errors.Errorf("ValidationSplit is %v, want at least 0 and less than 1", c.ValidationSplit)
	case c.Validation != nil && c.ValidationSource != nil, c.ValidationSplit > 0 && c.validates():
		return r, errors.New("more than one of Validation, ValidationSource and ValidationSplit is set")
	}
	if err := t.wantOptimizer(); err != nil {
		return r, err
	}
	r.fit, r.at.Epoch = c, c.InitialEpoch
	r.at.Source = r.at.source(c.StepsPerEpoch)
	r.scores = t.newScores()
	var err error
	if r.classes, err = t.classWeights(c); err != nil {
		return r, err
	}
	r.fit.BatchSize, err = t.batchSize(c.BatchSize, 0)
	r.capacity = r.fit.BatchSize
	return r, err
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
	if c.Validation != nil {
		if err := r.checkLabels(*c.Validation, c.BatchSize); err != nil {
			return errors.WithMessage(err, "validation")
		}
	}
	r.source = &memory{t: t, size: c.BatchSize, shuffle: !c.NoShuffle, seed: c.Seed}
	return nil
}

func (r *fitRun) fitAll(ctx context.Context) error {
	if c := r.fit.Resume; c != nil {
		if err := r.restore(c); err != nil {
			return errors.WithMessage(err, "resume")
		}
	}
	if err := r.tell(&Event{Kind: TrainBegin, Epoch: r.at.Epoch + 1}); err != nil {
		return err
	}
	err := r.readEpochs(ctx)
	if err != nil && !errors.Is(err, ErrStop) {
		return err
	}
	if f, ok := r.config.Optimizer.(Finalizer); ok {
		if err := f.Finalize(r.weights()); err != nil {
			return err
		}
	}
	if err := r.tell(&Event{Kind: TrainEnd, Epoch: r.at.Epoch}); err != nil {
		return err
	}
	return err
}

// readEpochs trains and closes the source, whatever happens.
func (r *fitRun) readEpochs(ctx context.Context) (err error) {
	defer func() {
		if closeErr := r.source.close(); closeErr != nil && (err == nil || errors.Is(err, ErrStop)) {
			err = closeErr
		}
	}()
	return r.epochs(ctx)
}

func (r *fitRun) epochs(ctx context.Context) error {
	for r.at.Epoch < r.fit.Epochs && !r.stopped {
		logs := Logs{}
		seconds, err := r.epoch(ctx, logs)
		if errors.Is(err, ErrStop) {
			r.stopped = true
			if saveErr := r.save(true, true); saveErr != nil {
				return saveErr
			}
		}
		if err != nil {
			return err
		}
		epoch := r.at.Epoch + 1
		if epoch%r.fit.ValidationEvery == 0 {
			if err := r.validate(ctx, logs); err != nil {
				return err
			}
		}
		r.history.Epochs = append(r.history.Epochs, Epoch{logs, seconds})
		r.history.WeightsEpoch = epoch
		r.at.Epoch, r.at.Batch, r.at.Seconds = epoch, 0, 0
		if r.fit.StepsPerEpoch == 0 {
			r.at.Source = place{Pass: epoch}
		}
		r.scores = r.newScores()
		err = r.tell(&Event{Kind: EpochEnd, Epoch: epoch, Logs: logs, Seconds: seconds})
		if err != nil && !errors.Is(err, ErrStop) {
			return err
		}
		r.stopped = err != nil
		finished := r.stopped || epoch == r.fit.Epochs
		if saveErr := r.save(finished, finished); saveErr != nil {
			return saveErr
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *fitRun) validate(ctx context.Context, logs Logs) error {
	switch c := r.fit; {
	case c.Validation != nil:
		return r.evaluate(ctx, *c.Validation, c.BatchSize, "val_", logs)
	case c.ValidationSource != nil:
		return errors.WithMessage(r.evaluateSource(ctx, c.ValidationSource, "val_", logs), "validation")
	}
	return nil
}

// epoch trains on what is left of an epoch and returns the seconds that the
// whole of it took.
func (r *fitRun) epoch(ctx context.Context, logs Logs) (float64, error) {
	start := time.Now().Add(-time.Duration(r.at.Seconds * float64(time.Second)))
	epoch := r.at.Epoch + 1
	if r.at.Batch == 0 {
		if err := r.tell(&Event{Kind: EpochBegin, Epoch: epoch, Logs: logs}); err != nil {
			return 0, err
		}
	}
	event := &Event{Kind: BatchEnd, Epoch: epoch, Logs: logs}
	left := -1
	if n := r.fit.StepsPerEpoch; n > 0 {
		left = n - r.at.Batch
	}
	next, stop := iter.Pull2(r.source.jobs(r.at.Source, left))
	defer stop()
	// pull returns the next batch, nil after the last one.
	pull := func() (*job, error) {
		j, err, ok := next()
		if err == nil && ok {
			err = r.prepare(&j)
		}
		if err != nil {
			return nil, errors.WithMessagef(err, "epoch %d", epoch)
		}
		if !ok {
			return nil, nil
		}
		return &j, nil
	}
	now, err := pull()
	if err != nil {
		return 0, err
	}
	if now != nil {
		r.fill(now)
	}
	for now != nil {
		if err := ctx.Err(); err != nil {
			if saveErr := r.save(true, false); saveErr != nil {
				return 0, saveErr
			}
			return 0, err
		}
		after, err := pull()
		if err != nil {
			return 0, err
		}
		if err := r.step(now, after); err != nil {
			return 0, errors.WithMessagef(err, "epoch %d, batch %d", epoch, r.at.Batch+1)
		}
		if err := r.count(now); err != nil {
			return 0, err
		}
		r.at.Batch, r.at.Source = r.at.Batch+1, now.end
		r.at.Seconds = time.Since(start).Seconds()
		r.scores.write("", logs)
		event.Batch, event.Seconds = r.at.Batch, r.at.Seconds
		err = r.tell(event)
		if err != nil && !errors.Is(err, ErrStop) {
			return 0, err
		}
		if saveErr := r.save(false, false); saveErr != nil {
			return 0, saveErr
		}
		if err != nil {
			return 0, err
		}
		now = after
	}
	if r.at.Batch == 0 {
		return 0, errors.Errorf("epoch %d: the source gives no batches", epoch)
	}
	r.scores.write("", logs)
	return time.Since(start).Seconds(), nil
}
