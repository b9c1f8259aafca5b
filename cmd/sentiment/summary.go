package main

import (
	"fmt"
	"strings"

	"github.com/pkg/errors"
	"github.com/spf13/cobra"

	"unroll/cmd/sentiment/internal/corpus"
	"unroll/cmd/sentiment/internal/run"
	"unroll/internal/show"
	"unroll/nn/keras"
	"unroll/train/classifier"
)

func (a *app) summaryCommand() *cobra.Command {
	f := &trainFlags{}
	c := &cobra.Command{
		Use:   "summary [FILE]",
		Short: "Print the layers, shapes and parameters of the models, or of a file of Keras's",
		Long: `Prints the layers, output shapes and parameters of the models that train knows, or of
FILE. That is a file that Keras saved, of texts or of something else: a .keras archive,
HDF5 of a model or of weights alone, JSON of an architecture, or model.json of
TensorFlow.js. It can also be the folder of a model, or of a run, of this program.`,
		Example: `  sentiment summary --model lstm,gru
  sentiment summary --model lstm --units 64 --layers 2
  sentiment summary model.keras
  sentiment summary runs/latest`,
		Args: arguments(0, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return a.summaryOf(args[0])
			}
			return a.summary(f)
		},
	}
	chooseModels(c.Flags(), &f.Models, "onehot,embedding", "`names` of the models to show, comma-separated: %s")
	sizeFlags(&f.TextSettings, c.Flags())
	layoutFlags(&f.Layout, c.Flags())
	return c
}

func (a *app) summary(f *trainFlags) error {
	chosen, err := run.Choose(f.Models)
	if err != nil {
		return err
	}
	if err := f.TextSettings.Check(); err != nil {
		return err
	}
	if err := f.Layout.Check(); err != nil {
		return err
	}
	for _, e := range chosen {
		m, err := e.Build(corpus.ReviewTask, f.TextSettings.Encoder(e.Sizes, corpus.Reviews), f.Layout, 0)
		if err != nil {
			return errors.WithMessage(err, e.Name)
		}
		fmt.Fprintf(a.out, "Experiment %s\n%s\n", e.Name, m.Summary())
	}
	return nil
}

// summaryOf prints what a file of Keras's or of ONNX holds.
func (a *app) summaryOf(path string) error {
	if run.HoldsModel(path) {
		return a.summaryOfOwn(path)
	}
	f, err := openModel(path)
	if err != nil {
		return err
	}
	a.tell("file", kindOf(f))
	if f.Format == keras.Architecture {
		a.tell("weights", "not in the file: those of the model are first values, drawn anew")
	}
	a.compiled(f)
	for _, n := range f.Notes {
		a.tell("note", n)
	}
	if f.Model != nil {
		fmt.Fprintf(a.out, "\n%s", f.Model.Summary())
		return nil
	}
	a.weights(f.Weights)
	return nil
}

// summaryOfOwn prints what is in the folder of a model, or of a run.
func (a *app) summaryOfOwn(path string) error {
	dirs, err := run.ModelDirs(path)
	if err != nil {
		return err
	}
	for i, dir := range dirs {
		s, err := run.Load(dir)
		if err != nil {
			return err
		}
		if i > 0 {
			fmt.Fprintln(a.out)
		}
		a.tell("model", s.Name())
		if s.Imported != "" {
			a.tell("imported", "from "+s.Imported)
		} else {
			a.tell("trained", "on "+strings.Join(s.Data, ", "))
		}
		if s.Shrunk {
			a.tell("small", "its weights have 8 bits in the file")
		}
		a.answers(s.Model)
		fmt.Fprintf(a.out, "\n%s", s.Net().Summary())
		if err := s.Close(); err != nil {
			return err
		}
	}
	return nil
}

// answers prints what a model reads of a text, and what it says of it.
func (a *app) answers(m *classifier.Model) {
	if g := m.Grams(); g != nil {
		a.tell("n-grams", fmt.Sprintf("%s of words, %s of characters", show.Thousands(g.Split()), show.Thousands(g.Len()-g.Split())))
	} else {
		c := m.Encoder().Config()
		padding, _ := c.Padding.MarshalText()
		truncating, _ := c.Truncating.MarshalText()
		a.tell("sequences", fmt.Sprintf("%s; padding %s, truncating %s", show.Plural(c.MaxLen, "word"), padding, truncating))
	}
	if c := m.Columns(); c != nil {
		a.tell("beside", c.String())
	}
	if classes := m.Task().Classes; len(classes) > 0 {
		a.tell("labels", strings.Join(classes, ", "))
	}
}

// tell prints a line of what a file is or holds.
func (a *app) tell(what, is string) {
	fmt.Fprintf(a.out, "%-10s  %s\n", what, show.OneLine(is))
}

// kindOf says what a file is and which version of Keras wrote it.
func kindOf(f *keras.File) string {
	switch {
	case f.Version == "":
		return f.Format
	case strings.HasPrefix(f.Version, "tfjs"):
		return f.Format + ", of " + f.Version
	}
	return f.Format + ", of Keras " + f.Version
}

// compiled prints how a model was compiled.
func (a *app) compiled(f *keras.File) {
	t := f.Training
	if t == nil {
		if f.Model != nil && f.Format != onnxFormat { // which tells of no training
			a.tell("compiled", "no: the file names no optimizer and no loss")
		}
		return
	}
	var parts []string
	if t.Optimizer != "" {
		s := "optimizer " + t.Optimizer
		for _, key := range []string{"learning_rate", "lr"} { // lr before Keras 2.3
			if rate, ok := t.Settings[key].(float64); ok {
				s += fmt.Sprintf(" with learning rate %.6g", rate)
				break
			}
		}
		parts = append(parts, s)
	}
	for _, of := range []struct {
		what  string
		names []string
	}{{"loss ", t.Losses}, {"metrics ", t.Metrics}} {
		if len(of.names) > 0 {
			parts = append(parts, of.what+strings.Join(of.names, ", "))
		}
	}
	a.tell("compiled", strings.Join(parts, "; "))
}

// weights prints the tree of a file's weights, a group above what is in it.
func (a *app) weights(all []keras.Stored) {
	fmt.Fprintln(a.out)
	var above []string
	total := 0
	for _, w := range all {
		path := strings.Split(w.Path, "/")
		same := 0
		for same < len(path)-1 && same < len(above)-1 && path[same] == above[same] {
			same++
		}
		for depth := same; depth < len(path)-1; depth++ {
			fmt.Fprintf(a.out, "%s%s\n", strings.Repeat("  ", depth), show.OneLine(path[depth]))
		}
		n := 1
		for _, d := range w.Shape {
			n *= d
		}
		total += n
		fmt.Fprintf(a.out, "%s%s  %s\n", strings.Repeat("  ", len(path)-1), show.OneLine(path[len(path)-1]), shapeText(w.Shape))
		above = path
	}
	fmt.Fprintf(a.out, "\nThe file holds %s of %s values in all, and no model.\n", show.Plural(len(all), "weight"), show.Thousands(total))
}

func shapeText(shape []int) string {
	text := make([]string, len(shape))
	for i, n := range shape {
		text[i] = fmt.Sprint(n)
	}
	return "(" + strings.Join(text, ", ") + ")"
}
