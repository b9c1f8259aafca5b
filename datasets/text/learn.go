package text

import (
	"cmp"
	"container/heap"
	"slices"
)

// learnBytePairs merges, again and again, the pair of symbols that occurs most
// often in the counted chunks, until there are size symbols or no pair occurs
// least times. Of pairs that occur equally often the first in byte order is
// taken, by the left symbol and then the right.
//
// Only the chunks with the pair change with a merge, so the counts are kept up to
// date and the most frequent is found in a heap, as in subword-nmt.
func learnBytePairs(v *Vocabulary, size, least int) *bytePairs {
	l := &learner{bytePairs: newBytePairs(), places: map[uint64]*place{}}
	for i, w := range v.words {
		c := chunk{symbols: make([]int32, len(w)), n: v.counts[i]}
		for k := range len(w) {
			c.symbols[k] = int32(w[k])
		}
		l.chunks = append(l.chunks, c)
		l.count(i, c.n, -1)
	}
	l.queueRaised()
	for len(l.pieces) < size && len(l.queue) > 0 {
		top := heap.Pop(l).(candidate)
		p := l.places[pair(top.left, top.right)]
		switch {
		case p.n < least:
			// It may rise again, and is then queued again.
		case p.n < top.n:
			heap.Push(l, candidate{p.n, top.left, top.right})
		case p.n == top.n:
			l.join(top.left, top.right, p)
		}
	}
	return l.bytePairs
}

// learner is what learnBytePairs keeps between merges.
type learner struct {
	*bytePairs
	chunks []chunk
	places map[uint64]*place
	raised []candidate // pairs whose count rose since the last merge, n not set
	queue  []candidate // a heap; a pair's last is not below its count
}

// chunk is a different chunk and how often it occurs.
type chunk struct {
	symbols []int32
	n       int
}

// place is how often a pair occurs, and all chunks where it does, some twice and
// some where it no longer does.
type place struct {
	n      int
	chunks []int32
	raised bool // it is in learner.raised
}

type candidate struct {
	n           int
	left, right int32
}

// join merges a pair in all chunks.
func (l *learner) join(left, right int32, p *place) {
	m := merge{left, right, l.merge(left, right)}
	chunks := p.chunks
	p.chunks = nil
	for _, i := range chunks {
		c := &l.chunks[i]
		if !hasPair(c.symbols, left, right) {
			continue
		}
		l.count(int(i), -c.n, m.both)
		c.symbols = m.apply(c.symbols)
		l.count(int(i), c.n, m.both)
	}
	l.queueRaised()
}

func hasPair(symbols []int32, left, right int32) bool {
	for k := 1; k < len(symbols); k++ {
		if symbols[k-1] == left && symbols[k] == right {
			return true
		}
	}
	return false
}

// count adds n to each pair of chunk i. A pair with the symbol both, or any pair
// if it is -1, is new there.
func (l *learner) count(i, n int, both int32) {
	symbols := l.chunks[i].symbols
	for k := 1; k < len(symbols); k++ {
		left, right := symbols[k-1], symbols[k]
		at := pair(left, right)
		p := l.places[at]
		if p == nil {
			p = new(place)
			l.places[at] = p
		}
		p.n += n
		if n < 0 || both >= 0 && left != both && right != both {
			continue
		}
		if len(p.chunks) == 0 || p.chunks[len(p.chunks)-1] != int32(i) {
			p.chunks = append(p.chunks, int32(i))
		}
		if !p.raised {
			p.raised = true
			l.raised = append(l.raised, candidate{0, left, right})
		}
	}
}

func (l *learner) queueRaised() {
	for _, c := range l.raised {
		p := l.places[pair(c.left, c.right)]
		c.n, p.raised = p.n, false
		heap.Push(l, c)
	}
	l.raised = l.raised[:0]
}

// The heap's order is total, so that learning does not depend on the order in
// which candidates come.
func (l *learner) compare(a, b candidate) int {
	return cmp.Or(
		cmp.Compare(b.n, a.n),
		cmp.Compare(l.pieces[a.left], l.pieces[b.left]),
		cmp.Compare(l.pieces[a.right], l.pieces[b.right]),
	)
}

func (l *learner) Len() int           { return len(l.queue) }
func (l *learner) Less(i, j int) bool { return l.compare(l.queue[i], l.queue[j]) < 0 }
func (l *learner) Swap(i, j int)      { l.queue[i], l.queue[j] = l.queue[j], l.queue[i] }
func (l *learner) Push(c any)         { l.queue = append(l.queue, c.(candidate)) }
func (l *learner) Pop() any {
	c := l.queue[len(l.queue)-1]
	l.queue = slices.Delete(l.queue, len(l.queue)-1, len(l.queue))
	return c
}
