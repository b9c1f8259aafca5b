package large

import (
	"slices"
	"testing"
)

// TestMake: slices are of zeros and of their length, whatever that is.
func TestMake(t *testing.T) {
	for _, n := range []int{0, 1, least/8 - 1, least / 8, least/8 + 1, least} {
		s := Make[uint64](n)
		if len(s) != n || slices.ContainsFunc(s, func(x uint64) bool { return x != 0 }) {
			t.Errorf("%d numbers: %d, not all 0", n, len(s))
		}
		for i := range s {
			s[i] = uint64(i)
		}
		if n > 0 && s[n-1] != uint64(n-1) {
			t.Errorf("the last of %d is %d", n, s[n-1])
		}
	}
}
