package hdf5

import (
	"io"
	"math/bits"

	"github.com/pkg/errors"
)

func log2(n int) int { return bits.Len(uint(n)) - 1 }

// DType names the type of the elements as NumPy does: float16, float32, float64,
// int8 to uint64, bool; bfloat16; string; or a type that is not read.
func (d *Dataset) DType() string {
	switch d.values.(type) {
	case []float32, func([]float32) error:
		return "float32"
	case []float64:
		return "float64"
	case []int32:
		return "int32"
	case []int64:
		return "int64"
	case []uint8:
		return "uint8"
	case []string:
		return "string"
	}
	if d.stored == nil {
		return ""
	}
	return d.stored.name
}

// Len is the number of elements.
func (d *Dataset) Len() int {
	if d.stored != nil {
		return d.stored.count
	}
	return product(d.Shape)
}

// ReadFloat32s reads numbers of any type into dst, which has Len elements, without
// another copy of contiguous data.
func (d *Dataset) ReadFloat32s(dst []float32) error {
	return read(d, dst, "numbers", func(r *reader, dst []float32, src []byte) error {
		d.stored.float32s(dst, src)
		return nil
	})
}

// Float32s returns numbers of any type.
func (d *Dataset) Float32s() ([]float32, error) { return all(d, d.ReadFloat32s) }

// Float64s returns numbers of any type.
func (d *Dataset) Float64s() ([]float64, error) {
	return all(d, func(dst []float64) error {
		if d.DType() == "float32" && d.stored == nil {
			x, err := d.Float32s()
			for i, v := range x {
				dst[i] = float64(v)
			}
			return err
		}
		return read(d, dst, "numbers", func(r *reader, dst []float64, src []byte) error {
			d.stored.float64s(dst, src)
			return nil
		})
	})
}

// Int64s returns integers of any type.
func (d *Dataset) Int64s() ([]int64, error) {
	return all(d, func(dst []int64) error {
		return read(d, dst, "integers", func(r *reader, dst []int64, src []byte) error {
			d.stored.int64s(dst, src)
			return nil
		})
	})
}

// Strings returns strings.
func (d *Dataset) Strings() ([]string, error) {
	return all(d, func(dst []string) error {
		return read(d, dst, "strings", func(r *reader, dst []string, src []byte) error {
			return r.strings(d.stored.datatype, dst, src)
		})
	})
}

func all[T any](d *Dataset, into func([]T) error) ([]T, error) {
	if d.stored != nil && d.stored.refused != nil {
		return nil, oneLine(d.stored.refused, d.Name)
	}
	if v, ok := d.values.([]T); ok {
		return v, nil
	}
	dst := make([]T, d.Len())
	return dst, into(dst)
}

// read reads a dataset's values, as many at a time as a buffer holds.
func read[T any](d *Dataset, dst []T, want string, convert func(*reader, []T, []byte) error) error {
	wrap := func(err error) error { return oneLine(err, d.Name) }
	s := d.stored
	kind := "numbers"
	switch {
	case s == nil:
		if later, ok := d.values.(func([]T) error); ok && len(dst) == d.Len() {
			return wrap(later(dst))
		}
		v, ok := d.values.([]T)
		if !ok || len(v) != len(dst) {
			return wrap(errors.Errorf("%d values of type %s are asked for as %d %s", d.Len(), d.DType(), len(dst), want))
		}
		copy(dst, v)
		return nil
	case s.refused != nil:
		return wrap(s.refused)
	case s.name == "string":
		kind = "strings"
	case !s.isFloat() && want == "integers":
		kind = "integers"
	}
	if kind != want {
		return wrap(errors.Errorf("its values are of type %s, want %s", s.name, want))
	}
	if len(dst) != s.count {
		return wrap(errors.Errorf("it has %d values, want %d", s.count, len(dst)))
	}
	r := s.reader()
	put := func(dst []T, src []byte) error { return convert(r, dst, src) }
	switch l := s.layout; {
	case len(dst) == 0:
		return nil
	case l.kind == compact:
		return wrap(put(dst, l.data))
	case l.kind == chunked:
		return wrap(readChunks(s, r, dst, d.Shape, put))
	case l.addr == undefined:
		return wrap(fill(dst, s, put))
	default:
		return wrap(readRun(s, dst, put))
	}
}

// readRun reads contiguous data.
func readRun[T any](s *stored, dst []T, put func([]T, []byte) error) error {
	size := s.width
	step := max(1, 64<<10/size)
	buf := make([]byte, min(step, len(dst))*size)
	at := int64(s.layout.addr)
	for len(dst) > 0 {
		n := min(step, len(dst))
		b := buf[:n*size]
		if _, err := s.r.ReadAt(b, at); err != nil && err != io.EOF {
			return err
		}
		if err := put(dst[:n], b); err != nil {
			return err
		}
		at += int64(len(b))
		dst = dst[n:]
	}
	return nil
}

// fill sets values that were never written.
func fill[T any](dst []T, s *stored, put func([]T, []byte) error) error {
	if s.fill == nil {
		clear(dst)
		return nil
	}
	for i := range dst {
		if err := put(dst[i:i+1], s.fill); err != nil {
			return err
		}
	}
	return nil
}

// readChunks reads chunks and puts their rows where they belong.
func readChunks[T any](s *stored, r *reader, dst []T, shape []int, put func([]T, []byte) error) error {
	if err := fill(dst, s, put); err != nil {
		return err
	}
	size, chunk := s.width, s.layout.chunk
	whole := product(chunk) * size
	return s.chunks(r, shape, func(p piece) error {
		if len(s.filters) == 0 && p.size != whole {
			return errors.Errorf("chunk %v has %d bytes, want %d", p.at, p.size, whole)
		}
		c := r.block("chunk", p.addr, p.size)
		if c.err != nil {
			return c.err
		}
		data, err := undo(s.filters, p.mask, c.data, whole, size)
		if err != nil {
			return errors.Wrapf(err, "chunk %v", p.at)
		}
		return scatter(dst, shape, chunk, p.at, data, size, put)
	})
}

// scatter puts the rows of a chunk into the whole; what reaches past it is left out.
func scatter[T any](dst []T, shape, chunk, at []int, data []byte, size int, put func([]T, []byte) error) error {
	if len(shape) == 0 {
		return put(dst, data)
	}
	from, n := at[0]*chunk[0], min(chunk[0], shape[0]-at[0]*chunk[0])
	if len(shape) == 1 {
		return put(dst[from:from+n], data)
	}
	outer, inner := product(shape[1:]), product(chunk[1:])*size
	for i := range n {
		if err := scatter(dst[(from+i)*outer:(from+i+1)*outer], shape[1:], chunk[1:], at[1:], data[i*inner:], size, put); err != nil {
			return err
		}
	}
	return nil
}
