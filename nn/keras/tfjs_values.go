package keras

import (
	"encoding/binary"
	"io"
	"math"

	"github.com/pkg/errors"

	"unroll/internal/float16"
)

// tfjsWidths are the bytes of a number by its type.
var tfjsWidths = map[string]int{"float32": 4, "int32": 4, "float16": 2, "uint16": 2, "uint8": 1, "bool": 1}

// size returns the number of a weight's values and the bytes of one.
func (w tfjsWeight) size() (n, width int, err error) {
	dtype := w.Dtype
	switch q := w.Quantized; {
	case dtype != "float32" && dtype != "int32" && dtype != "bool":
		return 0, 0, errors.Errorf("values of type %s cannot be represented", brief(dtype))
	case q != nil && q.Dtype != "float16" && q.Dtype != "uint16" && q.Dtype != "uint8":
		return 0, 0, errors.Errorf("values quantized as %s cannot be represented", brief(q.Dtype))
	case q != nil:
		dtype = q.Dtype
	}
	n = 1
	for _, d := range w.Shape {
		if d < 0 || d > 0 && n > math.MaxInt32/d {
			return 0, 0, errors.Errorf("the shape is %v", w.Shape)
		}
		n *= d
	}
	return n, tfjsWidths[dtype], nil
}

// read reads the values. As in TensorFlow.js an integer is rounded.
func (w tfjsWeight) read(in io.Reader, values []float32, width int) error {
	buf := make([]byte, 1<<15)
	for len(values) > 0 {
		b := buf[:min(len(buf), len(values)*width)]
		if _, err := io.ReadFull(in, b); err != nil {
			return errors.Wrap(reason(err), "read")
		}
		for ; len(b) > 0; b = b[width:] {
			values[0] = w.value(b)
			values = values[1:]
		}
	}
	return nil
}

func (w tfjsWeight) value(b []byte) float32 {
	var x float64
	switch q := w.Quantized; {
	case q == nil && w.Dtype == "float32":
		return math.Float32frombits(binary.LittleEndian.Uint32(b))
	case q == nil && w.Dtype == "int32":
		return float32(int32(binary.LittleEndian.Uint32(b)))
	case q == nil:
		return float32(b[0])
	case q.Dtype == "float16":
		return float16.IEEE(binary.LittleEndian.Uint16(b))
	case q.Dtype == "uint16":
		x = float64(binary.LittleEndian.Uint16(b))*q.Scale + q.Min
	default:
		x = float64(b[0])*q.Scale + q.Min
	}
	if w.Dtype == "int32" {
		return float32(math.Round(x))
	}
	return float32(x)
}
