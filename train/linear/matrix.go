package linear

import (
	"math"

	"github.com/pkg/errors"

	"unroll/internal/parallel"
)

// Matrix is a sparse matrix of a row for each text, with the ids that it has, in
// ascending order and each once, and what they weigh.
type Matrix struct {
	columns, split int
	extra          int   // columns at the end that are no ids, see Append
	starts         []int // of each row in ids and values, and the end: [rows+1]
	ids            []int32
	values         []float32
}

const mostScale = 1e30

// rowsAtOnce is how many rows a processor takes at one time.
const rowsAtOnce = 256

// Weigh makes a row of each bag of ids. An id that occurs n times in it weighs
//
//	v = (1 + ln n)·scale / ‖v‖₂
//
// The ids below split and the others are two blocks, such as words and characters, each
// of them divided by its own length. Scale [columns] is what IDF returns; an id of scale
// 0 is left out. A bag may be empty, a row of zeros. An id that is outside of scale is
// an error, as is a scale that is no number of 0 to 1e30.
//
// These are the weights of an nn.EmbeddingBag with Frequency log, Norm l2 and Scaled, one
// for each block, added up by id. scikit-learn: TfidfVectorizer(sublinear_tf=True).
func Weigh(bags [][]int32, scale []float32, split int) (*Matrix, error) {
	total, err := check(bags, len(scale))
	if err != nil {
		return nil, errors.Wrap(err, "weigh")
	}
	for id, s := range scale {
		if !(s >= 0 && s <= mostScale) {
			return nil, errors.Errorf("weigh: id %d has the scale %v, want a number of 0 to %g", id, s, mostScale)
		}
	}
	if split < 0 || split > len(scale) {
		return nil, errors.Errorf("weigh: split is %d, want 0 to %d", split, len(scale))
	}
	x := &Matrix{
		columns: len(scale), split: split,
		starts: make([]int, len(bags)+1),
		ids:    make([]int32, total),
		values: make([]float32, total),
	}
	for i, bag := range bags {
		x.starts[i+1] = x.starts[i] + len(bag)
	}
	sizes := make([]int, len(bags))
	parallel.Rows(len(bags), rowsAtOnce, func(from, to int) {
		s := sorter{limit: len(scale)}
		for i := from; i < to; i++ {
			start, end := x.starts[i], x.starts[i+1]
			copy(x.ids[start:end], bags[i])
			s.sort(x.ids[start:end])
			sizes[i] = weigh(x.ids[start:end], scale, int32(split), x.values[start:end])
		}
	})
	end := 0
	for i, n := range sizes {
		from := x.starts[i]
		copy(x.ids[end:], x.ids[from:from+n])
		copy(x.values[end:], x.values[from:from+n])
		x.starts[i], end = end, end+n
	}
	x.starts[len(bags)] = end
	x.ids, x.values = x.ids[:end], x.values[:end]
	return x, nil
}

// Append returns a matrix with more columns at the end, such as numbers beside a text:
// values [rows, columns more], the same number in each row. Ratios multiplies them by 1.
// Another number of rows or of values is an error, as is a number that is none.
func (x *Matrix) Append(values [][]float32) (*Matrix, error) {
	if len(values) != x.Rows() {
		return nil, errors.Errorf("append: %d rows, want %d", len(values), x.Rows())
	}
	more := 0
	if len(values) > 0 {
		more = len(values[0])
	}
	y := &Matrix{
		columns: x.columns + more, split: x.split, extra: x.extra + more,
		starts: make([]int, len(x.starts)),
		ids:    make([]int32, 0, len(x.ids)+more*len(values)),
		values: make([]float32, 0, len(x.ids)+more*len(values)),
	}
	for i, row := range values {
		if len(row) != more {
			return nil, errors.Errorf("append: row %d has %d values, the first %d", i, len(row), more)
		}
		ids, of := x.Row(i)
		y.ids, y.values = append(y.ids, ids...), append(y.values, of...)
		for k, v := range row {
			if v-v != 0 {
				return nil, errors.Errorf("append: value %d of row %d is %v", k, i, v)
			}
			if v != 0 {
				y.ids, y.values = append(y.ids, int32(x.columns+k)), append(y.values, v)
			}
		}
		y.starts[i+1] = len(y.ids)
	}
	return y, nil
}

// check returns how many ids there are in the bags.
func check(bags [][]int32, columns int) (total int, err error) {
	for i, bag := range bags {
		for _, id := range bag {
			if id < 0 || int(id) >= columns {
				return 0, errors.Errorf("bag %d has the id %d, want ids of 0 to %d", i, id, columns-1)
			}
		}
		total += len(bag)
	}
	return total, nil
}

// weigh makes a row of the sorted ids of a bag, and returns how many it has.
func weigh(ids []int32, scale []float32, split int32, values []float32) (n int) {
	first := 0 // id of the second block
	var squares [2]float64
	for i := 0; i < len(ids); {
		id, from := ids[i], i
		for i < len(ids) && ids[i] == id {
			i++
		}
		if scale[id] == 0 {
			continue
		}
		share := logOf(i-from) * float64(scale[id])
		block := 1
		if id < split {
			block, first = 0, n+1
		}
		squares[block] += share * share
		ids[n], values[n] = id, float32(share)
		n++
	}
	shorten(values[:first], squares[0])
	shorten(values[first:n], squares[1])
	return n
}

// shorten divides values by the root of the sum of their squares.
func shorten(values []float32, squares float64) {
	by := 1 / math.Sqrt(squares)
	for i, v := range values {
		values[i] = float32(float64(v) * by)
	}
}

// logs are 1 + ln n, from 1 on.
var logs = func() (table [64]float64) {
	for n := range table {
		table[n] = 1 + math.Log(float64(n))
	}
	return table
}()

// logOf returns 1 + ln n.
func logOf(n int) float64 {
	if n < len(logs) {
		return logs[n]
	}
	return 1 + math.Log(float64(n))
}

// Rows returns the number of rows.
func (x *Matrix) Rows() int { return len(x.starts) - 1 }

// Columns returns the number of columns: ids are below it.
func (x *Matrix) Columns() int { return x.columns }

// Len returns how many values are not zeros.
func (x *Matrix) Len() int { return len(x.ids) }

// Row returns the ids of a row and their values; they are the matrix's own.
func (x *Matrix) Row(i int) (ids []int32, values []float32) {
	from, to := x.starts[i], x.starts[i+1]
	return x.ids[from:to:to], x.values[from:to:to]
}
