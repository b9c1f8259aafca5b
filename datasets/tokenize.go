package datasets

import (
	"iter"
	"strings"
)

// Keras's filters: each of these separates words. The apostrophe is not among
// them, nor is any white space other than tab, newline and the space itself.
const filters = "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n"

// fold maps each byte to what tokenising makes of it.
var fold = foldTable()

func foldTable() (t [256]byte) {
	for i := range t {
		t[i] = byte(i)
	}
	for c := 'A'; c <= 'Z'; c++ {
		t[c] = byte(c - 'A' + 'a')
	}
	for i := range len(filters) {
		t[filters[i]] = ' '
	}
	return t
}

// Tokenize splits text into words as keras.datasets.imdb was made: ASCII letters
// become lower case (others stay), each of !"#$%&()*+,-./:;<=>?@[\]^_`{|}~, tab
// and newline becomes a space, and what stands between spaces is a word.
//
// A run of bytes that are not UTF-8 becomes U+FFFD, so every word can be saved.
func Tokenize(text string) []string {
	words := []string{}
	for w := range tokens(text) {
		words = append(words, string(w))
	}
	return words
}

// tokens yields Tokenize's words one by one. Each slice is valid until the next,
// which spares an allocation per word: looking a word up in a map needs none.
func tokens(text string) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		text := strings.ToValidUTF8(text, "\uFFFD")
		word := make([]byte, 0, 32)
		for i := range len(text) {
			if c := fold[text[i]]; c != ' ' {
				word = append(word, c)
				continue
			}
			if len(word) > 0 && !yield(word) {
				return
			}
			word = word[:0]
		}
		if len(word) > 0 {
			yield(word)
		}
	}
}
