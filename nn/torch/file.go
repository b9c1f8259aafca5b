package torch

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"

	"github.com/nlpodyssey/safetensors"
	"github.com/pkg/errors"

	"unroll/internal/float16"
)

// file is a file of safetensors.
type file struct {
	all   safetensors.SafeTensors
	names []string // in order
}

func open(data []byte) (*file, error) {
	all, err := safetensors.Deserialize(data)
	switch {
	case err == nil:
	case bytes.HasPrefix(data, []byte("PK\x03\x04")), bytes.HasPrefix(data, []byte{0x80, 2}): // an archive, or a pickle
		return nil, errors.New("this is a file of torch.save: write the state_dict with safetensors.torch.save_file")
	case bytes.HasPrefix(data, []byte("version https://git-lfs")):
		return nil, errors.New("this is a pointer of Git LFS and not the file: fetch it by git lfs pull")
	default:
		return nil, errors.WithMessage(err, "this is no file of safetensors, or is damaged")
	}
	f := &file{all: all, names: slices.Clone(all.Names())}
	slices.Sort(f.names)
	return f, nil
}

// shape returns that of a tensor; false if there is no such tensor.
func (f *file) shape(name string) ([]int, bool) {
	v, ok := f.all.Tensor(name)
	if !ok {
		return nil, false
	}
	shape := make([]int, len(v.Shape()))
	for i, n := range v.Shape() {
		shape[i] = int(n)
	}
	return shape, true
}

// floats returns the values of a tensor.
func (f *file) floats(name string) ([]float64, error) {
	v, _ := f.all.Tensor(name)
	data, le := v.Data(), binary.LittleEndian
	var x []float64
	switch v.DType() {
	case safetensors.F64:
		for x = make([]float64, 0, len(data)/8); len(data) >= 8; data = data[8:] {
			x = append(x, math.Float64frombits(le.Uint64(data)))
		}
	case safetensors.F32:
		for x = make([]float64, 0, len(data)/4); len(data) >= 4; data = data[4:] {
			x = append(x, float64(math.Float32frombits(le.Uint32(data))))
		}
	case safetensors.BF16:
		for x = make([]float64, 0, len(data)/2); len(data) >= 2; data = data[2:] {
			x = append(x, float64(float16.Brain(le.Uint16(data))))
		}
	case safetensors.F16:
		for x = make([]float64, 0, len(data)/2); len(data) >= 2; data = data[2:] {
			x = append(x, float64(float16.IEEE(le.Uint16(data))))
		}
	default:
		return nil, errors.Errorf("tensor %q is of %v, want floats", name, v.DType())
	}
	return x, nil
}
