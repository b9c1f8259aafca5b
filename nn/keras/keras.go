package keras

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	pathpkg "path"
	"path/filepath"

	"github.com/pkg/errors"

	"unroll/internal/safefile"
	"unroll/nn"
)

// The formats of files.
const (
	Archive      = "a .keras archive"                // of Keras 3, or of 2.12 and later
	WholeHDF5    = "HDF5 of a whole model"           // .h5
	WeightHDF5   = "HDF5 of weights"                 // .weights.h5 of Keras 3
	LegacyHDF5   = "HDF5 of weights, of Keras 2"     // .h5 of save_weights
	Architecture = "an architecture without weights" // JSON of to_json, or an archive's config.json
	TFJS         = "a model of TensorFlow.js"        // model.json, with files of weights beside it
)

// File is all that a file of Keras's holds.
type File struct {
	Format  string    // one of the formats above
	Version string    // Keras's, such as "3.13.2"; "" if the file does not say
	Model   *nn.Model // nil if the file has weights alone; of first values if it is an Architecture

	Training  *Training  // nil if the model was not compiled
	Optimizer *Optimizer // what the optimizer remembers; nil if there is none, or none that is known
	Weights   []Stored   // of a file of weights alone

	// Notes say what was guessed, left out, or is otherwise than in the file.
	Notes []string
}

// Stored is a weight in a file of weights.
type Stored struct {
	Path  string // its place in the file
	Shape []int
}

// Load reads the model of a file: an archive of Keras 3, or HDF5 of a whole model, of
// Keras 2.0 to 2.15 and 3, whatever its name is. See Open.
func Load(path string) (*nn.Model, error) {
	f, err := onDisk(path, func(r io.ReaderAt, size int64) (*File, error) { return openFile(r, size, false) })
	if err == nil && f.Format == Architecture {
		err = errors.Errorf("this is %s: use Open, and LoadWeights for those of another file", f.Format)
	} else if err == nil && f.Model == nil {
		err = errors.Errorf("this is %s: describe the model that they are of, and use LoadWeights", f.Format)
	}
	if err != nil {
		return nil, errors.WithMessage(err, path)
	}
	return f.Model, nil
}

// Open reads all that a file holds.
//
// A file that is something else, cut short or damaged, a layer that nn has not, and
// weights that do not fit are errors that name the file, the layer and its place.
func Open(path string) (*File, error) {
	f, err := onDisk(path, OpenReader)
	return f, errors.WithMessage(err, path)
}

// onDisk opens a file of the disk, and says what a folder is.
func onDisk(path string, read func(r io.ReaderAt, size int64) (*File, error)) (*File, error) {
	info, err := os.Stat(path) // to open a pipe is to wait
	if err != nil {
		return nil, reason(err)
	}
	switch beside := os.DirFS(path); {
	case info.IsDir() && isTFJS(beside, "."):
		return onDisk(filepath.Join(path, modelJSON), read)
	case info.IsDir():
		return nil, folder(beside, ".")
	case !info.Mode().IsRegular():
		return nil, errors.New("this is a pipe or a device, which can be read but once: save what it gives to a file first")
	}
	in, err := safefile.Open(path)
	if err != nil {
		return nil, reason(err)
	}
	defer in.Close()
	return read(placed{in, os.DirFS(filepath.Dir(path))}, info.Size())
}

// reason is an error without the path, which the caller adds.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// OpenFS is Open of a file in a file system. One that cannot be read at any place is
// read into memory first.
func OpenFS(fsys fs.FS, path string) (*File, error) {
	f, err := openFS(fsys, path)
	return f, errors.WithMessage(err, path)
}

func openFS(fsys fs.FS, path string) (*File, error) {
	in, err := fsys.Open(path)
	if err != nil {
		return nil, reason(err)
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return nil, reason(err)
	}
	switch {
	case info.IsDir() && isTFJS(fsys, path):
		return openFS(fsys, join(path, modelJSON))
	case info.IsDir():
		return nil, folder(fsys, path)
	}
	beside, err := fs.Sub(fsys, pathpkg.Dir(path))
	if err != nil {
		return nil, reason(err)
	}
	if r, ok := in.(io.ReaderAt); ok {
		return OpenReader(placed{r, beside}, info.Size())
	}
	data, err := io.ReadAll(in)
	if err != nil {
		return nil, reason(err)
	}
	return OpenReader(placed{bytes.NewReader(data), beside}, int64(len(data)))
}

// OpenReader is Open of a file of so many bytes. A model of TensorFlow.js has others
// beside it, which Open and OpenFS alone find.
func OpenReader(r io.ReaderAt, size int64) (*File, error) {
	return openFile(r, size, true)
}

// LoadWeights sets the weights of a model that was described here to those of a file,
// which may be of a whole model. The file's weights must be those of the same layers
// in the same order; names do not matter. If something does not fit, no weight is
// changed.
func LoadWeights(path string, model *nn.Model) error {
	_, err := onDisk(path, func(r io.ReaderAt, size int64) (*File, error) {
		return nil, ReadWeights(r, size, model)
	})
	return errors.WithMessage(err, path)
}

// ReadWeights is LoadWeights of a file of so many bytes.
func ReadWeights(r io.ReaderAt, size int64, model *nn.Model) error {
	s, err := openStore(r, size)
	if err != nil {
		return err
	}
	_, err = s.into(model, kerasOrder, &notes{})
	return err
}
