// Package tensorfile reads and writes named tensors as safetensors, with
// metadata and a checksum of both.
package tensorfile

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"io"
	"maps"
	"math"
	"slices"
	"unsafe"

	"github.com/nlpodyssey/safetensors"
	"github.com/pkg/errors"
	"gorgonia.org/tensor"
)

// sum is the name of the checksum in the metadata.
const sum = "sha256"

// Write writes float tensors and metadata.
func Write(w io.Writer, tensors map[string]*tensor.Dense, meta map[string]string) error {
	views := map[string]safetensors.TensorView{}
	for name, t := range tensors {
		v, err := view(t)
		if err != nil {
			return errors.Wrap(err, name)
		}
		views[name] = v
	}
	return write(w, views, meta)
}

func write(w io.Writer, views map[string]safetensors.TensorView, meta map[string]string) error {
	meta = maps.Clone(meta)
	meta[sum] = checksum(meta, slices.Sorted(maps.Keys(views)), func(name string) []byte { return views[name].Data() })
	return safetensors.SerializeToWriter(views, meta, w)
}

// checksum is that of the metadata, and of the tensors' names and values.
func checksum(meta map[string]string, names []string, data func(name string) []byte) string {
	h := sha256.New()
	add := func(name string, value []byte) {
		h.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(name))))
		h.Write([]byte(name))
		h.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(value))))
		h.Write(value)
	}
	for _, name := range slices.Sorted(maps.Keys(meta)) {
		if name != sum {
			add(name, []byte(meta[name]))
		}
	}
	for _, name := range names {
		add(name, data(name))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// File is the content of a file.
type File struct {
	Meta map[string]string
	all  safetensors.SafeTensors
}

// Read reads what Write wrote, and keeps it. A file that is truncated, that has no checksum,
// or whose content is not what was written, is an error.
func Read(data []byte) (*File, error) { return open(data, false) }

// ReadChecked is Read of what was compared with a checksum before: the values are not
// looked at.
func ReadChecked(data []byte) (*File, error) { return open(data, true) }

func open(data []byte, checked bool) (*File, error) {
	_, meta, err := safetensors.ReadMetadata(data)
	if err != nil {
		return nil, errors.Wrap(err, "damaged")
	}
	f := &File{Meta: meta.Metadata()}
	if f.all, err = safetensors.Deserialize(data); err != nil {
		return nil, errors.Wrap(err, "damaged")
	}
	switch want, ok := f.Meta[sum]; {
	case !ok:
		return nil, errors.New("damaged, or not written by this program: it has no checksum")
	case !checked && want != checksum(f.Meta, slices.Sorted(slices.Values(f.all.Names())), f.data):
		return nil, errors.New("damaged: the values are not those that were written")
	}
	return f, nil
}

func (f *File) data(name string) []byte {
	v, _ := f.all.Tensor(name)
	return v.Data()
}

// Names returns the tensors' names in order.
func (f *File) Names() []string {
	names := slices.DeleteFunc(slices.Clone(f.all.Names()), f.isBeside)
	slices.Sort(names)
	return names
}

// Into reads a tensor into t, which must have its shape and, but for one of 8 bits a
// value, its type. It returns
// false if there is no tensor of the name.
func (f *File) Into(name string, t *tensor.Dense) (bool, error) {
	v, ok := f.all.Tensor(name)
	if !ok {
		return false, nil
	}
	if beside(name, v) != "" {
		return true, errors.WithMessage(f.int8s(name, v, t), name)
	}
	return true, errors.WithMessage(read(t, v), name)
}

// Tensor returns a tensor of its own.
func (f *File) Tensor(name string) (*tensor.Dense, error) {
	v, ok := f.all.Tensor(name)
	if !ok {
		return nil, errors.Errorf("no tensor %q", name)
	}
	dt := tensor.Float32
	switch v.DType() {
	case safetensors.F64:
		dt = tensor.Float64
	case safetensors.F32:
	default:
		return nil, errors.Errorf("%s: element type %v", name, v.DType())
	}
	var shape []int
	for _, n := range v.Shape() {
		shape = append(shape, int(n))
	}
	t := tensor.New(tensor.Of(dt), tensor.WithShape(shape...))
	return t, errors.WithMessage(read(t, v), name)
}

// leastInPlace is how many bytes a tensor has at least that InPlace returns: a small one is
// not worth to keep the whole file in memory.
const leastInPlace = 1 << 20

// InPlace returns a tensor of a type and shape whose values are those in the file themselves. It returns nil if that cannot be: if the tensor is small or of another form, or
// its values do not lie in memory as this machine has them.
func (f *File) InPlace(name string, dt tensor.Dtype, shape []int) *tensor.Dense {
	v, ok := f.all.Tensor(name)
	if !ok || len(v.Data()) < leastInPlace || fits(dt, shape, v) != nil || binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		return nil
	}
	first, n := unsafe.Pointer(&v.Data()[0]), tensor.Shape(shape).TotalSize()
	if uintptr(first)%dt.Size() != 0 {
		return nil
	}
	var backing any = unsafe.Slice((*float32)(first), n)
	if dt == tensor.Float64 {
		backing = unsafe.Slice((*float64)(first), n)
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(backing))
}

func view(t *tensor.Dense) (safetensors.TensorView, error) {
	shape := dims(t)
	data := make([]byte, 0, t.DataSize()*int(t.Dtype().Size()))
	switch t.Dtype() {
	case tensor.Float64:
		for _, v := range t.Float64s() {
			data = binary.LittleEndian.AppendUint64(data, math.Float64bits(v))
		}
		return safetensors.NewTensorView(safetensors.F64, shape, data)
	case tensor.Float32:
		for _, v := range t.Float32s() {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
		}
		return safetensors.NewTensorView(safetensors.F32, shape, data)
	}
	return safetensors.TensorView{}, errors.Errorf("element type %v, want float32 or float64", t.Dtype())
}

// fits holds what is in a file to the type and shape of a tensor.
func fits(dt tensor.Dtype, shape []int, v safetensors.TensorView) error {
	want := safetensors.F32
	if dt == tensor.Float64 {
		want = safetensors.F64
	}
	same := v.DType() == want && len(v.Shape()) == len(shape)
	for i := 0; same && i < len(shape); i++ {
		same = v.Shape()[i] == uint64(shape[i])
	}
	if !same {
		return errors.Errorf("%v%v, want %v%v", v.DType(), v.Shape(), want, shape)
	}
	return nil
}

func read(t *tensor.Dense, v safetensors.TensorView) error {
	if err := fits(t.Dtype(), t.Shape(), v); err != nil {
		return err
	}
	data := v.Data()
	if t.Dtype() == tensor.Float64 {
		for i, x := 0, t.Float64s(); i < len(x); i++ {
			x[i] = math.Float64frombits(binary.LittleEndian.Uint64(data[8*i:]))
		}
		return nil
	}
	for i, x := 0, t.Float32s(); i < len(x); i++ {
		x[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
	}
	return nil
}
