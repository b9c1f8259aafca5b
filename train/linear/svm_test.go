package linear_test

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/pkg/errors"

	"unroll/train/linear"
)

func randomRows(t *testing.T, rows, columns, classes int) (x *linear.Matrix, class []int32) {
	t.Helper()
	rng := rand.New(rand.NewPCG(3, 0))
	bags, class := randomBags(rng, rows, columns, classes)
	x, err := linear.Weigh(bags, randomScale(rng, columns), columns/2)
	if err != nil {
		t.Fatal(err)
	}
	return x, class
}

func signs(class []int32) []int8 {
	y := make([]int8, len(class))
	for i, c := range class {
		y[i] = int8(2*c - 1)
	}
	return y
}

func fitted(t *testing.T, s linear.SVM, x *linear.Matrix, y []int8, weights []float32) []float32 {
	t.Helper()
	w, bias, err := s.Fit(context.Background(), x, nil, y, weights)
	if err != nil {
		t.Fatal(err)
	}
	return append(w, bias)
}

// TestSameBits: rows, ratios and models are the same at any number of processors, and those
// of another seed are others.
func TestSameBits(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	first := map[string][]float32{}
	for _, procs := range []int{1, 2, 7} {
		runtime.GOMAXPROCS(procs)
		for _, loss := range []string{"squared_hinge", "logistic"} {
			x, class := randomRows(t, 700, 500, 4)
			h := func(k int) ([]float32, error) { return linear.Ratios(x, class, k, 0.5) }
			m, err := linear.SVM{Loss: loss, Seed: 5}.FitClasses(context.Background(), x, class, 4, h, nil)
			if err != nil {
				t.Fatal(err)
			}
			margins, err := m.Margins(x)
			if err != nil {
				t.Fatal(err)
			}
			if first[loss] == nil {
				first[loss] = margins
			}
			if !slices.Equal(margins, first[loss]) {
				t.Errorf("%s: %d processors give other margins", loss, procs)
			}
		}
	}
	x, class := randomRows(t, 100, 50, 2)
	if slices.Equal(fitted(t, linear.SVM{Seed: 1}, x, signs(class), nil), fitted(t, linear.SVM{Seed: 2}, x, signs(class), nil)) {
		t.Error("two seeds give the same bits")
	}
}

// TestClassesAreEach: a model of classes is the model of each class against the rest.
func TestClassesAreEach(t *testing.T) {
	x, class := randomRows(t, 90, 60, 3)
	weights, err := linear.Balanced(class, 3)
	if err != nil {
		t.Fatal(err)
	}
	weights[1] *= 2
	m, err := linear.SVM{}.FitClasses(context.Background(), x, class, 3, nil, weights)
	if err != nil {
		t.Fatal(err)
	}
	for k := range 3 {
		y, of := make([]int8, len(class)), make([]float32, len(class))
		for i, c := range class {
			of[i], y[i] = weights[c], -1
			if int(c) == k {
				y[i] = 1
			}
		}
		if want := fitted(t, linear.SVM{}, x, y, of); !slices.Equal(append(m.Weights[k], m.Bias[k]), want) {
			t.Errorf("class %d has another model than alone", k)
		}
	}
}

// TestStopsWithinTolerance: more epochs change nothing once the gradient is within the
// tolerance, and a smaller tolerance does.
func TestStopsWithinTolerance(t *testing.T) {
	x, class := randomRows(t, 100, 50, 2)
	for _, loss := range []string{"squared_hinge", "logistic"} {
		fit := func(epochs int, tolerance float64) []float32 {
			return fitted(t, linear.SVM{Loss: loss, Epochs: epochs, Tolerance: tolerance}, x, signs(class), nil)
		}
		if !slices.Equal(fit(500, 0.01), fit(5000, 0.01)) {
			t.Errorf("%s: 500 epochs do not reach the tolerance, or are not the last", loss)
		}
		if slices.Equal(fit(500, 0.01), fit(500, 1e-9)) {
			t.Errorf("%s: a smaller tolerance changes nothing", loss)
		}
	}
}

// TestWeightsCountRows: a row of weight 2 is two rows, one of weight 0 none.
func TestWeightsCountRows(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 0))
	bags, class := randomBags(rng, 40, 20, 2)
	scale := randomScale(rng, 20)
	weights := make([]float32, len(bags))
	var often [][]int32
	var of []int32
	for i := range bags {
		weights[i] = float32(i % 3)
		for range i % 3 {
			often, of = append(often, bags[i]), append(of, class[i])
		}
	}
	x, err := linear.Weigh(bags, scale, 20)
	if err != nil {
		t.Fatal(err)
	}
	repeated, err := linear.Weigh(often, scale, 20)
	if err != nil {
		t.Fatal(err)
	}
	for _, loss := range []string{"squared_hinge", "logistic"} {
		s := linear.SVM{Loss: loss, Epochs: 10000, Tolerance: 1e-6}
		near(t, loss, fitted(t, s, x, signs(class), weights), float64s(fitted(t, s, repeated, signs(of), nil)), 1e-4)
	}
}

