package calibrate

import (
	"cmp"
	"slices"
	"sort"

	"github.com/pkg/errors"
)

// Isotonic is a function of margins that never falls, and is a line between its points.
// Unlike a temperature it has any such form, wants some thousand rows, and gives rows of
// different margins the same probability: what it ties has no order any more.
type Isotonic struct {
	Margins       []float64 `json:"margins"` // ascending
	Probabilities []float64 `json:"probabilities"`
}

// FitIsotonic returns the function of the margins [rows] of two classes that never falls
// and is nearest to the classes [rows], 0 or 1, by the sum of squares, by pooling adjacent
// violators. Rows of the same margin count as one, of their mean. A margin or class that
// is none is an error, as are no rows.
//
// Zadrozny and Elkan, Transforming classifier scores into accurate multiclass probability
// estimates, 2002; scikit-learn: IsotonicRegression(out_of_bounds="clip").
func FitIsotonic(margins []float32, classes []int32) (Isotonic, error) {
	outputs, err := check(margins, classes)
	if err != nil {
		return Isotonic{}, errors.Wrap(err, "isotonic regression")
	}
	if outputs > 1 {
		return Isotonic{}, errors.Errorf("isotonic regression: %d outputs, want one", outputs)
	}
	order := make([]int, len(margins))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(margins[i], margins[j]) })
	var blocks []pool
	for from := 0; from < len(order); {
		m := margins[order[from]]
		b := pool{first: float64(m), last: float64(m)}
		for ; from < len(order) && margins[order[from]] == m; from++ {
			b.rows++
			b.sum += float64(classes[order[from]])
		}
		for n := len(blocks); n > 0 && blocks[n-1].mean() >= b.mean(); n = len(blocks) {
			last := blocks[n-1]
			b = pool{last.first, b.last, last.rows + b.rows, last.sum + b.sum}
			blocks = blocks[:n-1]
		}
		blocks = append(blocks, b)
	}
	var f Isotonic
	for _, b := range blocks {
		f.Margins, f.Probabilities = append(f.Margins, b.first), append(f.Probabilities, b.mean())
		if b.last > b.first {
			f.Margins, f.Probabilities = append(f.Margins, b.last), append(f.Probabilities, b.mean())
		}
	}
	return f, nil
}

// pool is rows that have one probability.
type pool struct{ first, last, rows, sum float64 }

func (p pool) mean() float64 { return p.sum / p.rows }

// Probability returns that of class 1 at a margin: of one beyond the points that of the
// nearest; ½ without points.
func (f Isotonic) Probability(margin float32) float64 {
	n, m := len(f.Margins), float64(margin)
	if n == 0 {
		return 0.5
	}
	i := sort.SearchFloat64s(f.Margins, m)
	switch {
	case i == n:
		return f.Probabilities[n-1]
	case i == 0 || f.Margins[i] == m:
		return f.Probabilities[i]
	}
	part := (m - f.Margins[i-1]) / (f.Margins[i] - f.Margins[i-1])
	return f.Probabilities[i-1] + part*(f.Probabilities[i]-f.Probabilities[i-1])
}
