package hdf5

import (
	"slices"

	"github.com/pkg/errors"
)

// piece is a chunk in the file: its place among the chunks by row, column and so on.
type piece struct {
	at   []int
	addr uint64
	size int
	mask uint64 // of the filters that were left out
}

// grid returns how many chunks there are in each direction.
func (s *stored) grid(shape []int) []int {
	grid := make([]int, len(shape))
	for i, n := range shape {
		grid[i] = (n + s.layout.chunk[i] - 1) / s.layout.chunk[i]
	}
	return grid
}

// checkChunks holds what the chunks of a dataset take against the file's size.
func (s *stored) checkChunks(shape []int) error {
	chunk := s.layout.chunk
	if len(chunk) != len(shape) || slices.Contains(chunk, 0) {
		return errors.Errorf("its shape is %v and its chunks' is %v", shape, chunk)
	}
	if n := product(shape); n == 0 {
		return nil
	}
	all := slices.Concat(s.grid(shape), chunk)
	if n := product(all); n < 0 || int64(n) > s.atMost/int64(s.width) {
		return errors.Errorf("its chunks of %v hold more than %d times the file's %d bytes", chunk, expansion, s.file.size)
	}
	return nil
}

// chunks visits the chunks that were written.
func (s *stored) chunks(r *reader, shape []int, visit func(piece) error) error {
	l := &s.layout
	grid := s.grid(shape)
	if l.addr == undefined || slices.Contains(grid, 0) {
		return nil
	}
	whole := product(l.chunk) * s.width
	seen := make([]bool, product(grid))
	once := func(p piece) error {
		i := 0
		for axis, at := range p.at {
			if at < 0 || at >= grid[axis] {
				return errors.Errorf("there is a chunk %v of %v", p.at, grid)
			}
			i = i*grid[axis] + at
		}
		if seen[i] {
			return errors.Errorf("chunk %v stands there twice", p.at)
		}
		seen[i] = true
		return visit(p)
	}
	switch l.index {
	case byTree1:
		return r.tree1(l.addr, 1, 8+8*(len(shape)+1), func(key *cursor, addr uint64) error {
			p := piece{size: key.u32(), mask: key.uint(4), addr: addr}
			for i := range shape {
				p.at = append(p.at, key.int(8)/l.chunk[i])
			}
			if key.err != nil {
				return key.err
			}
			return once(p)
		})
	case byTree2:
		kind, width := 10, 0
		if len(s.filters) > 0 {
			kind, width = 11, sizeWidth(whole)
		}
		return r.tree2(l.addr, kind, func(c *cursor) error {
			p := piece{addr: c.address(), size: whole}
			if width > 0 {
				p.size, p.mask = c.int(width), c.uint(4)
			}
			p.at = c.sizes(len(shape), 8)
			if c.err != nil {
				return c.err
			}
			return once(p)
		})
	case fixedArray:
		return s.fixedArray(r, grid, whole, once)
	case single:
		p := piece{at: make([]int, len(shape)), addr: l.addr, size: whole, mask: l.mask}
		if len(s.filters) > 0 {
			p.size = l.filtered
		}
		return once(p)
	default: // implicit: one after the other
		for i := range seen {
			if err := once(piece{at: place(i, grid), addr: l.addr + uint64(i)*uint64(whole), size: whole}); err != nil {
				return err
			}
		}
		return nil
	}
}

// sizeWidth is the width of a filtered chunk's size.
func sizeWidth(whole int) int { return min(8, 1+(log2(whole)+8)/8) }

// place returns the coordinates of the i-th chunk.
func place(i int, grid []int) []int {
	at := make([]int, len(grid))
	for axis := len(grid) - 1; axis >= 0; axis-- {
		at[axis] = i % grid[axis]
		i /= grid[axis]
	}
	return at
}

// fixedArray visits the chunks of an array of their addresses.
func (s *stored) fixedArray(r *reader, grid []int, whole int, visit func(piece) error) error {
	const what = "fixed array"
	c := r.block(what, s.layout.addr, 8+r.length+r.offset)
	c.sign("FAHD")
	c.version(0)
	filtered := c.u8() == 1
	width := c.u8()
	pages := c.u8()
	n := c.size()
	addr := c.address()
	if want := product(grid); c.err == nil && n != want {
		c.fail("has %d chunks, want %d", n, want)
	}
	if c.err == nil && pages > 30 || width == 0 || filtered != (len(s.filters) > 0) {
		c.fail("has elements of %d bytes in pages of 2^%d", width, pages)
	}
	if c.err != nil || addr == undefined {
		return c.err
	}
	page := 1 << pages
	head := 6 + r.offset
	bitmap := 0
	if n > page {
		bitmap = ((n+page-1)/page + 7) / 8
	}
	c = r.block(what, addr, head+bitmap)
	c.sign("FADB")
	c.skip(2 + r.offset)
	used := c.bytes(bitmap)
	if c.err != nil {
		return c.err
	}
	at := addr + uint64(head+bitmap)
	if bitmap > 0 {
		at += 4 // the checksum
	}
	for i := 0; i < n; i += page {
		count := min(page, n-i)
		if bitmap == 0 || used[i/page/8]>>(7-i/page%8)&1 != 0 {
			c := r.block(what, at, count*width)
			for j := range count {
				e := &cursor{data: c.bytes(width), what: what, widths: &r.widths}
				p := piece{at: place(i+j, grid), addr: e.address(), size: whole}
				if filtered {
					p.size, p.mask = e.int(width-r.offset-4), e.uint(4)
				}
				if c.err != nil || e.err != nil {
					return errors.Errorf("%s: ends too early", what)
				}
				if p.addr == undefined {
					continue
				}
				if err := visit(p); err != nil {
					return err
				}
			}
		}
		at += uint64(page*width + 4)
	}
	return nil
}
