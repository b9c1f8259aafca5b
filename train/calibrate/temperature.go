package calibrate

import (
	"math"

	"github.com/pkg/errors"
)

// The factors that Temperature returns are from least to most: where each row is right
// the likelihood grows for ever.
const (
	least = 1. / 64
	most  = 64
)

// Temperature returns the factor a > 0 by which margins are multiplied, so that their
// sigmoids or softmaxes are the probabilities under which the classes of the rows are
// likeliest:
//
//	min_a −Σ_i ln p(class_i),  p = σ(a·margin) or softmax(a·margins)
//
// It is the inverse of a temperature, from 1/64 to 64. It changes neither the order of
// classes nor that of rows of two classes. Margins are [rows, outputs], classes [rows];
// a margin or class that is none is an error, as are no rows.
//
// Guo, Pleiss, Sun and Weinberger, On Calibration of Modern Neural Networks, 2017.
func Temperature(margins []float32, classes []int32) (float64, error) {
	outputs, err := check(margins, classes)
	if err != nil {
		return 0, errors.Wrap(err, "temperature")
	}
	// The sum is convex in a: its slope grows, and is 0 at the minimum.
	low, high := least, float64(most)
	if slope, _ := slopes(margins, classes, outputs, low); slope >= 0 {
		return low, nil
	}
	if slope, _ := slopes(margins, classes, outputs, high); slope <= 0 {
		return high, nil
	}
	a := 1.0
	for range 100 {
		slope, curve := slopes(margins, classes, outputs, a)
		if slope < 0 {
			low = a
		} else {
			high = a
		}
		to := a - slope/curve // Newton's step, or halfway where it leads out
		if !(to > low && to < high) {
			to = (low + high) / 2
		}
		done := math.Abs(to-a) <= 1e-12*a
		if a = to; done {
			break
		}
	}
	return a, nil
}

// slopes returns the derivatives of the sum by a.
func slopes(margins []float32, classes []int32, outputs int, a float64) (first, second float64) {
	p := make([]float64, max(outputs, 2))
	for i, class := range classes {
		m := margins[i*outputs : (i+1)*outputs]
		probabilities(m, a, p)
		if outputs == 1 {
			x := float64(m[0])
			first += (p[1] - float64(class)) * x
			second += p[0] * p[1] * x * x
			continue
		}
		mean, square := 0.0, 0.0
		for k, x := range m {
			mean += p[k] * float64(x)
			square += p[k] * float64(x) * float64(x)
		}
		first += mean - float64(m[class])
		second += square - mean*mean
	}
	return first, second
}

// probabilities writes those of a row's classes, two where there is one output.
func probabilities(m []float32, a float64, p []float64) {
	if len(m) == 1 {
		p[0] = 1 / (1 + math.Exp(a*float64(m[0])))
		p[1] = 1 / (1 + math.Exp(-a*float64(m[0])))
		return
	}
	top := math.Inf(-1)
	for _, x := range m {
		top = max(top, float64(x))
	}
	sum := 0.0
	for k, x := range m {
		p[k] = math.Exp(a * (float64(x) - top))
		sum += p[k]
	}
	for k := range m {
		p[k] /= sum
	}
}

// Probabilities returns the sigmoid of a·margin, or of several outputs the softmax of
// a·margins, [rows, outputs].
func Probabilities(margins []float32, outputs int, a float64) []float32 {
	all := make([]float32, len(margins))
	p := make([]float64, max(outputs, 2))
	for i := 0; outputs > 0 && i+outputs <= len(margins); i += outputs {
		probabilities(margins[i:i+outputs], a, p)
		if outputs == 1 {
			all[i] = float32(p[1])
			continue
		}
		for k := range outputs {
			all[i+k] = float32(p[k])
		}
	}
	return all
}

// check returns the number of outputs.
func check(y []float32, classes []int32) (outputs int, err error) {
	if len(classes) == 0 {
		return 0, errors.New("there are no rows")
	}
	if outputs = len(y) / len(classes); outputs == 0 || outputs*len(classes) != len(y) {
		return 0, errors.Errorf("%d values are of no %d rows", len(y), len(classes))
	}
	for i, v := range y {
		if v-v != 0 {
			return 0, errors.Errorf("row %d has the value %v", i/outputs, v)
		}
	}
	for i, c := range classes {
		if c < 0 || int(c) >= max(outputs, 2) {
			return 0, errors.Errorf("row %d has the class %d, want 0 to %d", i, c, max(outputs, 2)-1)
		}
	}
	return outputs, nil
}
