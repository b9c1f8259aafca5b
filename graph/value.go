package graph

import (
	"unsafe"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

func newValue(dt tensor.Dtype, s tensor.Shape) gorgonia.Value {
	if s.Dims() == 0 {
		if dt == tensor.Float64 {
			return gorgonia.NewF64(0)
		}
		return gorgonia.NewF32(0)
	}
	return tensor.New(tensor.Of(dt), tensor.WithShape(s...))
}

// valueOf is newValue over elements that exist. Gorgonia's own operations do not take a
// tensor without axes for a scalar.
func valueOf[T kernel.Float](x []T, s tensor.Shape) gorgonia.Value {
	if s.Dims() > 0 {
		return tensor.New(tensor.WithShape(s...), tensor.WithBacking(x))
	}
	switch p := any(&x[0]).(type) {
	case *float32:
		return (*gorgonia.F32)(p)
	case *float64:
		return (*gorgonia.F64)(p)
	}
	return nil
}

// Floats returns the elements of v, row-major, without copying; a scalar is a
// slice of one. It returns nil if v holds another element type.
func Floats[T kernel.Float](v gorgonia.Value) []T {
	var p []T
	switch v := v.(type) {
	case *tensor.Dense:
		switch p := any(&p).(type) {
		case *[]float32:
			if v.Dtype() == tensor.Float32 {
				*p = v.Float32s()
			}
		case *[]float64:
			if v.Dtype() == tensor.Float64 {
				*p = v.Float64s()
			}
		}
	case *gorgonia.F32:
		if q, ok := any(&p).(*[]float32); ok {
			*q = unsafe.Slice((*float32)(v), 1)
		}
	case *gorgonia.F64:
		if q, ok := any(&p).(*[]float64); ok {
			*q = unsafe.Slice((*float64)(v), 1)
		}
	}
	return p
}

// At returns element i of v, row-major, whatever its type; i is 0 of a scalar.
func At(v gorgonia.Value, i int) float64 {
	if f := Floats[float32](v); f != nil {
		return float64(f[i])
	}
	return Floats[float64](v)[i]
}

// Set writes element i of v, row-major, whatever its type.
func Set(v gorgonia.Value, i int, x float64) {
	if f := Floats[float32](v); f != nil {
		f[i] = float32(x)
	} else {
		Floats[float64](v)[i] = x
	}
}

func ids(v gorgonia.Value) []int32 { return v.(*tensor.Dense).Int32s() }
