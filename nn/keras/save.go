package keras

import (
	"archive/zip"
	"fmt"
	"io"
	"time"

	"github.com/pkg/errors"

	"unroll/internal/hdf5"
	"unroll/internal/safefile"
	"unroll/nn"
)

// Versions of Keras whose files are written.
const (
	writtenKeras3 = "3.8.0"
	writtenKeras2 = "2.15.0"
)

// Save writes the model as an archive of Keras 3, which keras.models.load_model reads.
// The same model gives the same bytes. A layer or a setting that Keras has not is an
// error that names the layer. Of the model's outputs Keras knows the layers, not the
// names.
func Save(path string, model *nn.Model) error { return toFile(path, model, Write) }

// SaveHDF5 writes the model as HDF5, as Keras 2 does, which Keras 2 and 3 read; that of a
// Functional with a model as a layer Keras 2 alone.
func SaveHDF5(path string, model *nn.Model) error { return toFile(path, model, WriteHDF5) }

// SaveWeights writes the model's weights alone as HDF5 of Keras 3, for load_weights of
// a model that Keras builds of the same layers. Its file's name there ends in
// .weights.h5.
func SaveWeights(path string, model *nn.Model) error { return toFile(path, model, WriteWeights) }

func toFile(path string, m *nn.Model, write func(io.Writer, *nn.Model) error) error {
	return errors.WithMessage(safefile.Write(path, func(out io.Writer) error { return write(out, m) }), "save for Keras")
}

// Write is Save into a stream.
func Write(out io.Writer, model *nn.Model) error {
	config, err := (&writer{m: model, major: keras3}).document()
	if err != nil {
		return err
	}
	root, err := weightsTree(model)
	if err != nil {
		return err
	}
	z := zip.NewWriter(out)
	for _, f := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{metadataFile, content(`{"keras_version": "` + writtenKeras3 + `", "date_saved": "1980-01-01@00:00:00"}`)},
		{configFile, content(string(config))},
		{weightsFile, func(w io.Writer) error { return model.Read(func() error { return hdf5.Write(w, root) }) }},
	} {
		w, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Store, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err == nil {
			err = f.write(w)
		}
		if err != nil {
			return errors.Wrap(err, f.name)
		}
	}
	return errors.Wrap(z.Close(), "archive")
}

func content(s string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
}

// WriteWeights is SaveWeights into a stream.
func WriteWeights(out io.Writer, model *nn.Model) error {
	root, err := weightsTree(model)
	if err != nil {
		return err
	}
	return model.Read(func() error { return hdf5.Write(out, root) })
}

// weightsTree makes the tree of weights of Keras 3.
func weightsTree(m *nn.Model) (*hdf5.Group, error) {
	t, err := tree(m, kerasOrder)
	if err != nil {
		return nil, err
	}
	t.label = t.class
	return t.group(""), nil
}

// group makes the group of a part.
func (p *part) group(name string) *hdf5.Group {
	vars := &hdf5.Group{Name: "vars", Attrs: map[string]any{"name": p.label}}
	for i, w := range p.own {
		vars.Datasets = append(vars.Datasets, dataset(fmt.Sprint(i), w, p.shapeOf(w)))
	}
	g := &hdf5.Group{Name: name, Groups: []*hdf5.Group{vars}}
	for _, q := range p.parts {
		g.Groups = append(g.Groups, q.group(q.attr))
	}
	if p.in == "" {
		return g
	}
	in, count := &hdf5.Group{Name: p.in}, map[string]int{}
	for _, q := range p.list {
		in.Groups = append(in.Groups, q.group(numbered(q.class, count)))
	}
	g.Groups = append(g.Groups, in)
	return g
}

// numbered names the first of a name as it is, and the others name_1, name_2.
func numbered(name string, count map[string]int) string {
	n := count[name]
	if count[name]++; n > 0 {
		return fmt.Sprint(name, "_", n)
	}
	return name
}
