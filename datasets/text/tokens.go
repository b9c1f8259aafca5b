package text

import (
	"iter"

	"github.com/pkg/errors"
)

// Tokens returns a function that yields the tokens of a text and its n-grams, for
// an inspect.Inspector. Each is valid until the next, and the function is not safe for
// concurrent use. For "bpe" it yields the chunks in which byte pairs are learned.
func (c Config) Tokens() (func(text string) iter.Seq[[]byte], error) {
	c, err := c.check()
	if err != nil {
		return nil, errors.WithMessage(err, "tokens")
	}
	s := new(scratch)
	return func(text string) iter.Seq[[]byte] {
		return func(yield func([]byte) bool) {
			s.tokenize(c, text)
			for gram := range s.grams(c) {
				if !yield(gram) {
					return
				}
			}
		}
	}, nil
}
