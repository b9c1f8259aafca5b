package nn

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"path"
	"path/filepath"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"unroll/internal/safefile"
	"unroll/internal/tensorfile"
)

// The files of a saved model.
const (
	ArchitectureFile = "model.json"
	WeightsFile      = "weights.safetensors"
)

// version of the files; a file with a greater one is refused. Version 2 added
// models that are no chain; a chain is still written as version 1.
const version = 2

// architecture is the content of ArchitectureFile.
type architecture struct {
	Version int     `json:"version"`
	Dtype   string  `json:"dtype"`
	Batch   int     `json:"batch,omitempty"`
	Input   *Input  `json:"input,omitempty"` // of a chain
	Layers  []typed `json:"layers"`

	Inputs  []Input       `json:"inputs,omitempty"`
	Calls   []savedCall   `json:"calls,omitempty"`
	Outputs []savedOutput `json:"outputs,omitempty"`
}

// savedCall is a call of the layer with an index, savedRef what it takes: an
// output of an earlier call or one of the inputs.
type savedCall struct {
	Layer int        `json:"layer"`
	In    []savedRef `json:"in"`
}

type savedRef struct {
	Input *int `json:"input,omitempty"`
	Call  *int `json:"call,omitempty"`
	Out   int  `json:"out,omitempty"`
}

type savedOutput struct {
	Name string   `json:"name"`
	From savedRef `json:"from"`
}

func saveRef(r ref) savedRef {
	if r.call < 0 {
		input := ^r.call
		return savedRef{Input: &input}
	}
	return savedRef{Call: &r.call, Out: r.out}
}

// loadRef reads a reference to one of so many inputs or earlier calls.
func loadRef(s savedRef, inputs, calls int) (ref, error) {
	switch {
	case s.Input != nil && s.Call == nil && s.Out == 0 && *s.Input >= 0 && *s.Input < inputs:
		return ref{call: ^*s.Input}, nil
	case s.Input == nil && s.Call != nil && s.Out >= 0 && *s.Call >= 0 && *s.Call < calls:
		return ref{*s.Call, s.Out}, nil
	}
	return ref{}, errorf("a value comes from nowhere")
}

// architecture describes the model for a file.
func (m *Model) architecture() (architecture, error) {
	a := architecture{Version: 2, Dtype: m.dtype.String(), Batch: m.batch}
	for _, r := range m.rows {
		t, err := marshalTyped(r.layer)
		if err != nil {
			return a, errors.WithMessage(err, r.name)
		}
		a.Layers = append(a.Layers, t)
	}
	if m.kind == kindSequential {
		in := m.inputs[0]
		in.Name = ""
		a.Version, a.Input = 1, &in
		return a, nil
	}
	a.Inputs = m.inputs
	for _, c := range m.calls {
		saved := savedCall{Layer: c.layer}
		for _, r := range c.in {
			saved.In = append(saved.In, saveRef(r))
		}
		a.Calls = append(a.Calls, saved)
	}
	for _, o := range m.outputs {
		a.Outputs = append(a.Outputs, savedOutput{o.name, saveRef(o.from)})
	}
	return a, nil
}

// network makes the network that a file describes.
func (a architecture) network() (n network, kind string, err error) {
	var layers []Layer
	for i, t := range a.Layers {
		l, err := unmarshalTyped[Layer](t)
		if err != nil {
			return n, "", errors.WithMessagef(err, "layer %d", i)
		}
		layers = append(layers, l)
	}
	if a.Input != nil {
		if len(a.Inputs)+len(a.Calls)+len(a.Outputs) > 0 {
			return n, "", errorf("both a chain and a graph")
		}
		return Sequential{Input: *a.Input, Layers: layers}.network(), kindSequential, nil
	}
	n = network{inputs: a.Inputs, layers: layers}
	for i, c := range a.Calls {
		if c.Layer < 0 || c.Layer >= len(layers) {
			return n, "", errorf("call %d is of layer %d of %d", i, c.Layer, len(layers))
		}
		next := call{layer: c.Layer}
		for _, s := range c.In {
			r, err := loadRef(s, len(a.Inputs), i)
			if err != nil {
				return n, "", errors.WithMessagef(err, "call %d", i)
			}
			next.in = append(next.in, r)
		}
		n.calls = append(n.calls, next)
	}
	for _, o := range a.Outputs {
		r, err := loadRef(o.From, len(a.Inputs), len(a.Calls))
		if err != nil {
			return n, "", errors.WithMessagef(err, "output %q", o.Name)
		}
		n.outputs = append(n.outputs, output{o.Name, r})
	}
	return n, kindFunctional, nil
}

