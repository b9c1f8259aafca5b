package hdf5

import (
	"encoding/binary"
	"fmt"

	"github.com/pkg/errors"
)

// datatype is what an element of a dataset or attribute is.
type datatype struct {
	name  string // NumPy's for numbers, "string", or what is not supported
	width int    // in bytes
	order binary.ByteOrder
	// of strings:
	variable bool
	padding  int // 0: up to a zero, 1: filled up with zeros, 2: with spaces
	foreign  bool
}

// floats are the formats of floating point by size, exponent and mantissa in bits.
var floats = map[[3]int]string{
	{16, 5, 10}: "float16", {16, 8, 7}: "bfloat16", {32, 8, 23}: "float32", {64, 11, 52}: "float64",
}

var otherClasses = map[int]string{2: "time", 4: "bitfield", 5: "opaque", 6: "compound", 7: "reference", 10: "array"}

// datatype reads a datatype message.
func (c *cursor) datatype() datatype {
	class := c.u8()
	bits := c.uint(3)
	t := datatype{width: c.u32(), order: binary.LittleEndian}
	if class>>4 < 1 || class>>4 > 5 {
		c.fail("has version %d", class>>4)
	}
	class &= 15
	if class < 2 && bits&1 != 0 {
		t.order = binary.BigEndian
	}
	switch class {
	case 0: // integer
		shift, precision := c.u16(), c.u16()
		t.name = fmt.Sprint("uint", 8*t.width)
		if bits&8 != 0 {
			t.name = t.name[1:]
		}
		if shift != 0 || precision != 8*t.width || t.width&(t.width-1) != 0 || t.width > 8 {
			t.name, t.foreign = fmt.Sprintf("an integer of %d bits in %d bytes", precision, t.width), true
		}
	case 1: // floating point
		shift, precision := c.u16(), c.u16()
		c.skip(1)
		exponent := c.u8()
		c.skip(1)
		mantissa := c.u8()
		var known bool
		t.name, known = floats[[3]int{precision, exponent, mantissa}]
		if !known || bits&0x40 != 0 || shift != 0 || precision != 8*t.width {
			t.name, t.foreign = fmt.Sprintf("a float of %d bits", precision), true
		}
	case 3:
		t.name, t.padding = "string", int(bits&15)
	case 8: // enumeration; h5py's booleans are one of int8 with two names
		values := int(bits & 0xffff)
		base := c.datatype()
		t.name, t.foreign = "enumeration of "+base.name, true
		if values == 2 && base.name == "int8" && t.width == 1 {
			t.name, t.foreign = "bool", false
		}
	case 9:
		if t.name, t.variable = "string", true; bits&15 != 1 {
			t.name, t.variable, t.foreign = "lists of variable length", false, true
		}
		if t.variable && t.width != 4+c.offset+4 {
			c.fail("variable strings have references of %d bytes", t.width)
		}
	default:
		t.name, t.foreign = otherClasses[class], true
		if t.name == "" {
			c.fail("is of unknown class %d", class)
		}
	}
	if c.err == nil && t.width <= 0 {
		c.fail("an element has %d bytes", t.width)
	}
	return t
}

func (t datatype) refused() error {
	return errors.Errorf("values of type %s are not supported", t.name)
}

// dataspace is the shape of a dataset or attribute.
type dataspace struct {
	shape []int
	none  bool // no values at all, not even one
}

// dataspace reads a dataspace message. The number of elements fits an int.
func (c *cursor) dataspace() dataspace {
	var s dataspace
	v := c.version(1, 2)
	rank := c.u8()
	c.skip(1)
	if v == 1 {
		c.skip(5)
	} else {
		s.none = c.u8() == 2
	}
	if rank > 32 {
		c.fail("has %d dimensions", rank)
		return s
	}
	for range rank {
		s.shape = append(s.shape, c.size())
	}
	if product(s.shape) < 0 {
		c.fail("the shape %v is too large", s.shape)
	}
	return s
}

func (s dataspace) count() int {
	if s.none {
		return 0
	}
	return product(s.shape)
}

// product returns the number of elements, or -1 for more than 2^48.
func product(shape []int) int {
	n := 1
	for _, d := range shape {
		if d == 0 {
			return 0
		}
		if n > 0 && n > 1<<48/d {
			n = -1
		}
		if n > 0 {
			n *= d
		}
	}
	return n
}
