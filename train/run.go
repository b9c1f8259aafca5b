package train

import (
	"fmt"
	"time"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"unroll/graph"
	"unroll/nn"
)

// fitRun is the state of one call of Fit.
type fitRun struct {
	*Trainer
	turn     *nn.Training // the model's
	fit      FitConfig
	classes  []map[int]float64 // weights of the outputs' classes
	source   source
	capacity int                 // samples that a full batch has
	sets     map[string]shardSet // by the lengths of the inputs, and the rows of whole batches
	team     *team
	tables   []*graph.Tables // of the shards' gradients
	sums     []gradient      // of the shards' gradients
	solver   []gorgonia.ValueGrad
	last     []*program // that computed the last step
	batch    *job       // of the last step
	watch    []string   // the outputs of layers that callbacks ask for

	at      position
	scores  *scores // of the epoch so far
	saved   time.Time
	stopped string // why a callback ended the run, empty if none has
	history History

	rate     *RateChange // the last one
	putsBack string      // the callback that puts back weights at the end
}

// done reports whether there is nothing left to train.
func (r *fitRun) done() bool { return r.stopped != "" || r.at.Epoch >= r.fit.Epochs }

// batches returns the number of batches of an epoch, 0 if that is not known.
func (r *fitRun) batches() int {
	if n := r.fit.StepsPerEpoch; n > 0 {
		return n
	}
	return r.source.passes()
}

// set returns the programs that compute a batch of so many samples and steps.
// They are compiled or borrowed when a batch of its kind comes for the first
// time.
func (r *fitRun) set(rows int, steps []int) (shardSet, error) {
	full := fmt.Sprint(steps)
	s, ok := r.sets[full]
	if ok && (rows == r.capacity || !s.shards[0].pass.Whole()) {
		return s, nil
	}
	if !ok {
		size, programs, err := r.split(r.capacity, steps)
		if err != nil {
			return s, err
		}
		if s, err = r.borrowSet(full, size, programs, steps); err != nil {
			return s, err
		}
		if rows == r.capacity || !s.shards[0].pass.Whole() {
			return s, nil
		}
	}
	// A whole batch that is smaller has programs of its own.
	key := fmt.Sprint(rows, steps)
	if s, ok := r.sets[key]; ok {
		return s, nil
	}
	return r.borrowSet(key, rows, 1, steps)
}

// borrowSet takes k programs of so many samples.
func (r *fitRun) borrowSet(key string, size, k int, steps []int) (shardSet, error) {
	s := shardSet{size: size}
	for range k {
		p, err := r.borrow(nn.Train, size, steps, k, r.watch...)
		if err != nil {
			return s, err
		}
		s.shards = append(s.shards, p)
		r.sets[key] = s // so that release finds it
	}
	if need := k + 1; r.team == nil || len(r.team.helpers)+1 < need { // the shards, and the next batch
		if r.team != nil {
			r.team.stop()
		}
		r.team = newTeam(need)
	}
	return s, nil
}

// release gives the programs back.
func (r *fitRun) release() {
	for _, s := range r.sets {
		for _, p := range s.shards {
			r.give(p)
		}
	}
	if r.team != nil {
		r.team.stop()
	}
}

// table holds a batch against the model.
func (r *fitRun) table(d Data) (*table, error) {
	t, err := d.inputs(r.model)
	if err != nil {
		return nil, err
	}
	if t.n > r.fit.BatchSize {
		return nil, errors.Errorf("%d samples, want at most BatchSize, %d", t.n, r.fit.BatchSize)
	}
	return t, r.label(t, d)
}

// label adds the labels of d to its table, weighted by class.
func (r *fitRun) label(t *table, d Data) error {
	s, err := r.set(min(t.n, r.capacity), t.steps)
	if err != nil {
		return err
	}
	p := s.shards[0]
	if err := t.outputs(d, p); err != nil {
		return err
	}
	return t.weighClasses(r.classes, p)
}
