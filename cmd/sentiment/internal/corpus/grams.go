package corpus

import (
	"cmp"
	"context"
	"unicode/utf8"

	"github.com/pkg/errors"

	"unroll/datasets/text"
)

// Texts are long if the first ones have more than so many characters on average: of these
// the words say enough.
const (
	lookedAt = 2000
	longText = 500
)

// Grams returns the configuration of n-grams, of long texts or others.
func (s *TextSettings) Grams(long bool) text.GramConfig {
	c := text.GramConfig{
		Text:  text.Config{HTML: true, Tokenizer: cmp.Or(s.Tokenizer, "marks"), Normalize: cmp.Or(s.Normalize, "NFC"), Case: cmp.Or(s.Case, "lower")},
		Words: cmp.Or(s.NGrams, 3), Bounds: true, MinChars: 1, MaxChars: 5, MinCount: s.MinCount,
	}
	if long {
		c.MinChars, c.MaxChars, c.MinCount = 0, 0, cmp.Or(s.MinCount, 2)
	}
	return c
}

// scanGrams is scan of n-grams.
func (d *Source) scanGrams(ctx context.Context, s Settings, words TextSettings) (scan, *text.Grams, error) {
	long, err := d.long(ctx)
	if err != nil {
		return scan{}, nil, err
	}
	var l labelled
	grams, err := text.LearnGrams(l.texts(d.each(ctx, d.tell), s, func(part string) bool { return part != Test.String() }), words.Grams(long))
	if err != nil {
		return scan{}, nil, errors.WithMessage(err, d.Line)
	}
	found, err := d.found(l, s)
	return found, grams, err
}

// long reports whether the first texts are long.
func (d *Source) long(ctx context.Context) (bool, error) {
	n, characters := 0, 0
	for text, err := range d.Texts(ctx) {
		if err != nil {
			return false, err
		}
		characters += utf8.RuneCountInString(text)
		if n++; n == lookedAt {
			break
		}
	}
	return n > 0 && characters > n*longText, nil
}
