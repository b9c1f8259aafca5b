package text

import (
	"cmp"
	"iter"
	"slices"

	"golang.org/x/text/unicode/norm"

	"unroll/internal/choice"
)

// The first row of each table is what "" stands for.

// tokenizer is a way of cutting a cleaned text.
type tokenizer struct {
	split bool // Keras's filters become spaces before
	glued bool // tokens stand side by side in a text, without spaces
	cut   func(s *scratch, c Config, text string)
}

var tokenizers = choice.Table[tokenizer]{
	{Name: "keras", Help: "what stands between Keras's filters and spaces", Value: tokenizer{split: true, cut: (*scratch).between}},
	{Name: "words", Help: "Unicode's words", Value: tokenizer{cut: (*scratch).words}},
	{Name: "marks", Help: "Unicode's words, and each other character that can be seen", Value: tokenizer{cut: (*scratch).marks}},
	{Name: "chars", Help: "characters as people see them", Value: tokenizer{glued: true, cut: (*scratch).characters}},
	{Name: bpe, Help: "byte pairs learned from the texts; nothing is unknown to them", Value: tokenizer{glued: true, cut: (*scratch).chunks}},
}

// bpe is the one tokenizer that is learned.
const bpe = "bpe"

// letterCase is what becomes of upper case.
type letterCase struct {
	ascii, lower bool
	full         bool // lower as Unicode and Python have it, see rewriter.lowerFull
}

func (c letterCase) rewrite() func(*rewriter, string) {
	if c.full {
		return (*rewriter).lowerFull
	}
	return (*rewriter).lower
}

var cases = choice.Table[letterCase]{
	{Name: "ascii", Help: "ASCII's letters to lower case", Value: letterCase{ascii: true}},
	{Name: "lower", Help: "all letters to lower case, each by itself", Value: letterCase{ascii: true, lower: true}},
	{Name: "keep", Help: "as they are"},
}

// What texts were encoded by elsewhere has tokenizers and a case of its own. They
// are not offered to people, who have better ones, but saved and loaded alike.
var (
	allTokenizers = append(slices.Clip(tokenizers), choice.Table[tokenizer]{
		{Name: split, Help: "what stands between given characters, as Keras's Tokenizer", Value: tokenizer{cut: (*scratch).split}},
		{Name: "whitespace", Help: "what stands between ASCII's white space, as Keras's TextVectorization", Value: tokenizer{cut: (*scratch).whitespace}},
		{Name: "codepoints", Help: "Unicode's code points", Value: tokenizer{glued: true, cut: (*scratch).codepoints}},
		{Name: "whole", Help: "a text as one token", Value: tokenizer{cut: (*scratch).whole}},
	}...)
	allCases = append(slices.Clip(cases), choice.Row[letterCase]{
		Name: "python", Help: "all letters to lower case, as Python's str.lower", Value: letterCase{ascii: true, lower: true, full: true},
	})
)

// split is the tokenizer with a setting of its own, see Split.
const split = "split"

var normalForms = choice.Table[*norm.Form]{
	{Name: "none", Help: "as they are"},
	{Name: "NFC", Help: "letters and their marks composed", Value: form(norm.NFC)},
	{Name: "NFD", Help: "letters and their marks decomposed", Value: form(norm.NFD)},
	{Name: "NFKC", Help: "composed, and variants such as ﬁ and ² made plain", Value: form(norm.NFKC)},
	{Name: "NFKD", Help: "decomposed, and variants made plain", Value: form(norm.NFKD)},
}

func form(f norm.Form) *norm.Form { return &f }

// Tokenizers yields the names of the tokenizers with what they are, but for those that
// only files of other programs bring along.
func Tokenizers() iter.Seq2[string, string] { return tokenizers.All() }

// Cases yields the names of what may become of upper case, "python" excepted.
func Cases() iter.Seq2[string, string] { return cases.All() }

// NormalForms yields the names of Unicode's normal forms with what they do.
func NormalForms() iter.Seq2[string, string] { return normalForms.All() }

// valueOf is the value of a name that was checked.
func valueOf[T any](t choice.Table[T], name string) T {
	v, _ := t.Find(cmp.Or(name, t[0].Name))
	return v
}
