package hdf5

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/pkg/errors"
)

// The most strings of an attribute, its most bytes (a message has 64 kB), and the
// most attributes of an object.
const (
	mostStrings    = 4000
	mostBytes      = 65_000
	mostAttributes = 10_000
)

func checkAttributes(attrs map[string]any) error {
	if len(attrs) > mostAttributes {
		return errors.Errorf("%d attributes, at most %d have room", len(attrs), mostAttributes)
	}
	written := map[string]bool{}
	for _, name := range sortedNames(attrs) {
		n, size := 1, 8
		switch v := attrs[name].(type) {
		case string, int64, float64, nil:
		case []int64:
			n = len(v)
		case []float64:
			n = len(v)
		case []string:
			n, size = min(len(v), mostStrings), 16
			if n < len(v) {
				for i := range parts(v) {
					written[fmt.Sprint(name, i)] = true
				}
			}
		default:
			return errors.Errorf("attribute %s: values of type %T are not supported", name, v)
		}
		if len(name)+n*size > mostBytes || name == "" {
			return errors.Errorf("attribute %q: %d values and its name do not fit 64 kB", name, n)
		}
	}
	for name := range written {
		if _, ok := attrs[name]; ok {
			return errors.Errorf("attribute %s: a part of a longer list has the same name", name)
		}
	}
	return nil
}

func parts(v []string) [][]string { return slices.Collect(slices.Chunk(v, mostStrings)) }

// attributes returns messages for attributes by their names' order.
func (w *writer) attributes(attrs map[string]any) []message {
	var all []message
	add := func(name string, value any) {
		all = append(all, message{kind: msgAttribute, data: w.attribute(name, value)})
	}
	for _, name := range sortedNames(attrs) {
		if v, ok := attrs[name].([]string); ok && len(v) > mostStrings {
			for i, part := range parts(v) {
				add(fmt.Sprint(name, i), part)
			}
			continue
		}
		add(name, attrs[name])
	}
	return all
}

func (w *writer) attribute(name string, value any) []byte {
	space := dataspaceOf(nil)
	switch v := value.(type) {
	case nil:
		space, value = []byte{2, 0, 0, 2}, []float64(nil)
	case string:
		value = []string{v}
	case int64:
		value = []int64{v}
	case float64:
		value = []float64{v}
	default:
		n, _ := length(v)
		space = dataspaceOf([]int{n})
	}
	typ := datatypeOf(value)
	b := []byte{1, 0}
	b = le.AppendUint16(b, uint16(len(name)+1))
	b = le.AppendUint16(b, uint16(len(typ)))
	b = le.AppendUint16(b, uint16(len(space)))
	b = pad(append(b, name+"\x00"...))
	b = append(b, pad(typ)...)
	b = append(b, pad(space)...)
	switch v := value.(type) {
	case []string:
		for _, s := range v {
			b = append(b, w.text(s)...)
		}
	case []int64:
		for _, i := range v {
			b = le.AppendUint64(b, uint64(i))
		}
	case []float64:
		b, _ = binary.Append(b, le, v)
	}
	return b
}

func dataspaceOf(shape []int) []byte {
	b := []byte{1, byte(len(shape)), 0, 0, 0, 0, 0, 0}
	for _, n := range shape {
		b = le.AppendUint64(b, uint64(n))
	}
	return b
}

// datatypeOf is the message of a slice's elements.
func datatypeOf(values any) []byte {
	switch values.(type) {
	case []float32: // the sign at bit 31; the exponent's bits and the mantissa's; the bias
		return []byte{0x11, 0x20, 31, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0}
	case []float64:
		return []byte{0x11, 0x20, 63, 0, 8, 0, 0, 0, 0, 0, 64, 0, 52, 11, 0, 52, 0xff, 3, 0, 0}
	case []int32:
		return []byte{0x10, 8, 0, 0, 4, 0, 0, 0, 0, 0, 32, 0}
	case []int64:
		return []byte{0x10, 8, 0, 0, 8, 0, 0, 0, 0, 0, 64, 0}
	case []uint8:
		return []byte{0x10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0}
	default: // strings of variable length in UTF-8, made of bytes
		return []byte{0x19, 1, 1, 0, 16, 0, 0, 0, 0x10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0}
	}
}
