package tfeventstest

import (
	"encoding/binary"
	"unicode/utf8"

	"github.com/pkg/errors"
)

// masked is the CRC-32C, bit by bit, rotated to the right by 15 bits, plus a
// constant.
func masked(data []byte) uint32 {
	crc := ^uint32(0)
	for _, b := range data {
		crc ^= uint32(b)
		for range 8 {
			low := crc & 1
			if crc >>= 1; low == 1 {
				crc ^= 0x82f63b78 // the reversed polynomial 0x1edc6f41
			}
		}
	}
	crc = ^crc
	return crc>>15 + crc<<17 + 0xa282ead8
}

// The wire types.
const (
	varint  = 0
	fixed64 = 1
	lengths = 2
)

// field is a field of a message: n is its value, or data if it has a length.
type field struct {
	number, wire int
	n            uint64
	data         []byte
}

// message splits a message into its fields; want lists the wire type of each
// that may occur.
func message(b []byte, want map[int]int) ([]field, error) {
	var all []field
	for len(b) > 0 {
		key, n := binary.Uvarint(b)
		if n <= 0 {
			return nil, errors.New("no key of a field")
		}
		b = b[n:]
		f := field{number: int(key >> 3), wire: int(key & 7)}
		if wire, ok := want[f.number]; !ok || wire != f.wire {
			return nil, errors.Errorf("field %d of wire type %d", f.number, f.wire)
		}
		switch f.wire {
		case fixed64:
			if len(b) < 8 {
				return nil, errors.Errorf("field %d is cut short", f.number)
			}
			f.n, b = binary.LittleEndian.Uint64(b), b[8:]
		default:
			if f.n, n = binary.Uvarint(b); n <= 0 {
				return nil, errors.Errorf("field %d has no varint", f.number)
			}
			b = b[n:]
		}
		if f.wire == lengths {
			if f.n > uint64(len(b)) {
				return nil, errors.Errorf("field %d is cut short", f.number)
			}
			f.data, b = b[:f.n], b[f.n:]
		}
		all = append(all, f)
	}
	return all, nil
}

// each reads a message whose only field repeats a message.
func each[T any](b []byte, number int, read func([]byte) (T, error)) ([]T, error) {
	fields, err := message(b, map[int]int{number: lengths})
	var all []T
	for _, f := range fields {
		v, err := read(f.data)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, err
}

// single reads a message of one field that is a message.
func single[T any](b []byte, number int, read func([]byte) (T, error)) (v T, err error) {
	all, err := each(b, number, read)
	if err == nil && len(all) != 1 {
		err = errors.Errorf("%d fields %d, want 1", len(all), number)
	}
	if err != nil {
		return v, err
	}
	return all[0], nil
}

func text(b []byte) (string, error) {
	if !utf8.Valid(b) {
		return "", errors.Errorf("%q is not UTF-8", b)
	}
	return string(b), nil
}
