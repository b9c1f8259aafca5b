package linear

import (
	"context"

	"github.com/pkg/errors"

	"unroll/internal/parallel"
)

// sureMargin is the margin of a label that all rows have, and minus it that of one which
// no row has, as may be in a part of the rows.
const sureMargin = 4

// FitLabels fits a model of each label against the rows that have it not, side by side on
// all processors. Labels are those of each row, 0 to n − 1, any number of them. H returns
// by what the columns are multiplied, such as by Ratios, for a label that the rows with a
// 1 have, for several labels at one time; nil is for ones. Of a label that all rows have,
// or none, the weights are zeros and the bias says so.
func (s SVM) FitLabels(ctx context.Context, x *Matrix, labels [][]int32, n int, h func(has []int32) ([]float32, error)) (*Model, error) {
	if len(labels) != x.Rows() {
		return nil, errors.Errorf("labels of %d rows, want %d", len(labels), x.Rows())
	}
	has := make([][]int32, n)
	rows := make([]int, n)
	for l := range has {
		has[l] = make([]int32, len(labels))
	}
	for i, of := range labels {
		for _, l := range of {
			if l < 0 || int(l) >= n {
				return nil, errors.Errorf("row %d has the label %d, want 0 to %d", i, l, n-1)
			}
			rows[l] += int(1 - has[l][i])
			has[l][i] = 1
		}
	}
	m := &Model{make([][]float32, n), make([]float32, n)}
	failed := make([]error, n)
	parallel.Do(n, func(l int) {
		if failed[l] = ctx.Err(); failed[l] != nil {
			return
		}
		switch rows[l] {
		case 0:
			m.Weights[l], m.Bias[l] = make([]float32, x.Columns()), -sureMargin
		case len(labels):
			m.Weights[l], m.Bias[l] = make([]float32, x.Columns()), sureMargin
		default:
			m.Weights[l], m.Bias[l], failed[l] = s.fitLabel(ctx, x, has[l], h)
		}
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for l, err := range failed {
		if err != nil {
			return nil, errors.Wrapf(err, "label %d", l)
		}
	}
	return m, nil
}

func (s SVM) fitLabel(ctx context.Context, x *Matrix, has []int32, h func([]int32) ([]float32, error)) (w []float32, bias float32, err error) {
	var by []float32
	if h != nil {
		if by, err = h(has); err != nil {
			return nil, 0, err
		}
	}
	y := make([]int8, len(has))
	for i, v := range has {
		y[i] = int8(2*v - 1)
	}
	return s.Fit(ctx, x, by, y, nil)
}
