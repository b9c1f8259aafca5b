package nn

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"unroll/internal/jsonfile"
	"unroll/internal/safefile"
	"unroll/internal/tensorfile"
)

// The files of a saved model.
const (
	ArchitectureFile = "model.json"
	WeightsFile      = "weights.safetensors"
)

// Save writes the model into the folder dir, which it makes if there is none: its
// layers as JSON and its weights as safetensors keyed by path. Each file is replaced
// as a whole or not at all.
func (m *Model) Save(dir string) error {
	return m.Read(func() error { return m.save(dir, tensorfile.Write) })
}

// SaveInt8 is Save with weights of 8 bits, but for small ones: a file of about a quarter of
// the size, which Load reads as any other, into floats. Weights with rows of 16 values or
// more have a scale for each row along the last dimension, x = scale·code, and are off by
// a 254th of the row's largest value at most. Those with shorter rows have 256 levels
// where most of their values are. It errs if a weight is not finite. Keras:
// model.quantize("int8"), which keeps the weights in memory so, too.
func (m *Model) SaveInt8(dir string) error {
	return m.Read(func() error { return m.save(dir, tensorfile.WriteInt8) })
}

type writeTensors func(w io.Writer, tensors map[string]*tensor.Dense, meta map[string]string) error

func (m *Model) save(dir string, write writeTensors) error {
	doc, err := m.document()
	if err != nil {
		return err
	}
	if err := safefile.MkdirAll(dir); err != nil {
		return errors.Wrap(err, "save model")
	}
	err = safefile.Write(filepath.Join(dir, WeightsFile), func(f io.Writer) error {
		return write(f, m.Tensors(), map[string]string{"architecture": digest(doc)})
	})
	if err != nil {
		return err
	}
	return safefile.Write(filepath.Join(dir, ArchitectureFile), func(f io.Writer) error {
		_, err := f.Write(doc)
		return err
	})
}

// document is the content of ArchitectureFile.
func (m *Model) document() ([]byte, error) {
	a, err := m.architecture()
	if err != nil {
		return nil, err
	}
	doc, err := json.MarshalIndent(a, "", "  ")
	return append(doc, '\n'), errors.Wrap(err, "save model")
}

// Architecture returns the content of the ArchitectureFile that Save writes: the layers as
// JSON, for those who keep the weights in another format.
func (m *Model) Architecture() ([]byte, error) { return m.document() }

// FromArchitecture makes the model that Architecture described, with weights that are
// zeros, of at most room parameters; see Sequential.BuildZeros.
func FromArchitecture(doc []byte, room int) (*Model, error) {
	a, err := parse(doc)
	if err != nil {
		return nil, err
	}
	n, err := a.network()
	if err != nil {
		return nil, err
	}
	return n.model(settings{dtype: dtypes[a.Dtype], batch: a.Batch}, room)
}

// Digest names the model's architecture: two models have the same one if Save
// writes the same ArchitectureFile for them.
func (m *Model) Digest() (string, error) {
	doc, err := m.document()
	return digest(doc), err
}

// Tensors returns the model's own weights and states by path.
func (m *Model) Tensors() map[string]*tensor.Dense {
	all := map[string]*tensor.Dense{}
	for _, w := range m.weights.list {
		all[w.path] = w.value
	}
	return all
}

// Load reads a model that Save wrote. A file that is missing, truncated,
// damaged, of a newer version, or of another model than its neighbour is an
// error that names it.
func Load(dir string) (*Model, error) { return LoadFS(safefile.Disk, dir) }

// LoadFS is Load from a file system, such as what a program embeds.
func LoadFS(fsys fs.FS, dir string) (*Model, error) {
	doc, err := safefile.ReadFS(fsys, path.Join(dir, ArchitectureFile), safefile.MostSettings)
	if err != nil {
		return nil, errors.Wrap(err, "load model")
	}
	data, err := safefile.ReadFS(fsys, path.Join(dir, WeightsFile), safefile.Room())
	if err != nil {
		return nil, errors.Wrap(err, "load model")
	}
	return load(dir, doc, data, safefile.Checked(fsys, path.Join(dir, WeightsFile)))
}

