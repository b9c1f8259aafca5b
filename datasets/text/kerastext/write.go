package kerastext

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"unroll/datasets/text"
)

// WriteTokenizer writes an encoder as the JSON that Keras's tokenizer_from_json reads.
// It errs if a Tokenizer can not do what the encoder does. What the program in Python
// has to do beside it, or what differs in a few texts, is returned, a line each.
func WriteTokenizer(w io.Writer, e *text.Encoder) (notes []string, err error) {
	c := e.Config()
	config := map[string]any{
		"num_words": c.NumWords, "filters": defaultFilters, "lower": c.Text.Case != "keep", "split": " ", "char_level": false,
		"oov_token": nil, "document_count": 0, "word_counts": "{}", "word_docs": "{}", "index_docs": "{}",
	}
	refuse := func(format string, args ...any) ([]string, error) {
		return nil, errors.Errorf("a Tokenizer of Keras cannot be written: "+format, args...)
	}
	switch c.Text.Tokenizer {
	case "":
	case "split":
		config["filters"], config["split"] = c.Text.Split.Filters, c.Text.Split.At
	case "whitespace":
		config["filters"] = "\t\n\v\f\r"
	case "codepoints":
		config["char_level"] = true
	default:
		return refuse("it has no tokenizer %s", c.Text.Tokenizer)
	}
	if why := beyond(c.Text); why != "" {
		return refuse("it has no %s", why)
	}
	switch {
	case c.Text.NGrams > 1:
		return refuse("it has no n-grams")
	case c.Text.StripPunctuation:
		return refuse("it separates words at punctuation and does not drop it")
	case c.OOVBuckets > 0:
		return refuse("it has no %d buckets for unknown words", c.OOVBuckets)
	}
	switch c.Text.Case {
	case "":
		notes = append(notes, "lower makes all letters lower case there, and ASCII's alone here")
	case "lower":
		notes = append(notes, "lower makes İ and a Σ at a word's end something else there")
	}
	words, index := map[string]int{}, map[string]string{}
	for id := range c.NumWords {
		if w := e.WordOf(int32(id)); w != "" {
			words[w], index[strconv.Itoa(id)] = id, w
		}
	}
	if c.Unknown > 0 {
		token := "<OOV>"
		for _, ok := words[token]; ok; _, ok = words[token] {
			token = "<" + token + ">"
		}
		config["oov_token"], words[token], index[strconv.Itoa(int(c.Unknown))] = token, int(c.Unknown), token
	}
	if c.Start > 0 {
		notes = append(notes, fmt.Sprintf("put the id %d before each sequence", c.Start))
	}
	for key, v := range map[string]any{"word_index": words, "index_word": index} {
		doc, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		config[key] = string(doc)
	}
	return notes, write(w, map[string]any{"class_name": "Tokenizer", "config": config})
}

// WriteVectorization writes an encoder as the JSON of a TextVectorization with its
// vocabulary, which keras.layers.deserialize reads. It errs if that layer can not do
// what the encoder does; what differs in a few texts is returned, a line each.
func WriteVectorization(w io.Writer, e *text.Encoder) (notes []string, err error) {
	c := e.Config()
	refuse := func(format string, args ...any) ([]string, error) {
		return nil, errors.Errorf("a TextVectorization of Keras cannot be written: "+format, args...)
	}
	config := map[string]any{
		"name": "text_vectorization", "max_tokens": nil, "ngrams": nil, "output_mode": "int", "output_sequence_length": c.MaxLen,
		"pad_to_max_tokens": false, "sparse": false, "ragged": false, "idf_weights": nil, "encoding": "utf-8",
	}
	switch c.Text.Tokenizer {
	case "whitespace":
		config["split"] = "whitespace"
	case "codepoints":
		config["split"] = "character"
	case "whole":
		config["split"] = nil
	default:
		return refuse("it cuts at white space or every character, not as %s", cmp.Or(c.Text.Tokenizer, "keras"))
	}
	if why := beyond(c.Text); why != "" {
		return refuse("it has no %s", why)
	}
	switch c.Text.Case {
	case "keep":
	case "":
	default:
		notes = append(notes, "lower makes ASCII's letters lower case there, and all here")
	}
	config["standardize"] = map[[2]bool]any{
		{true, true}: "lower_and_strip_punctuation", {true, false}: "lower", {false, true}: "strip_punctuation", {false, false}: nil,
	}[[2]bool{c.Text.Case != "keep", c.Text.StripPunctuation}]
	if c.Text.NGrams > 1 {
		if !c.Text.NGramsByLength {
			return refuse("its n-grams stand in another order")
		}
		config["ngrams"] = c.Text.NGrams
	}
	switch {
	case c.Unknown != 1:
		return refuse("unknown words have the id 1 there, and %s here", idOr(c.Unknown, "none"))
	case c.Padding != text.Post || c.Truncating != text.Post || c.Value != 0:
		return refuse("it pads with 0 and cuts at the end, the encoder otherwise")
	case c.Start > 0:
		return refuse("it puts no id before a text, the encoder %d", c.Start)
	}
	words := []string{}
	for id := 2; id < c.NumWords; id++ {
		words = append(words, e.WordOf(int32(id)))
	}
	for len(words) > 0 && words[len(words)-1] == "" {
		words = words[:len(words)-1]
	}
	for i, w := range words {
		if w == "" { // in letters that no text has
			words[i] = fmt.Sprintf("\ufdd0%d", i+2)
		}
	}
	config["vocabulary"], config["vocabulary_size"] = words, len(words)+2
	return notes, write(w, map[string]any{"module": "keras.layers", "class_name": "TextVectorization", "config": config, "registered_name": nil})
}

// beyond names what a text configuration has and no tokenizer of Keras.
func beyond(c text.Config) string {
	var all []string
	if c.HTML {
		all = append(all, "decoding of HTML")
	}
	if c.Normalize != "" {
		all = append(all, "normal form "+c.Normalize)
	}
	return strings.Join(all, " and no ")
}

func idOr(id int32, none string) string {
	if id == 0 {
		return none
	}
	return strconv.Itoa(int(id))
}

func write(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
