package linear

import (
	"cmp"
	"context"

	"github.com/pkg/errors"
)

// Ridge finds the weights w and the bias b of a linear model of numbers that minimise
//
//	½‖w‖² + ½b² + C Σ_i (y_i − w·x_i − b)²
//
// by dual coordinate descent. Numbers are best brought to mean 0 and deviation 1 before.
// From other weights it goes on as Weights tells. scikit-learn: Ridge(alpha=1/(2C)), whose
// intercept costs nothing.
type Ridge struct {
	C         float64 // how much the errors count against the size of the weights, 1 if 0
	Epochs    int     // at most so many passes over the rows, 10 if 0
	Tolerance float64 // ends training as that of an SVM does; 0.01 if 0
	Seed      int64   // of the order of the rows, another in each epoch
	From      *Weights
}

// Fit returns the weights [columns] and the bias for the numbers y [rows]. No rows are an
// error unless From is given, as is a number that is none; that ctx is done ends training with its error.
func (r Ridge) Fit(ctx context.Context, x *Matrix, y []float32) (w []float32, bias float32, err error) {
	w, bias, err = r.fit(ctx, x, y)
	return w, bias, errors.Wrap(err, "ridge")
}

func (r Ridge) fit(ctx context.Context, x *Matrix, y []float32) ([]float32, float32, error) {
	positive := func(v float64) bool { return v >= 0 && v-v == 0 }
	switch {
	case !positive(r.C):
		return nil, 0, errors.Errorf("C is %v, want a number above 0", r.C)
	case !positive(r.Tolerance):
		return nil, 0, errors.Errorf("tolerance is %v, want a number above 0", r.Tolerance)
	case r.Epochs < 0:
		return nil, 0, errors.Errorf("%d epochs", r.Epochs)
	case len(y) != x.Rows():
		return nil, 0, errors.Errorf("numbers of %d rows, want %d", len(y), x.Rows())
	case len(y) == 0 && r.From == nil:
		return nil, 0, errors.New("there are no rows")
	}
	for i, v := range y {
		if v-v != 0 {
			return nil, 0, errors.Errorf("row %d has the number %v", i, v)
		}
	}
	signs := make([]int8, len(y)) // a row counts as it is
	for i := range signs {
		signs[i] = 1
	}
	d, cost, err := newDescent(x, nil, signs, cmp.Or(r.C, 1), nil)
	if err != nil {
		return nil, 0, err
	}
	if err := d.goOn(r.From); err != nil {
		return nil, 0, err
	}
	d.dual = newSquares(y, cost)
	return d.solve(ctx, cmp.Or(r.Epochs, 10), cmp.Or(r.Tolerance, 0.01), r.Seed)
}

// squares is (y − m)². In the dual
//
//	min_α ½‖w‖² + ½b² + Σ_i (D_i/2·α_i² − y_i·α_i),  D_i = 1/(2·C_i)
//
// the gradient of a row is m − y + D·α, and α may have either sign. Ho and Lin,
// Large-scale Linear Support Vector Regression, 2012, with no margin around the numbers.
type squares struct {
	y               []float32
	alpha, diagonal []float64
}

func newSquares(y []float32, cost []float64) *squares {
	s := &squares{y, make([]float64, len(y)), make([]float64, len(y))}
	for i, c := range cost {
		s.diagonal[i] = 0.5 / c
	}
	return s
}

func (s *squares) start(int) float64 { return 0 }

func (s *squares) step(i int, m, square float64) (change, gradient float64) {
	g := m - float64(s.y[i]) + s.diagonal[i]*s.alpha[i]
	change = -g / (square + s.diagonal[i])
	s.alpha[i] += change
	return change, g
}

func (s *squares) next() {}
