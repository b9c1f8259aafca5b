package hdf5

import (
	"bytes"
	"strings"

	"github.com/pkg/errors"
)

// attribute reads an attribute message and puts its value into attrs.
func (r *reader) attribute(attrs map[string]any, m message) error {
	c := &cursor{data: m.data, what: "attribute", widths: &r.widths}
	if m.flags&flagShared != 0 {
		c.fail("is shared between objects: not supported")
	}
	v := c.version(1, 2, 3)
	shared := c.u8() & 3
	lengths := [3]int{c.u16(), c.u16(), c.u16()}
	part := c.bytes
	switch v {
	case 1:
		part, shared = c.padded, 0
	case 3:
		c.skip(1) // the name's character set
	}
	name := string(bytes.TrimRight(part(lengths[0]), "\x00"))
	if c.err == nil {
		c.what = "attribute " + name
	}
	ct := &cursor{data: part(lengths[1]), what: c.what + ": type", widths: &r.widths}
	cs := &cursor{data: part(lengths[2]), what: c.what + ": dataspace", widths: &r.widths}
	if c.err != nil {
		return c.err
	}
	if _, twice := attrs[name]; twice {
		return errors.Errorf("%s: stands there twice", c.what)
	}
	if shared != 0 {
		attrs[name] = errors.Errorf("%s has a committed datatype: not supported", c.what)
		return nil
	}
	t, s := ct.datatype(), cs.dataspace()
	for _, err := range []error{ct.err, cs.err} {
		if err != nil {
			return err
		}
	}
	if t.foreign {
		attrs[name] = errors.Wrap(t.refused(), c.what)
		return nil
	}
	n := s.count()
	if n > c.left()/t.width {
		return errors.Errorf("%s: has %d bytes, want %d of %d", c.what, c.left(), n, t.width)
	}
	if err := r.charge(16*n + len(name)); err != nil {
		return err
	}
	value, err := r.values(t, c.bytes(n*t.width), n)
	if err != nil {
		return errors.Wrap(err, c.what)
	}
	switch {
	case s.none:
		attrs[name] = nil
	case len(s.shape) > 0:
		attrs[name] = value
	default:
		attrs[name] = first(value)
	}
	return nil
}

// values returns n elements as a slice.
func (r *reader) values(t datatype, data []byte, n int) (any, error) {
	switch {
	case t.name == "string":
		all := make([]string, n)
		return all, r.strings(t, all, data)
	case t.isFloat():
		all := make([]float64, n)
		t.float64s(all, data)
		return all, nil
	default:
		all := make([]int64, n)
		t.int64s(all, data)
		return all, nil
	}
}

func first(values any) any {
	switch v := values.(type) {
	case []string:
		return v[0]
	case []float64:
		return v[0]
	case []int64:
		return v[0]
	}
	return nil
}

// strings reads strings of both kinds.
func (r *reader) strings(t datatype, dst []string, data []byte) error {
	for i := range dst {
		b := data[i*t.width : (i+1)*t.width]
		if t.variable {
			s, err := r.variable(b)
			if err != nil {
				return err
			}
			dst[i] = s
			continue
		}
		if err := r.charge(len(b)); err != nil {
			return err
		}
		switch t.padding {
		case 0:
			b, _, _ = bytes.Cut(b, []byte{0})
			dst[i] = string(b)
		case 2:
			dst[i] = strings.TrimRight(string(b), " ")
		default:
			dst[i] = strings.TrimRight(string(b), "\x00")
		}
	}
	return nil
}

// reference is where a string of variable length stands.
type reference struct {
	heap  uint64
	index int
}

// variable reads a string of variable length: its length, heap and index.
func (r *reader) variable(b []byte) (string, error) {
	c := &cursor{data: b, what: "string", widths: &r.widths}
	n := c.u32()
	ref := reference{c.address(), c.u32()}
	if n == 0 || ref.heap == 0 || ref.heap == undefined {
		return "", c.err
	}
	if s, ok := r.text[ref]; ok && len(s) == n {
		return s, nil
	}
	heap, err := r.globalHeap(ref.heap)
	if err != nil {
		return "", err
	}
	data, ok := heap[ref.index]
	if !ok || n > len(data) {
		return "", errors.Errorf("string: the global heap at %d has no object %d of %d bytes", ref.heap, ref.index, n)
	}
	if err := r.charge(n + 64); err != nil {
		return "", err
	}
	s := string(data[:n])
	r.text[ref] = s
	return s, nil
}

// globalHeap returns a heap's objects by index.
func (r *reader) globalHeap(addr uint64) (map[int][]byte, error) {
	if heap, ok := r.heaps[addr]; ok {
		return heap, nil
	}
	const what = "global heap"
	c := r.block(what, addr, 8+r.length)
	c.sign("GCOL")
	c.version(1)
	c.skip(3)
	n := c.size()
	if c.err != nil {
		return nil, c.err
	}
	c = r.block(what, addr, n)
	c.skip(8 + r.length)
	heap := map[int][]byte{}
	for c.err == nil && c.left() >= 8+r.length {
		index := c.u16()
		if index == 0 { // free space up to the end
			break
		}
		c.skip(6)
		heap[index] = c.padded(c.size())
		if err := r.charge(64); err != nil {
			return nil, err
		}
	}
	r.heaps[addr] = heap
	return heap, c.err
}
