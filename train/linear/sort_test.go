package linear

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestSort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := sorter{limit: rapid.SampledFrom([]int{1, 2, 256, 257, 70000, 1 << 24, 1<<31 - 1}).Draw(t, "limit")}
		for range 2 {
			ids := rapid.SliceOfN(rapid.Int32Range(0, int32(s.limit-1)), 0, 300).Draw(t, "ids")
			want := slices.Sorted(slices.Values(ids))
			if s.sort(ids); !slices.Equal(ids, want) {
				t.Fatalf("sorted %v, want %v", ids, want)
			}
		}
	})
}
