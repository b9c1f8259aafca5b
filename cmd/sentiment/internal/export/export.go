// Package export writes models for other programs: the model, its vocabulary, and short
// programs that use both.
package export

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pkg/errors"

	"unroll/internal/choice"
	"unroll/internal/safefile"
	"unroll/internal/show"
	"unroll/nn"
	"unroll/nn/keras"
	"unroll/nn/onnx"
	"unroll/train/classifier"
)

// Format is a way to write a model.
type Format struct {
	End   string // of a file's name, which tells what the file is; "" for a folder
	About string
	write func(path string, m *nn.Model) error
	// model is the Python that makes the model of the file's name, a %s.
	model string
	// apart, if not "", is the name of a file for the architecture, which the format
	// has not.
	apart string
	// files are all that are written; the notes say what differs there.
	files func(m *classifier.Model, f Format, path string) (files []file, notes []string, err error)
}

// Formats are those that are known.
var Formats = choice.Table[Format]{
	{Name: "keras", Help: "an archive of Keras 3", Value: Format{
		End: ".keras", About: "the model, for Keras 3", write: keras.Save, files: python,
		model: "model = tf.keras.models.load_model(here / %s)\n",
	}},
	{Name: "h5", Help: "HDF5 for Keras 2 and 3", Value: Format{
		End: ".h5", About: "the model, for Keras 2 and 3", write: keras.SaveHDF5, files: python,
		model: "model = tf.keras.models.load_model(here / %s)\n",
	}},
	{Name: "weights.h5", Help: "the weights alone, as HDF5 for Keras 3", Value: Format{
		End: ".weights.h5", About: "the weights, for Keras 3", write: keras.SaveWeights, apart: "config.json", files: python,
		model: "model = tf.keras.models.model_from_json((here / \"config.json\").read_text(encoding=\"utf-8\"))\nmodel.load_weights(here / %s)\n",
	}},
	{Name: "tfjs", Help: "a folder for a web page, for TensorFlow.js", Value: Format{
		About: "the model, for TensorFlow.js, its weights beside it", write: keras.SaveTFJS, files: web,
	}},
	{Name: "onnx", Help: "ONNX, for runtimes of many languages", Value: Format{
		End: ".onnx", About: "the model, for ONNX Runtime", write: onnx.Save, files: forRuntime,
	}},
}

// Folder reports whether a model is a folder, not a file.
func (f Format) Folder() bool { return f.End == "" }

// File is a file that was written.
type File struct{ Path, About string }

// file is one to be written.
type file struct {
	File
	write func(path string) error
}

func content(path, about string, data []byte) file {
	return file{File{path, about}, func(path string) error {
		return safefile.Write(path, func(w io.Writer) error { _, err := w.Write(data); return err })
	}}
}

// Write writes a model to path, and what is needed to use it beside it. Nothing that
// exists is overwritten, and after an error nothing is left. The notes say what differs
// there.
func Write(m *classifier.Model, f Format, path string) (written []File, notes []string, err error) {
	if c := m.Columns(); c != nil {
		return nil, nil, errors.Errorf("the model takes %s beside a text, and what is exported reads texts alone", show.List(c.Names()))
	}
	files, notes, err := f.files(m, f, path)
	if err != nil {
		return nil, nil, err
	}
	if written, err = writeAll(files); err != nil && f.Folder() {
		made, _ := os.ReadDir(path)
		for _, file := range made {
			_ = os.Remove(filepath.Join(path, file.Name()))
		}
	}
	return written, notes, err
}

// errNoBags is of Keras.
var errNoBags = errors.New("Keras has no layer for bags of n-grams: --format onnx can hold them")

// calibrated notes that it is a program that calibrates probabilities.
func calibrated(notes []string, t classifier.Task, program string) []string {
	if t.Factor == 0 {
		return notes
	}
	return append(notes, fmt.Sprintf("the probabilities of the model itself are not calibrated, those of %s are: there its logits are multiplied by %.4g", program, t.Factor))
}

// python are the files for Keras.
func python(m *classifier.Model, f Format, path string) (files []file, notes []string, err error) {
	if m.Encoder() == nil {
		return nil, nil, errNoBags
	}
	dir, name := filepath.Split(path)
	net, notes, err := forKeras(m.Net())
	if err != nil {
		return nil, nil, err
	}
	if f.End == ".h5" && oneHot(net) {
		notes = append(notes, "Keras 2 makes one-hot vectors of single ids alone: load "+name+" with Keras 3")
	}
	v, err := vocabularyOf(m.Encoder())
	if err != nil {
		return nil, nil, err
	}
	notes = append(notes, v.notes...)
	files = []file{{File{path, f.About}, func(path string) error {
		err := f.write(path, net)
		if err != nil && f.End != ".h5" && keras.WriteHDF5(io.Discard, net) == nil {
			return errors.Errorf("%v: --format h5 can hold it", err)
		}
		return err
	}}}
	if f.apart != "" {
		config, err := configOf(net)
		if err != nil {
			return nil, nil, err
		}
		files = append(files, content(filepath.Join(dir, f.apart), "its layers", config))
	}
	return append(files,
		content(filepath.Join(dir, v.name), v.about, v.data),
		content(filepath.Join(dir, Program), "how to use them in Python", program(m, f, name, v))), calibrated(notes, m.Task(), Program), nil
}

// writeAll writes files, all or none.
func writeAll(files []file) (written []File, err error) {
	for _, f := range files {
		if _, err := os.Lstat(f.Path); err == nil {
			return nil, errors.Errorf("%s already exists: choose an --out in another folder", f.Path)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	defer func() {
		if err != nil {
			for _, f := range written {
				_ = os.Remove(f.Path)
			}
			written = nil
		}
	}()
	for _, f := range files {
		if err := f.write(f.Path); err != nil {
			return written, err
		}
		written = append(written, f.File)
	}
	return written, nil
}

// configOf is the architecture as Keras 3 writes it.
func configOf(net *nn.Model) ([]byte, error) {
	var archive bytes.Buffer
	if err := keras.Write(&archive, net); err != nil {
		return nil, err
	}
	return configIn(archive.Bytes())
}
