package kerastext

import (
	"strings"

	"github.com/pkg/errors"

	"unroll/datasets/text"
)

// defaultFilters are those of Keras's Tokenizer.
const defaultFilters = "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n"

// defaultText is how Keras's Tokenizer cuts texts unless it is told otherwise.
func defaultText() text.Config {
	return text.Config{Case: "python", Tokenizer: "split", Split: text.Split{Filters: defaultFilters, At: " "}}
}

// tokenizer reads the attributes of a Tokenizer. What is missing has its default.
func tokenizer(m map[string]any, source string) (*Tokenizer, error) {
	t := &Tokenizer{Source: source, Config: text.EncoderConfig{Text: defaultText()}}
	c := &t.Config
	if m["analyzer"] != nil {
		return nil, errors.New("its analyzer is a function, which only the program that made it has")
	}
	lower, err := boolean(m, "lower", true)
	if err != nil {
		return nil, err
	}
	chars, err := boolean(m, "char_level", false)
	if err != nil {
		return nil, err
	}
	if !lower {
		c.Text.Case = "keep"
	}
	if chars {
		c.Text.Tokenizer, c.Text.Split = "codepoints", text.Split{}
	} else if err := readSplit(m, &c.Text.Split); err != nil {
		return nil, err
	}
	if v := m["num_words"]; v != nil {
		n, ok := integer(v)
		if !ok || n < 0 || n > 1<<31-1 {
			return nil, errors.Errorf("its num_words is %v, want a number of words", v)
		}
		c.NumWords = int(n)
	}
	index, err := dictionary(m, "word_index")
	if err != nil {
		return nil, err
	}
	if len(index) == 0 {
		return nil, errors.New("it has no words: fit_on_texts was never called")
	}
	if v := m["oov_token"]; v != nil {
		token, ok := v.(string)
		if !ok {
			return nil, errors.Errorf("its oov_token is %v, want a word", v)
		}
		id, ok := integer(index[token])
		if !ok || id < 1 || id > 1<<31-2 {
			return nil, errors.Errorf("its oov_token %q is not in its word_index", token)
		}
		c.Unknown = int32(id)
	}
	if err := t.take(index); err != nil {
		return nil, err
	}
	return t, nil
}

// readSplit reads what separates words.
func readSplit(m map[string]any, p *text.Split) error {
	switch v, ok := m["filters"]; v := v.(type) {
	case string:
		p.Filters = v
	case []any: // of characters
		var all strings.Builder
		for _, x := range v {
			s, ok := x.(string)
			if !ok || len([]rune(s)) != 1 {
				return errors.Errorf("its filters hold %v, want characters", x)
			}
			all.WriteString(s)
		}
		p.Filters = all.String()
	default:
		if ok {
			return errors.Errorf("its filters are %v, want characters", v)
		}
	}
	switch v, ok := m["split"]; v := v.(type) {
	case string:
		if v == "" {
			return errors.New("its split is empty, with which Keras cannot cut a text")
		}
		p.At = v
	default:
		if ok {
			return errors.Errorf("its split is %v, want the characters between words", v)
		}
	}
	return nil
}

func boolean(m map[string]any, key string, missing bool) (bool, error) {
	v, ok := m[key]
	if !ok {
		return missing, nil
	}
	if b, ok := v.(bool); ok {
		return b, nil
	}
	if n, ok := integer(v); ok && (n == 0 || n == 1) {
		return n == 1, nil
	}
	return false, errors.Errorf("its %s is %v, want true or false", key, v)
}

// dictionary reads a dictionary that may be JSON within a string, as get_config writes.
func dictionary(m map[string]any, key string) (map[string]any, error) {
	v := m[key]
	if s, ok := v.(string); ok {
		var err error
		if v, err = decode([]byte(s)); err != nil {
			return nil, errors.WithMessage(err, key)
		}
	}
	d, ok := v.(map[string]any)
	if !ok && v != nil {
		return nil, errors.Errorf("its %s is no dictionary", key)
	}
	return d, nil
}
