package text

import (
	"unicode"
	"unicode/utf8"
)

// units are what the grams of a text are runs of, and where each is in the cleaned
// text: nowhere at its beginning and its end, where Bounds and spaces are put. A gram
// does not reach across an end.
type units struct {
	hashes []uint64
	places []token
	ends   []int // how many units there are up to the end of each part, see Boundary
}

var atBegin, atEnd = token{}, token{-1, -1}

func (u *units) reset() { u.hashes, u.places, u.ends = u.hashes[:0], u.places[:0], u.ends[:0] }

func (u *units) add(hash uint64, at token) {
	u.hashes, u.places = append(u.hashes, hash), append(u.places, at)
}

// takeUnits makes the units of a text.
func (s *scratch) takeUnits(c *GramConfig, text string) {
	for k := range s.units {
		s.units[k].reset()
	}
	text = s.clean(c.Text, text)
	for lo, part := range parts(text) {
		if c.MaxChars > 0 {
			s.characterUnits(c.Text, text, lo, lo+len(part))
		}
	}
	if c.Words == 0 {
		return
	}
	s.cut(c.Text, text)
	for lo, hi := range s.runs() {
		if lo < hi {
			s.wordUnits(lo, hi, c.Bounds)
		}
	}
}

// wordUnits takes the words of a part, from token lo to hi. The bounds between parts are
// where the words beside them are.
func (s *scratch) wordUnits(lo, hi int, bounds bool) {
	u, begin, end := &s.units[ofWords], atBegin, atEnd
	if lo > 0 {
		begin = s.tokens[lo]
	}
	if hi < len(s.tokens) {
		end = s.tokens[hi-1]
	}
	if bounds {
		u.add(bound, begin)
	}
	for _, t := range s.tokens[lo:hi] {
		u.add(hashWord(s.folded[t.lo:t.hi]), t)
	}
	if bounds {
		u.add(bound+1, end)
	}
	u.ends = append(u.ends, len(u.hashes))
}

// characterUnits takes the code points of a part of a cleaned text, from byte lo to hi,
// see GramConfig. The spaces between parts are where the Boundary begins and ends.
func (s *scratch) characterUnits(c Config, text string, lo, hi int) {
	u, f := &s.units[ofChars], c.folding(false)
	first, begin, end := len(u.hashes), atBegin, atEnd
	if lo > 0 {
		begin = token{lo - 1, lo}
	}
	if hi < len(text) {
		end = token{hi, hi + 1}
	}
	u.add(' ', begin)
	for i := lo; i < hi; {
		r, n := rune(f[text[i]]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(text[i:hi])
		}
		at := token{i, i + n}
		i += n
		switch last := len(u.hashes) - 1; {
		case r > ' ' && r < utf8.RuneSelf || !unicode.IsSpace(r):
			u.add(uint64(r), at)
		case u.hashes[last] != ' ':
			u.add(' ', at)
		default:
			u.places[last].hi = at.hi
		}
	}
	switch last := len(u.hashes) - 1; {
	case u.hashes[last] != ' ':
		u.add(' ', end)
	case last == first: // there is nothing between the ends
		u.hashes, u.places = u.hashes[:first], u.places[:first]
		return
	}
	u.ends = append(u.ends, len(u.hashes))
}

// grams appends the hashes of all grams of a kind, in order.
func (u *units) grams(dst []uint64, k kind) []uint64 {
	lo := 0
	for _, hi := range u.ends {
		for i := lo; i < hi; i++ {
			h := k.seed
			for n, unit := range u.hashes[i:min(i+k.max, hi)] {
				h = chain(h, unit)
				if n+1 >= k.min {
					dst = append(dst, h)
				}
			}
		}
		lo = hi
	}
	return dst
}

// span returns where the gram of units i to j is in the cleaned text: atBegin or atEnd
// if it is nowhere.
func (u *units) span(i, j int) token {
	if i < j && u.places[i].empty() {
		i++
	}
	if i < j && u.places[j].empty() {
		j--
	}
	return token{u.places[i].lo, u.places[j].hi}
}

func (t token) empty() bool { return t.lo >= t.hi }
