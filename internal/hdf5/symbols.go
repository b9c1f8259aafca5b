package hdf5

import "github.com/pkg/errors"

// symbolTable reads the links of an old group: a B-tree of nodes, and a heap of
// names.
func (r *reader) symbolTable(nodes, names uint64) ([]link, error) {
	const what = "local heap"
	c := r.block(what, names, 8+2*r.length+r.offset)
	c.sign("HEAP")
	c.version(0)
	c.skip(3)
	size := c.size()
	c.skip(r.length) // free space
	at := c.address()
	if c.err != nil {
		return nil, c.err
	}
	heap := r.block(what, at, size)
	if heap.err != nil {
		return nil, heap.err
	}
	var links []link
	err := r.tree1(nodes, 0, r.length, func(_ *cursor, node uint64) error {
		const what = "symbol table node"
		size := 2*r.offset + 24
		c := r.block(what, node, 8)
		c.sign("SNOD")
		c.version(1)
		c.skip(1)
		n := c.u16()
		if c.err == nil && n > r.leaf {
			c.fail("has %d links, want at most %d", n, r.leaf)
		}
		if c.err != nil {
			return c.err
		}
		c = r.block(what, node+8, n*size)
		for range n {
			name := c.int(r.offset)
			addr := c.address()
			kind := c.u32()
			c.skip(4 + 16)
			if c.err != nil {
				return c.err
			}
			if name > len(heap.data) {
				return errors.Errorf("%s: a name is at %d of %d bytes", what, name, len(heap.data))
			}
			h := *heap
			h.at = name
			l := link{name: h.text(), addr: addr}
			if h.err != nil {
				return h.err
			}
			if kind == 2 {
				return errors.Errorf("%s is a soft link: not supported", l.name)
			}
			links = append(links, l)
		}
		return nil
	})
	return links, err
}

// tree1 walks over the leaves of a B-tree of version 1, whose kind is 0 for groups
// and 1 for chunks, with their keys.
func (r *reader) tree1(addr uint64, kind, key int, leaf func(key *cursor, child uint64) error) error {
	return r.tree1Node(addr, kind, key, -1, leaf)
}

func (r *reader) tree1Node(addr uint64, kind, key, level int, leaf func(key *cursor, child uint64) error) error {
	const what = "B-tree"
	c := r.block(what, addr, 8)
	c.sign("TREE")
	if k := c.u8(); c.err == nil && k != kind {
		c.fail("is of kind %d, want %d", k, kind)
	}
	at := c.u8()
	if c.err == nil && level >= 0 && at != level {
		c.fail("has level %d where %d is to be", at, level)
	}
	n := c.u16()
	if c.err != nil {
		return c.err
	}
	c = r.block(what, addr+8, 2*r.offset+n*(key+r.offset))
	c.skip(2 * r.offset) // the siblings
	for range n {
		k := &cursor{data: c.bytes(key), what: what, widths: &r.widths}
		child := c.address()
		if c.err != nil {
			return c.err
		}
		var err error
		if at > 0 {
			err = r.tree1Node(child, kind, key, at-1, leaf)
		} else {
			err = leaf(k, child)
		}
		if err != nil {
			return err
		}
	}
	return c.err
}
