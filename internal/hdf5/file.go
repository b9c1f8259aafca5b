package hdf5

import (
	"bytes"
	"io"
	"strings"
	"unicode"

	"github.com/pkg/errors"
)

const signature = "\x89HDF\r\n\x1a\n"

// file is what is known of a file before its tree is.
type file struct {
	widths
	r    io.ReaderAt
	size int64 // of what r holds, from the superblock on
	root uint64
	leaf int // the most links of a symbol table node
	// atMost is the number of bytes that all datasets may hold.
	atMost int64
}

// open reads the superblock.
func open(r io.ReaderAt, size int64) (*file, error) {
	start := int64(0)
	for {
		head := make([]byte, len(signature))
		if _, err := r.ReadAt(head, start); err != nil && err != io.EOF {
			return nil, errors.Wrap(err, "hdf5")
		}
		if string(head) == signature {
			break
		}
		if start = max(512, 2*start); start >= size {
			return nil, errors.New("hdf5: " + notHDF5(r, size))
		}
	}
	f := &file{r: r, size: size - start}
	if start > 0 {
		f.r = io.NewSectionReader(r, start, f.size)
	}
	f.atMost = expansion*f.size + slack
	head := make([]byte, min(f.size, 128))
	if _, err := f.r.ReadAt(head, 0); err != nil && err != io.EOF {
		return nil, errors.Wrap(err, "hdf5")
	}
	return f, errors.Wrap(f.superblock(head, start), "hdf5")
}

func notHDF5(r io.ReaderAt, size int64) string {
	if size == 0 {
		return "the file is empty"
	}
	head := make([]byte, min(size, 16))
	n, _ := r.ReadAt(head, 0)
	if head = head[:n]; bytes.HasPrefix(head, []byte(signature[:min(n, len(signature))])) {
		return "the file is truncated: it ends within its signature"
	}
	return errors.Errorf("not an HDF5 file: it begins with %q", head).Error()
}

func (f *file) superblock(head []byte, start int64) error {
	c := &cursor{data: head, what: "superblock", widths: &f.widths}
	c.skip(len(signature))
	v := c.version(0, 1, 2, 3)
	if v < 2 {
		c.skip(4)
	}
	f.offset, f.length = c.u8(), c.u8()
	for _, n := range []int{f.offset, f.length} {
		if c.err == nil && n != 2 && n != 4 && n != 8 {
			c.fail("has addresses or lengths of %d bytes, want 2, 4 or 8", n)
		}
	}
	c.skip(1)
	if v < 2 {
		f.leaf = 2 * c.u16()
		c.skip(2 + 4)
		if v == 1 {
			c.skip(4)
		}
	}
	c.address() // of the superblock: where it was found
	c.address()
	end := c.address() // counted from the user block
	if v < 2 {
		c.address()
		c.skip(f.offset) // of the root's name
	}
	f.root = c.address()
	if size := start + f.size; c.err == nil && end > uint64(size) {
		return errors.Errorf("the file is truncated: it has %d bytes of %d", size, end)
	}
	return c.err
}

// The multiples of a file's size that reading may take.
const (
	treeTimes = 8       // bytes of the tree
	expansion = 64      // bytes of all datasets; float32 noise deflates by 1.1, zeros by 1000
	slack     = 1 << 20 // more, for small files
)

// oneLine is the error with the package's name and a place. Names in a damaged file
// may have any bytes; what cannot be printed is replaced.
func oneLine(err error, place string) error {
	if err == nil {
		return nil
	}
	err = errors.Wrap(err, "hdf5: "+place)
	text := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, err.Error())
	if text != err.Error() {
		return errors.New(text)
	}
	return err
}

// reader reads structures of a file, and counts what they cost.
type reader struct {
	*file
	spent int64
	heaps map[uint64]map[int][]byte // global heaps by address
	text  map[reference]string      // of them
}

func (f *file) reader() *reader {
	return &reader{file: f, heaps: map[uint64]map[int][]byte{}, text: map[reference]string{}}
}

// charge counts bytes that the tree takes in memory. Structures may share bytes of
// the file, and this is what ends those that do so without end.
func (r *reader) charge(n int) error {
	if r.spent += int64(n); r.spent > treeTimes*r.size+slack {
		return errors.Errorf("the file's structures take more than %d times its size", treeTimes)
	}
	return nil
}

// block returns a cursor over n bytes of the file.
func (r *reader) block(what string, addr uint64, n int) *cursor {
	c := &cursor{what: what, widths: &r.widths}
	switch {
	case addr == undefined:
		c.fail("has no place in the file")
	case n < 0 || addr > uint64(r.size) || int64(n) > r.size-int64(addr):
		c.fail("%d bytes at %d are not within the file, which has %d", n, addr, r.size)
	default:
		if c.err = r.charge(n + 32); c.err != nil {
			break
		}
		c.data = make([]byte, n)
		if _, err := r.r.ReadAt(c.data, int64(addr)); err != nil && err != io.EOF {
			c.fail("%v", err)
		}
	}
	if c.err != nil {
		c.data = nil
	}
	return c
}
