package text

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"io"
	"io/fs"
	"math"

	"github.com/pkg/errors"

	"unroll/internal/input"
	"unroll/internal/jsonfile"
	"unroll/internal/large"
	"unroll/internal/safefile"
)

// A file of grams, numbers being unsigned varints unless told otherwise:
//
//	gramMagic
//	length of the head, gramHead as JSON
//	for each kind: number of counts; for each count, falling: the count, how many
//	    grams have it, and their hashes, rising, 8 bytes each in little-endian order,
//	    or if they have fewer bits, see Grams.Short, as appendShort writes them
//	SHA-256 of all before
const gramMagic = "unroll grams\n"

// gramVersion counts the changes of the file: 2 may be a part of what was learned, and have
// short hashes. Newer files are refused.
const gramVersion = 2

type gramHead struct {
	Version int `json:"version"`
	GramConfig
	Texts int  `json:"texts"`
	Part  bool `json:"part,omitempty"` // see Grams.Only
	Bits  int  `json:"bits,omitempty"` // of a hash, see Grams.Short; 0 is 64
}

// MarshalBinary writes the grams: 8 bytes each, see Short for fewer, and little more. It
// errs if there are none.
func (g *Grams) MarshalBinary() ([]byte, error) {
	if len(g.counts) == 0 {
		return nil, errors.New("there are no grams")
	}
	head, err := json.Marshal(gramHead{gramVersion, g.config, g.texts, g.part, g.bits})
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, len(head)+8*len(g.counts)+1<<12)
	out = append(out, gramMagic...)
	out = binary.AppendUvarint(out, uint64(len(head)))
	out = append(out, head...)
	rest := g.counts
	for k := range g.index {
		hashes := g.index[k].hashes
		counts := rest[:len(hashes)]
		rest = rest[len(hashes):]
		var ends []int // of those of each count
		for i := range counts {
			if i+1 == len(counts) || counts[i+1] != counts[i] {
				ends = append(ends, i+1)
			}
		}
		out = binary.AppendUvarint(out, uint64(len(ends)))
		at := 0
		for _, end := range ends {
			out = binary.AppendUvarint(out, uint64(counts[at]))
			out = binary.AppendUvarint(out, uint64(end-at))
			if g.bits > 0 {
				out = appendShort(out, hashes[at:end], g.bits)
				at = end
			}
			for ; at < end; at++ {
				out = binary.LittleEndian.AppendUint64(out, hashes[at])
			}
		}
	}
	sum := sha256.Sum256(out)
	return append(out, sum[:]...), nil
}

// UnmarshalBinary reads what MarshalBinary wrote. It refuses newer versions, and
// anything that could not have been learned.
func (g *Grams) UnmarshalBinary(data []byte) error {
	body, ok := bytes.CutPrefix(data, []byte(gramMagic))
	if !ok {
		return errors.New("it holds no grams")
	}
	r := gramReader{rest: body}
	var head gramHead
	if err := jsonfile.Decode(r.bytes(r.number(math.MaxInt32)), gramVersion, &head); err != nil && r.err == nil {
		return errors.WithMessage(err, "it holds no grams that can be read")
	}
	if r.err != nil || len(r.rest) < sha256.Size {
		return errCut
	}
	signed := data[:len(data)-sha256.Size]
	sum := make(chan [sha256.Size]byte, 1)
	go func() { sum <- sha256.Sum256(signed) }() // which takes as long as the rest
	r.rest = r.rest[:len(r.rest)-sha256.Size]
	read, err := r.grams(head)
	if is := <-sum; !bytes.Equal(is[:], data[len(signed):]) {
		return errors.New("it is damaged: its checksum does not match")
	}
	if err != nil {
		return err
	}
	*g = *read
	return nil
}

var errCut = errors.New("it is cut short")

// gramReader takes one thing after another from a file, nothing after an error.
type gramReader struct {
	rest []byte
	err  error
}

// number takes a number up to most.
func (r *gramReader) number(most int) int {
	n, size := binary.Uvarint(r.rest)
	if r.err != nil || size <= 0 {
		r.fail(errCut)
		return 0
	}
	r.rest = r.rest[size:]
	if n > uint64(most) {
		r.fail(errors.Errorf("it holds the number %d, want %d at most", n, most))
		return 0
	}
	return int(n)
}

