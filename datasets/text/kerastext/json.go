package kerastext

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"strconv"

	"github.com/pkg/errors"
)

// decode reads a JSON value. Numbers are json.Number.
func decode(doc []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, errors.New("it is JSON that is cut short")
		}
		return nil, errors.Wrap(err, "it is damaged JSON")
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("something follows its JSON value")
	}
	return v, nil
}

func readJSON(doc []byte) (*Tokenizer, error) {
	v, err := decode(doc)
	if err != nil {
		return nil, err
	}
	if s, ok := v.(string); ok { // what to_json returned was written as JSON once more
		if v, err = decode([]byte(s)); err != nil {
			return nil, errors.New("it is a JSON string, but none that holds JSON")
		}
	}
	return from(v, "JSON")
}

// from makes a tokenizer of a value that was read from a format.
func from(v any, format string) (*Tokenizer, error) {
	m, ok := v.(map[string]any)
	if list, isList := v.([]any); isList {
		if !isVocabulary(list) {
			return nil, errors.Errorf("it is a list of %d values (%s), want a tokenizer, a dictionary of words, or a vocabulary that begins with %q and %q", len(list), format, "", unknownWord)
		}
		return bareVocabulary(list)
	}
	if !ok {
		return nil, errors.Errorf("it is a single value (%s), want a tokenizer or a dictionary of words", format)
	}
	if isIndex(m) { // before all else: "split" is a word too
		return wordIndex(m, "word index as "+format)
	}
	config, _ := m["config"].(map[string]any)
	has := func(m map[string]any, keys ...string) bool {
		for _, k := range keys {
			if _, ok := m[k]; !ok {
				return false
			}
		}
		return true
	}
	class, isClass := m["class_name"].(string)
	switch {
	case isClass && config == nil:
		return nil, errors.Errorf("it is a %s of Keras without a configuration", class)
	case class == "Tokenizer":
		return tokenizer(config, "Keras Tokenizer as "+format)
	case class == "TextVectorization":
		return vectorization(config, nil)
	case isClass:
		layer, err := findLayer(v)
		if err != nil {
			return nil, err
		}
		if layer == nil {
			return nil, errors.Errorf("it is a %s of Keras, want a Tokenizer or a TextVectorization", class)
		}
		return vectorization(layer, nil)
	case has(m, "standardize", "split"):
		return vectorization(m, nil)
	case has(config, "standardize", "split") && has(m, "vocabulary"):
		words, _ := m["vocabulary"].([]any)
		return vectorization(config, words)
	case has(m, "word_index", "filters"):
		return tokenizer(m, "configuration of a Keras Tokenizer as "+format)
	case has(m, "model", "pre_tokenizer"):
		return nil, errors.New("it is a tokenizer of Hugging Face, want one of Keras")
	}
	return invertedIndex(m, "index of words as "+format)
}

// integer is a whole number of any of the types that it is read as.
func integer(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case json.Number:
		n, err := strconv.ParseInt(string(v), 10, 64)
		if err == nil {
			return n, true
		}
		x, err := v.Float64()
		if err != nil {
			return 0, false
		}
		return integer(x)
	case float64:
		return int64(v), v == math.Trunc(v) && math.Abs(v) < 1<<53
	}
	return 0, false
}
