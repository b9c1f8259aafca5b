package text

import (
	"encoding/binary"
	"math"

	"github.com/pkg/errors"

	"unroll/internal/large"
)

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

// grams makes grams that have none yet.
func (head gramHead) grams() (*Grams, error) {
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
	return &Grams{config: c, texts: head.Texts, part: head.Part, bits: head.Bits, scratch: newScratchPool()}, nil
}

// checkKind holds a kind of n grams, that at least so many texts have, to the configuration.
func (g *Grams) checkKind(k, n, before, least int) error {
	c := g.config
	switch {
	case n > 0 && c.kinds()[k].max == 0 || c.MaxGrams > 0 && n > c.MaxGrams || n > math.MaxInt32-before:
		return errors.Errorf("it holds %d grams of %s, more than its configuration allows", n, [kinds]string{"words", "characters"}[k])
	case n > 0 && least < c.MinCount:
		return errors.Errorf("it holds a gram of %d texts, less than MinCount %d", least, c.MinCount)
	}
	return nil
}

// end holds a file to its end, after n grams.
func (r *gramReader) end(n int) error {
	switch {
	case len(r.rest) > 0:
		return errors.Errorf("%d bytes follow its grams", len(r.rest))
	case n == 0:
		return errors.New("it holds no grams")
	}
	return nil
}

// grams makes the grams of what is behind the head.
func (r *gramReader) grams(head gramHead) (*Grams, error) {
	g, err := head.grams()
	if err != nil {
		return nil, err
	}
	for k := range g.index {
		hashes, counts := r.kind(head.Texts, head.Bits)
		if r.err != nil {
			return nil, r.err
		}
		least := head.Texts
		if len(counts) > 0 {
			least = int(counts[len(counts)-1])
		}
		if err := g.checkKind(k, len(hashes), len(g.counts), least); err != nil {
			return nil, err
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
	return g, r.end(len(g.counts))
}

// checkRun holds grams of so many texts to those before them.
func (r *gramReader) checkRun(count, size, last int) error {
	if r.err == nil && (count < 1 || count >= last || size < 1) {
		r.fail(errors.Errorf("it holds %d grams of %d texts after those of %d", size, count, last))
	}
	return r.err
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
		if r.checkRun(count, size, last) != nil {
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
