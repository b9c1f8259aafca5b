package hdf5

import (
	"slices"

	"github.com/pkg/errors"
)

// stored is how the values of a dataset lie in the file.
type stored struct {
	*file
	datatype
	count   int
	fill    []byte // an element's, or nil for zeros
	layout  layout
	filters []filter
	refused error // why they cannot be read
}

// layout is where they lie.
type layout struct {
	kind  int // compact, contiguous or chunked
	data  []byte
	addr  uint64
	size  int
	chunk []int // the shape of a chunk
	index int   // how chunks are found
	// of indices of one chunk and of fixed arrays:
	filtered int // bytes
	mask     uint64
	page     int // bits
}

const (
	compact = iota
	contiguous
	chunked
)

// The kinds of index of chunks; those of version 4 have their numbers from 1 on.
const (
	byTree1 = iota
	single
	implicit
	fixedArray
	extensibleArray
	byTree2
)

// dataset reads what an object header says of a dataset. One of a kind that is not
// read is returned, and its values are refused.
func (t *tree) dataset(name string, h header) (*Dataset, error) {
	d := &Dataset{Name: name}
	var err error
	if d.Attrs, err = t.attributes(h); err != nil {
		return nil, err
	}
	s := &stored{file: t.file}
	d.stored = s
	space := h.find(msgDataspace, "dataspace", &t.widths)
	typ := h.find(msgDatatype, "datatype", &t.widths)
	if space == nil || typ == nil {
		return nil, errors.New("the dataset has no dataspace or no datatype")
	}
	shape := space.dataspace()
	d.Shape, s.count = shape.shape, shape.count()
	if space.err != nil {
		return nil, space.err
	}
	if s.datatype = typ.datatype(); typ.err != nil {
		s.refused = typ.err
		return d, nil
	}
	if s.name == "opaque" && s.width == 2 && d.Attrs["dtype"] == "bfloat16" {
		s.name, s.foreign = "bfloat16", false // as Keras writes it
	}
	if s.foreign {
		s.refused = s.datatype.refused()
		return d, nil
	}
	if s.refused = s.find(h, d.Shape); s.refused != nil {
		return d, nil
	}
	if s.name == "string" {
		return d, s.claim(t, s.count, max(16, s.width))
	}
	return d, s.claim(t, s.count, max(4, s.width))
}

// claim counts the bytes of a dataset.
func (s *stored) claim(t *tree, count, size int) error {
	if int64(count) > (s.atMost-t.bytes)/int64(size) {
		return errors.Errorf("the datasets up to this one, of %d elements, hold more than %d times the file's %d bytes", count, expansion, s.size)
	}
	t.bytes += int64(count) * int64(size)
	return nil
}

// find reads the layout, the filters and the fill value.
func (s *stored) find(h header, shape []int) error {
	w := &s.widths
	if h.find(msgExternal, "", w) != nil {
		return errors.New("its values are in external files: not supported")
	}
	if c := h.find(msgFilters, "filters", w); c != nil {
		if s.filters = c.filters(); c.err != nil {
			return c.err
		}
	}
	if c := h.find(msgFill, "fill value", w); c != nil {
		if s.fill = c.fill(); c.err != nil {
			return c.err
		}
	} else if c := h.find(msgOldFill, "fill value", w); c != nil {
		if s.fill = c.bytes(c.u32()); c.err != nil {
			return c.err
		}
	}
	if len(s.fill) == 0 || !slices.ContainsFunc(s.fill, func(b byte) bool { return b != 0 }) {
		s.fill = nil
	} else if len(s.fill) != s.width {
		return errors.Errorf("its fill value has %d bytes, an element has %d", len(s.fill), s.width)
	}
	c := h.find(msgLayout, "layout", w)
	if s.layout = c.layout(len(s.filters) > 0); c.err != nil {
		return c.err
	}
	switch l := s.layout; {
	case l.kind == chunked:
		return s.checkChunks(shape)
	case len(s.filters) > 0:
		return errors.New("it has filters and no chunks")
	case l.kind == compact && len(l.data) < s.count*s.width,
		l.kind == contiguous && l.addr != undefined && l.size >= 0 && l.size/s.width < s.count:
		return errors.Errorf("its layout has %d bytes, want %d elements of %d", max(l.size, len(l.data)), s.count, s.width)
	case l.kind == contiguous && l.addr != undefined && s.count > 0:
		if size := s.count * s.width; l.addr > uint64(s.size) || int64(size) > s.size-int64(l.addr) {
			return errors.Errorf("its %d bytes at %d are not within the file, which has %d", size, l.addr, s.size)
		}
	}
	return nil
}

func (c *cursor) fill() []byte {
	switch c.version(1, 2, 3) {
	case 3:
		if flags := c.u8(); flags&0x20 != 0 {
			return c.bytes(c.u32())
		}
		return nil
	case 1:
		c.skip(3)
	default:
		c.skip(2)
		if c.u8() == 0 {
			return nil
		}
	}
	if c.left() == 0 {
		return nil
	}
	return c.bytes(c.u32())
}

// layout reads a layout message.
func (c *cursor) layout(filtered bool) layout {
	l := layout{size: -1, addr: undefined}
	v := c.version(1, 2, 3, 4, 5)
	if v < 3 {
		rank := c.u8()
		l.kind = c.u8()
		c.skip(5)
		if l.kind != compact {
			l.addr = c.address()
		}
		sizes := c.sizes(rank, 4) // of contiguous data, the shape
		switch l.kind {
		case compact:
			l.data = c.bytes(c.u32())
		case chunked:
			l.chunk = sizes
			c.skip(4) // an element's bytes
		}
		return l
	}
	switch l.kind = c.u8(); l.kind {
	case compact:
		l.data = c.bytes(c.u16())
	case contiguous:
		l.addr = c.address()
		l.size = c.size()
	case chunked:
		if v == 3 {
			rank := c.u8()
			l.addr = c.address()
			l.chunk = c.sizes(rank-1, 4)
			c.skip(4)
			return l
		}
		flags, rank, width := c.u8(), c.u8(), c.u8()
		l.chunk = c.sizes(rank-1, width)
		c.skip(width)
		switch l.index = c.u8(); l.index {
		case single:
			if flags&2 != 0 {
				l.filtered, l.mask = c.size(), c.uint(4)
			}
		case implicit:
		case fixedArray:
			l.page = c.u8()
		case byTree2:
			c.skip(6)
		case extensibleArray:
			c.fail("its chunks are in an extensible array: not supported")
		default:
			c.fail("its chunks are in an index of unknown kind %d", l.index)
		}
		l.addr = c.address()
	case 3:
		c.fail("it is a virtual dataset: not supported")
	default:
		c.fail("is of unknown class %d", l.kind)
	}
	return l
}

func (c *cursor) sizes(n, width int) []int {
	var all []int
	for range n {
		if c.err == nil {
			all = append(all, c.int(width))
		}
	}
	return all
}
