package hdf5

import (
	"encoding/binary"
	"math"
	"strings"

	"unroll/internal/float16"
)

func (t datatype) isFloat() bool {
	return strings.HasSuffix(strings.TrimRight(t.name, "0123456789"), "float")
}

// float32s converts len(dst) numbers.
func (t datatype) float32s(dst []float32, src []byte) {
	switch {
	case t.name == "float32" && t.order == binary.LittleEndian:
		for i := range dst {
			dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(src[4*i:]))
		}
	case t.name == "float32":
		for i := range dst {
			dst[i] = math.Float32frombits(binary.BigEndian.Uint32(src[4*i:]))
		}
	case t.name == "float16":
		for i := range dst {
			dst[i] = float16.IEEE(t.order.Uint16(src[2*i:]))
		}
	case t.name == "bfloat16":
		for i := range dst {
			dst[i] = math.Float32frombits(uint32(t.order.Uint16(src[2*i:])) << 16)
		}
	default:
		var one [1]float64
		for i := range dst {
			t.float64s(one[:], src[t.width*i:])
			dst[i] = float32(one[0])
		}
	}
}

// float64s converts len(dst) numbers.
func (t datatype) float64s(dst []float64, src []byte) {
	switch {
	case t.name == "float64":
		for i := range dst {
			dst[i] = math.Float64frombits(t.order.Uint64(src[8*i:]))
		}
	case t.isFloat():
		var one [1]float32
		for i := range dst {
			t.float32s(one[:], src[t.width*i:])
			dst[i] = float64(one[0])
		}
	default:
		var one [1]int64
		for i := range dst {
			t.int64s(one[:], src[t.width*i:])
			dst[i] = float64(one[0])
			if t.name == "uint64" {
				dst[i] = float64(uint64(one[0]))
			}
		}
	}
}

// int64s converts len(dst) integers; those of uint64 that int64 lacks wrap around.
func (t datatype) int64s(dst []int64, src []byte) {
	for i := range dst {
		b := src[t.width*i : t.width*(i+1)]
		switch t.name {
		case "uint8", "bool":
			dst[i] = int64(b[0])
		case "int8":
			dst[i] = int64(int8(b[0]))
		case "uint16":
			dst[i] = int64(t.order.Uint16(b))
		case "int16":
			dst[i] = int64(int16(t.order.Uint16(b)))
		case "uint32":
			dst[i] = int64(t.order.Uint32(b))
		case "int32":
			dst[i] = int64(int32(t.order.Uint32(b)))
		default:
			dst[i] = int64(t.order.Uint64(b))
		}
	}
}
