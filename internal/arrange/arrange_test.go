package arrange

import (
	"slices"
	"testing"
)

// The numbers are those of NumPy: numpy.arange(24).reshape(2, 3, 4).transpose(2, 0, 1).
func TestPermuted(t *testing.T) {
	x := make([]float64, 24)
	for i := range x {
		x[i] = float64(i)
	}
	want := []float64{0, 4, 8, 12, 16, 20, 1, 5, 9, 13, 17, 21, 2, 6, 10, 14, 18, 22, 3, 7, 11, 15, 19, 23}
	if got := Permuted(x, []int{2, 3, 4}, 2, 0, 1); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := Transposed([]float64{1, 2, 3, 4, 5, 6}, 2, 3); !slices.Equal(got, []float64{1, 4, 2, 5, 3, 6}) {
		t.Errorf("transposed is %v", got)
	}
}

func TestBlocks(t *testing.T) {
	x, order := []float64{1, 2, 3, 4, 5, 6}, []int{1, 2, 0}
	got := Blocks(x, order, 2)
	if !slices.Equal(got, []float64{3, 4, 5, 6, 1, 2}) {
		t.Errorf("blocks are %v", got)
	}
	if back := Blocks(got, Inverse(order), 2); !slices.Equal(back, x) {
		t.Errorf("back they are %v", back)
	}
}
