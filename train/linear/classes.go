package linear

import (
	"context"

	"github.com/pkg/errors"

	"unroll/internal/parallel"
)

// Model is linear models of classes: of class 1 alone where there are two, and else of
// each against the rest.
type Model struct {
	Weights [][]float32 // [outputs, columns]
	Bias    []float32   // [outputs]
}

// FitClasses fits a model of each class against the rest, side by side on all processors.
// Class [rows] is that of each row, 0 to classes − 1. H returns by what the columns are
// multiplied for a class, such as by Ratios, for several classes at one time; weights
// [classes], such as from Balanced, say how much the rows of a class count, whichever is
// against the rest; both may be nil, for ones.
//
// A class that has no row is an error, as is what Fit refuses.
func (s SVM) FitClasses(ctx context.Context, x *Matrix, class []int32, classes int, h func(class int) ([]float32, error), weights []float32) (*Model, error) {
	if len(class) != x.Rows() {
		return nil, errors.Errorf("classes of %d rows, want %d", len(class), x.Rows())
	}
	if s.From != nil {
		return nil, errors.New("the weights to go on from are of one class: fit each alone")
	}
	if _, err := sizes(class, classes); err != nil {
		return nil, err
	}
	var of []float32 // weights of the rows
	if weights != nil {
		if len(weights) != classes {
			return nil, errors.Errorf("weights of %d classes, want %d", len(weights), classes)
		}
		of = make([]float32, len(class))
		for i, c := range class {
			of[i] = weights[c]
		}
	}
	outputs, first := classes, 0
	if classes == 2 {
		outputs, first = 1, 1
	}
	m := &Model{make([][]float32, outputs), make([]float32, outputs)}
	within, stop := context.WithCancel(ctx)
	defer stop()
	failed := make([]error, outputs)
	parallel.Do(outputs, func(o int) {
		failed[o] = func() (err error) {
			if err := within.Err(); err != nil {
				return err
			}
			var by []float32
			if h != nil {
				if by, err = h(first + o); err != nil {
					return err
				}
			}
			y := make([]int8, len(class))
			for i, c := range class {
				y[i] = -1
				if int(c) == first+o {
					y[i] = 1
				}
			}
			m.Weights[o], m.Bias[o], err = s.Fit(within, x, by, y, of)
			return err
		}()
		if failed[o] != nil {
			stop()
		}
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, others := range []bool{false, true} { // that another class has ended is no reason
		for o, err := range failed {
			if err != nil && (others || !errors.Is(err, context.Canceled)) {
				return nil, errors.Wrapf(err, "class %d", first+o)
			}
		}
	}
	return m, nil
}

// Balanced returns the weights of classes, [classes], with which each counts for as much
// as the others, and all rows for as much as without:
//
//	rows / (classes·rows of the class)
//
// A class without a row is an error. scikit-learn: class_weight="balanced".
func Balanced(class []int32, classes int) ([]float32, error) {
	n, err := sizes(class, classes)
	if err != nil {
		return nil, err
	}
	weights := make([]float32, classes)
	for c := range weights {
		weights[c] = float32(float64(len(class)) / (float64(classes) * float64(n[c])))
	}
	return weights, nil
}

// sizes returns the number of rows of each class.
func sizes(class []int32, classes int) ([]int, error) {
	if classes < 2 {
		return nil, errors.Errorf("%d classes, want at least 2", classes)
	}
	n := make([]int, classes)
	for i, c := range class {
		if c < 0 || int(c) >= classes {
			return nil, errors.Errorf("row %d has the class %d, want 0 to %d", i, c, classes-1)
		}
		n[c]++
	}
	for c, rows := range n {
		if rows == 0 {
			return nil, errors.Errorf("class %d has no row", c)
		}
	}
	return n, nil
}

// Margins returns x·w + bias of each row and output, [rows, outputs]: of two classes
// that of class 1, which is given where it is above 0; of several the largest is given.
// X may have no more columns than the model.
func (m *Model) Margins(x *Matrix) ([]float32, error) {
	for _, w := range m.Weights {
		if len(w) < x.columns {
			return nil, errors.Errorf("margins: %d columns, want at most %d", x.columns, len(w))
		}
	}
	outputs := len(m.Bias)
	all := make([]float32, x.Rows()*outputs)
	parallel.Rows(x.Rows(), rowsAtOnce, func(from, to int) {
		for i := from; i < to; i++ {
			ids, values := x.Row(i)
			for o, b := range m.Bias {
				all[i*outputs+o] = float32(dot(m.Weights[o], ids, values) + float64(b))
			}
		}
	})
	return all, nil
}

// Table returns the weights of an nn.EmbeddingBag that computes a times the margins:
// embeddings [columns, outputs] and bias [outputs]. A is a temperature's inverse, as from
// calibrate.Temperature, with which its sigmoid or softmax are probabilities. The scale
// of the layer is the one that the rows were weighed with, and its Split divides the same
// two blocks.
func (m *Model) Table(a float64) (embeddings, bias []float32) {
	outputs := len(m.Bias)
	if outputs == 0 {
		return nil, nil
	}
	bias = make([]float32, outputs)
	embeddings = make([]float32, outputs*len(m.Weights[0]))
	for o, w := range m.Weights {
		bias[o] = float32(a * float64(m.Bias[o]))
		for id, v := range w {
			embeddings[id*outputs+o] = float32(a * float64(v))
		}
	}
	return embeddings, bias
}
