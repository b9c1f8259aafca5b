package hdf5

import (
	"bytes"
	"encoding/binary"

	"github.com/pkg/errors"
)

// cursor walks over the bytes of a structure. Past their end it gives zeros and
// keeps an error, so that a structure is read first and checked once.
type cursor struct {
	data []byte
	at   int
	what string // for the error
	err  error
	*widths
}

// widths are the sizes of addresses and lengths in a file.
type widths struct{ offset, length int }

func (c *cursor) fail(format string, args ...any) {
	if c.err == nil {
		c.err = errors.Errorf("%s: "+format, append([]any{c.what}, args...)...)
	}
}

// bytes returns the next n bytes, or nil if there are fewer.
func (c *cursor) bytes(n int) []byte {
	if c.err != nil || n < 0 || n > len(c.data)-c.at {
		c.fail("ends after %d bytes, want %d more at %d", len(c.data), n, c.at)
		return nil
	}
	c.at += n
	return c.data[c.at-n : c.at : c.at]
}

func (c *cursor) skip(n int) { c.bytes(n) }

// rest returns what follows.
func (c *cursor) rest() []byte { return c.bytes(len(c.data) - c.at) }

func (c *cursor) left() int { return len(c.data) - c.at }

// uint reads a number of up to 8 bytes.
func (c *cursor) uint(n int) uint64 {
	var wide [8]byte
	if n > len(wide) {
		c.fail("has a number of %d bytes", n)
		return 0
	}
	copy(wide[:], c.bytes(n))
	return binary.LittleEndian.Uint64(wide[:])
}

func (c *cursor) u8() int  { return int(c.uint(1)) }
func (c *cursor) u16() int { return int(c.uint(2)) }
func (c *cursor) u32() int { return int(c.uint(4)) }

// size reads a length of the file's width; one that no slice can have is an error.
func (c *cursor) size() int { return c.int(c.length) }

// int is uint for what counts bytes or elements.
func (c *cursor) int(n int) int {
	v := c.uint(n)
	if v > 1<<48 {
		c.fail("claims a size of %d", v)
		return 0
	}
	return int(v)
}

// undefined is the address of what has no place.
const undefined = ^uint64(0)

func (c *cursor) address() uint64 {
	v := c.uint(c.offset)
	if c.offset < 8 && v == 1<<(8*c.offset)-1 {
		return undefined
	}
	return v
}

// sign reads a structure's signature.
func (c *cursor) sign(want string) {
	if got := c.bytes(len(want)); c.err == nil && string(got) != want {
		c.fail("begins with %q, want %q", got, want)
	}
}

// version reads a structure's version, which must be one of those.
func (c *cursor) version(known ...int) int {
	v := c.u8()
	for _, k := range known {
		if v == k {
			return v
		}
	}
	c.fail("has version %d, want one of %v", v, known)
	return v
}

// text reads up to a zero byte.
func (c *cursor) text() string {
	if c.err != nil {
		return ""
	}
	n := bytes.IndexByte(c.data[c.at:], 0)
	if n < 0 {
		c.fail("has a name without an end")
		return ""
	}
	s := string(c.bytes(n))
	c.skip(1)
	return s
}

// padded is bytes with what fills up to a multiple of 8.
func (c *cursor) padded(n int) []byte {
	b := c.bytes(n)
	c.skip(min(-n&7, c.left()))
	return b
}
