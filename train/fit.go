package train

import (
	"context"
	"io"
	"iter"
	"time"

	"github.com/pkg/errors"

	"unroll/nn"
)

// Fit trains the model on d. The last batch of an epoch may be smaller; its
// loss is the mean over its own samples.
//
// When ctx ends, Fit returns after the batch at hand with the history so far
// and an error that wraps ctx's; the model is usable and holds every update
// made, and a checkpoint is written if they are.
func (t *Trainer) Fit(ctx context.Context, d Data, c FitConfig) (*History, error) {
	return t.fit(ctx, "Fit", c, func(r *fitRun) error { return r.useData(d) })
}

// FitSource trains the model on batches that are made as they are needed, of at
// most BatchSize samples. Memory holds two batches and what the source holds.
func (t *Trainer) FitSource(ctx context.Context, s Source, c FitConfig) (*History, error) {
	return t.fit(ctx, "FitSource", c, func(r *fitRun) error { return r.useSource(s) })
}

// fit is run by a call of a name, if the model can be trained now.
func (t *Trainer) fit(ctx context.Context, call string, c FitConfig, open func(*fitRun) error) (*History, error) {
	turn, end, err := t.turn(call)
	if err != nil {
		return &History{}, errors.WithMessage(err, "fit")
	}
	defer end()
	return t.run(ctx, turn, c, open)
}

// turn begins a call that trains the model.
func (t *Trainer) turn(call string) (turn *nn.Training, end func(), err error) {
	if err := t.begin(call); err != nil {
		return nil, nil, err
	}
	if turn, err = t.model.Train(call); err != nil {
		t.calls.End(call)
		return nil, nil, err
	}
	return turn, func() { turn.End(); t.calls.End(call) }, nil
}

// run is a call of Fit, on the data that open gives the run.
func (t *Trainer) run(ctx context.Context, turn *nn.Training, c FitConfig, open func(*fitRun) error) (*History, error) {
	r := &fitRun{Trainer: t, turn: turn, sets: map[string]shardSet{}}
	defer r.release()
	err := r.configure(c)
	if err == nil {
		err = open(r)
	}
	if err == nil {
		err = r.train(ctx)
	}
	return &r.history, errors.WithMessage(err, "fit")
}

// train runs the epochs that are left.
func (r *fitRun) train(ctx context.Context) (err error) {
	if c := r.fit.Resume; c != nil {
		if err := r.restore(c); err != nil {
			return errors.WithMessage(err, "resume")
		}
	}
	defer func() {
		for _, c := range r.fit.Callbacks {
			if of, ok := c.(io.Closer); ok {
				if closeErr := of.Close(); err == nil {
					err = closeErr
				}
			}
		}
	}()
	if err := r.tell(&Event{Kind: TrainBegin, Epoch: r.at.Epoch + 1}); err != nil {
		return err
	}
	if r.fit.Checkpoint != nil { // an epoch is too late to learn that there can be none
		if _, _, err := r.snapshot(); err != nil {
			return errors.WithMessage(err, "checkpoint")
		}
	}
	if err := r.epochs(ctx); err != nil {
		return err
	}
	if err := r.finalize(); err != nil {
		return err
	}
	return r.tell(&Event{Kind: TrainEnd, Epoch: r.at.Epoch})
}

// epochs trains and validates, epoch by epoch, and closes the source, whatever
// happens. An epoch that a callback stops counts for nothing.
func (r *fitRun) epochs(ctx context.Context) (err error) {
	defer func() {
		if closeErr := r.source.close(); err == nil {
			err = closeErr
		}
	}()
	for !r.done() {
		logs := Logs{}
		seconds, err := r.epoch(ctx, logs)
		if err != nil {
			return err
		}
		if r.stopped != "" {
			return r.save()
		}
		if err := r.validate(ctx, logs); err != nil {
			return err
		}
		r.finishEpoch(logs, seconds)
		if err := r.tell(&Event{Kind: EpochEnd, Epoch: r.at.Epoch, Logs: logs, Seconds: seconds}); err != nil {
			return err
		}
		if err := r.checkpoint(); err != nil {
			return err
		}
	}
	return nil
}

