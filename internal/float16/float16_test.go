package float16

import (
	"math"
	"testing"
)

// The values are those of the table in IEEE 754's article of Wikipedia.
func TestIEEE(t *testing.T) {
	for bits, want := range map[uint16]float64{
		0x0000: 0, 0x0001: 0x1p-24, 0x03ff: 1023 * 0x1p-24, 0x0400: 0x1p-14, 0x3555: 0.333251953125,
		0x3c00: 1, 0x3c01: 1 + 0x1p-10, 0x7bff: 65504, 0x7c00: math.Inf(1), 0xc000: -2, 0xfc00: math.Inf(-1),
	} {
		if got := float64(IEEE(bits)); got != want {
			t.Errorf("%#04x is %g, want %g", bits, got, want)
		}
	}
	if !math.Signbit(float64(IEEE(0x8000))) || !math.IsNaN(float64(IEEE(0x7e00))) {
		t.Error("-0 or NaN is another one")
	}
}

func TestBrain(t *testing.T) {
	for bits, want := range map[uint16]float32{0x3f80: 1, 0xc000: -2, 0x4049: 3.140625} {
		if got := Brain(bits); got != want {
			t.Errorf("%#04x is %g, want %g", bits, got, want)
		}
	}
}
