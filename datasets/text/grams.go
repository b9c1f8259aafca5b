package text

import "iter"

// grams yields the runs of 1 to c.NGrams tokens, as they are spelled and where they
// are, in the order that Config tells. The spelling is valid until the next.
func (s *scratch) grams(c Config) iter.Seq2[[]byte, token] {
	return func(yield func([]byte, token) bool) {
		for n := 1; c.NGramsByLength && n <= c.NGrams; n++ {
			for lo, hi := range s.runs() {
				for i := lo; i+n <= hi; i++ {
					if !yield(s.join(i, n), token{s.tokens[i].lo, s.tokens[i+n-1].hi}) {
						return
					}
				}
			}
		}
		if c.NGramsByLength {
			return
		}
		for lo, hi := range s.runs() {
			if !s.gramsOf(c, s.tokens[lo:hi], yield) {
				return
			}
		}
	}
}

// gramsOf yields, at each of some tokens, it alone, then it and the next, and so on.
func (s *scratch) gramsOf(c Config, tokens []token, yield func([]byte, token) bool) bool {
	for i, t := range tokens {
		if !yield(s.folded[t.lo:t.hi], t) {
			return false
		}
		if c.NGrams < 2 {
			continue
		}
		s.gram = append(s.gram[:0], s.folded[t.lo:t.hi]...)
		for _, next := range tokens[i+1 : min(i+c.NGrams, len(tokens))] {
			s.gram = append(append(s.gram, ' '), s.folded[next.lo:next.hi]...)
			if !yield(s.gram, token{t.lo, next.hi}) {
				return false
			}
		}
	}
	return true
}

// join spells the n tokens from token i on.
func (s *scratch) join(i, n int) []byte {
	s.gram = s.gram[:0]
	for k, t := range s.tokens[i : i+n] {
		if k > 0 {
			s.gram = append(s.gram, ' ')
		}
		s.gram = append(s.gram, s.folded[t.lo:t.hi]...)
	}
	return s.gram
}
