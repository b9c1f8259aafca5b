package train

import (
	"fmt"
	"hash/fnv"
	"iter"
	"math/rand/v2"
)

// Source gives the batches of a pass over data that does not fit into memory or
// that is made as it is read. The batches of a pass must be the same whenever
// they are asked for. All samples of a batch have one length; another batch may
// have another, and is computed by programs of its own.
//
// One pass is open at a time. Validation begins a pass of its own source; where
// StepsPerEpoch has ended the epoch in the middle of a pass, that one waits
// meanwhile, and a Stream reads nothing ahead in it. No pass is open when Fit, FitSource
// or EvaluateSource has returned, whatever ended it: they wait for the iterator
// to return. One that panics ends them with an error.
type Source interface {
	// Epoch yields the batches of a pass, which counts from 0. A pass is an
	// epoch unless StepsPerEpoch is set. An error ends the training.
	Epoch(epoch int) iter.Seq2[Data, error]
}

// job is a batch on its way: some of a table's samples, where the source is
// after it, and, when it is prepared, the programs that compute it.
type job struct {
	t    *table
	rows []int
	end  place
	set  shardSet
}

// shards returns the programs that get any sample.
func (j *job) shards() []*program { return j.set.shards[:j.set.active(j.rows)] }

// part returns the samples of shard i.
func (j *job) part(i int) []int { return j.set.part(j.rows, i) }

// place is how far a source has been read.
type place struct {
	Pass  int `json:"pass"`  // over all samples
	Batch int `json:"batch"` // batches of the pass that are done
}

// source gives jobs.
type source interface {
	// jobs gives n jobs from a place on, over the ends of passes; if n is
	// negative, what is left of the pass.
	jobs(from place, n int) iter.Seq2[job, error]
	passes() int // batches of a pass, 0 if that is not known
	close() error
}

// memory is a source of data that is in memory.
type memory struct {
	t       *table
	size    int // of a batch
	shuffle bool
	seed    uint64

	order, spare []int // of the samples; the batch at hand may be of the pass before
	ordered      int   // the pass that order is of, from 1
}

func (m *memory) passes() int { return (m.t.n + m.size - 1) / m.size }

func (m *memory) close() error { return nil }

func (m *memory) jobs(from place, n int) iter.Seq2[job, error] {
	return func(yield func(job, error) bool) {
		for at := from; n != 0; n-- {
			if per := m.passes(); at.Batch >= per {
				if n < 0 {
					return
				}
				at = place{at.Pass + at.Batch/per, at.Batch % per}
			}
			m.arrange(at.Pass)
			rows := m.order[at.Batch*m.size : min((at.Batch+1)*m.size, m.t.n)]
			at.Batch++
			if !yield(job{t: m.t, rows: rows, end: at}, nil) {
				return
			}
		}
	}
}

// arrange puts the samples in the order of a pass.
func (m *memory) arrange(pass int) {
	if m.ordered == pass+1 {
		return
	}
	m.order, m.spare, m.ordered = m.spare, m.order, pass+1
	if m.order == nil {
		m.order = make([]int, m.t.n)
	}
	for i := range m.order {
		m.order[i] = i
	}
	if m.shuffle {
		// The order depends on the seed and the pass alone, in a stream that
		// no weight of the seed shares.
		shuffle(stream(m.seed, fmt.Sprintf("shuffle/%d", pass)), m.order)
	}
}

// stream returns the random numbers of a seed that a name stands for.
func stream(seed uint64, name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name))
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

func shuffle[T any](r *rand.Rand, x []T) {
	r.Shuffle(len(x), func(i, j int) { x[i], x[j] = x[j], x[i] })
}

// rowsTo returns 0 to n−1.
func rowsTo(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}
