package classifier

import (
	"sort"
	"strings"
	"unicode"

	"github.com/clipperhouse/uax29/v2/words"
	"github.com/pkg/errors"

	"unroll/datasets/text"
	"unroll/nn"
	"unroll/train"
	"unroll/train/explain"
)

// input is what makes of texts what a network takes.
type input interface {
	// check holds a network to what it is given.
	check(name string, net *nn.Model) error
	// encode returns the ids of a text and the bytes that each was made of, or without
	// these nil.
	encode(text string, spans bool) encoded
	data(texts ...encoded) train.Data
	// known counts the words that the network sees.
	known(t encoded) int
	// first is the step of the first id among those that an explanation is of.
	first(steps, ids int) int
	// words divides an explanation of a text among its words.
	words(text string, t encoded, a explain.Attribution, at int) []Word
	save(path string) error
	file() string // of its folder
}

// sequence is an encoder of words in their order.
type sequence struct{ *text.Encoder }

func (s sequence) check(name string, net *nn.Model) error {
	if net.Inputs()[0].Bagged() {
		return errors.Errorf("%s: the network takes bags of ids, the encoder gives sequences", name)
	}
	if n, want := s.Config().MaxLen, net.Inputs()[0].Steps(); n != want && want != nn.Any {
		return errors.Errorf("%s: the encoder gives %d words, the network takes %d", name, n, want)
	}
	if rows := IDs(net); rows > 0 && int(s.LargestID()) >= rows {
		return errors.Errorf("%s: the encoder gives ids up to %d, the network's embedding has %d rows", name, s.LargestID(), rows)
	}
	return nil
}

func (s sequence) encode(text string, _ bool) (t encoded) {
	t.ids, t.spans = s.EncodeSpans(text)
	return t
}

func (s sequence) data(texts ...encoded) train.Data {
	c := s.Config()
	// MaxLen too, or a network that takes any length would see fewer steps of padding
	// than it was trained with, and how many by the other texts.
	d := train.Data{Padding: &train.Padding{MaxLen: c.MaxLen, Post: c.Padding == text.Post, Value: float32(c.Value)}}
	for _, t := range texts {
		d.Tokens = append(d.Tokens, t.ids)
	}
	return d
}

func (s sequence) known(t encoded) int { return s.Known(t.ids) }

func (s sequence) first(steps, ids int) int {
	if s.Config().Padding == text.Pre {
		return steps - ids
	}
	return 0
}

func (s sequence) words(_ string, t encoded, a explain.Attribution, at int) (list []Word) {
	for i, span := range t.spans {
		if span[0] < span[1] { // else the id before the text
			list = append(list, Word{Start: span[0], End: span[1], Push: a.Steps[at+i]})
		}
	}
	return list
}

func (s sequence) save(path string) error { return s.Save(path) }

func (s sequence) file() string { return VocabularyFile }

// bag is an encoder of n-grams, of which the order does not count.
type bag struct{ *text.Grams }

func (b bag) check(name string, net *nn.Model) error {
	if !net.Inputs()[0].Bagged() || net.Inputs()[0].Weighted() {
		return errors.Errorf("%s: the encoder gives bags of n-grams, the network takes %s", name, net.Inputs()[0].Kind)
	}
	if rows := IDs(net); rows != b.Len() {
		return errors.Errorf("%s: the encoder gives %d n-grams, the network takes %d", name, b.Len(), rows)
	}
	return nil
}

func (b bag) encode(text string, spans bool) (t encoded) {
	if spans {
		t.ids, t.spans = b.EncodeSpans(text)
	} else {
		t.ids = b.Encode(nil, text)
	}
	return t
}

func (b bag) data(texts ...encoded) (d train.Data) {
	for _, t := range texts {
		d.Tokens = append(d.Tokens, t.ids)
	}
	return d
}

func (b bag) known(t encoded) int { return len(t.ids) }

func (b bag) first(int, int) int { return 0 }

// words gives each word of Unicode its share of the n-grams that it is in: what one
// pushes is divided evenly among its words, and what is in none, such as punctuation,
// goes to the word before, or the first.
func (b bag) words(s string, t encoded, a explain.Attribution, _ int) (list []Word) {
	for w := words.FromString(s); w.Next(); {
		if seen(w.Value()) {
			list = append(list, Word{Start: w.Start(), End: w.End()})
		}
	}
	if len(list) == 0 && len(s) > 0 {
		list = []Word{{End: len(s)}}
	}
	if len(list) == 0 {
		return nil
	}
	for i, span := range t.spans {
		from, to := overlapping(list, span[0], span[1])
		for k := from; k < to; k++ {
			list[k].Push += a.Steps[i] / float64(to-from)
		}
	}
	return list
}

// overlapping returns the words of a list from and to that bytes overlap, or the one
// before them.
func overlapping(list []Word, lo, hi int) (from, to int) {
	from = sort.Search(len(list), func(k int) bool { return list[k].End > lo })
	to = from + sort.Search(len(list)-from, func(k int) bool { return list[from+k].Start >= hi })
	if from == to {
		from = max(0, from-1)
		to = from + 1
	}
	return from, to
}

// seen tells words from the white space and punctuation between them.
func seen(segment string) bool {
	return strings.ContainsFunc(segment, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.So, r) })
}

func (b bag) save(path string) error { return b.Save(path) }

func (b bag) file() string { return GramsFile }
