package calibrate

import (
	"math"

	"github.com/pkg/errors"
)

// The factors that Temperature returns are from least to most: where margins are tiny, or
// rows are wrong, the best factor may be none that is of use.
const (
	least = 1. / 64
	most  = 64
)

// Temperature returns the factor a > 0 by which margins are multiplied, so that their
// sigmoids or softmaxes are the probabilities nearest to the classes of the rows, by the
// cross-entropy:
//
//	min_a −Σ_i Σ_k t_ik ln p_ik,  p = σ(a·margin) or softmax(a·margins)
//
// The target of a row's own class is t = 1 − ε, and ε is shared among the others. Without
// an ε, rows that are all right would have probabilities of 1, however few they are. For
// one output ε = 1/(n + 2) with n rows of the row's class, as Platt has it, for several
// with n rows in all.
//
// The factor is the inverse of a temperature, from 1/64 to 64. It changes neither the order
// of classes nor that of rows of two classes. Margins are [rows, outputs], classes [rows];
// a margin or class that is none is an error, as are no rows.
//
// Guo, Pleiss, Sun and Weinberger, On Calibration of Modern Neural Networks, 2017; Platt,
// Probabilistic Outputs for Support Vector Machines, 1999.
func Temperature(margins []float32, classes []int32) (float64, error) {
	outputs, err := check(margins, classes)
	if err != nil {
		return 0, errors.Wrap(err, "temperature")
	}
	targets := smoothed(classes, outputs)
	// The sum is convex in a: its slope grows, and is 0 at the minimum.
	low, high := least, float64(most)
	if slope, _ := slopes(margins, classes, targets, low); slope >= 0 {
		return low, nil
	}
	if slope, _ := slopes(margins, classes, targets, high); slope <= 0 {
		return high, nil
	}
	a := 1.0
	for range 100 {
		slope, curve := slopes(margins, classes, targets, a)
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

// smoothed returns the targets t of the rows' own classes, by class.
func smoothed(classes []int32, outputs int) []float64 {
	t := make([]float64, max(outputs, 2))
	for _, class := range classes {
		t[class]++
	}
	for class, n := range t {
		if outputs > 1 {
			n = float64(len(classes))
		}
		t[class] = (n + 1) / (n + 2)
	}
	return t
}

// slopes returns the derivatives of the sum by a.
func slopes(margins []float32, classes []int32, targets []float64, a float64) (first, second float64) {
	outputs := len(margins) / len(classes)
	p := make([]float64, max(outputs, 2))
	for i, class := range classes {
		m := margins[i*outputs : (i+1)*outputs]
		probabilities(m, a, p)
		own := targets[class]
		if outputs == 1 {
			x := float64(m[0])
			if class == 0 {
				own = 1 - own
			}
			first += (p[1] - own) * x
			second += p[0] * p[1] * x * x
			continue
		}
		mean, square, others := 0.0, 0.0, 0.0
		for k, x := range m {
			mean += p[k] * float64(x)
			square += p[k] * float64(x) * float64(x)
			if k != int(class) {
				others += float64(x)
			}
		}
		first += mean - own*float64(m[class]) - (1-own)/float64(outputs-1)*others
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
