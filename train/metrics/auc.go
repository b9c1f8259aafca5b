package metrics

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"

	"github.com/pkg/errors"

	"unroll/train"
)

// AUC is the area under a curve over all thresholds, exact and not summed by
// bins. It keeps 12 bytes for each output of each row, twice when its value has
// been read: then it sorts those that came since, and merges them with the others.
// The outputs of a row are taken together, each as a guess of its
// own.
//
// The area under the ROC curve is the weighted share of the pairs of a positive
// and a negative in which the positive has the larger output, ties counting
// half:
//
//	Σᵢⱼ wᵢ·wⱼ·([yᵢ > yⱼ] + ½·[yᵢ = yⱼ]) / Σᵢⱼ wᵢ·wⱼ, i positive, j negative
//
// With PR it is the average precision, for the precision P and the recall R of
// each threshold n that is an output, from the largest on:
//
//	Σₙ (Rₙ − Rₙ₋₁)·Pₙ
//
// An output that is NaN stands below all others if it is positive, and else
// above. Where a class is missing there are no pairs, and the value is 0, as of
// other means over nothing: it stays a number in logs, and does not look like
// the ½ of a model that guesses. Without positives the average precision is 0,
// without negatives 1. scikit-learn: roc_auc_score, which is an error for one
// class, and average_precision_score. Keras: AUC, which approximates both by
// thresholds.
type AUC struct {
	PR bool

	rows   []scored
	sorted int      // so many of them, the first ones, are in order
	spare  []scored // for the next merging
}

type scored struct {
	score, weight float32
	positive      bool
}

var _ train.Merger = (*AUC)(nil)

// Name implements train.Metric.
func (m *AUC) Name() string {
	if m.PR {
		return "auc_pr"
	}
	return "auc"
}

// New implements train.Metric.
func (m *AUC) New() train.Metric { return &AUC{PR: m.PR} }

// Update implements train.Metric.
func (m *AUC) Update(y, targets, weights []float32) {
	eachOutput(y, targets, weights, func(_ int, y, t float32, w float64) {
		positive := t > 0.5
		switch {
		case y == y:
		case positive:
			y = float32(math.Inf(-1))
		default:
			y = float32(math.Inf(1))
		}
		m.rows = append(m.rows, scored{y, float32(w), positive})
	})
}

// Value implements train.Metric.
func (m *AUC) Value() float64 {
	rows := m.ordered()
	var hits, alarms, area float64 // positives and negatives down to a threshold
	for i := 0; i < len(rows); {
		h, a := hits, alarms
		for score := rows[i].score; i < len(rows) && cmp.Compare(rows[i].score, score) == 0; i++ {
			if w := float64(rows[i].weight); rows[i].positive {
				h += w
			} else {
				a += w
			}
		}
		if m.PR {
			area += (h - hits) * quotient(h, h+a)
		} else {
			area += (a - alarms) * (hits + h) / 2
		}
		hits, alarms = h, a
	}
	if m.PR {
		return quotient(area, hits)
	}
	return quotient(area, hits*alarms)
}

// ordered puts the rows in the order of their outputs, the largest first, and those
// of one output in the order in which they came. It is asked after each batch, so
// what is in order already is not sorted again.
func (m *AUC) ordered() []scored {
	old, fresh := m.rows[:m.sorted], m.rows[m.sorted:]
	slices.SortStableFunc(fresh, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
	if len(old) > 0 && len(fresh) > 0 {
		all := m.spare[:0]
		for _, r := range fresh {
			for len(old) > 0 && cmp.Compare(old[0].score, r.score) >= 0 {
				all, old = append(all, old[0]), old[1:]
			}
			all = append(all, r)
		}
		m.rows, m.spare = append(all, old...), m.rows
	}
	m.sorted = len(m.rows)
	return m.rows
}

// Merge implements train.Merger.
func (m *AUC) Merge(other train.Metric) error {
	return merge(m, other, func(o *AUC) { m.rows = append(m.rows, o.rows...) })
}

// MarshalJSON returns what has been gathered.
func (m *AUC) MarshalJSON() ([]byte, error) {
	x := make([]uint32, 0, 3*len(m.rows))
	for _, r := range m.rows {
		x = append(x, math.Float32bits(r.score), math.Float32bits(r.weight), uint32(hit(r.positive)))
	}
	return json.Marshal(x)
}

// UnmarshalJSON goes on from what MarshalJSON returned.
func (m *AUC) UnmarshalJSON(data []byte) error {
	var x []uint32
	if err := json.Unmarshal(data, &x); err != nil {
		return err
	}
	if len(x)%3 != 0 {
		return errors.Errorf("%d numbers, want 3 of each row", len(x))
	}
	m.rows, m.sorted = nil, 0
	for ; len(x) > 0; x = x[3:] {
		m.rows = append(m.rows, scored{math.Float32frombits(x[0]), math.Float32frombits(x[1]), x[2] != 0})
	}
	return nil
}
