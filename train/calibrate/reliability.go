package calibrate

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/pkg/errors"
)

// Confidence returns of each row the probability of the class that it is given, and
// whether that class is its own. One output gives class 1 above ½; of several the
// largest is the class, the first of equals. Probabilities are [rows, outputs], classes
// [rows].
func Confidence(probabilities []float32, classes []int32) (confidence []float64, right []bool, err error) {
	outputs, err := check(probabilities, classes)
	if err != nil {
		return nil, nil, errors.Wrap(err, "confidence")
	}
	confidence, right = make([]float64, len(classes)), make([]bool, len(classes))
	for i, class := range classes {
		p := probabilities[i*outputs : (i+1)*outputs]
		given, of := 0, float64(p[0])
		for k, v := range p {
			if float64(v) > of {
				given, of = k, float64(v)
			}
		}
		if outputs == 1 {
			if given = 0; of > 0.5 {
				given = 1
			}
			of = max(of, 1-of)
		}
		confidence[i], right[i] = of, int(class) == given
	}
	return confidence, right, nil
}

// Bin is a point of a reliability curve: rows of about the same confidence. Of a model
// whose probabilities are true the accuracy is about the confidence.
type Bin struct {
	Confidence float64 `json:"confidence"` // mean
	Accuracy   float64 `json:"accuracy"`
	Rows       int     `json:"rows"`
}

// Reliability returns the points of the reliability curve: the rows in the order of their
// confidence [rows], divided into bins of as many rows, the first of one more where they
// do not divide. Rows of the same confidence have the mean of their accuracies, so that
// the order of the rows does not matter. There are no bins without rows.
func Reliability(confidence []float64, right []bool, bins int) []Bin {
	s := sorted(confidence, right)
	return curve(s.confidence, s.accuracies(), bins)
}

// ECE returns the expected calibration error, the mean over the bins of Reliability,
// weighted by their rows,
//
//	Σ_b rows_b/rows·|accuracy_b − confidence_b|
//
// 0 without rows. With few rows it is above 0 by chance: see Bound. Naeini, Cooper and
// Hauskrecht, Obtaining Well Calibrated Probabilities Using Bayesian Binning, 2015, and
// with bins of as many rows Nguyen and O'Connor, Posterior calibration and exploratory
// analysis for natural language processing models, 2015.
func ECE(confidence []float64, right []bool, bins int) float64 {
	return expected(Reliability(confidence, right, bins))
}

// Bound returns what the expected calibration error of a model whose probabilities are
// true does not exceed in 95 of 100 test parts of this size and confidence: the 95th
// percentile of 1000 in which a row is right by chance, with its confidence. Of many rows
// the number of those that are right is drawn at once, from the normal distribution that it
// nearly has. The seed fixes the chance.
func Bound(confidence []float64, bins int, seed uint64) float64 {
	s := sorted(confidence, make([]bool, len(confidence)))
	all := curve(s.confidence, s.accuracies(), bins)
	runs := s.runs(all)
	for i := range runs {
		for _, c := range s.confidence[runs[i].from:runs[i].to] {
			runs[i].mean += c
			runs[i].variance += c * (1 - c)
		}
	}
	rng := rand.New(rand.NewPCG(seed, 0))
	chance := make([]float64, 1000)
	for n := range chance {
		for b := range all {
			all[b].Accuracy = 0
		}
		for _, r := range runs {
			right := r.draw(rng, s.confidence[r.from:r.to])
			for b, rows := range r.rows {
				all[r.bin+b].Accuracy += right * float64(rows) / float64(r.to-r.from) / float64(all[r.bin+b].Rows)
			}
		}
		chance[n] = expected(all)
	}
	slices.Sort(chance)
	return chance[949]
}

// run is rows from and to of one bin, or rows of the same confidence that lie in several.
type run struct {
	from, to, bin int
	rows          []int // in bin and those after it

	mean, variance float64 // of how many are right by chance
}

// manyRight is the variance from which the number of rows that are right is taken for
// normal.
const manyRight = 100

// draw returns how many rows of these confidences are right by chance.
func (r run) draw(rng *rand.Rand, confidence []float64) (right float64) {
	if r.variance >= manyRight {
		return r.mean + math.Sqrt(r.variance)*rng.NormFloat64()
	}
	for _, c := range confidence {
		if rng.Float64() < c {
			right++
		}
	}
	return right
}

// runs divides rows by the bins that they are in.
func (s ascending) runs(bins []Bin) (all []run) {
	from, bin, left := 0, 0, 0 // left: rows of the bin from there on
	for from < len(s.confidence) {
		if left == 0 {
			left = bins[bin].Rows
		}
		r := run{from: from, to: from + left, bin: bin, rows: []int{left}}
		last := s.confidence[r.to-1]
		if r.to < len(s.confidence) && s.confidence[r.to] == last { // the last rows go on in the next bin
			for r.to--; r.to > from && s.confidence[r.to-1] == last; r.to-- {
			}
			if r.to > from {
				r.rows[0] = r.to - from
				left -= r.to - from
				all, from = append(all, r), r.to
				continue
			}
			for r.to = from; r.to < len(s.confidence) && s.confidence[r.to] == last; r.to++ {
			}
			n := r.to - from - left
			for left = 0; n > 0; n -= r.rows[len(r.rows)-1] {
				bin++
				r.rows = append(r.rows, min(n, bins[bin].Rows))
				left = bins[bin].Rows - r.rows[len(r.rows)-1]
			}
			if all, from = append(all, r), r.to; left == 0 {
				bin++
			}
			continue
		}
		all, from, left = append(all, r), r.to, 0
		bin++
	}
	return all
}

func expected(curve []Bin) (error float64) {
	rows := 0
	for _, b := range curve {
		error += float64(b.Rows) * math.Abs(b.Accuracy-b.Confidence)
		rows += b.Rows
	}
	if rows == 0 {
		return 0
	}
	return error / float64(rows)
}

// ascending is rows in the order of their confidence.
type ascending struct {
	confidence []float64
	right      []bool
}

func sorted(confidence []float64, right []bool) ascending {
	order := make([]int, min(len(confidence), len(right)))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(confidence[i], confidence[j]) })
	var s ascending
	for _, i := range order {
		s.confidence, s.right = append(s.confidence, confidence[i]), append(s.right, right[i])
	}
	return s
}

// accuracies returns that of each row, of those of the same confidence their mean.
func (s ascending) accuracies() []float64 {
	all := make([]float64, len(s.right))
	for from := 0; from < len(all); {
		to, sum := from, 0.0
		for ; to < len(all) && cmp.Compare(s.confidence[to], s.confidence[from]) == 0; to++ {
			if s.right[to] {
				sum++
			}
		}
		for i := from; i < to; i++ {
			all[i] = sum / float64(to-from)
		}
		from = to
	}
	return all
}

// curve divides rows in ascending order of confidence into bins.
func curve(confidence, accuracy []float64, bins int) []Bin {
	n := len(confidence)
	bins = min(bins, n)
	var all []Bin
	for b, from := 0, 0; b < bins; b++ {
		to := from + n/bins
		if b < n%bins {
			to++
		}
		p := Bin{Rows: to - from}
		for i := from; i < to; i++ {
			p.Confidence += confidence[i]
			p.Accuracy += accuracy[i]
		}
		p.Confidence /= float64(p.Rows)
		p.Accuracy /= float64(p.Rows)
		all = append(all, p)
		from = to
	}
	return all
}
