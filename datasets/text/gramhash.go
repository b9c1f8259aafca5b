package text

import (
	"encoding/binary"
	"math/bits"
)

// A gram is told from others by 64 bits that are the same in every process and on
// every machine, for files hold them: of a million grams two are alike once in 37
// million vocabularies.
//
//	hash of a run u₁ … uₙ of units:  h₀ = seed of the kind,  hᵢ = chain(hᵢ₋₁, uᵢ)
//
// A unit of characters is a code point, that of words the hash of a word's bytes.
const (
	factor   = 0x9E3779B97F4A7C15 // 2⁶⁴ over the golden ratio
	wordSeed = 0xA0761D6478BD642F // this and the next two are wyhash's secrets
	charSeed = 0xE7037ED1A0B428DB
	byteSeed = 0x8EBC6AF09C88C6E3
	bound    = 0x589965CC75374CC3 // <s> as a unit; </s> is the next number
)

// chain adds x to h as wyhash does: both halves of a product of 128 bits.
func chain(h, x uint64) uint64 {
	hi, lo := bits.Mul64(h^x, factor)
	return hi ^ lo
}

// hashWord hashes a word's bytes, eight at a time.
func hashWord(word []byte) uint64 {
	h := byteSeed ^ uint64(len(word))
	for ; len(word) > 8; word = word[8:] {
		h = chain(h, binary.LittleEndian.Uint64(word))
	}
	var last uint64
	switch n := len(word); {
	case n == 8:
		last = binary.LittleEndian.Uint64(word)
	case n >= 4: // two of 4 bytes that overlap
		last = uint64(binary.LittleEndian.Uint32(word)) | uint64(binary.LittleEndian.Uint32(word[n-4:]))<<(8*(n-4))
	case n > 0: // each of at most 3 bytes, some twice
		last = uint64(word[0]) | uint64(word[n/2])<<(8*(n/2)) | uint64(word[n-1])<<(8*(n-1))
	}
	return chain(h, last)
}
