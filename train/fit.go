package train

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"time"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"unroll/nn"
)

// FitConfig holds the settings of one call of Fit.
type FitConfig struct {
	Epochs     int   // 1 if 0
	BatchSize  int   // 32 if 0
	Validation *Data // evaluated after each epoch
	NoShuffle  bool  // keep the samples' order, else a new one each epoch
	Seed       uint64
	Hooks      []Hook
}

// Epoch is the record of one epoch.
type Epoch struct {
	Logs    Logs
	Seconds float64 // of training, with feeding and optimizer, without validation
}

// History is the record of a call of Fit.
type History struct{ Epochs []Epoch }

// Event tells a hook what has just ended.
type Event struct {
	Kind           EventKind
	Epoch, Epochs  int // from 1
	Batch, Batches int // from 1
	// Logs holds the means since the epoch's start; at EpochEnd the
	// validation's as well. It is overwritten after the call.
	Logs    Logs
	Seconds float64 // of training since the epoch's start
	Model   *nn.Model
}

// EventKind is what an Event is about.
type EventKind int

// The kinds of events.
const (
	BatchEnd EventKind = iota
	EpochEnd
)

// Hook is called by Fit after each batch and each epoch. An error ends the
// training; ErrStop ends it without being an error. Keras: Callback.
type Hook func(*Event) error

// ErrStop is what a hook returns to stop training cleanly.
var ErrStop = errors.New("stop training")

// Fit trains the model on d. The last batch of an epoch may be smaller; its
// loss is the mean over its own samples.
//
// When ctx ends, Fit returns after the batch at hand with the history so far
// and an error that wraps ctx's; the model is usable and holds every update
// made.
func (t *Trainer) Fit(ctx context.Context, d Data, c FitConfig) (*History, error) {
	h := &History{}
	err := t.fit(ctx, d, c, h)
	if errors.Is(err, ErrStop) {
		err = nil
	}
	return h, errors.WithMessage(err, "fit")
}

func (t *Trainer) fit(ctx context.Context, d Data, c FitConfig, h *History) error {
	if c.Epochs == 0 {
		c.Epochs = 1
	}
	if c.BatchSize == 0 {
		c.BatchSize = 32
	}
	if c.Epochs < 1 || c.BatchSize < 1 {
		return errors.Errorf("%d epochs of batches of %d", c.Epochs, c.BatchSize)
	}
	if t.config.Loss == nil {
		return errors.New("no loss was configured")
	}
	steps, err := d.check(t.model, true)
	if err != nil {
		return err
	}
	if c.Validation != nil {
		if _, err := c.Validation.check(t.model, true); err != nil {
			return errors.WithMessage(err, "validation")
		}
	}
	batch := min(c.BatchSize, d.Len())
	k, err := t.shards(batch, steps)
	if err != nil {
		return err
	}
	run := &fitRun{Trainer: t, size: (batch + k - 1) / k, data: d, fit: c, order: make([]int, d.Len())}
	k = (batch + run.size - 1) / run.size // those that get any sample
	for range k {
		p, err := t.borrow(shape{nn.Train, run.size, steps})
		if err != nil {
			return err
		}
		defer t.give(p)
		run.shards = append(run.shards, p)
	}
	run.team = newTeam(k + 1) // the shards, and the next batch
	defer run.team.stop()
	for e := range c.Epochs {
		logs := Logs{}
		seconds, err := run.epoch(ctx, e, logs)
		if err != nil {
			return err
		}
		if c.Validation != nil {
			if err := t.evaluate(ctx, *c.Validation, c.BatchSize, "val_", logs); err != nil {
				return err
			}
		}
		h.Epochs = append(h.Epochs, Epoch{logs, seconds})
		if err := run.tell(&Event{Kind: EpochEnd, Epoch: e + 1, Logs: logs, Seconds: seconds}); err != nil {
			return err
		}
	}
	return nil
}

// fitRun is the state of one call of Fit.
type fitRun struct {
	*Trainer
	shards []*program // each takes size samples of a batch
	size   int
	team   *team
	data   Data
	fit    FitConfig
	order  []int
	solver []gorgonia.ValueGrad
	buf    batchBuffers
}

func (r *fitRun) batches() int {
	return (r.data.Len() + r.fit.BatchSize - 1) / r.fit.BatchSize
}

// epoch trains on every sample once and returns the seconds it took.
func (r *fitRun) epoch(ctx context.Context, epoch int, logs Logs) (float64, error) {
	start := time.Now()
	for i := range r.order {
		r.order[i] = i
	}
	if !r.fit.NoShuffle {
		// The order depends on the seed and the epoch alone, in a stream that
		// no weight of the seed shares.
		h := fnv.New64a()
		fmt.Fprintf(h, "shuffle/%d", epoch)
		s := rand.New(rand.NewPCG(r.fit.Seed, h.Sum64()))
		s.Shuffle(len(r.order), func(i, j int) { r.order[i], r.order[j] = r.order[j], r.order[i] })
	}
	s := r.newScores()
	event := &Event{Kind: BatchEnd, Epoch: epoch + 1, Logs: logs}
	r.fill(r.rows(0))
	for b := range r.batches() {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		n, err := r.step(b)
		if err != nil {
			return 0, errors.WithMessagef(err, "epoch %d, batch %d", epoch+1, b+1)
		}
		rows := r.rows(b)
		for i := range n {
			if err := s.add(r.shards[i], r.data, r.part(rows, i), len(rows), &r.buf); err != nil {
				return 0, err
			}
		}
		s.write("", logs)
		event.Batch, event.Seconds = b+1, time.Since(start).Seconds()
		if err := r.tell(event); err != nil {
			return 0, err
		}
	}
	return time.Since(start).Seconds(), nil
}

// rows returns the samples of batch b.
func (r *fitRun) rows(b int) []int {
	from := b * r.fit.BatchSize
	return r.order[from:min(from+r.fit.BatchSize, len(r.order))]
}

// part returns the samples of shard i.
func (r *fitRun) part(rows []int, i int) []int {
	return rows[i*r.size : min((i+1)*r.size, len(rows))]
}

// active returns the number of shards that a batch fills.
func (r *fitRun) active(rows []int) int { return (len(rows) + r.size - 1) / r.size }

// fill writes a batch into the shards' spare inputs.
func (r *fitRun) fill(rows []int) {
	for i := range r.active(rows) {
		r.shards[i].next.fill(r.data, r.part(rows, i), len(rows), true)
	}
}

// step runs batch b forward and backward and updates the weights; meanwhile the
// next batch is filled. It returns the number of shards that it took. The
// shards' gradients are summed in their order, so the result does not depend on
// who computed which.
func (r *fitRun) step(b int) (int, error) {
	n := r.active(r.rows(b))
	for _, p := range r.shards[:n] {
		if err := p.swap(); err != nil {
			return 0, err
		}
	}
	tasks := n
	if b+1 < r.batches() {
		tasks++
	}
	err := r.team.do(tasks, func(i int) error {
		if i == n {
			r.fill(r.rows(b + 1))
			return nil
		}
		return r.shards[i].run()
	})
	if err != nil {
		return 0, err
	}
	if r.solver, err = handOver(r.shards[:n], r.solver, !readsOnly(r.config.Optimizer)); err != nil {
		return 0, err
	}
	return n, r.config.Optimizer.Step(r.solver)
}

func (r *fitRun) tell(e *Event) error {
	e.Epochs, e.Batches, e.Model = r.fit.Epochs, r.batches(), r.model
	for _, h := range r.fit.Hooks {
		if err := h(e); err != nil {
			return err
		}
	}
	return nil
}
