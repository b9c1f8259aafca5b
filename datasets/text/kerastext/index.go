package kerastext

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"

	"unroll/datasets/text"
)

// IMDB reads the word index of keras.datasets.imdb, which imdb.WordIndex fetches. A
// word's id is its rank + 3, as load_data(index_from=3) has it; unknown words are 2, and
// each text begins with 1.
func IMDB(index io.Reader) (*Tokenizer, error) {
	v, err := text.ReadWordIndex(index)
	if err != nil {
		return nil, err
	}
	words := make([]string, v.Len())
	for i := range words {
		words[i] = v.Word(i + 1)
	}
	return imdb(words), nil
}

func imdb(words []string) *Tokenizer {
	return &Tokenizer{
		Source: "word index of keras.datasets.imdb",
		Config: text.EncoderConfig{FirstID: 4, Start: 1, Unknown: 2},
		Words:  words,
	}
}

// isIMDB tells Keras's index of the reviews from one whose ranks are ids themselves.
func isIMDB(words []string) bool {
	return len(words) == 88584 && slices.Equal(words[:8], []string{"the", "and", "a", "of", "to", "is", "br", "in"})
}

// Words that stand in dictionaries for no word of a text.
var (
	paddingWords = []string{"", "<PAD>", "<pad>", "[PAD]", "<Pad>", "PAD", "_PAD", "_PAD_", "<padding>", "<PADDING>"}
	unknownWords = []string{"<OOV>", "<oov>", "<UNK>", "<unk>", "[UNK]", "<Unk>", "OOV", "UNK", "_UNK", "_UNK_", "<UNKNOWN>", "<unknown>"}
	startWords   = []string{"<START>"}
)

// isIndex tells a dictionary of ids.
func isIndex(m map[string]any) bool {
	for _, v := range m {
		if _, ok := integer(v); !ok {
			return false
		}
	}
	return true
}

// invertedIndex reads a dictionary of ids and their words.
func invertedIndex(m map[string]any, source string) (*Tokenizer, error) {
	index := make(map[string]any, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		w, ok := m[k].(string)
		id, err := strconv.ParseInt(k, 10, 64)
		if !ok || err != nil {
			return nil, errors.Errorf("it is no dictionary of words and ids: it has a value of another kind under %.40q", k)
		}
		if _, twice := index[w]; twice {
			return nil, errors.Errorf("its word %q has two ids", w)
		}
		index[w] = id
	}
	return wordIndex(index, source)
}

// wordIndex reads a dictionary of words and their ids.
func wordIndex(index map[string]any, source string) (*Tokenizer, error) {
	if len(index) == 0 {
		return nil, errors.New("it is an empty dictionary")
	}
	t := &Tokenizer{Source: source, Config: text.EncoderConfig{Text: defaultText()}}
	if err := t.take(index); err != nil {
		return nil, err
	}
	if isIMDB(t.Words) {
		t = imdb(t.Words)
		t.guess("it is the index of keras.datasets.imdb: a word's id is its rank + 3")
		return t, nil
	}
	t.guessText()
	id := func(words []string) (string, int32) {
		for _, w := range words {
			if id, ok := integer(index[w]); ok && id > 0 {
				return w, int32(id)
			}
		}
		return "", 0
	}
	free := true // the id 1, which Keras gives to unknown words
	for _, v := range index {
		n, _ := integer(v)
		free = free && n != 1
	}
	switch w, n := id(unknownWords); {
	case n > 0:
		t.Config.Unknown = n
		t.guess("%s is the id %d of unknown words", w, n)
	case free && len(t.Words) > 1 && t.Words[1] != "":
		t.Config.Unknown = 1
		t.guess("no word has the id 1: it is that of unknown words")
	default:
		t.guess("unknown words are dropped")
	}
	if w, n := id(startWords); n > 0 {
		t.Config.Start = n
		t.guess("%s, the id %d, begins each text", w, n)
	}
	return t, nil
}

// guessText guesses how texts were cut of the words that came out.
func (t *Tokenizer) guessText() {
	c := &t.Config.Text
	words, lower, single, apart := 0, true, true, 0
	for _, w := range t.Words {
		if w == "" || slices.Contains(unknownWords, w) || slices.Contains(startWords, w) || slices.Contains(paddingWords, w) {
			continue
		}
		words++
		lower = lower && strings.ToLower(w) == w
		single = single && utf8.RuneCountInString(w) == 1
		if strings.ContainsAny(w, defaultFilters+" ") {
			apart++
		}
	}
	letters := "lower case"
	if !lower {
		letters, c.Case = "upper and lower case as they are", "keep"
	}
	if single && words > 0 {
		c.Tokenizer, c.Split = "codepoints", text.Split{}
		t.guess("texts are cut into characters, %s", letters)
		return
	}
	t.guess("texts are cut as by Keras's Tokenizer: %s, and punctuation separates words", letters)
	if apart > 0 {
		t.guess("%d of its %d words hold punctuation or spaces, and are found in no text that is cut so", apart, words)
	}
}

// guess adds a line to Guessed.
func (t *Tokenizer) guess(format string, args ...any) {
	t.Guessed = append(t.Guessed, fmt.Sprintf(format, args...))
}

// take sets Words to those of a dictionary of words and ids. A word that is not UTF-8
// is none that a text has.
func (t *Tokenizer) take(index map[string]any) error {
	t.Config.FirstID = 1
	largest := int64(0)
	ids := make(map[string]int64, len(index))
	for w, v := range index {
		id, ok := integer(v)
		switch {
		case !ok:
			return errors.Errorf("it is no dictionary of words: %.40q is %.40q, want an id", w, fmt.Sprint(v))
		case id == 0 && slices.Contains(paddingWords, w):
			continue
		case id == 0:
			return errors.Errorf("its word %q has the id 0, which is that of padding", w)
		case id < 0:
			return errors.Errorf("its word %q has the id %d, want 1 or more", w, id)
		}
		ids[w], largest = id, max(largest, id)
	}
	if most := int64(2*len(index) + 1000); largest > most {
		return errors.Errorf("its largest id is %d, of %d words", largest, len(index))
	}
	t.Words = make([]string, largest)
	taken := make([]bool, largest)
	for w, id := range ids {
		if taken[id-1] {
			return errors.Errorf("its words %q and %q have the same id %d", min(w, t.Words[id-1]), max(w, t.Words[id-1]), id)
		}
		if taken[id-1] = true; utf8.ValidString(w) {
			t.Words[id-1] = w
		}
	}
	return nil
}
