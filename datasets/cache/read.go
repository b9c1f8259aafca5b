package cache

import (
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"io"
	"iter"
	"math"
	"os"

	"github.com/pkg/errors"

	"unroll/internal/input"
)

// Cache is an open file of encoded samples, of any size: memory holds twelve
// bytes a sample. It is safe for concurrent use.
type Cache struct {
	file
	lengths []uint32 // of the samples' ids
	offsets []int64  // of the samples' numbers in the file
}

// Open opens a cache that Write wrote under a key, and reads it once
// from end to end, so that damage is known before training begins. Close it after
// use.
//
// The error names the file and is one of ErrStale, ErrVersion,
// ErrDamaged, or fs.ErrNotExist, if the cache is to be written anew.
func Open(path, key string) (*Cache, error) {
	c := &Cache{}
	err := c.open(path, key)
	if err == nil {
		err = c.scan(c.index)
	}
	if err != nil {
		c.Close()
		return nil, errors.WithMessagef(err, "reading cache %s", path)
	}
	return c, nil
}

// Load reads a whole cache into memory. Its errors are Open's.
func Load(path, key string) (Encoded, Meta, error) {
	var f file
	var all Encoded
	err := f.open(path, key)
	defer f.Close()
	if err == nil {
		err = f.scan(func(b block) error {
			f.decode(b, &all)
			return nil
		})
	}
	if err != nil {
		return Encoded{}, Meta{}, errors.WithMessagef(err, "reading cache %s", path)
	}
	return all, f.meta, nil
}

// Meta returns the cache's description.
func (c *Cache) Meta() Meta { return c.meta }

// Len returns the number of samples.
func (c *Cache) Len() int { return len(c.lengths) }

// Blocks yields all samples in order, some thousand at a time. Each Encoded is
// the caller's to keep.
func (c *Cache) Blocks() iter.Seq2[Encoded, error] {
	return func(yield func(Encoded, error) bool) {
		stop := errors.New("stop")
		err := c.scan(func(b block) error {
			var e Encoded
			c.decode(b, &e)
			if !yield(e, nil) {
				return stop
			}
			return nil
		})
		if err != nil && err != stop {
			yield(Encoded{}, errors.WithMessagef(err, "reading cache %s", c.f.Name()))
		}
	}
}

// Rows returns the samples with the given indices in that order, such as a batch
// of an epoch that is shuffled.
func (c *Cache) Rows(idx []int) (Encoded, error) {
	ids := 0
	for _, i := range idx {
		if i < 0 || i >= c.Len() {
			return Encoded{}, errors.Errorf("reading cache %s: sample %d, want 0 to %d", c.f.Name(), i, c.Len()-1)
		}
		ids += int(c.lengths[i])
	}
	var e Encoded
	var buf []byte
	flat := make([]int32, 0, ids)
	for _, i := range idx {
		n := 4 * (c.beside() + int(c.lengths[i]))
		if cap(buf) < n {
			buf = make([]byte, n)
		}
		buf = buf[:n]
		if err := c.readAt(buf, c.offsets[i]); err != nil {
			return Encoded{}, errors.WithMessagef(err, "reading cache %s: sample %d", c.f.Name(), i)
		}
		flat = c.row(buf, int(c.lengths[i]), flat, &e)
	}
	return e, nil
}

// index notes where a block's samples are.
func (c *Cache) index(b block) error {
	at := b.at + blockHead + 4*int64(b.rows)
	for i := range b.rows {
		n := b.length(i)
		c.lengths = append(c.lengths, n)
		c.offsets = append(c.offsets, at)
		at += 4 * (int64(c.beside()) + int64(n))
	}
	return nil
}

// file reads the format that cache.go describes.
type file struct {
	f    *os.File
	size int64
	meta Meta
	data int64 // where the blocks begin
}

// Close closes the file.
func (c *file) Close() error {
	if c.f == nil {
		return nil
	}
	return c.f.Close()
}

