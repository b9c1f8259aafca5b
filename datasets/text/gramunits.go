package text

import (
	"unicode"
	"unicode/utf8"
)

// units are what the grams of a text are runs of, and where each is in the cleaned
// text: nowhere at its beginning and its end, where Bounds and spaces are put.
type units struct {
	hashes []uint64
	places []token
}

var atBegin, atEnd = token{}, token{-1, -1}

func (u *units) reset() { u.hashes, u.places = u.hashes[:0], u.places[:0] }

func (u *units) add(hash uint64, at token) {
	u.hashes, u.places = append(u.hashes, hash), append(u.places, at)
}

// takeUnits makes the units of a text.
func (s *scratch) takeUnits(c *GramConfig, text string) {
	for k := range s.units {
		s.units[k].reset()
	}
	text = s.clean(c.Text, text)
	if c.MaxChars > 0 {
		s.characterUnits(c.Text, text)
	}
	if c.Words == 0 {
		return
	}
	s.cut(c.Text, text)
	u := &s.units[ofWords]
	if len(s.tokens) == 0 {
		return
	}
	if c.Bounds {
		u.add(bound, atBegin)
	}
	for _, t := range s.tokens {
		u.add(hashWord(s.folded[t.lo:t.hi]), t)
	}
	if c.Bounds {
		u.add(bound+1, atEnd)
	}
}

// characterUnits takes the code points of a cleaned text, see GramConfig.
func (s *scratch) characterUnits(c Config, text string) {
	u, f := &s.units[ofChars], c.folding(false)
	u.add(' ', atBegin)
	for i := 0; i < len(text); {
		r, n := rune(f[text[i]]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(text[i:])
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
		u.add(' ', atEnd)
	case last == 0:
		u.reset() // there is nothing between the ends
	}
}

// grams appends the hashes of all grams of a kind, in order.
func (u *units) grams(dst []uint64, k kind) []uint64 {
	for i := range u.hashes {
		h := k.seed
		for n, unit := range u.hashes[i:min(i+k.max, len(u.hashes))] {
			h = chain(h, unit)
			if n+1 >= k.min {
				dst = append(dst, h)
			}
		}
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