// load makes the model of the two files' contents, of which it keeps the weights; dir is for
// the errors. checked says that the weights have been compared with a checksum.
func load(dir string, doc, data []byte, checked bool) (m *Model, err error) {
	arch, weights := filepath.Join(dir, ArchitectureFile), filepath.Join(dir, WeightsFile)
	defer func() { // a layer, or Gorgonia, may panic on settings that nobody would write
		if r := recover(); r != nil {
			m, err = nil, errorf("%s: damaged: %s", arch, strings.Join(strings.Fields(fmt.Sprint(r)), " "))
		}
	}()
	a, err := parse(doc)
	if err != nil {
		return nil, errors.WithMessage(err, arch)
	}
	file, err := openWeights(data, checked, digest(doc))
	if err != nil {
		return nil, errors.WithMessage(err, weights)
	}
	n, err := a.network()
	if err != nil {
		return nil, errors.WithMessage(err, arch)
	}
	// No architecture makes us allocate more than the weights' own size, or that of so many
	// floats as a file has bytes for.
	dtype := dtypes[a.Dtype]
	room := len(data)
	if !file.Int8() {
		room /= int(dtype.Size())
	}
	inPlace := map[string]bool{}
	m, err = n.modelOf(settings{dtype: dtype, batch: a.Batch}, room, func(path string, dt tensor.Dtype, shape []int) *tensor.Dense {
		t := file.InPlace(path, dt, shape)
		inPlace[path] = t != nil
		return t
	})
	if err != nil {
		return nil, errors.WithMessage(err, arch)
	}
	if err := m.setWeights(file, inPlace); err != nil {
		return nil, errors.WithMessage(err, weights)
	}
	if checked {
		return m, nil // who made the checksum had loaded them
	}
	return m, errors.WithMessage(m.finite(), weights)
}

// finite returns an error that names a weight which is NaN or infinite: a training that
// has diverged, or damage. No answer comes of it.
func (m *Model) finite() error {
	for _, w := range m.weights.list {
		at, v := -1, 0.0
		if w.value.Dtype() == tensor.Float64 {
			at, v = notFinite(w.value.Float64s())
		} else {
			at, v = notFinite(w.value.Float32s())
		}
		if at >= 0 {
			return errorf("%s: value %d is %v", w.path, at, v)
		}
	}
	return nil
}

func notFinite[T float32 | float64](x []T) (at int, v float64) {
	for i, v := range x {
		if v-v != 0 {
			return i, float64(v)
		}
	}
	return -1, 0
}

var dtypes = map[string]tensor.Dtype{
	tensor.Float32.String(): tensor.Float32,
	tensor.Float64.String(): tensor.Float64,
}

// mostObjects is how many objects an ArchitectureFile may have. A layer is two or more: a
// model of thousands is read, and one that is only there to use up a machine is not.
const mostObjects = 50_000

func parse(doc []byte) (a architecture, err error) {
	if n := bytes.Count(doc, []byte("{")); n > mostObjects {
		return a, errorf("%d objects, more than the %d that a model may have", n, mostObjects)
	}
	if err := jsonfile.Decode(doc, version, &a); err != nil {
		return a, err
	}
	if _, ok := dtypes[a.Dtype]; !ok {
		return a, errorf("dtype %q, want float32 or float64", a.Dtype)
	}
	return a, nil
}

// openWeights reads a file of weights that belong to the given architecture.
func openWeights(data []byte, checked bool, arch string) (*tensorfile.File, error) {
	read := tensorfile.Read
	if checked {
		read = tensorfile.ReadChecked
	}
	file, err := read(data)
	if err == nil && file.Meta["architecture"] != arch {
		err = errorf("these weights belong to another %s", ArchitectureFile)
	}
	return file, err
}

// setWeights sets the weights, but those that are the file's own.
func (m *Model) setWeights(file *tensorfile.File, inPlace map[string]bool) error {
	if n := len(file.Names()); n != len(m.weights.list) {
		return errorf("%d weights, the model has %d", n, len(m.weights.list))
	}
	for _, w := range m.weights.list {
		if inPlace[w.path] {
			continue
		}
		ok, err := file.Into(w.path, w.value)
		if err != nil {
			return err
		}
		if !ok {
			return errorf("no weight %q", w.path)
		}
	}
	return nil
}

func digest(doc []byte) string {
	sum := sha256.Sum256(doc)
	return hex.EncodeToString(sum[:])
}
