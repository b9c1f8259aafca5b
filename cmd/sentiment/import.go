package main

import (
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
	"unroll/datasets/text"
	"unroll/internal/show"
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
		Short: "Make a model folder of a text model that Keras saved, or of ONNX",
		Long: `Makes a folder of a text classifier that Keras saved, for predict, evaluate, serve and
the other commands. FILE is a .keras archive, HDF5 of a whole model, model.json of
TensorFlow.js, or JSON of an architecture, whose weights are in another file; or a model as
ONNX, as PyTorch's exporter and sentiment export write it, in a file that ends in .onnx. How
texts become word ids is read from the model's own TextVectorization layer, or from the
tokenizer's file: a Tokenizer as JSON or pickled, a word index, a vocabulary, or what
sentiment export wrote beside an ONNX model. It tells what it found and what it guessed.`,
		Example: `  sentiment import model.keras --tokenizer tokenizer.pickle --out mine
  sentiment import imdb_lstm.h5 --tokenizer imdb --out mine
  sentiment import topics.keras --labels sports,politics,science --out topics
  sentiment import onnx/model.onnx --tokenizer onnx/vocabulary.json --out mine
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
	choose(flags, &m.padding, "padding", "", "`end` at which short texts are filled: %s (default: pre, of ONNX post, or what the tokenizer says)", text.Sides())
	choose(flags, &m.truncating, "truncating", "", "`end` at which long texts are cut: %s (default: pre, of ONNX post, or what the tokenizer says)", text.Sides())
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
	if m.file, err = openModel(m.path); err != nil {
		return err
	}
	if err := m.weigh(); err != nil {
		return err
	}
	net, task, err := m.network()
	if err != nil {
		return err
	}
	v, err := m.vocabulary(ctx)
	if err != nil {
		return err
	}
	name := strings.TrimSuffix(filepath.Base(m.path), filepath.Ext(m.path))
	var model *classifier.Model
	if v.grams != nil {
		model, err = classifier.NewGrams(name, net, v.grams, task)
	} else {
		model, err = classifier.New(name, net, v.encoder, task)
	}
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
	m.report(v, model)
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

func (m *importer) guess(format string, args ...any) {
	m.guessed = append(m.guessed, fmt.Sprintf(format, args...))
}

// report tells what was found and guessed.
func (m *importer) report(v vocabulary, model *classifier.Model) {
	net := m.file.Model
	var layers []string
	for _, l := range net.Layers() {
		layers = append(layers, l.Type)
	}
	m.tell("model", kindOf(m.file))
	m.tell("layers", fmt.Sprintf("%s; %s parameters", strings.Join(layers, ", "), show.Thousands(net.Params())))
	m.compiled(m.file)
	m.tell("tokenizer", v.about)
	m.answers(model)
	for _, g := range append(m.guessed, v.guessed...) {
		m.tell("guessed", g)
	}
	for _, n := range m.file.Notes {
		m.tell("note", n)
	}
	fmt.Fprintf(m.app.out, "The model is in %s. Try it: sentiment predict %s \"a text\"\n", m.dir, m.dir)
}
