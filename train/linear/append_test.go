package linear_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/train/linear"
)

// TestAppend: rows keep what they have, and get what is put beside them.
func TestAppend(t *testing.T) {
	x, err := linear.Weigh([][]int32{{0, 2}, {}, {1}}, []float32{1, 1, 1}, 2)
	if err != nil {
		t.Fatal(err)
	}
	y, err := x.Append([][]float32{{0.5, 0}, {0, -2}, {0, 0}})
	if err != nil {
		t.Fatal(err)
	}
	if y.Rows() != 3 || y.Columns() != 5 || x.Columns() != 3 {
		t.Errorf("%d rows, %d columns", y.Rows(), y.Columns())
	}
	for i, want := range []struct {
		ids    []int32
		values []float32
	}{{[]int32{0, 2, 3}, []float32{1, 1, 0.5}}, {[]int32{4}, []float32{-2}}, {[]int32{1}, []float32{1}}} {
		ids, values := y.Row(i)
		if !cmp.Equal(append([]int32{}, ids...), want.ids) || !cmp.Equal(append([]float32{}, values...), want.values) {
			t.Errorf("row %d is %v, %v", i, ids, values)
		}
	}
	before, err := linear.Ratios(x, []int32{0, 1, 1}, 1, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	h, err := linear.Ratios(y, []int32{0, 1, 1}, 1, 0.5)
	if err != nil || !cmp.Equal(h, append(before, 1, 1)) {
		t.Errorf("ratios %v, before %v, error %v", h, before, err)
	}
	w, _, err := linear.SVM{C: 1}.Fit(context.Background(), y, h, []int8{1, -1, 1}, nil)
	if err != nil || w[4] <= 0.1 {
		t.Errorf("weights %v, error %v", w, err)
	}
	nan := float32(math.NaN())
	for want, values := range map[string][][]float32{
		"append: 1 rows, want 3":                  {{1}},
		"append: row 1 has 0 values, the first 1": {{1}, {}, {1}},
		"append: value 0 of row 2 is NaN":         {{1}, {2}, {nan}},
	} {
		if _, err := x.Append(values); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
