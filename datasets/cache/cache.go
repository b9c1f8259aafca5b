// Package cache keeps samples that are ready for a model in a file, so that texts
// are read, tokenised and encoded once.
package cache

import (
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"io"
	"iter"
	"math"

	"github.com/pkg/errors"

	"unroll/internal/safefile"
)

// An encoded cache holds samples that are ready for a model, so that texts are
// read, tokenised and encoded once. All numbers are little-endian, of four bytes,
// and so is the unit of a word below:
//
//	magic    "unrolids"
//	version  2
//	length   of the description in bytes
//	checksum of what follows up to the blocks, and of the version and length
//	description  Meta in JSON
//	blocks   of about a megabyte
//	end      a block of no rows, whose two words are the number of samples
//
//	block:   rows, words, checksum of all other words of the block
//	         number of ids, for each row
//	         Width targets as float64, a weight as float32 if there are any, ids; row
//	         by row
//
// Checksums are CRC-32C,
// which processors compute faster than disks read and which notices every burst
// of up to 32 bits; the files are no defence against somebody who forges them.
const (
	magic      = "unrolids"
	version    = 2
	headSize   = len(magic) + 3*4
	blockHead  = 3 * 4
	blockWords = 1 << 18 // that are enough for a block
	maxIDs     = 1 << 20 // of a sample, as of an encoder's sequences
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// The reasons for which a cache is of no use and is to be written anew, for
// errors.Is. A missing one is fs.ErrNotExist.
var (
	ErrStale   = errors.New("it is of other data or settings")
	ErrVersion = errors.New("it is of another version of the format")
	ErrDamaged = errors.New("it is damaged or cut short")
)

// Meta describes a cache.
type Meta struct {
	Key      string          `json:"key"`                // tells what the samples were made of, see Key
	Width    int             `json:"width"`              // targets a sample
	Weighted bool            `json:"weighted,omitempty"` // samples have weights
	Info     json.RawMessage `json:"info,omitempty"`     // the caller's own, such as the names of classes
}

// Samples are samples that are ready for a model.
type Samples struct {
	IDs     [][]int32 // a sequence a sample, each of its own length
	Targets []float64 // [samples·width], as they were read: a float32 is too coarse for 1,000,000,001
	Weights []float32 // [samples]; nil if samples have none
}

// Write writes samples to path in the batches that it is given, of any size;
// memory holds one and a megabyte. An existing file is replaced whole or not at
// all, also if samples ends with an error, and concurrent writers do not disturb
// each other: the last one stays.
func Write(path string, m Meta, samples iter.Seq2[Samples, error]) error {
	return safefile.Write(path, func(f io.Writer) error {
		w := &writer{f: f, meta: m}
		if err := w.head(); err != nil {
			return err
		}
		for batch, err := range samples {
			if err == nil {
				err = w.add(batch)
			}
			if err != nil {
				return err
			}
		}
		return w.end()
	})
}

type writer struct {
	f       io.Writer
	meta    Meta
	samples int
	lengths []uint32 // of the rows of the block
	rows    []byte   // their numbers
	block   []byte   // of which it is put together
}

func (w *writer) head() error {
	if w.meta.Width < 0 {
		return errors.Errorf("%d targets a sample, want at least 0", w.meta.Width)
	}
	meta, err := json.Marshal(w.meta)
	if err != nil {
		return errors.Wrap(err, "the description")
	}
	head := binary.LittleEndian.AppendUint32([]byte(magic), version)
	head = binary.LittleEndian.AppendUint32(head, uint32(len(meta)))
	sum := crc32.Update(crc32.Checksum(head[len(magic):], castagnoli), castagnoli, meta)
	head = binary.LittleEndian.AppendUint32(head, sum)
	_, err = w.f.Write(append(head, meta...))
	return err
}

func (w *writer) add(e Samples) error {
	width := w.meta.Width
	switch {
	case len(e.Targets) != width*len(e.IDs):
		return errors.Errorf("samples from %d on: %d targets for %d samples of %d", w.samples, len(e.Targets), len(e.IDs), width)
	case w.meta.Weighted && len(e.Weights) != len(e.IDs):
		return errors.Errorf("samples from %d on: %d weights for %d samples", w.samples, len(e.Weights), len(e.IDs))
	case !w.meta.Weighted && e.Weights != nil:
		return errors.Errorf("samples from %d on have weights, the description says none", w.samples)
	}
	for i, ids := range e.IDs {
		if len(ids) > maxIDs {
			return errors.Errorf("sample %d has %d ids, want at most %d", w.samples, len(ids), maxIDs)
		}
		w.lengths = append(w.lengths, uint32(len(ids)))
		for _, y := range e.Targets[i*width : (i+1)*width] {
			w.rows = binary.LittleEndian.AppendUint64(w.rows, math.Float64bits(y))
		}
		if w.meta.Weighted {
			w.rows = binary.LittleEndian.AppendUint32(w.rows, math.Float32bits(e.Weights[i]))
		}
		for _, id := range ids {
			w.rows = binary.LittleEndian.AppendUint32(w.rows, uint32(id))
		}
		w.samples++
		if len(w.lengths)+len(w.rows)/4 >= blockWords {
			if err := w.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// flush writes the rows so far as a block.
func (w *writer) flush() error {
	if len(w.lengths) == 0 {
		return nil
	}
	var lengths []byte
	for _, n := range w.lengths {
		lengths = binary.LittleEndian.AppendUint32(lengths, n)
	}
	err := w.write(len(w.lengths), lengths, w.rows)
	w.lengths, w.rows = w.lengths[:0], w.rows[:0]
	return err
}

func (w *writer) end() error {
	if err := w.flush(); err != nil {
		return err
	}
	return w.write(0, binary.LittleEndian.AppendUint64(nil, uint64(w.samples)), nil)
}

// write writes a block as one piece.
func (w *writer) write(rows int, a, b []byte) error {
	w.block = binary.LittleEndian.AppendUint32(w.block[:0], uint32(rows))
	w.block = binary.LittleEndian.AppendUint32(w.block, uint32((len(a)+len(b))/4))
	sum := crc32.Checksum(w.block, castagnoli)
	sum = crc32.Update(crc32.Update(sum, castagnoli, a), castagnoli, b)
	w.block = binary.LittleEndian.AppendUint32(w.block, sum)
	w.block = append(append(w.block, a...), b...)
	_, err := w.f.Write(w.block)
	return err
}
