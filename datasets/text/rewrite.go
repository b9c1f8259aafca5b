package text

import (
	"sort"
)

// rewriter writes a text anew and remembers where its bytes came from.
type rewriter struct {
	out    []byte
	pieces offsets
	gap    bool // something was dropped since the last piece
}

// offsets lead from a written text back to the text that was read: what was
// written from byte to on was made of what stood from byte from on. The last
// piece marks both ends.
type offsets []piece

type piece struct {
	to, from int
	whole    bool // made of the other as a whole, not byte by byte
}

// copy writes s for as many bytes at from, one for one.
func (w *rewriter) copy(s string, from int) {
	n := len(w.pieces)
	if n == 0 || w.gap || w.pieces[n-1].whole {
		w.gap = false
		w.pieces = append(w.pieces, piece{to: len(w.out), from: from})
	}
	w.out = append(w.out, s...)
}

// put writes s, which is not empty, for the bytes from from on.
func (w *rewriter) put(s string, from int) {
	w.pieces = append(w.pieces, piece{len(w.out), from, true})
	w.out = append(w.out, s...)
}

// span returns the bytes of which the bytes lo to hi were made, lo < hi.
func (o offsets) span(lo, hi int) (from, to int) {
	at := func(i int) int { // the piece with byte i
		return sort.Search(len(o), func(k int) bool { return o[k].to > i }) - 1
	}
	first, last := at(lo), at(hi-1)
	from, to = o[first].from, o[last+1].from
	if !o[first].whole {
		from += lo - o[first].to
	}
	if !o[last].whole {
		to = o[last].from + hi - o[last].to
	}
	return from, to
}

// rewrite runs one step over text and keeps its offsets for original.
func (s *scratch) rewrite(text string, step func(*rewriter, string)) string {
	w := rewriter{out: s.out[:0]}
	step(&w, text)
	s.out = w.out
	s.steps = append(s.steps, append(w.pieces, piece{to: len(w.out), from: len(text)}))
	return string(w.out)
}

// original returns the bytes of the text before clean of which those of t in the
// cleaned text were made.
func (s *scratch) original(t token) token {
	for k := len(s.steps) - 1; k >= 0; k-- {
		t.lo, t.hi = s.steps[k].span(t.lo, t.hi)
	}
	return t
}
