package text

import (
	"hash/fnv"
	"iter"
	"slices"
	"strings"
	"sync"
)

// Encode returns text as ids, shape [MaxLen]: those of the tokens this encoder
// keeps, in order, cut or filled to MaxLen. By default the last MaxLen of them are
// left if there are more, and zeros come first if there are fewer.
//
// With the default text configuration and no buckets it equals Keras's raw ids,
// every id >= NumWords or < SkipTop made 2, then every id <= 2 removed, then
// pad_sequences(maxlen=MaxLen).
func (e *Encoder) Encode(text string) []int32 {
	row := make([]int32, e.config.MaxLen)
	e.with(text, func(s *scratch) { e.pad(row, s.ids) })
	return row
}

// EncodeSpans returns the ids of text as Encode does, but without padding, and for
// each the bytes text[span[0]:span[1]] of which it was made. Where cleaning made
// one piece of text of another of a different length, the whole of it counts as
// the source; a "bpe" token may be a part of a letter. EncoderConfig.Start has the
// span [0, 0].
func (e *Encoder) EncodeSpans(text string) (ids []int32, spans [][2]int) {
	e.with(text, func(s *scratch) {
		lo, hi := window(len(s.ids), e.config.MaxLen, e.config.Truncating)
		ids = slices.Clone(s.ids[lo:hi])
		spans = make([][2]int, 0, len(ids))
		for _, t := range s.spans[lo:hi] {
			if t.lo < t.hi {
				t = s.original(t)
			}
			spans = append(spans, [2]int{t.lo, t.hi})
		}
	})
	return ids, spans
}

// EncodeTexts encodes a stream of texts on all processors, each cut to MaxLen and
// of its own length: padding a million texts of four words to a hundred would cost
// 25 times their memory. What trains pads a batch at a time, as train.Padding. It
// also returns the statistics of what it saw, and the stream's first error as it is.
func (e *Encoder) EncodeTexts(texts iter.Seq2[string, error]) ([][]int32, Stats, error) {
	rows, workers, err := encodeAll(texts, func(s *scratch, text string) {
		s.stats.add(e.encode(s, text))
		lo, hi := window(len(s.ids), e.config.MaxLen, e.config.Truncating)
		s.flat = append(s.flat, s.ids[lo:hi]...)
	})
	if err != nil {
		return nil, Stats{}, err
	}
	return rows, e.stats(workers), nil
}

// encodeAll returns the rows of ids that encode appends to scratch.flat for each text,
// in the order of the texts.
func encodeAll(texts iter.Seq2[string, error], encode func(s *scratch, text string)) ([][]int32, []*scratch, error) {
	type part struct {
		first int
		flat  []int32 // the ids of its texts, one after the other
		ends  []int   // of each text
	}
	var all []part
	var mu sync.Mutex
	n := 0
	workers, err := walk(texts, func(s *scratch, b batch) {
		s.flat = s.flat[:0]
		p := part{first: b.first, ends: make([]int, len(b.texts))}
		for i, text := range b.texts {
			encode(s, text)
			p.ends[i] = len(s.flat)
		}
		p.flat = make([]int32, len(s.flat)) // and no more, as a clone may have
		copy(p.flat, s.flat)
		mu.Lock()
		defer mu.Unlock()
		all = append(all, p)
		n += len(p.ends)
	})
	if err != nil {
		return nil, nil, err
	}
	slices.SortFunc(all, func(a, b part) int { return a.first - b.first })
	rows := make([][]int32, 0, n)
	for _, p := range all {
		at := 0
		for _, end := range p.ends {
			rows = append(rows, p.flat[at:end:end])
			at = end
		}
	}
	return rows, workers, nil
}

// KnownWords counts the tokens of text that this encoder knows and keeps. 0 means
// that the model sees nothing of it: better to say so than to predict.
func (e *Encoder) KnownWords(text string) (n int) {
	e.with(text, func(s *scratch) { n = e.Known(s.ids) })
	return n
}

// Tokens returns the tokens of text, n-grams included, known or not, as IDOf takes
// and WordOf gives them.
func (e *Encoder) Tokens(text string) (tokens []string) {
	e.with(text, func(s *scratch) {
		if e.bpe != nil {
			for _, id := range s.ids {
				tokens = append(tokens, e.WordOf(id))
			}
			return
		}
		for gram := range s.grams(e.config.Text) {
			tokens = append(tokens, string(gram))
		}
	})
	return tokens
}

// Decode returns the text of ids as far as it is left: their words joined by
// spaces, or without for "chars" and "bpe". Padding and buckets have none. Of
// "bpe" that is the cleaned text, if no id was cut off.
func (e *Encoder) Decode(ids []int32) string {
	var words []string
	for _, id := range ids {
		if w := e.WordOf(id); w != "" {
			words = append(words, w)
		}
	}
	if valueOf(allTokenizers, e.config.Text.Tokenizer).glued {
		return strings.Join(words, "")
	}
	return strings.Join(words, " ")
}

// with calls f with the ids of text in a scratch.
func (e *Encoder) with(text string, f func(*scratch)) {
	if e.scratch == nil {
		f(new(scratch)) // the zero encoder keeps nothing
		return
	}
	s := e.scratch.Get().(*scratch)
	defer e.scratch.Put(s)
	e.encode(s, text)
	f(s)
}

func (e *Encoder) pad(row, ids []int32) {
	pad(row, ids, e.config.Padding, e.config.Truncating, e.config.Value)
}

// encode leaves the ids of text in s.ids, all of them, and in s.spans where each
// is in the cleaned text. It returns the number of tokens, of those that are
// unknown, and of ids.
func (e *Encoder) encode(s *scratch, text string) (tokens, unknown, ids int) {
	s.tokenize(e.config.Text, text)
	s.ids, s.spans = s.ids[:0], s.spans[:0]
	if e.config.Start > 0 {
		s.ids, s.spans = append(s.ids, e.config.Start), append(s.spans, token{})
	}
	if e.bpe != nil {
		e.encodePairs(s)
		return len(s.ids), 0, len(s.ids)
	}
	for gram, at := range s.grams(e.config.Text) {
		tokens++
		rank := e.vocab.find(gram)
		id := int32(rank) + e.first
		if rank < 0 || !e.keeps(id) {
			if rank < 0 || id == e.config.Unknown {
				unknown++
			}
			switch {
			case e.config.Unknown > 0:
				id = e.config.Unknown
			case rank < 0 && e.config.OOVBuckets > 0:
				id = e.bucket(gram)
			default:
				continue
			}
		}
		s.ids, s.spans = append(s.ids, id), append(s.spans, at)
	}
	return tokens, unknown, len(s.ids)
}

func (e *Encoder) encodePairs(s *scratch) {
	for _, t := range s.tokens {
		for _, symbol := range e.bpe.encode(&s.pairs, s.folded[t.lo:t.hi]) {
			t.hi = t.lo + len(e.bpe.pieces[symbol])
			s.ids, s.spans = append(s.ids, symbol+e.first), append(s.spans, t)
			t.lo = t.hi
		}
	}
}

// bucket returns the id of a word that is unknown.
func (e *Encoder) bucket(word []byte) int32 {
	h := fnv.New32a()
	_, _ = h.Write(word) // it never fails
	return int32(e.config.NumWords + int(h.Sum32()%uint32(e.config.OOVBuckets)))
}
