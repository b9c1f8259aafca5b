package text

import (
	"math/bits"
	"slices"

	"github.com/pkg/errors"

	"unroll/internal/large"
)

// gramIndex finds the number of a gram: a hash table of one word a slot, so that each
// gram costs one access to memory at most.
//
//	slot:  lower bits of a hash | number + 1       its upper bits: where the slot is
//
// A gram that others have moved on lies where its upper bits do not say, so one that
// is unknown may be taken for it: where there are 2^20 slots, one unknown gram of 2^43,
// nearly as rare as an equal hash.
type gramIndex struct {
	hashes []uint64 // by number
	known  uint64   // the bits of a hash by which grams are known
	slots  []uint64 // 2^(64-shift) of them, at least 7 of 15 free
	shift  uint     // of a hash, to the number of its slot
}

// farthest is how far from its slot a gram may lie. Hashes of grams do not come near
// it, those of a file that was made to be slow would.
const farthest = 300

// build makes the index of hashes of so many bits, which it takes. It errs if two are
// equal.
//
// Hashes rise in runs, one for each count. It takes a part of their range after the other,
// from all runs, so that the part of the slots that it fills stays near the processor.
func (x *gramIndex) build(hashes []uint64, width int) error {
	if len(hashes) == 0 {
		return nil
	}
	n := max(bits.Len(uint(len(hashes)*15/8)), 8)
	x.hashes, x.known, x.slots, x.shift = hashes, upper(width), large.Make[uint64](1<<n), uint(64-n)
	var runs []int // where each goes on
	for i, h := range hashes {
		if i == 0 || h < hashes[i-1] {
			runs = append(runs, i)
		}
	}
	ends := append(slices.Clone(runs[1:]), len(hashes))
	parts := max(0, n-slotsNear)
	if len(runs)<<parts > len(hashes) { // they hardly rise
		parts = 0
	}
	for part := range uint64(1) << parts {
		for r, number := range runs {
			for number < ends[r] && hashes[number]>>(64-parts) == part {
				if err := x.add(number); err != nil {
					return err
				}
				number++
			}
			runs[r] = number
		}
	}
	return nil
}

// slotsNear are so many slots, as a power of two, that they fit in a processor's cache.
const slotsNear = 15

// add adds the gram of a number.
func (x *gramIndex) add(number int) error {
	h, mask := x.hashes[number], uint64(len(x.slots)-1)
	i, tag := h>>x.shift, h<<(64-x.shift)
	for far := 0; x.slots[i&mask] != 0; far++ {
		// What the slot says of a hash is compared first: the hash is far away.
		if slot := x.slots[i&mask]; slot&^mask == tag && x.hashes[slot&mask-1] == h {
			return errors.Errorf("the hash %#x is there twice", h)
		}
		if far > farthest {
			return errors.New("its hashes are too much alike to be those of texts")
		}
		i++
	}
	x.slots[i&mask] = tag | uint64(number+1)
	return nil
}

// gramRuns finds the grams that begin at each of some units. It goes by length, not
// from unit to unit, so that the memory is asked for many slots at one time.
type gramRuns struct {
	ids     [block][maxGramChars]int32 // number + 1 by unit, then by length - 1; 0 is none
	live    [block]uint8               // units whose grams may go on
	runs    [block]uint64              // their hashes
	touched uint64                     // a sum that nobody reads
}

// find fills ids for the first n units. closed says that a gram is not kept if its
// beginning is not. The index is not empty.
func (r *gramRuns) find(x *gramIndex, k kind, units []uint64, n int, closed bool) {
	for i := range n {
		r.live[i], r.runs[i] = uint8(i), k.seed
	}
	clear(r.ids[:n])
	live, slots, mask, shift := r.live[:n], x.slots, uint64(len(x.slots)-1), x.shift&63
	short := x.known != ^uint64(0) // then lower bits may well be alike where upper ones are not
	touched := uint64(0)
	for length := 1; length <= k.max; length++ {
		for len(live) > 0 && int(live[len(live)-1])+length > len(units) {
			live = live[:len(live)-1]
		}
		for _, i := range live {
			h := chain(r.runs[i], units[int(i)+length-1])
			r.runs[i] = h
			touched += slots[h>>shift&mask]
		}
		if length < k.min {
			continue
		}
		left := 0
		for _, i := range live {
			h := r.runs[i] & x.known
			tag, at := h<<(-shift&63), h>>shift
			slot := slots[at&mask]
			for slot != 0 && (slot&^mask != tag || short && x.hashes[slot&mask-1] != h) {
				at++
				slot = slots[at&mask]
			}
			r.ids[i][length-1] = int32(slot & mask)
			if slot != 0 || !closed {
				live[left] = i
				left++
			}
		}
		live = live[:left]
	}
	r.touched += touched
}
