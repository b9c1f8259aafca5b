package train

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"unroll/internal/exact"
	"unroll/internal/kernel"
	"unroll/internal/safefile"
	"unroll/internal/tensorfile"
	"unroll/nn"
)

func (r *fitRun) settings() runSettings {
	s := runSettings{
		Seed: r.fit.Seed, BatchSize: r.fit.BatchSize, NoShuffle: r.fit.NoShuffle, StepsPerEpoch: r.fit.StepsPerEpoch,
		Optimizer: optimizerName(r.config.Optimizer), Shards: r.config.Shards,
	}
	if m, ok := r.source.(*memory); ok {
		s.Samples = m.t.n
	}
	return s
}

// checkpoint writes one if it is due: at the end, after an epoch, or after every so
// many batches, if the interval has passed.
func (r *fitRun) checkpoint() error {
	c := r.fit.Checkpoint
	switch {
	case c == nil:
		return nil
	case r.done():
		return r.save()
	case r.at.Batch > 0 && (c.Every < 1 || r.at.Batch%c.Every != 0), time.Since(r.saved) < c.Interval:
		return nil
	}
	return r.save()
}

// save writes a checkpoint, if they are wanted.
func (r *fitRun) save() error {
	c := r.fit.Checkpoint
	if c == nil {
		return nil
	}
	r.saved = time.Now()
	tensors, meta, err := r.snapshot()
	if err != nil {
		return errors.WithMessage(err, "checkpoint")
	}
	doc, err := json.Marshal(meta)
	if err != nil {
		return errors.Wrap(err, "checkpoint")
	}
	if err := safefile.MkdirAll(c.Dir); err != nil {
		return errors.Wrap(err, "checkpoint")
	}
	path := filepath.Join(c.Dir, fmt.Sprintf("step-%012d.ckpt", r.at.Step))
	err = safefile.Write(path, func(w io.Writer) error {
		return r.model.Read(func() error {
			return tensorfile.Write(w, tensors, map[string]string{"checkpoint": string(doc)})
		})
	})
	if err != nil {
		return errors.WithMessage(err, "checkpoint")
	}
	return c.prune()
}

// snapshot returns the run's state.
func (r *fitRun) snapshot() (map[string]*tensor.Dense, checkpointMeta, error) {
	tensors := map[string]*tensor.Dense{}
	for path, t := range r.model.Tensors() {
		tensors[weightsIn+path] = t
	}
	meta := checkpointMeta{Version: checkpointVersion, Kernels: kernel.Family(), Settings: r.settings(), At: r.at, Finished: r.done(), Stopped: r.stopped, Callbacks: map[string]json.RawMessage{}}
	var err error
	if meta.Model, err = r.model.Digest(); err != nil {
		return nil, meta, err
	}
	o, ok := r.config.Optimizer.(Saver)
	if !ok {
		return nil, meta, errors.Errorf("optimizer %T cannot save its state", r.config.Optimizer)
	}
	state, rest, err := o.State()
	if err != nil {
		return nil, meta, err
	}
	meta.Optimizer = rest
	if rated, err := RatedOf(r.config.Optimizer); err == nil {
		rate := exact.Float(rated.Rate())
		meta.Rate = &rate
	}
	addUnder(tensors, optimizerIn, state)
	if meta.Scores, err = r.scores.state(); err != nil {
		return nil, meta, err
	}
	for _, e := range r.history.Epochs {
		logs := logsState{}
		for name, v := range e.Logs {
			logs[name] = exact.Float(v)
		}
		meta.History = append(meta.History, epochState{logs, exact.Float(e.Seconds)})
	}
	for _, h := range r.fit.Callbacks {
		k, ok := h.(Stateful)
		if !ok {
			continue
		}
		if meta.Callbacks[k.Name()] != nil {
			return nil, meta, errors.Errorf("two callbacks are called %q", k.Name())
		}
		state, rest, err := k.State()
		if err != nil {
			return nil, meta, errors.WithMessage(err, k.Name())
		}
		meta.Callbacks[k.Name()] = rest
		addUnder(tensors, callbacksIn+k.Name()+"/", state)
	}
	return tensors, meta, nil
}

// weights gives a model those of the checkpoint.
func (c *Checkpoint) weights(m *nn.Model) error {
	for path, t := range m.Tensors() {
		ok, err := c.file.Into(weightsIn+path, t)
		if err == nil && !ok {
			err = errors.Errorf("no weight %q", path)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// restore puts the run where the checkpoint was taken.
func (r *fitRun) restore(c *Checkpoint) error {
	digest, err := r.model.Digest()
	if err != nil {
		return err
	}
	if digest != c.meta.Model {
		return errors.Errorf("%s is of another model", c.Path)
	}
	if got, want := r.settings(), c.meta.Settings; got != want {
		return errors.Errorf("%s is of a run with other settings: %s", c.Path, difference(want, got))
	}
	if at := c.meta.At; at.Epoch > r.fit.Epochs || at.Epoch == r.fit.Epochs && at.Batch > 0 {
		return errors.Errorf("%s is of epoch %d, batch %d after epoch %d: Epochs is %d, want no fewer", c.Path, at.Epoch+1, at.Batch, at.Epoch, r.fit.Epochs)
	}
	if r.fit.InitialEpoch > 0 {
		return errors.Errorf("InitialEpoch is %d, but a resumed run continues where %s was taken: leave it at 0", r.fit.InitialEpoch, c.Path)
	}
	fail := func(err error) error { return errors.WithMessage(err, c.Path) }
	if err := r.turn.Update(func() error { return c.weights(r.model) }); err != nil {
		return fail(err)
	}
	o, ok := r.config.Optimizer.(Saver)
	if !ok {
		return errors.Errorf("optimizer %T cannot restore its state", r.config.Optimizer)
	}
	state, err := c.under(optimizerIn)
	if err != nil {
		return fail(err)
	}
	if err := o.Restore(state, c.meta.Optimizer); err != nil {
		return fail(err)
	}
	if rated, err := RatedOf(r.config.Optimizer); err == nil && c.meta.Rate != nil {
		rated.SetRate(float64(*c.meta.Rate)) // a callback may have set it
	}
	if err := r.scores.restore(c.meta.Scores); err != nil {
		return fail(err)
	}
	for _, h := range r.fit.Callbacks {
		k, ok := h.(Stateful)
		if !ok {
			continue
		}
		rest, ok := c.meta.Callbacks[k.Name()]
		if !ok {
			return fail(errors.Errorf("no state of the callback %q", k.Name()))
		}
		state, err := c.under(callbacksIn + k.Name() + "/")
		if err != nil {
			return fail(err)
		}
		if err := k.Restore(state, rest); err != nil {
			return fail(errors.WithMessage(err, k.Name()))
		}
	}
	r.at, r.history, r.stopped = c.meta.At, *c.History(), c.meta.Stopped
	return nil
}