func (r *gramReader) bytes(n int) []byte {
	if r.err != nil || n > len(r.rest) {
		r.fail(errCut)
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *gramReader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// grams makes the grams of what is behind the head.
func (r *gramReader) grams(head gramHead) (*Grams, error) {
	c, err := head.GramConfig.check()
	if err != nil {
		return nil, err
	}
	if head.Texts < 0 || head.Texts > math.MaxInt32 {
		return nil, errors.Errorf("it tells of %d texts, want 0 to %d", head.Texts, math.MaxInt32)
	}
	if head.Bits != 0 && (head.Bits < shortBits || head.Bits > 63) {
		return nil, errors.Errorf("it has hashes of %d bits, want %d to 63", head.Bits, shortBits)
	}
	g := &Grams{config: c, texts: head.Texts, part: head.Part, bits: head.Bits, scratch: newScratchPool()}
	for k, kind := range c.kinds() {
		hashes, counts := r.kind(head.Texts, head.Bits)
		switch {
		case r.err != nil:
			return nil, r.err
		case len(hashes) > 0 && kind.max == 0 || c.MaxGrams > 0 && len(hashes) > c.MaxGrams || len(hashes) > math.MaxInt32-len(g.counts):
			return nil, errors.Errorf("it holds %d grams of %s, more than its configuration allows", len(hashes), [kinds]string{"words", "characters"}[k])
		case len(counts) > 0 && int(counts[len(counts)-1]) < c.MinCount:
			return nil, errors.Errorf("it holds a gram of %d texts, less than MinCount %d", counts[len(counts)-1], c.MinCount)
		}
		if err := g.index[k].build(hashes, g.HashBits()); err != nil {
			return nil, err
		}
		if g.counts == nil {
			g.counts = counts
		} else {
			g.counts = append(g.counts, counts...)
		}
	}
	switch {
	case len(r.rest) > 0:
		return nil, errors.Errorf("%d bytes follow its grams", len(r.rest))
	case len(g.counts) == 0:
		return nil, errors.New("it holds no grams")
	}
	return g, nil
}

// kind takes the hashes of a kind, of so many bits, and their counts.
func (r *gramReader) kind(texts, width int) (hashes []uint64, counts []int32) {
	last := texts + 1
	if width == 0 { // and so many at most; the memory of those that are not there is not touched
		hashes, counts = large.Make[uint64](len(r.rest) / 8)[:0], large.Make[int32](len(r.rest) / 8)[:0]
	}
	for range r.number(math.MaxInt32) {
		count := r.number(texts)
		size := r.number(math.MaxInt32)
		from := len(hashes)
		if width > 0 {
			hashes = append(hashes, r.short(size, width)...)
		} else {
			hashes = r.whole(hashes, size)
		}
		if r.err == nil && (count < 1 || count >= last || size < 1) {
			r.fail(errors.Errorf("it holds %d grams of %d texts after those of %d", size, count, last))
		}
		if r.err != nil {
			return nil, nil
		}
		last = count
		some := hashes[from:]
		for i := 1; i < len(some); i++ {
			if some[i] <= some[i-1] {
				r.fail(errors.Errorf("its grams of %d texts are out of order", count))
				return nil, nil
			}
		}
		for range some {
			counts = append(counts, int32(count))
		}
	}
	return hashes, counts
}

// whole appends n hashes of 64 bits to others.
func (r *gramReader) whole(hashes []uint64, n int) []uint64 {
	for data := r.bytes(8 * n); len(data) > 0; data = data[8:] {
		hashes = append(hashes, binary.LittleEndian.Uint64(data))
	}
	return hashes
}

// Save writes the grams to path. An existing file is replaced whole or not at all, as
// Encoder.Save does.
func (g *Grams) Save(path string) error {
	data, err := g.MarshalBinary()
	if err == nil {
		err = safefile.Write(path, func(w io.Writer) error {
			_, err := w.Write(data)
			return err
		})
	}
	return errors.WithMessage(err, "saving grams")
}

// LoadGrams reads grams that Save wrote. The error names the file and what is wrong
// with it: missing, empty, cut short, damaged, of a newer version.
func LoadGrams(path string) (*Grams, error) { return LoadGramsFS(safefile.Disk, path) }

// LoadGramsFS is LoadGrams from a file system, such as what a program embeds.
func LoadGramsFS(fsys fs.FS, path string) (*Grams, error) {
	data, err := fs.ReadFile(fsys, path)
	if err != nil {
		return nil, errors.Wrapf(input.Reason(err), "loading grams from %s", path)
	}
	if len(data) == 0 {
		return nil, errors.Errorf("loading grams from %s: it is empty", path)
	}
	g := new(Grams)
	if err := g.UnmarshalBinary(data); err != nil {
		return nil, errors.WithMessagef(err, "loading grams from %s", path)
	}
	return g, nil
}
