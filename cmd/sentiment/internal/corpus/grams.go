package corpus

import (
	"cmp"
	"context"
	"unicode/utf8"

	"github.com/pkg/errors"

	"unroll/datasets/text"
)

// mostCharacters is how many characters texts may have together for runs of characters to
// be taken from them. Of more texts the words say enough, and the runs would fill the
// memory and take minutes.
const mostCharacters = 10_000_000

// Grams returns the configuration of n-grams, of much text or little.
func (s *TextSettings) Grams(much bool) text.GramConfig {
	c := text.GramConfig{
		Text:  text.Config{HTML: true, Tokenizer: cmp.Or(s.Tokenizer, "marks"), Normalize: cmp.Or(s.Normalize, "NFC"), Case: cmp.Or(s.Case, "lower")},
		Words: cmp.Or(s.NGrams, 3), Bounds: true, MinChars: 1, MaxChars: 5, MinCount: s.MinCount,
	}
	if much {
		c.MinChars, c.MaxChars, c.MinCount = 0, 0, cmp.Or(s.MinCount, 2)
	}
	return c
}

// scanGrams is scan of n-grams.
func (d *Source) scanGrams(ctx context.Context, s Settings, words TextSettings) (scan, *text.Grams, error) {
	much, err := d.much(ctx)
	if err != nil {
		return scan{}, nil, err
	}
	var l labelled
	grams, err := text.LearnGrams(l.texts(d.each(ctx, d.tell), s, func(part string) bool { return part != Test.String() }), words.Grams(much))
	if err != nil {
		return scan{}, nil, errors.WithMessage(err, d.Line)
	}
	found, err := d.found(l, s)
	return found, grams, err
}

// much reports whether the texts have more than mostCharacters. It reads no further.
func (d *Source) much(ctx context.Context) (bool, error) {
	characters := 0
	for text, err := range d.Texts(ctx) {
		if err != nil {
			return false, err
		}
		if characters += utf8.RuneCountInString(text); characters > mostCharacters {
			return true, nil
		}
	}
	return false, nil
}
