package text

import (
	"iter"
	"strings"

	"unroll/internal/textparts"
)

// Boundary stands between the parts that Join makes a text of. No token and no n-gram
// reaches across it, and it is no token itself.
const Boundary = textparts.Boundary

// Join makes a text of parts, such as the columns of a table, with Boundary between them.
// Parts that are blank are left out.
func Join(parts ...string) string { return textparts.Join(parts...) }

// parts yields the parts of a text and where each begins.
func parts(text string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for lo := 0; ; {
			part, _, more := strings.Cut(text[lo:], Boundary)
			if !yield(lo, part) || !more {
				return
			}
			lo += len(part) + len(Boundary)
		}
	}
}

// runs yields the tokens from and to which an n-gram may reach: all of them, or those of
// each part.
func (s *scratch) runs() iter.Seq2[int, int] {
	return func(yield func(lo, hi int) bool) {
		lo := 0
		for _, hi := range s.ends {
			if !yield(lo, hi) {
				return
			}
			lo = hi
		}
	}
}
