package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/pkg/errors"
	"github.com/spf13/cobra"

	"unroll/cmd/sentiment/internal/export"
	"unroll/cmd/sentiment/internal/run"
	"unroll/cmd/sentiment/internal/usage"
	"unroll/internal/choice"
)

func (a *app) exportCommand() *cobra.Command {
	var format, out string
	c := &cobra.Command{
		Use:   "export DIR",
		Short: "Write a model for Keras, ONNX Runtime or a web page, with its vocabulary",
		Long: `Writes a model for Keras, and beside it its vocabulary and predict.py, a short program
in Python that predicts texts with both. DIR is the folder of a model, or of a run,
which stands for its best model on the validation texts.

The vocabulary is tokenizer.json, for Keras's Tokenizer; vectorization.json, for its
TextVectorization; or, where Keras cuts texts in neither way, vocabulary.json, which
predict.py uses. The format weights.h5 has no layers: they are in config.json.

The format tfjs writes a folder for a web page: the model for TensorFlow.js,
vocabulary.json, predict.mjs, which predicts texts with both, and index.html, a page
that uses it.

The format onnx writes the model for ONNX Runtime, and beside it its vocabulary and
programs that predict texts with both: predict.py, predict.mjs for Node, and predict.go.
It holds every model, and its probabilities are calibrated as those of predict.

A model that a format cannot express is refused. Files that exist are not overwritten.`,
		Example: `  sentiment export runs/latest --out keras/model.keras
  sentiment export runs/latest/embedding --format h5 --out keras2/model.h5
  python keras/predict.py "a wonderful film"
  sentiment export runs/latest/embedding --format tfjs --out page
  sentiment export runs/latest --format onnx --out onnx/model.onnx`,
		Args: arguments(1, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			f, err := exportFormat(format, out)
			if err != nil {
				return err
			}
			dirs, err := run.BestFirst(args[0])
			if err != nil {
				return err
			}
			return a.export(dirs[0], f, out)
		},
	}
	choose(c.Flags(), &format, "format", "keras", "`format` of the model: %s", export.Formats.All())
	c.Flags().StringVar(&out, "out", "", "`file` to write the model to, or folder for tfjs; folders are made if there are none")
	signatureFlag(c.Flags())
	return c
}

// exportFormat returns the format of a file, which its name must fit.
func exportFormat(name, out string) (export.Format, error) {
	f, _ := export.Formats.Find(name)
	switch of := formatOf(out); {
	case f.Folder() && out == "":
		return f, usage.Errorf("export: --out is missing, want the name of a folder")
	case f.Folder() && of != "":
		return f, usage.Errorf("--out %s: --format %s writes a folder, want its name, or say --format %s", out, name, of)
	case f.Folder():
		return f, nil
	case out == "":
		return f, usage.Errorf("export: --out is missing, want the name of a file that ends in %s", f.End)
	case of != name:
		hint := ""
		if of != "" {
			hint = ", or say --format " + of
		}
		return f, usage.Errorf("--out %s: for --format %s the name must end in %s%s", out, name, f.End, hint)
	}
	return f, nil
}

// formatOf is the format of a file's name, "" if it has none.
func formatOf(path string) (name string) {
	end := ""
	for _, n := range choice.Names(export.Formats.All()) {
		f, _ := export.Formats.Find(n)
		if base := filepath.Base(path); strings.HasSuffix(base, f.End) && base != f.End && len(f.End) > len(end) {
			name, end = n, f.End
		}
	}
	return name
}

func (a *app) export(dir string, f export.Format, out string) error {
	m, err := run.Load(dir)
	if err != nil {
		return err
	}
	defer m.Close()
	into := out
	if !f.Folder() {
		into = filepath.Dir(out)
	}
	remove, err := run.MakeFolder(into)
	if err != nil {
		remove()
		return errors.Wrap(err, "--out "+out)
	}
	files, notes, err := export.Write(m.Model, f, out)
	if err != nil {
		remove()
		return errors.WithMessage(err, "export "+dir)
	}
	fmt.Fprintf(a.out, "Exported %s:\n", dir)
	width := 0
	for _, file := range files {
		width = max(width, len(file.Path))
	}
	for _, file := range files {
		fmt.Fprintf(a.out, "  %-*s  %s\n", width, file.Path, file.About)
	}
	for _, n := range notes {
		fmt.Fprintf(a.out, "Note: %s.\n", n)
	}
	return nil
}
