package text

import (
	"unicode"
	"unicode/utf8"

	"github.com/pkg/errors"
)

// bytePairs is byte-pair encoding (Sennrich et al., ACL 2016) on bytes, as GPT-2
// has it: a chunk of text is a sequence of bytes, of which the pair that was
// merged first in learning is merged first, until no pair is left.
type bytePairs struct {
	merges []merge          // in the order in which they were learned
	ranks  map[uint64]int32 // pair to the number of its merge
	pieces []string         // the bytes of each symbol: those of the 256 bytes, then of merges
	seen   map[string]int32 // the inverse
}

// merge makes one symbol of two. Two merges that spell the same give the same.
type merge struct{ left, right, both int32 }

// maxChunk is the most bytes of a chunk, and so of a symbol.
const maxChunk = 64

func pair(left, right int32) uint64 { return uint64(left)<<32 | uint64(right) }

func newBytePairs() *bytePairs {
	p := &bytePairs{ranks: map[uint64]int32{}, seen: map[string]int32{}}
	for b := range 256 {
		p.piece(string([]byte{byte(b)}))
	}
	return p
}

// piece returns the symbol of s, a new one if there is none.
func (p *bytePairs) piece(s string) int32 {
	symbol, ok := p.seen[s]
	if !ok {
		symbol = int32(len(p.pieces))
		p.pieces = append(p.pieces, s)
		p.seen[s] = symbol
	}
	return symbol
}

// merge adds a merge and returns its symbol.
func (p *bytePairs) merge(left, right int32) int32 {
	both := p.piece(p.pieces[left] + p.pieces[right])
	p.ranks[pair(left, right)] = int32(len(p.merges))
	p.merges = append(p.merges, merge{left, right, both})
	return both
}

// readBytePairs makes byte pairs of the merges of a file. It errs where learning
// could not have learned them.
func readBytePairs(merges [][2]int32) (*bytePairs, error) {
	p := newBytePairs()
	for i, m := range merges {
		for _, symbol := range m {
			if symbol < 0 || int(symbol) >= len(p.pieces) {
				return nil, errors.Errorf("merge %d joins symbol %d of %d", i, symbol, len(p.pieces))
			}
		}
		if _, ok := p.ranks[pair(m[0], m[1])]; ok {
			return nil, errors.Errorf("merge %d repeats another", i)
		}
		if n := len(p.pieces[m[0]]) + len(p.pieces[m[1]]); n > maxChunk {
			return nil, errors.Errorf("merge %d makes %d bytes, more than %d", i, n, maxChunk)
		}
		p.merge(m[0], m[1])
	}
	return p, nil
}

// chunks cuts text where no pair reaches across, losing nothing: a chunk is a run
// of letters with their marks, of numbers, of white space or of other characters,
// with the space before it if there is one, and ends at maxChunk bytes.
func (s *scratch) chunks(_ Config, text string) {
	for lo := 0; lo < len(text); {
		hi, kind := lo, 0
		for hi < len(text) {
			r, n := rune(text[hi]), 1
			if r >= utf8.RuneSelf {
				r, n = utf8.DecodeRuneInString(text[hi:])
			}
			k := kindOf(r)
			if hi > lo && k != kind && (text[lo:hi] != " ") || hi+n > lo+maxChunk {
				break
			}
			hi, kind = hi+n, k
		}
		// Of several spaces the last belongs to what follows.
		if kind == space && hi-lo > 1 && hi < len(text) && text[hi-1] == ' ' {
			hi--
		}
		s.tokens = append(s.tokens, token{lo, hi})
		lo = hi
	}
}

const (
	space = iota
	letter
	number
	other
)

func kindOf(r rune) int {
	switch {
	case unicode.IsLetter(r) || unicode.IsMark(r):
		return letter
	case unicode.IsNumber(r):
		return number
	case unicode.IsSpace(r):
		return space
	}
	return other
}

// pairs is a scratch for bytePairs.encode.
type pairs struct {
	symbols []int32 // of one chunk
	known   table   // chunks that were encoded before
	ends    []int32 // chunk i has the symbols of cached from ends[i-1] to ends[i]
	cached  []int32
}

// maxCached bounds the chunks that are remembered.
const maxCached = 1 << 16

// encode returns the symbols of a chunk, valid until the next call.
func (p *bytePairs) encode(s *pairs, chunk []byte) []int32 {
	if i := s.known.find(chunk); i >= 0 {
		lo := int32(0)
		if i > 0 {
			lo = s.ends[i-1]
		}
		return s.cached[lo:s.ends[i]]
	}
	s.symbols = s.symbols[:0]
	for _, b := range chunk {
		s.symbols = append(s.symbols, int32(b))
	}
	s.symbols = p.apply(s.symbols)
	if len(s.known.words) < maxCached {
		s.known.add(chunk)
		s.cached = append(s.cached, s.symbols...)
		s.ends = append(s.ends, int32(len(s.cached)))
	}
	return s.symbols
}

// apply merges in place until no pair is left that was learned.
func (p *bytePairs) apply(symbols []int32) []int32 {
	for {
		first := int32(len(p.merges))
		for i := 1; i < len(symbols); i++ {
			if rank, ok := p.ranks[pair(symbols[i-1], symbols[i])]; ok {
				first = min(first, rank)
			}
		}
		if int(first) == len(p.merges) {
			return symbols
		}
		symbols = p.merges[first].apply(symbols)
	}
}

// apply joins each such pair in place, from the left.
func (m merge) apply(symbols []int32) []int32 {
	n := 0
	for i := 0; i < len(symbols); i, n = i+1, n+1 {
		symbols[n] = symbols[i]
		if i+1 < len(symbols) && symbols[i] == m.left && symbols[i+1] == m.right {
			symbols[n] = m.both
			i++
		}
	}
	return symbols[:n]
}