func (c *file) open(path, key string) error {
	f, err := os.Open(path)
	if err != nil {
		return input.Reason(err)
	}
	c.f = f
	info, err := f.Stat()
	if err != nil {
		return input.Reason(err)
	}
	c.size = info.Size()
	head := make([]byte, headSize)
	if err := c.readAt(head, 0); err != nil {
		return err
	}
	if string(head[:len(magic)]) != magic {
		return errors.WithMessage(ErrDamaged, "it does not begin as a cache")
	}
	fields := head[len(magic):]
	if v := binary.LittleEndian.Uint32(fields); v != version {
		return errors.WithMessagef(ErrVersion, "version %d, want %d", v, version)
	}
	length := int64(binary.LittleEndian.Uint32(fields[4:]))
	if length > c.size-int64(headSize) {
		return ErrDamaged
	}
	doc := make([]byte, length)
	if err := c.readAt(doc, int64(headSize)); err != nil {
		return err
	}
	sum := crc32.Update(crc32.Checksum(fields[:8], castagnoli), castagnoli, doc)
	if sum != binary.LittleEndian.Uint32(fields[8:]) || json.Unmarshal(doc, &c.meta) != nil || c.meta.Width < 0 {
		return ErrDamaged
	}
	if c.meta.Key != key {
		return ErrStale
	}
	c.data = int64(headSize) + length
	return nil
}

// block is one of a file's blocks.
type block struct {
	at   int64  // where it begins
	rows int    // samples
	data []byte // behind its head; valid until the next block is read
}

// length returns the number of ids of the block's row i.
func (b block) length(i int) uint32 { return binary.LittleEndian.Uint32(b.data[4*i:]) }

// beside is the number of a row's words beside its ids.
func (c *file) beside() int {
	if c.meta.Weighted {
		return 2*c.meta.Width + 1
	}
	return 2 * c.meta.Width
}

// scan gives f each block, once its checksum and lengths are known to be right.
func (c *file) scan(f func(block) error) error {
	head := make([]byte, blockHead)
	var buf []byte
	samples := uint64(0)
	for at := c.data; ; {
		if err := c.readAt(head, at); err != nil {
			return err
		}
		rows, words := binary.LittleEndian.Uint32(head), int64(binary.LittleEndian.Uint32(head[4:]))
		if 4*words > c.size-at-blockHead {
			return ErrDamaged
		}
		if int64(cap(buf)) < 4*words {
			buf = make([]byte, 4*words)
		}
		b := block{at, int(rows), buf[:4*words]}
		if err := c.readAt(b.data, at+blockHead); err != nil {
			return err
		}
		at += blockHead + 4*words
		sum := crc32.Update(crc32.Checksum(head[:8], castagnoli), castagnoli, b.data)
		if sum != binary.LittleEndian.Uint32(head[8:]) {
			return errors.WithMessagef(ErrDamaged, "samples from %d on", samples)
		}
		if rows == 0 {
			if words != 2 || binary.LittleEndian.Uint64(b.data) != samples || at != c.size {
				return ErrDamaged
			}
			return nil
		}
		if !c.fits(b) {
			return ErrDamaged
		}
		samples += uint64(rows)
		if err := f(b); err != nil {
			return err
		}
	}
}

// fits reports whether a block's rows fill it.
func (c *file) fits(b block) bool {
	words := len(b.data) / 4
	if b.rows > words || c.meta.Width > words {
		return false
	}
	sum := int64(b.rows) * (1 + int64(c.beside()))
	for i := range b.rows {
		sum += int64(b.length(i))
	}
	return sum == int64(words)
}

// decode appends a block's samples to e.
func (c *file) decode(b block, e *Encoded) {
	flat := make([]int32, 0, len(b.data)/4-b.rows*(1+c.beside()))
	rest := b.data[4*b.rows:]
	for i := range b.rows {
		n := int(b.length(i))
		size := 4 * (c.beside() + n)
		flat = c.row(rest[:size], n, flat, e)
		rest = rest[size:]
	}
}

// row appends a sample of n ids to e, and its ids to flat, which has room.
func (c *file) row(data []byte, n int, flat []int32, e *Encoded) []int32 {
	for range c.meta.Width {
		e.Targets = append(e.Targets, math.Float64frombits(binary.LittleEndian.Uint64(data)))
		data = data[8:]
	}
	if c.meta.Weighted {
		e.Weights = append(e.Weights, math.Float32frombits(binary.LittleEndian.Uint32(data)))
		data = data[4:]
	}
	from := len(flat)
	flat = flat[:from+n]
	ids := flat[from:len(flat):len(flat)]
	for i := range ids {
		ids[i] = int32(binary.LittleEndian.Uint32(data[4*i:]))
	}
	e.IDs = append(e.IDs, ids)
	return flat
}

// readAt fills buf; a file that ends before is damaged.
func (c *file) readAt(buf []byte, at int64) error {
	_, err := c.f.ReadAt(buf, at)
	if err == io.EOF {
		return ErrDamaged
	}
	return input.Reason(err)
}
