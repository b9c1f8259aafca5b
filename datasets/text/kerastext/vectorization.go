package kerastext

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"

	"unroll/datasets/text"
)

// unknownWord is how TextVectorization spells unknown words.
const unknownWord = "[UNK]"

// vectorization reads the configuration of a TextVectorization. words are its vocabulary
// if the configuration has none.
func vectorization(m map[string]any, words []any) (*Tokenizer, error) {
	t := &Tokenizer{Source: "TextVectorization", OutputMode: "int"}
	t.Layer, _ = m["name"].(string)
	c := &t.Config
	c.FirstID, c.Unknown, c.Padding, c.Truncating = 1, 1, text.Post, text.Post
	if err := standards(m, &c.Text); err != nil {
		return nil, err
	}
	if v := m["output_mode"]; v != nil {
		mode, _ := v.(string)
		if now, ok := map[string]string{"binary": "multi_hot", "tf-idf": "tf_idf"}[mode]; ok {
			mode = now // it had another name
		}
		if !slices.Contains([]string{"int", "multi_hot", "count", "tf_idf", "one_hot"}, mode) {
			return nil, errors.Errorf("its output_mode is %v, which is unknown", v)
		}
		t.OutputMode = mode
	}
	if v := m["output_sequence_length"]; v != nil {
		n, ok := integer(v)
		if !ok || n < 1 || n > 1<<30 {
			return nil, errors.Errorf("its output_sequence_length is %v, want a number of words", v)
		}
		c.MaxLen = int(n)
	}
	if v := m["encoding"]; v != nil && v != "utf-8" && v != "UTF-8" {
		return nil, errors.Errorf("its encoding is %v, want utf-8", v)
	}
	switch v := m["vocabulary"].(type) {
	case nil:
	case []any:
		if len(v) > 0 {
			words = v
		}
	case string:
		return nil, errors.Errorf("its vocabulary is in another file, %s: read that", v)
	default:
		return nil, errors.New("its vocabulary is no list of words")
	}
	if len(words) == 0 {
		return nil, errors.New("it has no vocabulary: read the model's .keras file, or what get_vocabulary returns")
	}
	special := []any{"", unknownWord}
	if t.OutputMode != "int" {
		special = special[1:]
	}
	if len(words) >= len(special) && slices.Equal(words[:len(special)], special) {
		words = words[len(special):]
	}
	if err := t.vocabulary(words); err != nil {
		return nil, err
	}
	if t.OutputMode == "int" {
		return t, nil
	}
	t.Width = len(t.Words)
	if pad, err := boolean(m, "pad_to_max_tokens", false); err != nil || pad {
		n, ok := integer(m["max_tokens"])
		if err != nil || !ok || n < int64(t.Width) {
			return nil, errors.Errorf("its pad_to_max_tokens is %v and max_tokens %v, with %d words", m["pad_to_max_tokens"], m["max_tokens"], t.Width)
		}
		t.Width = int(n)
	}
	return t, nil
}

// standards reads what becomes of a text before it is looked up.
func standards(m map[string]any, c *text.Config) error {
	*c = text.Config{Case: "keep"}
	v, ok := m["standardize"]
	if !ok {
		v = "lower_and_strip_punctuation"
	}
	switch v {
	case "lower_and_strip_punctuation":
		c.Case, c.StripPunctuation = "", true
	case "lower":
		c.Case = ""
	case "strip_punctuation":
		c.StripPunctuation = true
	case nil:
	default:
		return ofProgram("standardize", v)
	}
	if v, ok = m["split"]; !ok {
		v = "whitespace"
	}
	switch v {
	case "whitespace":
		c.Tokenizer = "whitespace"
	case "character":
		c.Tokenizer = "codepoints"
	case nil:
		c.Tokenizer = "whole"
	default:
		return ofProgram("split", v)
	}
	return ngrams(m["ngrams"], c)
}

// ofProgram is the error of a setting that is a function.
func ofProgram(key string, v any) error {
	name := "a function"
	if f, ok := v.(map[string]any); ok {
		v = f["config"]
		if config, ok := v.(map[string]any); ok {
			v = config["name"]
		}
	}
	if s, ok := v.(string); ok {
		name = "the function " + s
	}
	return errors.Errorf("its %s is %s, which only the program that made it has", key, name)
}

// maxNGrams is the most that text.Config takes.
const maxNGrams = 10

// ngrams reads a number of tokens, or the list of all up to it.
func ngrams(v any, c *text.Config) error {
	if v == nil {
		return nil
	}
	n, ok := integer(v)
	if list, isList := v.([]any); isList {
		ok = len(list) > 0
		for i, x := range list {
			k, whole := integer(x)
			ok = ok && whole && k == int64(i)+1
		}
		n = int64(len(list))
	}
	if !ok || n < 1 || n > maxNGrams {
		return errors.Errorf("its ngrams are %v, want a number up to %d", v, maxNGrams)
	}
	c.NGrams, c.NGramsByLength = int(n), n > 1
	return nil
}

// vocabulary sets Words to those of a vocabulary, and the one of unknown words.
func (t *Tokenizer) vocabulary(words []any) error {
	t.Words = make([]string, 1, 1+len(words))
	seen := make(map[string]bool, len(words))
	for i, v := range words {
		w, ok := v.(string)
		switch {
		case !ok:
			return errors.Errorf("its vocabulary holds %v, want words", v)
		case w == "":
			return errors.Errorf("word %d of its vocabulary is empty", i+1)
		case seen[w]:
			return errors.Errorf("its vocabulary holds %q twice", w)
		}
		if seen[w] = true; !utf8.ValidString(w) {
			w = "" // no text has it
		}
		t.Words = append(t.Words, w)
	}
	if len(words) == 0 {
		return errors.New("its vocabulary is empty")
	}
	if !seen[unknownWord] {
		t.Words[0] = unknownWord
	}
	return nil
}

// isVocabulary tells a vocabulary of TextVectorization from other lists.
func isVocabulary(list []any) bool {
	return len(list) > 2 && list[0] == "" && list[1] == unknownWord || len(list) > 1 && list[0] == unknownWord
}

// bareVocabulary makes a tokenizer of a vocabulary that begins with the special words.
func bareVocabulary(list []any) (*Tokenizer, error) {
	m := map[string]any{}
	if list[0] != "" { // of the output modes without padding, of which none is known
		list = append([]any{""}, list...)
	}
	t, err := vectorization(m, list)
	if err != nil {
		return nil, err
	}
	t.Source = "vocabulary of TextVectorization"
	t.guess("the layer had its usual options: lower case, no punctuation, words between white space, ids as output")
	return t, nil
}

// readVocabulary reads a vocabulary as TextVectorization saves it, a word a line.
func readVocabulary(data []byte) (*Tokenizer, error) {
	if !utf8.Valid(data) {
		return nil, errors.New("it is no tokenizer: neither a pickle, JSON nor text in UTF-8")
	}
	list := lines(data)
	if !isVocabulary(list) {
		return nil, errors.Errorf("it is a text, but no vocabulary of TextVectorization: that begins with an empty line and %s", unknownWord)
	}
	return bareVocabulary(list)
}

// lines splits as Python's text files do. A newline at the end begins no line.
func lines(data []byte) []any {
	data = bytes.ReplaceAll(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
	all := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	words := make([]any, len(all))
	for i, w := range all {
		words[i] = w
	}
	return words
}