// Save writes the model into the folder dir, which must exist: its layers as
// JSON and its weights as safetensors keyed by path. Each file is replaced as a
// whole or not at all.
func (m *Model) Save(dir string) error {
	doc, err := m.document()
	if err != nil {
		return err
	}
	err = safefile.Write(filepath.Join(dir, WeightsFile), func(f io.Writer) error {
		return tensorfile.Write(f, m.Tensors(), map[string]string{"architecture": digest(doc)})
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
	doc, err := fs.ReadFile(fsys, path.Join(dir, ArchitectureFile))
	if err != nil {
		return nil, errors.Wrap(err, "load model")
	}
	data, err := fs.ReadFile(fsys, path.Join(dir, WeightsFile))
	if err != nil {
		return nil, errors.Wrap(err, "load model")
	}
	return load(dir, doc, data)
}

// load makes the model of the two files' contents; dir is for the errors.
func load(dir string, doc, data []byte) (*Model, error) {
	arch, weights := filepath.Join(dir, ArchitectureFile), filepath.Join(dir, WeightsFile)
	a, err := parse(doc)
	if err != nil {
		return nil, errors.WithMessage(err, arch)
	}
	file, err := openWeights(data, digest(doc))
	if err != nil {
		return nil, errors.WithMessage(err, weights)
	}
	n, kind, err := a.network()
	if err != nil {
		return nil, errors.WithMessage(err, arch)
	}
	// No architecture makes us allocate more than the weights' own size.
	dtype := dtypes[a.Dtype]
	m, err := n.declare(kind, settings{dtype: dtype, batch: a.Batch}, len(data)/int(dtype.Size()))
	if err != nil {
		return nil, errors.WithMessage(err, arch)
	}
	if err := m.setWeights(file); err != nil {
		return nil, errors.WithMessage(err, weights)
	}
	return m, nil
}

var dtypes = map[string]tensor.Dtype{
	tensor.Float32.String(): tensor.Float32,
	tensor.Float64.String(): tensor.Float64,
}

func parse(doc []byte) (a architecture, err error) {
	var head struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(doc, &head); err != nil {
		return a, errors.Wrap(err, "damaged")
	}
	if head.Version < 1 || head.Version > version {
		return a, errorf("version %d, this program reads up to %d", head.Version, version)
	}
	if err := strict(doc, &a); err != nil {
		return a, errors.Wrap(err, "damaged")
	}
	if _, ok := dtypes[a.Dtype]; !ok {
		return a, errorf("dtype %q, want float32 or float64", a.Dtype)
	}
	return a, nil
}

// openWeights reads a file of weights that belong to the given architecture.
func openWeights(data []byte, arch string) (*tensorfile.File, error) {
	file, err := tensorfile.Read(data)
	if err == nil && file.Meta["architecture"] != arch {
		err = errorf("these weights belong to another %s", ArchitectureFile)
	}
	return file, err
}

func (m *Model) setWeights(file *tensorfile.File) error {
	if n := len(file.Names()); n != len(m.weights.list) {
		return errorf("%d weights, the model has %d", n, len(m.weights.list))
	}
	for _, w := range m.weights.list {
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
