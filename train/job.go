package train

import (
	"fmt"
	"iter"
)

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
			if !yield(job{t: m.t.of(rows), rows: rows, end: at}, nil) {
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
	if m.t.lengths != nil {
		m.t.group(m.order, m.size)
		if m.shuffle {
			shuffleBatches(stream(m.seed, fmt.Sprintf("batches/%d", pass)), m.order, m.size)
		}
	}
}

// rowsTo returns 0 to n−1.
func rowsTo(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}
