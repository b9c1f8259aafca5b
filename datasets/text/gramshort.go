package text

import (
	"math/bits"

	"github.com/pkg/errors"
)

// shortBits is by how many bits short hashes are longer than the number of grams: of
// hashes that are not kept fewer than one of 2^14 is equal to one that is.
const shortBits = 14

// Short returns the grams known by as many bits as tell them from each other, 33 of
// 400,000 grams, and the ids that they had. A file of them takes 2 to 3 bytes a gram, not
// 8. Where two are alike in these bits the rarer one is left out, one of some ten
// thousands.
//
// The price is that of grams that are not kept one of 16,000 or more is taken for one
// that is.
func (g *Grams) Short() (short *Grams, ids []int32, err error) {
	if err := g.inMemory(); err != nil {
		return nil, nil, err
	}
	width := min(bits.Len(uint(g.Len()))+shortBits, g.HashBits())
	seen := [kinds]map[uint64]bool{{}, {}}
	return g.only(func(id int32) bool {
		k, number := ofWords, int(id)
		if number >= g.Split() {
			k, number = ofChars, number-g.Split()
		}
		h := g.index[k].hashes[number] & upper(width)
		alike := seen[k][h]
		seen[k][h] = true
		return !alike
	}, width)
}

// upper has so many upper bits.
func upper(width int) uint64 { return ^uint64(0) << (64 - width) }

// HashBits returns by how many of their upper bits grams are known, 64 unless Short made
// them.
func (g *Grams) HashBits() int {
	if g.bits == 0 {
		return 64
	}
	return g.bits
}

// appendShort appends hashes of so many bits, rising, as Golomb-Rice codes of what each
// is more than the one before + 1, the first more than 0: the lower k bits, k of riceBits,
// behind the upper ones as that many ones and a zero. The bits of a byte are taken from
// the lowest on, and those that are left over are zeros.
func appendShort(out []byte, hashes []uint64, width int) []byte {
	k := riceBits(len(hashes), width)
	var byteNow, used uint
	bit := func(b uint64) {
		byteNow |= uint(b&1) << used
		if used++; used == 8 {
			out = append(out, byte(byteNow))
			byteNow, used = 0, 0
		}
	}
	next := uint64(0)
	for _, h := range hashes {
		h >>= 64 - width
		d := h - next
		next = h + 1
		for range d >> k {
			bit(1)
		}
		bit(0)
		for i := range k {
			bit(d >> i)
		}
	}
	if used > 0 {
		out = append(out, byte(byteNow))
	}
	return out
}

// riceBits is k for n hashes: 2^k is about what they differ by on average.
func riceBits(n, width int) int { return max(0, width-bits.Len(uint(n))) }

// short takes n hashes that appendShort wrote.
func (r *gramReader) short(n, width int) []uint64 {
	k := riceBits(n, width)
	if n > 8*len(r.rest)/(k+1) {
		r.fail(errCut)
		return nil
	}
	hashes := make([]uint64, n)
	at := 0
	bit := func() uint64 {
		if at >= 8*len(r.rest) {
			r.fail(errCut)
			return 0
		}
		b := r.rest[at/8] >> (at % 8) & 1
		at++
		return uint64(b)
	}
	next := uint64(0)
	for i := range hashes {
		d := uint64(0)
		for bit() == 1 {
			d += 1 << k
		}
		for j := range k {
			d |= bit() << j
		}
		if r.err == nil && (next>>width != 0 || d >= 1<<width-next) {
			r.fail(errors.Errorf("its hashes have more than %d bits", width))
		}
		if r.err != nil {
			return nil
		}
		hashes[i] = (next + d) << (64 - width)
		next += d + 1
	}
	for at%8 != 0 {
		if bit() == 1 {
			r.fail(errors.New("its hashes are followed by bits that are not zeros"))
			return nil
		}
	}
	r.rest = r.rest[at/8:]
	return hashes
}
