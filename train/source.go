package train

import (
	"fmt"
	"hash/fnv"
	"iter"
	"math/rand/v2"

	"github.com/pkg/errors"
)

// Source gives the batches of an epoch, for data that does not fit into memory
// or that is made as it is read. The batches of an epoch must be the same
// whenever they are asked for. All samples of a batch have one length; another
// batch may have another, and is computed by programs of its own.
type Source interface {
	// Epoch yields the batches of an epoch, which counts from 0. An error
	// ends the training.
	Epoch(epoch int) iter.Seq2[Data, error]
}

// job is a batch on its way: some of a table's samples, and, when it is
// prepared, the programs that compute it.
type job struct {
	t    *table
	rows []int
	set  shardSet
}

// shards returns the programs that get any sample.
func (j *job) shards() []*program { return j.set.shards[:j.set.active(j.rows)] }

// part returns the samples of shard i.
func (j *job) part(i int) []int { return j.set.part(j.rows, i) }

// source gives the jobs of an epoch from a batch on.
type source interface {
	jobs(epoch, from int) iter.Seq2[job, error]
	batches() int // of an epoch, 0 if that is not known
}

// memory is a source of data that is in memory.
type memory struct {
	t       *table
	size    int // of a batch
	limit   int // of batches in an epoch; no limit if 0
	shuffle bool
	seed    uint64
	order   []int
}

func (m *memory) batches() int {
	n := (m.t.n + m.size - 1) / m.size
	if m.limit > 0 {
		n = min(n, m.limit)
	}
	return n
}

func (m *memory) jobs(epoch, from int) iter.Seq2[job, error] {
	if m.order == nil {
		m.order = make([]int, m.t.n)
	}
	for i := range m.order {
		m.order[i] = i
	}
	if m.shuffle {
		// The order depends on the seed and the epoch alone, in a stream that
		// no weight of the seed shares.
		s := stream(m.seed, fmt.Sprintf("shuffle/%d", epoch))
		s.Shuffle(m.t.n, func(i, j int) { m.order[i], m.order[j] = m.order[j], m.order[i] })
	}
	return func(yield func(job, error) bool) {
		for b := from; b < m.batches(); b++ {
			rows := m.order[b*m.size : min((b+1)*m.size, m.t.n)]
			if !yield(job{t: m.t, rows: rows}, nil) {
				return
			}
		}
	}
}

// stream returns the random numbers of a seed that a name stands for.
func stream(seed uint64, name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name))
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// streamed is a source of a user's batches.
type streamed struct {
	Source
	r     *fitRun
	limit int // of batches in an epoch; no limit if 0
}

func (s streamed) batches() int { return s.limit }

func (s streamed) jobs(epoch, from int) iter.Seq2[job, error] {
	return func(yield func(job, error) bool) {
		b := 0
		for d, err := range s.Epoch(epoch) {
			if err != nil {
				yield(job{}, err)
				return
			}
			if s.limit > 0 && b >= s.limit {
				return
			}
			if b++; b <= from {
				continue
			}
			t, err := s.table(d)
			if err != nil {
				yield(job{}, errors.WithMessagef(err, "batch %d", b))
				return
			}
			if !yield(job{t: t, rows: rowsTo(t.n)}, nil) {
				return
			}
		}
	}
}

// table holds a batch against the model.
func (s streamed) table(d Data) (*table, error) {
	t, err := d.inputs(s.r.model)
	if err != nil {
		return nil, err
	}
	if t.n > s.r.fit.BatchSize {
		return nil, errors.Errorf("%d samples, want at most BatchSize, %d", t.n, s.r.fit.BatchSize)
	}
	return t, s.r.label(t, d)
}

// rowsTo returns 0 to n−1.
func rowsTo(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}
