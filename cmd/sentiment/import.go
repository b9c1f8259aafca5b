package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/pkg/errors"
	"github.com/spf13/cobra"

	"unroll/cmd/sentiment/internal/run"
	"unroll/cmd/sentiment/internal/usage"
	"unroll/datasets/imdb"
	"unroll/datasets/text"
	"unroll/datasets/text/kerastext"
	"unroll/internal/show"
	"unroll/nn"
	"unroll/nn/keras"
	"unroll/train/classifier"
)

// importer is a command "import": what its flags say, and what it found.
type importer struct {
	*app
	path, weights, tokenizer, labels, padding, truncating, dir string
	maxLen                                                     int

	file    *keras.File
	guessed []string
}

// imdbIndex is what stands for Keras's word index of the reviews in --tokenizer.
const imdbIndex = "imdb"

func (a *app) importCommand() *cobra.Command {
	m := &importer{app: a}
	c := &cobra.Command{
		Use:   "import FILE",
		Short: "Make a model folder of a text model that Keras saved",
		Long: `Makes a folder of a text classifier that Keras saved, for predict, evaluate, serve and
the other commands. FILE is a .keras archive, HDF5 of a whole model, model.json of
TensorFlow.js, or JSON of an architecture, whose weights are in another file. How texts
become word ids is read from the model's own TextVectorization layer, or from the
tokenizer's file: a Tokenizer as JSON or pickled, a word index, or a vocabulary. It tells
what it found and what it guessed.`,
		Example: `  sentiment import model.keras --tokenizer tokenizer.pickle --out mine
  sentiment import imdb_lstm.h5 --tokenizer imdb --out mine
  sentiment import topics.keras --labels sports,politics,science --out topics
  sentiment import model.json --weights model.h5 --tokenizer tokenizer.json --out mine`,
		Args: arguments(1, 1),
		RunE: func(c *cobra.Command, args []string) error {
			m.path = args[0]
			return m.run(c.Context())
		},
	}
	flags := c.Flags()
	flags.SortFlags = false
	flags.StringVar(&m.dir, "out", "", "`folder` to make for the model (required)")
	flags.StringVar(&m.weights, "weights", "", "`file` with the weights of an architecture, .h5 or .weights.h5")
	flags.StringVar(&m.tokenizer, "tokenizer", "", "`file` with the tokenizer, or imdb for the word index of keras.datasets.imdb (default: the model's TextVectorization layer)")
	flags.StringVar(&m.labels, "labels", "", "`names` of the classes in the order of the model's outputs, comma-separated (default: negative,positive for two)")
	flags.IntVar(&m.maxLen, "maxlen", 0, "`words` of each sequence, where neither the model nor the tokenizer tells")
	choose(flags, &m.padding, "padding", "", "`end` at which short texts are filled: %s (default: pre, or what a TextVectorization does)", text.Sides())
	choose(flags, &m.truncating, "truncating", "", "`end` at which long texts are cut: %s (default: pre, or what a TextVectorization does)", text.Sides())
	return c
}

func (m *importer) run(ctx context.Context) error {
	if err := m.check(); err != nil {
		return err
	}
	if run.HoldsModel(m.path) {
		return usage.Errorf("%s is a folder with a model of this program already: use it as it is, as in: sentiment predict %[1]s \"a text\"", m.path)
	}
	var err error
	if m.file, err = keras.Open(m.path); err != nil {
		return err
	}
	if err := m.weigh(); err != nil {
		return err
	}
	net, task, err := m.network()
	if err != nil {
		return err
	}
	t, err := m.read(ctx)
	if err != nil {
		return err
	}
	e, err := m.encoder(t)
	if err != nil {
		return err
	}
	name := strings.TrimSuffix(filepath.Base(m.path), filepath.Ext(m.path))
	model, err := classifier.New(name, net, e, task)
	if err != nil {
		return err
	}
	defer model.Close()
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := run.Import(m.dir, model, m.path); err != nil {
		return errors.WithMessage(err, "--out")
	}
	m.report(t, model)
	return nil
}

// check refuses what is wrong with the flags alone.
func (m *importer) check() error {
	switch {
	case m.dir == "":
		return usage.Errorf("--out is missing: name a folder to make for the model")
	case m.maxLen < 0:
		return usage.Errorf("--maxlen is %d, want at least 1", m.maxLen)
	}
	switch entries, err := os.ReadDir(m.dir); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return errors.WithMessage(err, "--out")
	case len(entries) > 0:
		return usage.Errorf("--out %s holds something already: choose another folder", m.dir)
	}
	return nil
}

// weigh gives an architecture its weights.
func (m *importer) weigh() error {
	switch bare := m.file.Format == keras.Architecture; {
	case bare && m.weights == "":
		return usage.Errorf("%s is %s: give their file with --weights", m.path, keras.Architecture)
	case bare:
		return errors.WithMessage(keras.LoadWeights(m.weights, m.file.Model), "--weights")
	case m.weights != "":
		return usage.Errorf("--weights: %s is %s, which has its own", m.path, m.file.Format)
	}
	return nil
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
		} else if t.OutputMode == "" {
			usual = append(usual, "--"+side.flag+" pre")
		}
	}
	if len(usual) > 0 {
		m.guess("%s, as pad_sequences does unless it is told", strings.Join(usual, " and "))
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

func (m *importer) guess(format string, args ...any) {
	m.guessed = append(m.guessed, fmt.Sprintf(format, args...))
}

// report tells what was found and guessed.
func (m *importer) report(t *kerastext.Tokenizer, model *classifier.Model) {
	net := m.file.Model
	var layers []string
	for _, l := range net.Layers() {
		layers = append(layers, l.Type)
	}
	m.tell("model", kindOf(m.file))
	m.tell("layers", fmt.Sprintf("%s; %s parameters", strings.Join(layers, ", "), show.Thousands(net.Params())))
	m.compiled(m.file)
	words := 0
	for _, w := range t.Words {
		if w != "" {
			words++
		}
	}
	m.tell("tokenizer", fmt.Sprintf("%s, %s words", t.Source, show.Thousands(words)))
	m.answers(model)
	for _, g := range append(m.guessed, t.Guessed...) {
		m.tell("guessed", g)
	}
	for _, n := range m.file.Notes {
		m.tell("note", n)
	}
	fmt.Fprintf(m.app.out, "The model is in %s. Try it: sentiment predict %s \"a text\"\n", m.dir, m.dir)
}
