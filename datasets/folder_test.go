package datasets

import (
	"cmp"
	"testing"

	"pgregory.net/rapid"
)

// Numbered names are in a strict order, whatever they are.
func TestCompareNumbered(t *testing.T) {
	for _, names := range [][]string{
		{"", "0", "00", "01", "1", "9_7", "10_9", "10_10", "a", "a2", "a10", "b"},
		{"img12.png", "img012.txt", "img12a", "img99999999999999999999999"},
	} {
		for i := range names {
			for j := range names {
				if got, want := compareNumbered(names[i], names[j]), cmp.Compare(i, j); got != want {
					t.Errorf("%q to %q: %d, want %d", names[i], names[j], got, want)
				}
			}
		}
	}
	name := rapid.StringOfN(rapid.RuneFrom([]rune("0019a_")), 0, 6, -1)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := name.Draw(t, "a"), name.Draw(t, "b"), name.Draw(t, "c")
		ab, bc, ac := compareNumbered(a, b), compareNumbered(b, c), compareNumbered(a, c)
		if ab != -compareNumbered(b, a) || (ab == 0) != (a == b) || ab <= 0 && bc <= 0 && ac > 0 {
			t.Fatalf("%q %q %q: %d %d %d", a, b, c, ab, bc, ac)
		}
	})
}
