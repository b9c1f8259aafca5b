package hdf5

import (
	"math/bits"

	"github.com/pkg/errors"
)

// fractalHeap holds links and attributes of objects that have many.
type fractalHeap struct {
	*reader
	managed, lengths   int // widths of an offset and a length in an id
	width              int // blocks in a row
	start, most        int // sizes of the smallest and the largest direct block
	root               uint64
	rows               int // of the root block; 0 for a direct one
	idLength, overhead int
	huge               uint64                 // B-tree
	objects            map[uint64]bigObject   // of it
	blocks             map[uint64][]byte      // direct blocks by address
	indirect           map[[2]uint64][]uint64 // children of indirect blocks
}

type bigObject struct {
	addr uint64
	size int
}

// inHeap visits the records of a B-tree of version 2 with what fetches the object
// that a record refers to.
func (r *reader) inHeap(heap, names uint64, kind int, visit func(record *cursor, get func([]byte) ([]byte, error)) error) error {
	h, err := r.fractalHeap(heap)
	if err != nil {
		return err
	}
	return r.tree2(names, kind, func(c *cursor) error { return visit(c, h.get) })
}

func (r *reader) fractalHeap(addr uint64) (*fractalHeap, error) {
	c := r.block("fractal heap", addr, 22+12*r.length+3*r.offset)
	h := &fractalHeap{reader: r, blocks: map[uint64][]byte{}, indirect: map[[2]uint64][]uint64{}}
	c.sign("FRHP")
	c.version(0)
	h.idLength = c.u16()
	if filters := c.u16(); c.err == nil && filters > 0 {
		c.fail("has filters: not supported")
	}
	flags := c.u8()
	largest := c.u32()
	c.skip(r.length) // the next huge id
	h.huge = c.address()
	c.skip(r.length + r.offset + 8*r.length)
	h.width = c.u16()
	h.start, h.most = c.size(), c.size()
	size := c.u16() // of the heap, in bits
	c.skip(2)
	h.root = c.address()
	h.rows = c.u16()
	h.managed = (size + 7) / 8
	h.lengths = min((bits.Len(uint(max(h.most, 1)))+6)/8, bytesFor(max(largest, 1)))
	h.overhead = 5 + r.offset + h.managed
	if flags&2 != 0 {
		h.overhead += 4 // checksum
	}
	if c.err == nil && (h.width == 0 || h.start == 0 || h.most < h.start || h.most > 1<<32 || size > 64 || h.rows > 64) {
		c.fail("has blocks of %d to %d bytes in %d rows of %d", h.start, h.most, h.rows, h.width)
	}
	return h, c.err
}

// get returns the object of an id.
func (h *fractalHeap) get(id []byte) ([]byte, error) {
	c := &cursor{data: id, what: "id in a fractal heap", widths: &h.widths}
	flags := c.u8()
	switch flags >> 4 & 3 {
	case 0:
		at, n := c.uint(h.managed), c.int(h.lengths)
		if c.err != nil {
			return nil, c.err
		}
		return h.find(h.root, h.rows, at, n)
	case 1:
		if h.idLength >= 1+h.offset+h.length { // the address itself
			addr, n := c.address(), c.size()
			if c.err != nil {
				return nil, c.err
			}
			b := h.block("object of a fractal heap", addr, n)
			return b.data, b.err
		}
		return h.big(c.uint(min(8, h.idLength-1)))
	case 2:
		if h.idLength > 18 {
			n := (flags&15)<<8 + c.u8() + 1
			return c.bytes(n), c.err
		}
		b := c.bytes(flags&15 + 1)
		return b, c.err
	}
	return nil, errors.Errorf("fractal heap: an id begins with %#x", flags)
}

// big returns a huge object by its number.
func (h *fractalHeap) big(id uint64) ([]byte, error) {
	if h.objects == nil {
		h.objects = map[uint64]bigObject{}
		err := h.tree2(h.huge, 1, func(c *cursor) error {
			o := bigObject{c.address(), c.size()}
			h.objects[c.uint(h.length)] = o
			return c.err
		})
		if err != nil {
			return nil, err
		}
	}
	o, ok := h.objects[id]
	if !ok {
		return nil, errors.Errorf("fractal heap: there is no huge object %d", id)
	}
	c := h.block("object of a fractal heap", o.addr, o.size)
	return c.data, c.err
}

// rowSize is the size of the blocks of a row: the first two rows have the smallest,
// and each one after them twice that of the row before.
func (h *fractalHeap) rowSize(row int) uint64 {
	return uint64(h.start) << max(0, min(row-1, 62-bits.Len(uint(h.start))))
}

// find returns n bytes at an offset of the heap, at counting from the first byte of
// the block at addr, which has so many rows, or none and is direct.
func (h *fractalHeap) find(addr uint64, rows int, at uint64, n int) ([]byte, error) {
	if rows == 0 {
		return h.direct(addr, h.start, at, n)
	}
	children, err := h.children(addr, rows)
	if err != nil {
		return nil, err
	}
	for row := range rows {
		size, width := h.rowSize(row), uint64(h.width)
		if at/size >= width {
			at -= size * width
			continue
		}
		child := children[row*h.width+int(at/size)]
		if at %= size; size <= uint64(h.most) {
			return h.direct(child, int(size), at, n)
		}
		// An indirect block has as many rows as make up its size.
		inner := bits.Len64(size) - bits.Len64(uint64(h.start)*width) + 1
		if inner < 1 || inner > row {
			return nil, errors.Errorf("fractal heap: a block in row %d has %d rows", row, inner)
		}
		return h.find(child, inner, at, n)
	}
	return nil, errors.Errorf("fractal heap: an object is %d bytes past its end", at)
}

// children reads the addresses in an indirect block.
func (h *fractalHeap) children(addr uint64, rows int) ([]uint64, error) {
	key := [2]uint64{addr, uint64(rows)}
	if all, ok := h.indirect[key]; ok {
		return all, nil
	}
	n := rows * h.width
	c := h.block("indirect block of a fractal heap", addr, 5+h.offset+h.managed+n*h.offset)
	c.sign("FHIB")
	c.version(0)
	c.skip(h.offset + h.managed)
	if c.err != nil {
		return nil, c.err
	}
	all := make([]uint64, n)
	for i := range all {
		all[i] = c.address()
	}
	h.indirect[key] = all
	return all, c.err
}

// direct returns n bytes of a direct block, whose header counts too.
func (h *fractalHeap) direct(addr uint64, size int, at uint64, n int) ([]byte, error) {
	data, ok := h.blocks[addr]
	if !ok {
		c := h.block("block of a fractal heap", addr, size)
		c.sign("FHDB")
		if c.err != nil {
			return nil, c.err
		}
		data = c.data
		h.blocks[addr] = data
	}
	if at < uint64(h.overhead) || at > uint64(len(data)) || n > len(data)-int(at) {
		return nil, errors.Errorf("fractal heap: an object has %d bytes at %d of a block of %d", n, at, len(data))
	}
	return data[at : int(at)+n : int(at)+n], nil
}
