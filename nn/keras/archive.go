package keras

import (
	"archive/zip"
	"bytes"
	"io"
	"path"

	"github.com/pkg/errors"

	"unroll/internal/show"
)

// The files of a .keras archive.
const (
	metadataFile = "metadata.json"
	configFile   = "config.json"
	weightsFile  = "model.weights.h5"
)

// mostConfig is how long a configuration may be; that of the largest models has a
// few MB. inflated is how many times a compressed file may be larger than the archive:
// Keras does not compress.
const (
	mostConfig = 32 << 20
	inflated   = 16
)

// archive is an opened .keras file.
type archive struct {
	config  []byte
	version string
	weights io.ReaderAt
	size    int64 // of the weights
}

// openArchive reads a zip archive as Keras 3 writes it, and says what it is if it is
// another one.
func openArchive(r io.ReaderAt, size int64) (*archive, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, errors.New("this is a zip archive that is cut short or damaged: " + err.Error())
	}
	files := map[string]*zip.File{}
	for _, f := range z.File {
		files[f.Name] = f
		if path.Base(f.Name) == "data.pkl" {
			return nil, errors.New("this is a model of PyTorch, whose layers are Python code and cannot be read")
		}
	}
	switch {
	case files[configFile] == nil:
		return nil, errors.Errorf("this is a zip archive without %s, and no model of Keras's", configFile)
	case files[weightsFile] == nil && files["model.weights.json"] != nil:
		return nil, errors.New("this archive has its weights in several files, which cannot be read: save it as one")
	case files[weightsFile] == nil:
		return nil, errors.Errorf("this archive has no %s", weightsFile)
	}
	a := &archive{}
	if a.config, err = inflate(files[configFile], mostConfig); err != nil {
		return nil, err
	}
	if m := files[metadataFile]; m != nil {
		doc, err := inflate(m, mostConfig)
		if err != nil {
			return nil, err
		}
		var meta object
		if err := parse(doc, &meta); err != nil {
			return nil, errors.Wrap(err, metadataFile)
		}
		a.version = str(meta, "keras_version")
	}
	w := files[weightsFile]
	if w.Method == zip.Store { // read where it is
		at, err := w.DataOffset()
		if err != nil {
			return nil, errors.Wrap(err, weightsFile)
		}
		a.size = int64(w.UncompressedSize64)
		if a.size < 0 || at < 0 || at > size || a.size > size-at {
			return nil, errors.Errorf("%s is said to be longer than the archive", weightsFile)
		}
		a.weights = io.NewSectionReader(r, at, a.size)
		return a, nil
	}
	data, err := inflate(w, inflated*size)
	a.weights, a.size = bytes.NewReader(data), int64(len(data))
	return a, err
}

// inflate reads a file of an archive that has at most so many bytes.
func inflate(f *zip.File, most int64) ([]byte, error) {
	if f.UncompressedSize64 > uint64(most) {
		return nil, errors.Errorf("%s is of %s, more than the %s that are allowed", f.Name, show.Bytes(int64(min(f.UncompressedSize64, 1<<62))), show.Bytes(most))
	}
	in, err := f.Open()
	if err != nil {
		return nil, errors.Wrap(err, f.Name)
	}
	defer in.Close()
	data, err := io.ReadAll(io.LimitReader(in, most+1))
	if err == nil && int64(len(data)) > most {
		err = errors.New("it is longer than it says")
	}
	return data, errors.Wrap(err, f.Name)
}