// epoch trains on what is left of an epoch and returns the seconds that the whole
// of it took.
func (r *fitRun) epoch(ctx context.Context, logs Logs) (float64, error) {
	start := time.Now().Add(-time.Duration(r.at.Seconds * float64(time.Second)))
	epoch := r.at.Epoch + 1
	if r.at.Batch == 0 {
		if err := r.tell(&Event{Kind: EpochBegin, Epoch: epoch, Logs: logs}); err != nil || r.stopped != "" {
			return 0, err
		}
	}
	event := &Event{Kind: BatchEnd, Epoch: epoch, Logs: logs}
	batches := r.open()
	defer batches.stop()
	now, err := batches.next()
	if err != nil {
		return 0, err
	}
	if now != nil {
		r.fill(now)
	}
	for now != nil {
		if err := ctx.Err(); err != nil {
			if saveErr := r.save(); saveErr != nil {
				return 0, saveErr
			}
			return 0, err
		}
		after, err := batches.next()
		if err != nil {
			return 0, err
		}
		if err := r.step(now, after); err != nil {
			return 0, errors.WithMessagef(err, "epoch %d, batch %d", epoch, r.at.Batch+1)
		}
		if err := r.count(now); err != nil {
			return 0, err
		}
		r.at.Batch, r.at.Source, r.at.Seconds = r.at.Batch+1, now.end, time.Since(start).Seconds()
		r.scores.write("", logs)
		event.Batch, event.Seconds = r.at.Batch, r.at.Seconds
		if err := r.tell(event); err != nil || r.stopped != "" {
			return 0, err
		}
		if err := r.checkpoint(); err != nil {
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

// validate adds the scores of the validation data to the logs, in epochs that have
// one.
func (r *fitRun) validate(ctx context.Context, logs Logs) error {
	c := &r.fit
	switch {
	case (r.at.Epoch+1)%c.ValidationEvery != 0:
	case c.Validation != nil:
		return r.evaluate(ctx, *c.Validation, c.BatchSize, "val_", logs)
	case c.ValidationSource != nil:
		return errors.WithMessage(r.evaluateSource(ctx, c.ValidationSource, "val_", logs), "validation")
	}
	return nil
}

// finishEpoch records an epoch, and begins the next.
func (r *fitRun) finishEpoch(logs Logs, seconds float64) {
	r.at.Epoch, r.at.Batch, r.at.Seconds = r.at.Epoch+1, 0, 0
	if r.fit.StepsPerEpoch == 0 {
		r.at.Source = place{Pass: r.at.Epoch}
	}
	r.history.Epochs = append(r.history.Epochs, Epoch{logs, seconds})
	r.history.WeightsEpoch = r.at.Epoch
	r.scores = r.newScores()
}

// finalize lets the optimizer have its last word on the weights.
func (r *fitRun) finalize() error {
	return r.turn.Update(func() error { return finalize(r.config.Optimizer, r.weights()) })
}

// batchQueue gives the batches of an epoch with the programs that compute them.
type batchQueue struct {
	run   *fitRun
	epoch int
	pull  func() (job, error, bool)
	stop  func()
}

// open returns the batches that are left of the epoch.
func (r *fitRun) open() *batchQueue {
	left := -1
	if n := r.fit.StepsPerEpoch; n > 0 {
		left = n - r.at.Batch
	}
	q := &batchQueue{run: r, epoch: r.at.Epoch + 1}
	q.pull, q.stop = iter.Pull2(r.source.jobs(r.at.Source, left))
	return q
}

// next returns the next batch, nil after the last one.
func (q *batchQueue) next() (*job, error) {
	j, err, ok := q.pull()
	if err == nil && ok {
		err = q.run.prepare(&j)
	}
	if err != nil || !ok {
		return nil, errors.WithMessagef(err, "epoch %d", q.epoch)
	}
	return &j, nil
}
