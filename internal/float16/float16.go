// Package float16 reads floats of 16 bits.
package float16

import "math"

// IEEE is the value of an IEEE 754 number of 16 bits, to the last bit.
func IEEE(h uint16) float32 {
	sign, exp, frac := uint32(h>>15)<<31, int(h>>10&31), uint32(h&1023)
	switch exp {
	case 0:
		f := float32(frac) * 0x1p-24
		return math.Float32frombits(math.Float32bits(f) | sign)
	case 31:
		return math.Float32frombits(sign | 0xff<<23 | frac<<13)
	}
	return math.Float32frombits(sign | uint32(exp-15+127)<<23 | frac<<13)
}

// Brain is the value of a bfloat16: the upper half of a float32.
func Brain(h uint16) float32 { return math.Float32frombits(uint32(h) << 16) }
