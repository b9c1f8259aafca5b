package linear

import (
	"cmp"
	"context"

	"github.com/pkg/errors"
)

// SVM finds the weights w and the bias b of a linear model of two classes, ±1, that
// minimise
//
//	½‖w‖² + ½b² + C Σ_i c_i·loss(y_i·(w·x_i + b))
//
// by dual coordinate descent. It is not the mean of the losses: with more rows they
// count for more. From other weights it goes on as Weights tells.
type SVM struct {
	C float64 // how much the losses count against the size of the weights, 1 if 0
	// Loss of m = y·(w·x + b) is "squared_hinge", if empty too, max(0, 1 − m)², or
	// "logistic", ln(1 + exp(−m)).
	Loss   string
	Epochs int // at most so many passes over the rows, 10 if 0
	// Tolerance ends training when no row's gradient in the dual exceeds it in an
	// epoch; 0.01 if 0.
	Tolerance float64
	Seed      int64 // of the order of the rows, another in each epoch
	From      *Weights
}

// dual is a loss in the dual problem, with the variables of its rows.
type dual interface {
	// start returns the variable of a row before training.
	start(i int) float64
	// step minimises over the variable of row i, whose margin y·(w·x + b) is m and whose
	// x·x + 1 is square. It returns by how much the variable grew, and the projected
	// gradient before.
	step(i int, m, square float64) (change, gradient float64)
	// next begins another epoch.
	next()
}

// Fit returns the weights [columns] and the bias that fit the rows of x best. Of h
// [columns], as from Ratios, each column is multiplied by its own before training; it is
// part of the weights that are returned, so that x·w + bias is the margin of a row as it
// is. Y [rows] is 1 or −1, weights [rows] say how much the rows count; h and weights may
// be nil, for ones. A class without a row that counts is an error unless From is given, as
// is a number that is none; that ctx is done ends training with its error.
//
// scikit-learn: LinearSVC(loss="squared_hinge"), intercept_scaling 1, and
// LogisticRegression(solver="liblinear").
func (s SVM) Fit(ctx context.Context, x *Matrix, h []float32, y []int8, weights []float32) (w []float32, bias float32, err error) {
	w, bias, err = s.fit(ctx, x, h, y, weights)
	return w, bias, errors.Wrap(err, "svm")
}

func (s SVM) fit(ctx context.Context, x *Matrix, h []float32, y []int8, weights []float32) ([]float32, float32, error) {
	if err := s.check(x, h, y, weights); err != nil {
		return nil, 0, err
	}
	d, cost, err := newDescent(x, h, y, cmp.Or(s.C, 1), weights)
	if err != nil {
		return nil, 0, err
	}
	if err := d.goOn(s.From); err != nil {
		return nil, 0, err
	}
	tolerance := cmp.Or(s.Tolerance, 0.01)
	switch s.Loss {
	case "logistic":
		d.dual = newLogistic(cost, tolerance)
	default:
		d.dual = newSquaredHinge(cost)
	}
	return d.solve(ctx, cmp.Or(s.Epochs, 10), tolerance, s.Seed)
}

// check refuses settings and rows of which nothing can be learned.
func (s SVM) check(x *Matrix, h []float32, y []int8, weights []float32) error {
	positive := func(v float64) bool { return v >= 0 && v-v == 0 }
	switch {
	case s.Loss != "" && s.Loss != "squared_hinge" && s.Loss != "logistic":
		return errors.Errorf("loss %q, want squared_hinge or logistic", s.Loss)
	case !positive(s.C):
		return errors.Errorf("C is %v, want a number above 0", s.C)
	case !positive(s.Tolerance):
		return errors.Errorf("tolerance is %v, want a number above 0", s.Tolerance)
	case s.Epochs < 0:
		return errors.Errorf("%d epochs", s.Epochs)
	case len(y) != x.Rows():
		return errors.Errorf("classes of %d rows, want %d", len(y), x.Rows())
	case weights != nil && len(weights) != x.Rows():
		return errors.Errorf("weights of %d rows, want %d", len(weights), x.Rows())
	case h != nil && len(h) != x.columns:
		return errors.Errorf("%d columns are multiplied, want %d", len(h), x.columns)
	}
	for id, v := range h {
		if !positive(float64(v)) {
			return errors.Errorf("column %d is multiplied by %v, want a number of at least 0", id, v)
		}
	}
	var rows [2]int
	for i, class := range y {
		switch {
		case weights != nil && !positive(float64(weights[i])):
			return errors.Errorf("row %d has the weight %v, want a number of at least 0", i, weights[i])
		case class != 1 && class != -1:
			return errors.Errorf("row %d has the class %d, want 1 or -1", i, class)
		case weights == nil || weights[i] > 0:
			rows[(class+1)/2]++
		}
	}
	for of, n := range rows {
		if n == 0 && s.From == nil {
			return errors.Errorf("class %+d has no row", 2*of-1)
		}
	}
	return nil
}
