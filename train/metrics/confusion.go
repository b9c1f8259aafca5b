package metrics

import (
	"cmp"
	"slices"

	"github.com/pkg/errors"

	"unroll/train"
)

// ConfusionMatrix holds the weight of the rows of each class by the class that
// the outputs give them:
//
//	C[c, g] = Σ w·[t = c]·[y gives g]
//
// A single output gives class 1 above the threshold and else 0; of several the
// largest is the class, the first of equals. A row with an output that is NaN is
// given no class; one whose target is no class is left out. Its value is the
// accuracy. scikit-learn: confusion_matrix.
type ConfusionMatrix struct {
	Threshold float64 // of a single output, ½ if 0

	counts [][]float64 // by class, then by the class that is given
	lost   []float64   // by class: given none
}

var _ train.Merger = (*ConfusionMatrix)(nil)

// Name implements train.Metric.
func (m *ConfusionMatrix) Name() string { return "accuracy" }

// New implements train.Metric.
func (m *ConfusionMatrix) New() train.Metric { return &ConfusionMatrix{Threshold: m.Threshold} }

// Update implements train.Metric.
func (m *ConfusionMatrix) Update(y, targets, weights []float32) {
	eachRow(y, targets, weights, func(y, t []float32, w float64) {
		classes, class, given := judge(y, t, m.Threshold)
		m.grow(classes)
		switch {
		case class < 0:
		case given < 0:
			m.lost[class] += w
		default:
			m.counts[class][given] += w
		}
	})
}

// judge returns the number of classes of which a row is one, the class that its
// targets name and the class that its outputs give it, −1 for none.
func judge(y, t []float32, threshold float64) (classes, class, given int) {
	given = largest(y)
	if len(y) > 1 {
		return len(y), classOf(t, len(y)), given
	}
	if given == 0 && y[0] > float32(cmp.Or(threshold, 0.5)) {
		given = 1
	}
	if t[0] > 0.5 {
		class = 1
	}
	return 2, class, given
}

// grow makes room for so many classes.
func (m *ConfusionMatrix) grow(classes int) {
	for len(m.counts) < classes {
		for i, row := range m.counts {
			m.counts[i] = append(row, 0)
		}
		m.counts = append(m.counts, make([]float64, len(m.counts)+1))
		m.lost = append(m.lost, 0)
	}
}

// Matrix returns a copy of the matrix, [class, class that was given]; nil before
// any update.
func (m *ConfusionMatrix) Matrix() [][]float64 {
	var c [][]float64
	for _, row := range m.counts {
		c = append(c, slices.Clone(row))
	}
	return c
}

// tallies returns those of the classes.
func (m *ConfusionMatrix) tallies() []tally {
	all := make([]tally, len(m.counts))
	for class, row := range m.counts {
		all[class].hits = row[class]
		all[class].support += m.lost[class]
		for given, w := range row {
			all[class].support += w
			all[given].given += w
		}
	}
	return all
}

// Value returns the accuracy; 0 before any update.
func (m *ConfusionMatrix) Value() float64 {
	all := total(m.tallies())
	return quotient(all.hits, all.support)
}

// Merge implements train.Merger.
func (m *ConfusionMatrix) Merge(other train.Metric) error {
	return merge(m, other, func(o *ConfusionMatrix) {
		m.grow(len(o.counts))
		for i, row := range o.counts {
			m.lost[i] += o.lost[i]
			for j, w := range row {
				m.counts[i][j] += w
			}
		}
	})
}

// MarshalJSON returns what has been gathered.
func (m *ConfusionMatrix) MarshalJSON() ([]byte, error) {
	return marshalBits(append(slices.Concat(m.counts...), m.lost...)...)
}

// UnmarshalJSON goes on from what MarshalJSON returned.
func (m *ConfusionMatrix) UnmarshalJSON(data []byte) error {
	x, err := unmarshalBits(data)
	if err != nil {
		return err
	}
	n := 0
	for n*(n+1) < len(x) {
		n++
	}
	if n*(n+1) != len(x) {
		return errors.Errorf("%d numbers are no matrix", len(x))
	}
	m.counts, m.lost = nil, nil
	m.grow(n)
	for _, row := range append(m.counts, m.lost) {
		x = x[copy(row, x):]
	}
	return nil
}
