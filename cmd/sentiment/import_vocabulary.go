package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/pkg/errors"

	"unroll/cmd/sentiment/internal/usage"
	"unroll/datasets/imdb"
	"unroll/datasets/text"
	"unroll/datasets/text/kerastext"
	"unroll/internal/safefile"
	"unroll/internal/show"
	"unroll/nn"
	"unroll/nn/keras"
	"unroll/train/classifier"
)

// vocabulary is how texts become what a model takes.
type vocabulary struct {
	about   string // for people
	guessed []string
	encoder *text.Encoder
	grams   *text.Grams // in place of an encoder
}

// vocabulary reads it, from a file of this program's or of another's.
func (m *importer) vocabulary(ctx context.Context) (vocabulary, error) {
	bag := m.file.Model.Inputs()[0].Bagged()
	if v, err := m.own(); err != nil || v.about != "" {
		if err == nil && bag && v.grams == nil {
			err = errors.Errorf("--tokenizer %s holds words, and %s takes bags of n-grams", m.tokenizer, m.path)
		}
		return v, err
	}
	if bag {
		return vocabulary{}, usage.Errorf("%s takes bags of n-grams: give the file %s that was written beside it with --tokenizer", m.path, classifier.GramsFile)
	}
	t, err := m.read(ctx)
	if err != nil {
		return vocabulary{}, err
	}
	words := 0
	for _, w := range t.Words {
		if w != "" {
			words++
		}
	}
	e, err := m.encoder(t)
	return vocabulary{about: fmt.Sprintf("%s, %s words", t.Source, show.Thousands(words)), guessed: t.Guessed, encoder: e}, err
}

// own reads a vocabulary that this program wrote; the zero value if the file is another's.
func (m *importer) own() (v vocabulary, err error) {
	info, err := os.Stat(m.tokenizer)
	if err != nil || !info.Mode().IsRegular() { // read tells
		return vocabulary{}, nil
	}
	data, err := safefile.ReadFile(m.tokenizer, safefile.Room())
	if err != nil {
		return vocabulary{}, errors.Wrap(err, "--tokenizer")
	}
	var file struct {
		Version int
		SHA256  string
	}
	switch {
	case bytes.HasPrefix(data, []byte("unroll grams\n")):
		v.about = "n-grams of this program"
		v.grams, err = text.LoadGrams(m.tokenizer)
	case json.Unmarshal(data, &file) == nil && file.Version > 0 && file.SHA256 != "":
		v.about = "vocabulary of this program"
		v.encoder, err = text.LoadEncoder(m.tokenizer)
	default:
		return vocabulary{}, nil
	}
	if err != nil {
		return vocabulary{}, errors.WithMessage(err, "--tokenizer")
	}
	for _, f := range []struct {
		name  string
		given bool
	}{{"--maxlen", m.maxLen != 0}, {"--padding", m.padding != ""}, {"--truncating", m.truncating != ""}} {
		if f.given {
			return vocabulary{}, usage.Errorf("%s: %s tells it already: leave %[1]s out", f.name, m.tokenizer)
		}
	}
	return v, nil
}

// read reads how texts become ids.
func (m *importer) read(ctx context.Context) (*kerastext.Tokenizer, error) {
	inside, err := m.inside()
	if m.tokenizer == "" {
		if err == nil && inside == nil {
			err = usage.Errorf("%s does not hold how texts become word ids: give its tokenizer with --tokenizer", m.path)
		}
		return inside, err
	}
	if inside != nil {
		return nil, usage.Errorf("%s holds how texts become word ids, in its layer %s of TextVectorization: leave out --tokenizer", m.path, inside.Layer)
	}
	switch m.tokenizer {
	case imdbIndex:
		index, err := imdb.WordIndex(ctx, imdb.Options{Log: func(line string) { fmt.Fprintln(m.err, line) }})
		if err != nil {
			return nil, fmt.Errorf("--tokenizer imdb: %w; without a network, give the file itself: --tokenizer imdb_word_index.json", err)
		}
		return kerastext.IMDB(bytes.NewReader(index))
	}
	t, err := kerastext.Read(m.tokenizer)
	return t, errors.WithMessage(err, "--tokenizer")
}

// inside reads the model's own TextVectorization; nil if it has none.
func (m *importer) inside() (*kerastext.Tokenizer, error) {
	if m.file.Format != keras.Archive {
		return nil, nil
	}
	t, err := kerastext.Read(m.path)
	if errors.Is(err, kerastext.ErrNoLayer) {
		return nil, nil
	}
	return t, err
}

// encoder makes the encoder that gives the model what it was trained on.
func (m *importer) encoder(t *kerastext.Tokenizer) (*text.Encoder, error) {
	if t.OutputMode != "" && t.OutputMode != "int" {
		return nil, errors.Errorf("the TextVectorization has output_mode %q, of which the model cannot be given word ids", t.OutputMode)
	}
	c := t.Config
	if err := m.length(&c, t.Layer); err != nil {
		return nil, err
	}
	var usual []string
	for _, side := range []struct {
		flag, value string
		to          *text.Side
	}{{"padding", m.padding, &c.Padding}, {"truncating", m.truncating, &c.Truncating}} {
		if side.value != "" {
			if err := side.to.UnmarshalText([]byte(side.value)); err != nil {
				return nil, err
			}
		} else if t.OutputMode == "" && m.file.Format == onnxFormat {
			*side.to = text.Post
			usual = append(usual, "--"+side.flag+" post")
		} else if t.OutputMode == "" {
			usual = append(usual, "--"+side.flag+" pre")
		}
	}
	if of := strings.Join(usual, " and "); of != "" && m.file.Format == onnxFormat {
		m.guess("%s, as PyTorch's pad_sequence fills texts", of)
	} else if of != "" {
		m.guess("%s, as pad_sequences does unless it is told", of)
	}
	if rows := classifier.IDs(m.file.Model); rows > 0 && (c.NumWords == 0 || c.NumWords > rows) {
		if last := c.FirstID + len(t.Words) - 1; last >= rows {
			m.guess("num_words %s, which the embedding has: of %s more the model knows nothing", show.Thousands(rows), show.Thousands(last-rows+1))
		}
		c.NumWords = rows
	}
	e, err := t.Encoder(c)
	return e, errors.WithMessage(err, "the tokenizer")
}

// length finds how long sequences are.
func (m *importer) length(c *text.EncoderConfig, layer string) error {
	of, steps := "the model", m.file.Model.Inputs()[0].Steps()
	if c.MaxLen > 0 && (steps == nn.Any || steps == c.MaxLen) {
		of, steps = "the TextVectorization", c.MaxLen
	}
	switch {
	case c.MaxLen > 0 && steps != c.MaxLen:
		return errors.Errorf("the model takes sequences of %d words, its tokenizer makes %d: they do not belong together", steps, c.MaxLen)
	case steps == nn.Any && m.maxLen == 0:
		return usage.Errorf("neither the model nor the tokenizer tells how long sequences are: give --maxlen, as pad_sequences had it")
	case steps == nn.Any:
		steps = m.maxLen
	case m.maxLen > 0 && m.maxLen != steps:
		return usage.Errorf("--maxlen is %d, but %s has sequences of %d words", m.maxLen, of, steps)
	}
	c.MaxLen = steps
	return nil
}
