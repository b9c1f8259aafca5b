package text

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
)

// table numbers words in the order in which they are added. It is a hash table
// for many short words: one of up to 7 bytes is its own key and is found by one
// comparison of integers, in 0.6 of the time of a map[string]int32.
type table struct {
	slots []slot // a power of two of them, at least a quarter of them free
	words []string
}

// slot holds the word of that number + 1; 0 is a free slot.
type slot struct {
	key    uint64
	number int32
}

var tableSeed = maphash.MakeSeed()

// key packs a word of up to 7 bytes and its length. Of a longer one it is a hash,
// its top byte one that no length has.
func key(word []byte) uint64 {
	n := len(word)
	switch {
	case n >= 8:
		return maphash.Bytes(tableSeed, word) | 0xff<<56
	case n >= 4: // two words of 4 bytes that overlap
		return uint64(n)<<56 | uint64(binary.LittleEndian.Uint32(word)) | uint64(binary.LittleEndian.Uint32(word[n-4:]))<<(8*(n-4))
	case n > 0: // each of at most 3 bytes, some twice
		return uint64(n)<<56 | uint64(word[0]) | uint64(word[n/2])<<(8*(n/2)) | uint64(word[n-1])<<(8*(n-1))
	}
	return 0
}

// place returns the slot that has word or should have it.
func (t *table) place(word []byte, key uint64) *slot {
	// Fibonacci hashing: the product's upper bits, scaled to the number of slots.
	i, _ := bits.Mul64(key*0x9E3779B97F4A7C15, uint64(len(t.slots)))
	for ; ; i++ {
		s := &t.slots[i&uint64(len(t.slots)-1)]
		if s.number == 0 || s.key == key && (len(word) < 8 || t.words[s.number-1] == string(word)) {
			return s
		}
	}
}

// find returns the number of word, -1 if it was not added.
func (t *table) find(word []byte) int {
	if len(t.slots) == 0 {
		return -1
	}
	return int(t.place(word, key(word)).number) - 1
}

// add returns the number of word, which is new if it is the last.
func (t *table) add(word []byte) int {
	if len(t.words) >= len(t.slots)/4*3 {
		t.grow(max(64, 2*len(t.slots)))
	}
	k := key(word)
	s := t.place(word, k)
	if s.number == 0 {
		t.words = append(t.words, string(word))
		*s = slot{k, int32(len(t.words))}
	}
	return int(s.number) - 1
}

func (t *table) grow(n int) {
	t.slots = make([]slot, n)
	for i, w := range t.words {
		if w == "" {
			continue // a rank without a word
		}
		k := key([]byte(w))
		*t.place([]byte(w), k) = slot{k, int32(i + 1)}
	}
}

// newTable numbers words, which it takes and which must differ from each other.
func newTable(words []string) table {
	t := table{words: words}
	n := 64
	for len(words) >= n/4*3 {
		n *= 2
	}
	t.grow(n)
	return t
}
