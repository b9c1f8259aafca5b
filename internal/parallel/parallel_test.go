package parallel_test

import (
	"sync/atomic"
	"testing"

	"unroll/internal/parallel"
)

// TestDo: each number is run once, also with none and with one.
func TestDo(t *testing.T) {
	for _, n := range []int{0, 1, 2, 1000} {
		runs := make([]atomic.Int32, n)
		parallel.Do(n, func(i int) { runs[i].Add(1) })
		for i := range runs {
			if got := runs[i].Load(); got != 1 {
				t.Errorf("of %d, %d was run %d times", n, i, got)
			}
		}
	}
}

// TestRows: ranges cover all rows once, and none is longer than asked.
func TestRows(t *testing.T) {
	for _, n := range []int{0, 1, 255, 256, 257, 1000} {
		runs := make([]atomic.Int32, n)
		parallel.Rows(n, 256, func(from, to int) {
			if from >= to || to-from > 256 {
				t.Errorf("of %d rows, a range from %d to %d", n, from, to)
			}
			for i := from; i < to; i++ {
				runs[i].Add(1)
			}
		})
		for i := range runs {
			if got := runs[i].Load(); got != 1 {
				t.Errorf("of %d, row %d was in %d ranges", n, i, got)
			}
		}
	}
}
