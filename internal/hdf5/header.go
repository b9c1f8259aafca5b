package hdf5

import "github.com/pkg/errors"

// Types of messages in object headers.
const (
	msgDataspace  = 0x01
	msgLinkInfo   = 0x02
	msgDatatype   = 0x03
	msgOldFill    = 0x04
	msgFill       = 0x05
	msgLink       = 0x06
	msgExternal   = 0x07
	msgLayout     = 0x08
	msgFilters    = 0x0b
	msgAttribute  = 0x0c
	msgContinued  = 0x10
	msgSymbols    = 0x11
	msgAttrInfo   = 0x15
	flagShared    = 0x02
	flagMustKnow  = 0x80
	lastKnownType = 0x18
)

// message is a part of an object header.
type message struct {
	kind, flags int
	data        []byte
}

// header is an object's messages.
type header []message

// find returns a cursor over the first message of a kind, or nil.
func (h header) find(kind int, what string, w *widths) *cursor {
	for _, m := range h {
		if m.kind == kind {
			c := &cursor{data: m.data, what: what, widths: w}
			if m.flags&flagShared != 0 {
				c.fail("is shared between objects (a committed datatype): not supported")
			}
			return c
		}
	}
	return nil
}

// header reads the object header at an address with its continuations.
func (r *reader) header(addr uint64) (header, error) {
	const what = "object header"
	c := r.block(what, addr, int(min(16, max(0, r.size-int64(min(addr, uint64(r.size)))))))
	if c.err != nil {
		return nil, c.err
	}
	type span struct {
		addr uint64
		n    int
	}
	var h header
	var next []span
	var parse func(c *cursor, end int)
	second := false // version 2
	if string(c.data[:min(4, len(c.data))]) == "OHDR" {
		second = true
		c.skip(4)
		c.version(2)
		flags := c.u8()
		skip := 6
		if flags&0x20 != 0 {
			skip += 16
		}
		if flags&0x10 != 0 {
			skip += 4
		}
		width := 1 << (flags & 3)
		c = r.block(what, addr, skip+width)
		c.skip(skip)
		next = append(next, span{addr + uint64(skip+width), c.int(width)})
		least := 4
		if flags&0x04 != 0 {
			least += 2
		}
		parse = func(c *cursor, end int) {
			for c.err == nil && end-c.at >= least { // less is a gap
				m := message{kind: c.u8()}
				n := c.u16()
				m.flags = c.u8()
				c.skip(least - 4) // the order of creation
				m.data = c.bytes(n)
				h = append(h, m)
			}
		}
	} else {
		c.version(1)
		c.skip(1 + 2 + 4)
		next = append(next, span{addr + 16, c.u32()})
		parse = func(c *cursor, end int) {
			for c.err == nil && end-c.at >= 8 {
				m := message{kind: c.u16()}
				n := c.u16()
				m.flags = c.u8()
				c.skip(3)
				m.data = c.bytes(n)
				h = append(h, m)
			}
		}
	}
	if c.err != nil {
		return nil, c.err
	}
	for first, seen := true, 0; len(next) > 0; first = false {
		s := next[0]
		next = next[1:]
		c := r.block(what, s.addr, s.n)
		end := s.n
		if second && !first {
			c.sign("OCHK")
			end -= 4 // the checksum
		}
		parse(c, end)
		if c.err != nil {
			return nil, c.err
		}
		for ; seen < len(h); seen++ {
			m := h[seen]
			if err := r.charge(40); err != nil {
				return nil, err
			}
			if m.kind > lastKnownType && m.flags&flagMustKnow != 0 {
				return nil, errors.Errorf("%s: has a message of unknown type %d", what, m.kind)
			}
			if m.kind == msgContinued {
				c := &cursor{data: m.data, what: "continuation of an object header", widths: &r.widths}
				next = append(next, span{c.address(), c.size()})
				if c.err != nil {
					return nil, c.err
				}
			}
		}
	}
	return h, nil
}
