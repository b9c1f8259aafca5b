package linear

import (
	"math"

	"github.com/pkg/errors"
)

// Ratios returns by how much each column is multiplied, [columns], so that what tells
// class k from the rest costs less to be used:
//
//	h = offset + |r|,  r = ln(p/Σp) − ln(q/Σq)
//
// p is 1 + the number of rows of class k that have the column, q that of the other rows,
// and the sums are over the columns of a block that occur. A column that does not occur
// has the ratio 0; what Append added is multiplied by 1. Class [rows] is that of each row. That k or the rest has no row is an
// error. Wang and Manning, 2012, take r itself and count the rest likewise.
func Ratios(x *Matrix, class []int32, k int, offset float32) ([]float32, error) {
	if len(class) != x.Rows() {
		return nil, errors.Errorf("ratios: classes of %d rows, want %d", len(class), x.Rows())
	}
	if !(offset >= 0 && offset-offset == 0) {
		return nil, errors.Errorf("ratios: offset is %v, want a number of at least 0", offset)
	}
	rows := 0
	count := make([][2]int32, x.columns) // of the rest, of class k
	for i, c := range class {
		of := 0
		if int(c) == k {
			of = 1
			rows++
		}
		ids, _ := x.Row(i)
		for _, id := range ids {
			count[id][of]++
		}
	}
	switch rows {
	case 0:
		return nil, errors.Errorf("ratios: class %d has no row", k)
	case len(class):
		return nil, errors.Errorf("ratios: all rows are of class %d", k)
	}
	h := make([]float32, x.columns)
	ratios(h[:x.split], count[:x.split], offset)
	ids := x.columns - x.extra
	ratios(h[x.split:ids], count[x.split:ids], offset)
	for i := ids; i < x.columns; i++ {
		h[i] = 1
	}
	return h, nil
}

// ratios writes those of a block.
func ratios(h []float32, count [][2]int32, offset float32) {
	var p, q float64
	for _, n := range count {
		if n[0]+n[1] > 0 {
			q += 1 + float64(n[0])
			p += 1 + float64(n[1])
		}
	}
	sums := math.Log(q / p)
	for id, n := range count {
		h[id] = offset
		if n[0]+n[1] > 0 {
			h[id] += float32(math.Abs(math.Log((1+float64(n[1]))/(1+float64(n[0]))) + sums))
		}
	}
}
