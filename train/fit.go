package train

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"time"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"unroll/graph"
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
	if c.Epochs < 1 || c.BatchSize < 0 {
		return errors.Errorf("%d epochs of batches of %d", c.Epochs, c.BatchSize)
	}
	err := t.wantLoss()
	if err != nil {
		return err
	}
	if c.BatchSize, err = t.batchSize(c.BatchSize, d.Len()); err != nil {
		return err
	}
	data, err := d.inputs(t.model)
	if err != nil {
		return err
	}
	k, err := t.shards(min(c.BatchSize, data.n), data.steps)
	if err != nil {
		return err
	}
	run := &fitRun{Trainer: t, data: data, fit: c, order: make([]int, data.n)}
	defer run.release()
	if err := run.borrow(k); err != nil {
		return err
	}
	if err := data.outputs(d, run.full.shards[0]); err != nil {
		return err
	}
	if c.Validation != nil {
		if err := t.checkLabels(*c.Validation, c.BatchSize); err != nil {
			return errors.WithMessage(err, "validation")
		}
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
	full   shardSet // for a batch of full size
	rest   shardSet // for the last one, if it needs programs of its own size
	team   *team
	data   *table
	fit    FitConfig
	order  []int
	steps  uint64 // taken so far
	solver []gorgonia.ValueGrad
}

// shardSet is the programs that share a batch; each takes size samples.
type shardSet struct {
	shards []*program
	size   int
}

// part returns the samples of shard i.
func (s shardSet) part(rows []int, i int) []int {
	return rows[i*s.size : min((i+1)*s.size, len(rows))]
}

// active returns the number of shards that a batch fills.
func (s shardSet) active(rows []int) int { return (len(rows) + s.size - 1) / s.size }

// borrow takes the programs of the run: k shards of a batch, less those that
// would get no sample.
func (r *fitRun) borrow(k int) error {
	batch := min(r.fit.BatchSize, r.data.n)
	r.full.size = (batch + k - 1) / k
	for range r.full.active(make([]int, batch)) {
		p, err := r.Trainer.borrow(nn.Train, r.full.size, r.data.steps)
		if err != nil {
			return err
		}
		r.full.shards = append(r.full.shards, p)
	}
	last := r.data.n % batch
	if last == 0 || !r.full.shards[0].pass.Whole() {
		return nil
	}
	p, err := r.Trainer.borrow(nn.Train, last, r.data.steps)
	if err == nil {
		r.rest = shardSet{[]*program{p}, last}
	}
	return err
}

// release gives the programs back.
func (r *fitRun) release() {
	for _, p := range append(r.full.shards, r.rest.shards...) {
		r.give(p)
	}
}

// set returns the programs that compute a batch.
func (r *fitRun) set(rows []int) shardSet {
	if r.rest.shards != nil && len(rows) == r.rest.size {
		return r.rest
	}
	return r.full
}

func (r *fitRun) batches() int {
	return (r.data.n + r.fit.BatchSize - 1) / r.fit.BatchSize
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
		if err := r.step(b); err != nil {
			return 0, errors.WithMessagef(err, "epoch %d, batch %d", epoch+1, b+1)
		}
		rows := r.rows(b)
		set := r.set(rows)
		for i, p := range set.shards[:set.active(rows)] {
			if err := s.add(p, r.data, set.part(rows, i), len(rows)); err != nil {
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

// fill writes a batch into the spare inputs of its programs.
func (r *fitRun) fill(rows []int) {
	set := r.set(rows)
	for i, p := range set.shards[:set.active(rows)] {
		p.fill(p.next, r.data, set.part(rows, i), len(rows))
	}
}

// step runs batch b forward and backward and updates the weights; meanwhile the
// next batch is filled. The shards' gradients are summed in their order, so the
// result does not depend on who computed which.
func (r *fitRun) step(b int) error {
	rows := r.rows(b)
	set := r.set(rows)
	shards := set.shards[:set.active(rows)]
	r.steps++
	for i, p := range shards {
		if err := p.swap(); err != nil {
			return err
		}
		*p.pass.Random() = graph.Random{Seed: r.fit.Seed, Step: r.steps, Shard: uint64(i)}
	}
	if shards[0].masks != nil {
		err := r.team.do(len(shards), func(i int) error { return shards[i].masks.Run() })
		if err != nil {
			return err
		}
		if err := weigh(shards, func(i int) int { return len(set.part(rows, i)) }); err != nil {
			return err
		}
	}
	tasks := len(shards)
	if b+1 < r.batches() {
		tasks++
	}
	err := r.team.do(tasks, func(i int) error {
		if i == len(shards) {
			r.fill(r.rows(b + 1))
			return nil
		}
		return shards[i].run()
	})
	if err != nil {
		return err
	}
	if err := shards[0].assign(); err != nil { // a model with states has one shard
		return err
	}
	if r.solver, err = handOver(shards, r.solver, !readsOnly(r.config.Optimizer)); err != nil {
		return err
	}
	if err := r.config.Optimizer.Step(r.solver); err != nil {
		return err
	}
	for _, w := range shards[0].weights {
		w.Constrain()
	}
	return nil
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
