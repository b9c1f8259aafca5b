package cache

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"io"
	"math"

	"github.com/pkg/errors"

	"unroll/internal/input"
	"unroll/internal/safefile"
)

// Load reads a cache that Write wrote under a key.
//
// The error names the file and is one of ErrStale, ErrVersion, ErrDamaged, or
// fs.ErrNotExist, if the cache is to be written anew.
func Load(path, key string) (Samples, Meta, error) {
	s, m, err := load(path, key)
	return s, m, errors.WithMessagef(err, "reading cache %s", path)
}

func load(path, key string) (Samples, Meta, error) {
	f, err := safefile.Open(path)
	if err != nil {
		return Samples{}, Meta{}, input.Reason(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Samples{}, Meta{}, input.Reason(err)
	}
	r := &reader{in: bufio.NewReader(f), left: info.Size()}
	if err := r.head(key); err != nil {
		return Samples{}, Meta{}, err
	}
	if err := r.blocks(); err != nil {
		return Samples{}, Meta{}, err
	}
	return r.all, r.meta, nil
}

// reader reads the format that cache.go describes, from the beginning to the end.
type reader struct {
	in   io.Reader
	left int64 // bytes
	meta Meta
	all  Samples
	buf  []byte
}

// next reads n bytes, valid until the next call. A file that ends before is damaged.
func (r *reader) next(n int64) ([]byte, error) {
	if r.left -= n; r.left < 0 {
		return nil, ErrDamaged
	}
	if int64(cap(r.buf)) < n {
		r.buf = make([]byte, n)
	}
	r.buf = r.buf[:n]
	_, err := io.ReadFull(r.in, r.buf)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil, ErrDamaged
	}
	return r.buf, input.Reason(err)
}

func (r *reader) head(key string) error {
	head, err := r.next(int64(headSize))
	if err != nil {
		return err
	}
	if string(head[:len(magic)]) != magic {
		return errors.WithMessage(ErrDamaged, "it does not begin as a cache")
	}
	fields := head[len(magic):]
	if v := binary.LittleEndian.Uint32(fields); v != version {
		return errors.WithMessagef(ErrVersion, "version %d, want %d", v, version)
	}
	length, want := binary.LittleEndian.Uint32(fields[4:]), binary.LittleEndian.Uint32(fields[8:])
	sum := crc32.Checksum(fields[:8], castagnoli)
	doc, err := r.next(int64(length))
	if err != nil {
		return err
	}
	if crc32.Update(sum, castagnoli, doc) != want || json.Unmarshal(doc, &r.meta) != nil || r.meta.Width < 0 {
		return ErrDamaged
	}
	if r.meta.Key != key {
		return ErrStale
	}
	return nil
}

// blocks reads all blocks, up to the one that says how many samples there are.
func (r *reader) blocks() error {
	for {
		head, err := r.next(int64(blockHead))
		if err != nil {
			return err
		}
		rows, words, want := binary.LittleEndian.Uint32(head), binary.LittleEndian.Uint32(head[4:]), binary.LittleEndian.Uint32(head[8:])
		sum := crc32.Checksum(head[:8], castagnoli)
		data, err := r.next(4 * int64(words))
		if err != nil {
			return err
		}
		switch {
		case crc32.Update(sum, castagnoli, data) != want:
			return errors.WithMessagef(ErrDamaged, "samples from %d on", len(r.all.IDs))
		case rows == 0 && (words != 2 || binary.LittleEndian.Uint64(data) != uint64(len(r.all.IDs)) || r.left > 0):
			return ErrDamaged
		case rows == 0:
			return nil
		case !r.fits(int64(rows), data):
			return ErrDamaged
		}
		r.decode(int(rows), data)
	}
}

// beside is the number of a row's words beside its ids.
func (r *reader) beside() int {
	if r.meta.Weighted {
		return 2*r.meta.Width + 1
	}
	return 2 * r.meta.Width
}

// length returns the number of ids of a block's row.
func length(data []byte, row int) int { return int(binary.LittleEndian.Uint32(data[4*row:])) }

// fits reports whether a block's rows fill it.
func (r *reader) fits(rows int64, data []byte) bool {
	words := int64(len(data) / 4)
	if rows > words || int64(r.meta.Width) > words {
		return false
	}
	sum := rows * (1 + int64(r.beside()))
	for i := range int(rows) {
		sum += int64(length(data, i))
	}
	return sum == words
}

// decode appends a block's samples.
func (r *reader) decode(rows int, data []byte) {
	flat := make([]int32, len(data)/4-rows*(1+r.beside()))
	rest := data[4*rows:]
	for i := range rows {
		for range r.meta.Width {
			r.all.Targets = append(r.all.Targets, math.Float64frombits(binary.LittleEndian.Uint64(rest)))
			rest = rest[8:]
		}
		if r.meta.Weighted {
			r.all.Weights = append(r.all.Weights, math.Float32frombits(binary.LittleEndian.Uint32(rest)))
			rest = rest[4:]
		}
		n := length(data, i)
		ids := flat[:n:n]
		flat = flat[n:]
		for k := range ids {
			ids[k] = int32(binary.LittleEndian.Uint32(rest[4*k:]))
		}
		rest = rest[4*n:]
		r.all.IDs = append(r.all.IDs, ids)
	}
}
