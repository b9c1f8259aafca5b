package hdf5

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/pkg/errors"
)

const (
	deflate    = 1
	shuffle    = 2
	fletcher32 = 3
)

var otherFilters = map[int]string{4: "szip", 5: "nbit", 6: "scaleoffset", 32000: "lzf", 32001: "blosc", 32004: "lz4", 32008: "bitshuffle", 32015: "zstd"}

// filter is a step of what was done to chunks as they were written.
type filter struct {
	id     int
	values []int
}

// filters reads a message of filters. One that is not supported is an error.
func (c *cursor) filters() []filter {
	v := c.version(1, 2)
	n := c.u8()
	if v == 1 {
		c.skip(6)
	}
	var all []filter
	for range n {
		f := filter{id: c.u16()}
		name := 0
		if v == 1 || f.id >= 256 {
			name = c.u16()
		}
		c.skip(2)
		values := c.u16()
		if v == 1 {
			c.padded(name)
		} else {
			c.bytes(name)
		}
		f.values = c.sizes(values, 4)
		if v == 1 && values%2 == 1 {
			c.skip(4)
		}
		if c.err == nil && (f.id < deflate || f.id > fletcher32) {
			known := otherFilters[f.id]
			if known == "" {
				known = fmt.Sprint("number ", f.id)
			}
			c.fail("%s is not supported", known)
		}
		all = append(all, f)
	}
	return all
}

// undo returns a chunk of a size as it was before the filters, from the last of
// them to the first. A bit of the mask is set where a filter was left out.
func undo(filters []filter, mask uint64, data []byte, size, element int) ([]byte, error) {
	for i := len(filters) - 1; i >= 0; i-- {
		if i < 32 && mask>>i&1 != 0 {
			continue
		}
		switch filters[i].id {
		case deflate:
			r, err := zlib.NewReader(bytes.NewReader(data))
			if err != nil {
				return nil, errors.Wrap(err, "deflate")
			}
			// Of the chunk, and of a checksum if there is one beneath.
			out := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead))
			if _, err := io.Copy(out, io.LimitReader(r, int64(size)+64)); err != nil {
				return nil, errors.Wrap(err, "deflate")
			}
			data = out.Bytes()
		case shuffle:
			n := element
			if len(filters[i].values) > 0 {
				n = filters[i].values[0]
			}
			data = unshuffle(data, n)
		case fletcher32:
			n := len(data) - 4
			if n < 0 || binary.LittleEndian.Uint32(data[n:]) != fletcher(data[:n]) {
				return nil, errors.New("fletcher32: the checksum is another")
			}
			data = data[:n]
		}
	}
	if len(data) != size {
		return nil, errors.Errorf("a chunk has %d bytes, want %d", len(data), size)
	}
	return data, nil
}

// unshuffle puts together elements whose first bytes stand first, then their second
// ones, and so on. Bytes after the last whole element stay.
func unshuffle(data []byte, element int) []byte {
	if element < 2 || len(data) < element {
		return data
	}
	out := make([]byte, len(data))
	n := len(data) / element
	for b := range element {
		for i, v := range data[b*n : (b+1)*n] {
			out[i*element+b] = v
		}
	}
	copy(out[n*element:], data[n*element:])
	return out
}

// fletcher is the checksum of J. Fletcher, "An arithmetic checksum for serial
// transmissions", IEEE Transactions on Communications 30(1), 1982, over numbers of
// 16 bits, the high byte first.
func fletcher(data []byte) uint32 {
	var a, b uint32
	for i := 0; i < len(data); i += 2 {
		v := uint32(data[i]) << 8
		if i+1 < len(data) {
			v |= uint32(data[i+1])
		}
		a = (a + v) % 65535
		b = (b + a) % 65535
	}
	return b<<16 | a
}
