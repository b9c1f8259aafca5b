package calibrate

import (
	"cmp"
	"math"
	"slices"

	"github.com/pkg/errors"
)

// LeastTexts is the number of rows with a label, and of those without, from which on a
// label is calibrated by itself: fewer would say too little.
const LeastTexts = 10

// Thresholds returns for each label the threshold above which it is given, so that its
// F1 on the rows is the highest:
//
//	max_t 2·Σ[p > t]·y / (Σ[p > t] + Σ y)
//
// P are the probabilities and y, 0 or 1, whether a row has the label, both
// [rows, labels]. Thresholds are halfway between two probabilities of a label, and of
// equally good ones the nearest to ½ is taken. A label that fewer than so many rows have,
// or that all but fewer have, gets ½: a few rows would choose by chance. A probability
// that is none is an error, as are sizes that do not fit.
//
// scikit-learn: TunedThresholdClassifierCV with scoring="f1" for each label. Lipton,
// Elkan and Narayanaswamy, Optimal thresholding of classifiers to maximize F1 measure,
// 2014.
func Thresholds(p, y []float32, labels, least int) ([]float64, error) {
	if labels < 1 || len(p) != len(y) || len(p)%labels != 0 {
		return nil, errors.Errorf("thresholds: %d probabilities and %d targets of %d labels", len(p), len(y), labels)
	}
	for i, v := range p {
		if !(v >= 0 && v <= 1) {
			return nil, errors.Errorf("thresholds: row %d has the probability %v", i/labels, v)
		}
	}
	all := make([]float64, labels)
	order := make([]int, len(p)/labels)
	for j := range all {
		positives := 0
		for i := range order {
			order[i] = i*labels + j
			if y[order[i]] > 0.5 {
				positives++
			}
		}
		all[j] = 0.5
		if positives >= max(least, 1) && len(order)-positives >= least {
			slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[b], p[a]) })
			all[j] = highestF1(p, y, order, positives)
		}
	}
	return all, nil
}

// highestF1 returns the threshold of a label, whose places are in the order of falling
// probabilities.
func highestF1(p, y []float32, order []int, positives int) float64 {
	best, at := -1., 0.5
	hits := 0.
	for k, i := range order {
		if p[i] == 0 {
			break // no threshold is below it
		}
		if y[i] > 0.5 {
			hits++
		}
		below := 0. // all are given above it
		if k+1 < len(order) {
			if below = float64(p[order[k+1]]); below == float64(p[i]) {
				continue // one threshold
			}
		}
		// Metrics compare in single precision, in which nothing may lie between two.
		t := float64(float32((float64(p[i]) + below) / 2))
		if t >= float64(p[i]) {
			t = below
		}
		f1 := 2 * hits / float64(k+1+positives)
		if f1 > best || f1 == best && math.Abs(t-0.5) < math.Abs(at-0.5) {
			best, at = f1, t
		}
	}
	return at
}
