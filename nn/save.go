package nn

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"

	"github.com/nlpodyssey/safetensors"
	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/internal/safefile"
)

// The files of a saved model.
const (
	ArchitectureFile = "model.json"
	WeightsFile      = "weights.safetensors"
)

// version of the files; a file with a greater one is refused.
const version = 1

// architecture is the content of ArchitectureFile.
type architecture struct {
	Version int     `json:"version"`
	Dtype   string  `json:"dtype"`
	Input   Input   `json:"input"`
	Layers  []typed `json:"layers"`
}

// Save writes the model into the folder dir, which must exist: its layers as
// JSON and its weights as safetensors keyed by path. Each file is replaced as a
// whole or not at all.
func (m *Model) Save(dir string) error {
	a := architecture{Version: version, Dtype: m.Dtype.String(), Input: m.Input}
	for _, r := range m.rows {
		t, err := marshalTyped(r.layer)
		if err != nil {
			return errors.WithMessage(err, r.name)
		}
		a.Layers = append(a.Layers, t)
	}
	doc, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return errors.Wrap(err, "save model")
	}
	doc = append(doc, '\n')
	views := map[string]safetensors.TensorView{}
	for _, w := range m.weights.list {
		v, err := view(w.value)
		if err != nil {
			return errors.Wrap(err, w.path)
		}
		views[w.path] = v
	}
	err = safefile.Write(filepath.Join(dir, WeightsFile), func(f io.Writer) error {
		return safetensors.SerializeToWriter(views, map[string]string{"architecture": digest(doc)}, f)
	})
	if err != nil {
		return err
	}
	return safefile.Write(filepath.Join(dir, ArchitectureFile), func(f io.Writer) error {
		_, err := f.Write(doc)
		return err
	})
}

// Load reads a model that Save wrote. A file that is missing, truncated,
// damaged, of a newer version, or of another model than its neighbour is an
// error that names it.
func Load(dir string) (*Model, error) {
	doc, err := os.ReadFile(filepath.Join(dir, ArchitectureFile))
	if err != nil {
		return nil, errors.Wrap(err, "load model")
	}
	data, err := os.ReadFile(filepath.Join(dir, WeightsFile))
	if err != nil {
		return nil, errors.Wrap(err, "load model")
	}
	return load(dir, doc, data)
}

// load makes the model of the two files' contents; dir is for the errors.
func load(dir string, doc, data []byte) (*Model, error) {
	arch, weights := filepath.Join(dir, ArchitectureFile), filepath.Join(dir, WeightsFile)
	s, err := parse(doc)
	if err != nil {
		return nil, errors.WithMessage(err, arch)
	}
	file, err := openWeights(data, digest(doc))
	if err != nil {
		return nil, errors.WithMessage(err, weights)
	}
	// No architecture makes us allocate more than the weights' own size.
	m, err := s.declare(len(data) / int(s.Dtype.Size()))
	if err != nil {
		return nil, errors.WithMessage(err, arch)
	}
	if err := m.setWeights(file); err != nil {
		return nil, errors.WithMessage(err, weights)
	}
	return m, nil
}

func parse(doc []byte) (s Sequential, err error) {
	var head struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(doc, &head); err != nil {
		return s, errors.Wrap(err, "damaged")
	}
	if head.Version < 1 || head.Version > version {
		return s, errorf("version %d, this program reads up to %d", head.Version, version)
	}
	var a architecture
	if err := strict(doc, &a); err != nil {
		return s, errors.Wrap(err, "damaged")
	}
	s.Input = a.Input
	switch a.Dtype {
	case tensor.Float32.String():
		s.Dtype = tensor.Float32
	case tensor.Float64.String():
		s.Dtype = tensor.Float64
	default:
		return s, errorf("dtype %q, want float32 or float64", a.Dtype)
	}
	for i, t := range a.Layers {
		l, err := unmarshalTyped[Layer](t)
		if err != nil {
			return s, errors.WithMessagef(err, "layer %d", i)
		}
		s.Layers = append(s.Layers, l)
	}
	return s, nil
}

// openWeights reads a file of weights that belong to the given architecture.
func openWeights(data []byte, arch string) (file safetensors.SafeTensors, err error) {
	_, meta, err := safetensors.ReadMetadata(data)
	if err != nil {
		return file, errors.Wrap(err, "damaged")
	}
	if got := meta.Metadata()["architecture"]; got != arch {
		return file, errorf("these weights belong to another %s", ArchitectureFile)
	}
	file, err = safetensors.Deserialize(data)
	return file, errors.Wrap(err, "damaged")
}

func (m *Model) setWeights(file safetensors.SafeTensors) error {
	if file.Len() != len(m.weights.list) {
		return errorf("%d weights, the model has %d", file.Len(), len(m.weights.list))
	}
	for _, w := range m.weights.list {
		v, ok := file.Tensor(w.path)
		if !ok {
			return errorf("no weight %q", w.path)
		}
		if err := read(w.value, v); err != nil {
			return errors.WithMessage(err, w.path)
		}
	}
	return nil
}

func digest(doc []byte) string {
	sum := sha256.Sum256(doc)
	return hex.EncodeToString(sum[:])
}

func view(t *tensor.Dense) (safetensors.TensorView, error) {
	shape := make([]uint64, t.Dims())
	for i, n := range t.Shape() {
		shape[i] = uint64(n)
	}
	var data []byte
	if x := graph.Floats[float64](t); x != nil {
		for _, v := range x {
			data = binary.LittleEndian.AppendUint64(data, math.Float64bits(v))
		}
		return safetensors.NewTensorView(safetensors.F64, shape, data)
	}
	for _, v := range graph.Floats[float32](t) {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	return safetensors.NewTensorView(safetensors.F32, shape, data)
}

func read(t *tensor.Dense, v safetensors.TensorView) error {
	want, err := view(t)
	if err != nil {
		return err
	}
	same := v.DType() == want.DType() && len(v.Shape()) == len(want.Shape())
	for i := range want.Shape() {
		same = same && v.Shape()[i] == want.Shape()[i]
	}
	if !same {
		return errorf("%v%v, the model has %v%v", v.DType(), v.Shape(), want.DType(), want.Shape())
	}
	data := v.Data()
	for i, x := 0, graph.Floats[float64](t); i < len(x); i++ {
		x[i] = math.Float64frombits(binary.LittleEndian.Uint64(data[8*i:]))
	}
	for i, x := 0, graph.Floats[float32](t); i < len(x); i++ {
		x[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
	}
	return nil
}
