package metrics

import (
	"cmp"
	"slices"

	"github.com/pkg/errors"
)

// Suspect is a row whose label is likely wrong.
type Suspect struct {
	Row   int
	Class int     // that it has
	Other int     // that it looks like
	Given float64 // the probability of Class
	Best  float64 // and of Other
}

// sure is the probability of another class from which a row is suspect in any case.
const sure = 0.9

// Suspects returns the rows whose labels are likely wrong, the surest first, by confident
// learning: with t_k, the mean probability of class k over the rows that have it, or 0.9 if
// that is less, row i of class c is taken for class
//
//	j = argmax_{k: p_ik ≥ t_k} p_ik
//
// and is suspect if there is one and it is not c. The order is by p_ij − p_ic.
// Probabilities, [rows, outputs], must be of a model that was not trained on the row, such
// as those of folds; of one output they are those of class 1 of two. Classes are [rows].
//
// Northcutt, Jiang and Chuang, Confident Learning: Estimating Uncertainty in Dataset
// Labels, 2021, where there is no 0.9: a model that is surer of nearly all rows would find
// none of those that are a little less sure. cleanlab:
// find_label_issues(filter_by="confident_learning").
func Suspects(probabilities []float32, classes []int32) ([]Suspect, error) {
	if len(classes) == 0 || len(probabilities) == 0 || len(probabilities)%len(classes) != 0 {
		return nil, errors.Errorf("suspects: %d probabilities of %d rows", len(probabilities), len(classes))
	}
	outputs := len(probabilities) / len(classes)
	n := max(outputs, 2)
	row := func(i int) []float64 {
		p := make([]float64, n)
		for k, v := range probabilities[i*outputs : (i+1)*outputs] {
			p[n-outputs+k] = float64(v)
		}
		if outputs == 1 {
			p[0] = 1 - p[1]
		}
		return p
	}
	threshold, rows := make([]float64, n), make([]float64, n)
	for i, c := range classes {
		if c < 0 || int(c) >= n {
			return nil, errors.Errorf("suspects: row %d has the class %d, want 0 to %d", i, c, n-1)
		}
		threshold[c] += row(i)[c]
		rows[c]++
	}
	for k := range threshold {
		if rows[k] > 0 {
			threshold[k] = min(sure, threshold[k]/rows[k])
		}
	}
	var list []Suspect
	for i, c := range classes {
		p, other := row(i), -1
		for k, v := range p {
			if rows[k] > 0 && v >= threshold[k] && (other < 0 || v > p[other]) {
				other = k
			}
		}
		if other >= 0 && other != int(c) {
			list = append(list, Suspect{Row: i, Class: int(c), Other: other, Given: p[c], Best: p[other]})
		}
	}
	slices.SortStableFunc(list, func(a, b Suspect) int { return cmp.Compare(b.Best-b.Given, a.Best-a.Given) })
	return list, nil
}