// TestEmptyRows: of rows without ids alone the bias is learned, towards the larger class.
func TestEmptyRows(t *testing.T) {
	x, err := linear.Weigh([][]int32{{}, nil, {}, {1}}, []float32{1, 0}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if x.Len() != 0 {
		t.Errorf("%d values, want none: id 1 has the scale 0", x.Len())
	}
	for _, loss := range []string{"squared_hinge", "logistic"} {
		w := fitted(t, linear.SVM{Loss: loss}, x, []int8{1, 1, -1, 1}, nil)
		if w[0] != 0 || w[1] != 0 || !(w[2] > 0) {
			t.Errorf("%s: weights and bias %v, want 0, 0 and above 0", loss, w)
		}
	}
}

func TestRefuses(t *testing.T) {
	ctx := context.Background()
	x, class := randomRows(t, 10, 20, 2)
	y, nan := signs(class), float32(math.NaN())
	fit := func(s linear.SVM, h []float32, y []int8, weights []float32) error {
		_, _, err := s.Fit(ctx, x, h, y, weights)
		return err
	}
	classes := func(class []int32, n int, weights []float32) error {
		_, err := linear.SVM{}.FitClasses(ctx, x, class, n, nil, weights)
		return err
	}
	ratios := func(class []int32, k int, offset float32) error {
		_, err := linear.Ratios(x, class, k, offset)
		return err
	}
	weigh := func(bags [][]int32, scale []float32, split int) error {
		_, err := linear.Weigh(bags, scale, split)
		return err
	}
	column := func(v float32) []float32 { return append(make([]float32, 19), v) }
	row := func(v float32) []float32 { return append(slices.Repeat([]float32{1}, 9), v) }
	for want, err := range map[string]error{
		`svm: loss "hinge", want squared_hinge or logistic`:          fit(linear.SVM{Loss: "hinge"}, nil, y, nil),
		"svm: C is -1, want a number above 0":                        fit(linear.SVM{C: -1}, nil, y, nil),
		"svm: C is +Inf":                                             fit(linear.SVM{C: math.Inf(1)}, nil, y, nil),
		"svm: tolerance is NaN":                                      fit(linear.SVM{Tolerance: math.NaN()}, nil, y, nil),
		"svm: -1 epochs":                                             fit(linear.SVM{Epochs: -1}, nil, y, nil),
		"svm: classes of 9 rows, want 10":                            fit(linear.SVM{}, nil, y[1:], nil),
		"svm: weights of 9 rows, want 10":                            fit(linear.SVM{}, nil, y, row(1)[1:]),
		"svm: row 9 has the weight NaN":                              fit(linear.SVM{}, nil, y, row(nan)),
		"svm: 19 columns are multiplied, want 20":                    fit(linear.SVM{}, column(1)[1:], y, nil),
		"svm: column 19 is multiplied by -1":                         fit(linear.SVM{}, column(-1), y, nil),
		"svm: row 0 has the class 0, want 1 or -1":                   fit(linear.SVM{}, nil, make([]int8, 10), nil),
		"svm: class -1 has no row":                                   fit(linear.SVM{}, nil, slices.Repeat([]int8{1}, 10), nil),
		"svm: class +1 has no row":                                   fit(linear.SVM{}, nil, y, []float32{1, 0, 1, 0, 1, 0, 1, 0, 1, 0}),
		"classes of 9 rows, want 10":                                 classes(class[1:], 2, nil),
		"class 2 has no row":                                         classes(class, 3, nil),
		"1 classes, want at least 2":                                 classes(class, 1, nil),
		"weights of 1 classes, want 2":                               classes(class, 2, row(1)[:1]),
		"class 1: svm: row 1 has the weight NaN":                     classes(class, 2, []float32{1, nan}),
		"ratios: classes of 9 rows, want 10":                         ratios(class[1:], 1, 0.5),
		"ratios: class 2 has no row":                                 ratios(class, 2, 0.5),
		"ratios: all rows are of class 0":                            ratios(make([]int32, 10), 0, 0.5),
		"ratios: offset is NaN":                                      ratios(class, 1, nan),
		"weigh: bag 1 has the id 2, want ids of 0 to 1":              weigh([][]int32{{0}, {1, 2}}, []float32{1, 1}, 2),
		"weigh: bag 0 has the id -1":                                 weigh([][]int32{{-1}}, []float32{1, 1}, 2),
		"weigh: id 1 has the scale NaN, want a number of 0 to 1e+30": weigh(nil, []float32{1, nan}, 2),
		"weigh: split is 3, want 0 to 2":                             weigh(nil, []float32{1, 1}, 3),
		"frequencies: bag 0 has the id 5":                            func() error { _, err := linear.Frequencies([][]int32{{5}}, 5); return err }(),
		"margins: 20 columns, want at most 1": func() error {
			m := linear.Model{Weights: [][]float32{{1}}, Bias: []float32{0}}
			_, err := m.Margins(x)
			return err
		}(),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

// ending is a context that ends after it was asked for so many times.
type ending struct {
	context.Context
	left int
}

func (e *ending) Err() error {
	if e.left--; e.left < 0 {
		return context.DeadlineExceeded
	}
	return nil
}

// TestEndsWithContext: training ends when its context does, with its error, and when one
// of the classes cannot be trained.
func TestEndsWithContext(t *testing.T) {
	x, class := randomRows(t, 100, 50, 2)
	s := linear.SVM{Epochs: math.MaxInt, Tolerance: 1e-300}
	if _, _, err := s.Fit(&ending{context.Background(), 10}, x, nil, signs(class), nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want the context's", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	h := func(int) ([]float32, error) {
		stop()
		return nil, nil
	}
	if _, err := s.FitClasses(ctx, x, class, 2, h, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
	h = func(k int) ([]float32, error) {
		if k == 0 {
			return nil, errors.New("no ratios")
		}
		return nil, nil
	}
	x, class = randomRows(t, 100, 50, 3)
	if _, err := s.FitClasses(context.Background(), x, class, 3, h, nil); err == nil || err.Error() != "class 0: no ratios" {
		t.Errorf("error %v, want that of class 0", err)
	}
}
