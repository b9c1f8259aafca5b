package text

import (
	"iter"
	"slices"
	"sync"
)

// Grams numbers the n-grams of texts, of words and of characters, for models that
// are linear in them. It does not change once made and is safe for concurrent use.
//
// Ids are by falling number of texts that have the gram, those of words before those
// of characters. A gram is known by a hash alone, so there is no way back from ids to
// spellings but EncodeSpans.
type Grams struct {
	config  GramConfig
	texts   int
	part    bool // see Only: a gram may be kept whose beginning is not
	bits    int  // of hashes, see Short; 0 is all
	index   [kinds]gramIndex
	counts  []int32    // by id
	scratch *sync.Pool // of *scratch

	place *gramsInPlace // in a file; index and counts are empty until they are asked for
}

// Config returns the configuration.
func (g *Grams) Config() GramConfig { return g.config }

// Len returns the number of grams. Ids are 0 to Len-1.
func (g *Grams) Len() int {
	if g.place != nil {
		return g.place.len()
	}
	return len(g.counts)
}

// Split returns the number of grams of words: ids below it are of words, the others
// of characters.
func (g *Grams) Split() int { return g.size(ofWords) }

func (g *Grams) size(k int) int {
	if g.place != nil {
		return g.place.sorted[k].len()
	}
	return len(g.index[k].hashes)
}

// Texts returns the number of texts that the grams were learned from.
func (g *Grams) Texts() int { return g.texts }

// Counts returns, by id, how many of those texts have the gram, shape [Len].
func (g *Grams) Counts() []int32 {
	_ = g.inMemory() // the counts are known even if it errs
	return slices.Clone(g.counts)
}

// Encode appends the ids of text to dst: those of all grams that are kept, as often as
// they occur, in order. At each word come it alone, then it and the next, and so on;
// then the same for characters.
func (g *Grams) Encode(dst []int32, text string) []int32 {
	if g.Len() == 0 {
		return dst // the zero value keeps nothing
	}
	s := g.scratch.Get().(*scratch)
	defer g.scratch.Put(s)
	return g.encode(s, dst, text, false)
}

// EncodeSpans returns the ids of text as Encode does, and for each the bytes
// text[span[0]:span[1]] of which it was made, as Encoder.EncodeSpans tells. A text's
// ends have none: <s> alone has the span [0, 0], </s> has [len(text), len(text)], and
// with words they have the words' span.
func (g *Grams) EncodeSpans(text string) (ids []int32, spans [][2]int) {
	if g.Len() == 0 {
		return nil, nil
	}
	s := g.scratch.Get().(*scratch)
	defer g.scratch.Put(s)
	ids = g.encode(s, nil, text, true)
	spans = make([][2]int, len(ids))
	for i, t := range s.spans {
		switch {
		case !t.empty():
			t = s.original(t)
		case t == atEnd:
			t = token{len(text), len(text)}
		}
		spans[i] = [2]int{t.lo, t.hi}
	}
	return ids, spans
}

// EncodeTexts encodes a stream of texts on all processors, in order, each row as
// Encode has it. It returns the stream's first error as it is.
func (g *Grams) EncodeTexts(texts iter.Seq2[string, error]) ([][]int32, error) {
	rows, _, err := encodeAll(texts, func(s *scratch, text string) {
		s.flat = g.encode(s, s.flat, text, false)
	})
	return rows, err
}

// encode appends the ids of text, and leaves in s.spans where each is in the cleaned
// text, see units.span.
func (g *Grams) encode(s *scratch, dst []int32, text string, spans bool) []int32 {
	s.takeUnits(&g.config, text)
	s.spans = s.spans[:0]
	for k, kind := range g.config.kinds() {
		x, u := &g.index[k], &s.units[k]
		if g.size(k) == 0 {
			continue
		}
		first := int32(0)
		if k == ofChars {
			first = int32(g.Split())
		}
		// No fewer texts have a gram than have a longer one that begins with it. So a
		// gram is not kept if its beginning is not, unless MaxGrams chose among equals.
		closed := !g.part && (g.config.MaxGrams == 0 || g.size(k) < g.config.MaxGrams)
		inPlace := g.place != nil && (!g.place.crowded(len(u.hashes)*(kind.max-kind.min+1)) || g.inMemory() != nil)
		at := 0
		for _, end := range u.ends {
			for ; at < end; at += block {
				n := min(block, end-at)
				if inPlace {
					s.found.findSorted(g.place.sorted[k], upper(g.HashBits()), kind, u.hashes[at:end], n, closed)
				} else {
					s.found.find(x, kind, u.hashes[at:end], n, closed)
				}
				dst = slices.Grow(dst, n*kind.max+1)
				dst = s.keep(dst, kind, u, at, n, first, spans)
			}
			at = end
		}
	}
	return dst
}

// keep appends the ids that were found of the grams at n units, from unit at on.
func (s *scratch) keep(dst []int32, kind kind, u *units, at, n int, first int32, spans bool) []int32 {
	for i := range n {
		row := &s.found.ids[i]
		for length := kind.min; length <= kind.max; length++ {
			number := row[length-1]
			if number == 0 {
				continue
			}
			dst = append(dst, first+number-1)
			if spans {
				s.spans = append(s.spans, u.span(at+i, at+i+length-1))
			}
		}
	}
	return dst
}
