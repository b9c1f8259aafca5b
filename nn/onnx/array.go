package onnx

import (
	"encoding/binary"
	"math"

	"github.com/pkg/errors"

	"unroll/internal/float16"
)

// array is a tensor of a file, row-major: floats, or, of whole numbers and truth values,
// ints.
type array struct {
	typ    int64 // the element type in the file
	shape  []int
	floats []float64
	ints   []int64
}

// mostDims is how many dimensions a tensor may have, mostElements how many elements.
const (
	mostDims     = 16
	mostElements = math.MaxInt32
)

func isFloat(typ int64) bool {
	switch typ {
	case typeFloat, typeFloat16, typeBfloat16, typeDouble:
		return true
	}
	return false
}

// sizes are those of elements in raw_data.
var sizes = map[int64]int{
	typeFloat: 4, typeUint8: 1, typeInt8: 1, typeUint16: 2, typeInt16: 2, typeInt32: 4, typeInt64: 8,
	typeBool: 1, typeFloat16: 2, typeDouble: 8, typeUint32: 4, typeUint64: 8, typeBfloat16: 2,
}

func (a *array) len() int { return elements(a.shape) }

func elements(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// dims checks the shape of a tensor.
func dims(list []int64) ([]int, error) {
	shape, n := make([]int, len(list)), int64(1)
	if len(list) > mostDims {
		return nil, errors.Errorf("a tensor of %d dimensions, more than %d", len(list), mostDims)
	}
	for i, d := range list {
		if d < 0 || d > mostElements || n*max(d, 1) > mostElements {
			return nil, errors.Errorf("a tensor of shape %v", list)
		}
		shape[i] = int(d)
		n *= max(d, 1)
	}
	return shape, nil
}

// outside reads the bytes of a tensor that another file holds.
type outside func(entries []stringEntry) ([]byte, error)

// array reads a tensor; out may be nil. What it makes is at most 8 times as large as the
// tensor in the file.
func (t *tensorProto) array(out outside) (*array, error) {
	shape, err := dims(t.Dims)
	if err != nil {
		return nil, err
	}
	a := &array{typ: t.DataType, shape: shape}
	n := a.len()
	raw := t.RawData
	if t.DataLocation != 0 || len(t.ExternalData) > 0 {
		if out == nil {
			return nil, errors.New("its values are in another file: open the model by its path")
		}
		if raw, err = out(t.ExternalData); err != nil {
			return nil, err
		}
	}
	size, ok := sizes[a.typ]
	if !ok {
		return nil, errors.Errorf("elements of type %d, which cannot be represented", a.typ)
	}
	if raw != nil {
		if len(raw) != n*size {
			return nil, errors.Errorf("%d bytes for %v elements of %d bytes", len(raw), shape, size)
		}
		a.raw(raw, size)
		return a, nil
	}
	switch a.typ {
	case typeFloat:
		a.floats = make([]float64, len(t.FloatData))
		for i, v := range t.FloatData {
			a.floats[i] = float64(v)
		}
	case typeDouble:
		a.floats = t.DoubleData
	case typeFloat16, typeBfloat16:
		a.floats = make([]float64, len(t.Int32Data))
		for i, v := range t.Int32Data {
			a.floats[i] = half(uint16(v), a.typ)
		}
	case typeInt64:
		a.ints = t.Int64Data
	case typeUint32, typeUint64:
		a.ints = t.Uint64Data
	default:
		a.ints = t.Int32Data
	}
	if m := len(a.floats) + len(a.ints); m != n {
		return nil, errors.Errorf("%d values for a tensor of shape %v", m, shape)
	}
	return a, nil
}

var le = binary.LittleEndian

// raw reads elements of so many bytes, little-endian.
func (a *array) raw(data []byte, size int) {
	n := len(data) / size
	if isFloat(a.typ) {
		a.floats = make([]float64, n)
	} else {
		a.ints = make([]int64, n)
	}
	for i := range n {
		e := data[i*size:]
		switch a.typ {
		case typeFloat:
			a.floats[i] = float64(math.Float32frombits(le.Uint32(e)))
		case typeDouble:
			a.floats[i] = math.Float64frombits(le.Uint64(e))
		case typeFloat16, typeBfloat16:
			a.floats[i] = half(le.Uint16(e), a.typ)
		case typeInt8:
			a.ints[i] = int64(int8(e[0]))
		case typeUint8, typeBool:
			a.ints[i] = int64(e[0])
		case typeInt16:
			a.ints[i] = int64(int16(le.Uint16(e)))
		case typeUint16:
			a.ints[i] = int64(le.Uint16(e))
		case typeInt32:
			a.ints[i] = int64(int32(le.Uint32(e)))
		case typeUint32:
			a.ints[i] = int64(le.Uint32(e))
		case typeInt64, typeUint64:
			a.ints[i] = int64(le.Uint64(e))
		}
	}
}

// half reads a float of 16 bits: IEEE's, or the upper half of a float32.
func half(x uint16, typ int64) float64 {
	if typ == typeBfloat16 {
		return float64(float16.Brain(x))
	}
	return float64(float16.IEEE(x))
}
