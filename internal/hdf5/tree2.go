package hdf5

import "math/bits"

// tree2 visits the records of a B-tree of version 2 of a kind.
func (r *reader) tree2(addr uint64, kind int, visit func(record *cursor) error) error {
	c := r.block("B-tree", addr, 18+r.offset+r.length)
	c.sign("BTHD")
	c.version(0)
	if k := c.u8(); c.err == nil && k != kind {
		c.fail("is of kind %d, want %d", k, kind)
	}
	t := &tree2{reader: r, visit: visit, node: c.u32(), record: c.u16()}
	depth := c.u16()
	c.skip(2)
	root, n := c.address(), c.u16()
	if c.err == nil && (t.record == 0 || depth > 32 || t.node < 10+t.record || n > (t.node-10)/t.record) {
		c.fail("has %d records of %d bytes in nodes of %d", n, t.record, t.node)
	}
	if c.err != nil || root == undefined {
		return c.err
	}
	// What an inner node says of a child: its address, the number of its records,
	// and of all records below it where they are no leaves.
	most := (t.node - 10) / t.record
	t.count = bytesFor(most)
	total := uint64(most)
	t.pointer = []int{0}
	for level := 1; level <= depth; level++ {
		size := r.offset + t.count
		if level > 1 {
			size += bytesFor(int(total))
		}
		t.pointer = append(t.pointer, size)
		fit := max(0, (t.node-10-size)/(t.record+size))
		total = min(uint64(fit+1)*total+uint64(fit), 1<<47)
	}
	return t.walk(root, n, depth)
}

func bytesFor(n int) int { return (bits.Len(uint(n)) + 7) / 8 }

type tree2 struct {
	*reader
	visit        func(record *cursor) error
	node, record int   // bytes
	count        int   // bytes of the number of a node's records
	pointer      []int // bytes of a pointer by the level of the node
}

func (t *tree2) walk(addr uint64, n, depth int) error {
	sign, size := "BTLF", 6+n*t.record
	if depth > 0 {
		sign, size = "BTIN", size+(n+1)*t.pointer[depth]
	}
	c := t.block("B-tree", addr, size)
	c.sign(sign)
	c.version(0)
	c.skip(1)
	for range n {
		record := &cursor{data: c.bytes(t.record), what: "B-tree", widths: &t.widths}
		if c.err != nil {
			return c.err
		}
		if err := t.visit(record); err != nil {
			return err
		}
	}
	if depth == 0 {
		return c.err
	}
	for range n + 1 {
		p := &cursor{data: c.bytes(t.pointer[depth]), what: "B-tree", widths: &t.widths}
		child, n := p.address(), p.int(t.count)
		if c.err != nil {
			return c.err
		}
		if err := t.walk(child, n, depth-1); err != nil {
			return err
		}
	}
	return c.err
}
