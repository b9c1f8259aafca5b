package train

import (
	"fmt"
	"time"

	"gorgonia.org/gorgonia"

	"unroll/nn"
)

// fitRun is the state of one call of Fit.
type fitRun struct {
	*Trainer
	fit      FitConfig
	classes  []map[int]float64 // weights of the outputs' classes
	source   source
	capacity int                 // samples that a full batch has
	sets     map[string]shardSet // by the lengths of the inputs, and the rows of whole batches
	team     *team
	solver   []gorgonia.ValueGrad
	last     []*program // that computed the last step

	at      position
	scores  *scores // of the epoch so far
	saved   time.Time
	stopped string // why a callback ended the run, empty if none has
	history History

	rate     *RateChange // the last one
	putsBack string      // the callback that puts back weights at the end
}

// position is how far a run has come.
type position struct {
	Epoch   int     `json:"epoch"` // that are done
	Batch   int     `json:"batch"` // of the epoch after them that are done
	Step    uint64  `json:"step"`  // updates in all
	Seconds float64 `json:"seconds"`
	Source  place   `json:"source"`
}

// source returns where the source is, if it was read from the start on.
func (p position) source(stepsPerEpoch int) place {
	if stepsPerEpoch == 0 {
		return place{p.Epoch, p.Batch}
	}
	return place{0, p.Epoch*stepsPerEpoch + p.Batch}
}

// batches returns the number of batches of an epoch, 0 if that is not known.
func (r *fitRun) batches() int {
	if n := r.fit.StepsPerEpoch; n > 0 {
		return n
	}
	return r.source.passes()
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
		k, err := r.shards(r.capacity, steps)
		if err != nil {
			return s, err
		}
		s.size = (r.capacity + k - 1) / k
		// Less those that would get no sample.
		if s, err = r.borrowSet(full, s.size, (r.capacity+s.size-1)/s.size, steps); err != nil {
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
		p, err := r.borrow(nn.Train, size, steps)
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
