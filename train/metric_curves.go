package train

import (
	"encoding/json"
	"math"
	"slices"

	"github.com/pkg/errors"
)

// AUC is the area under a curve over all thresholds of a single output, exact
// and not by bins. It keeps every row: 12 bytes each.
//
// ROC is the probability that a row of class 1 has a larger output than one of
// class 0, ties counting half; PR is the average precision, Σ (R_n − R_{n−1})·P_n.
// scikit-learn: roc_auc_score, average_precision_score. Where a class is
// missing ROC is not defined, and the value is 0. Keras: AUC, which sums bins.
type AUC struct {
	PR bool

	rows []scored
}

type scored struct {
	score, weight float32
	positive      bool
}

var (
	_ Merger = (*AUC)(nil)
	_ Merger = (*R2)(nil)
)

// Name implements Metric.
func (m *AUC) Name() string {
	if m.PR {
		return "auc_pr"
	}
	return "auc"
}

// New implements Metric.
func (m *AUC) New() Metric { return &AUC{PR: m.PR} }

// Update implements Metric. A score that is NaN counts as the lowest.
func (m *AUC) Update(y, targets, weights []float32) {
	rowsOf(y, targets, weights, func(y, t []float32, w float64) {
		for i, v := range y {
			if v != v {
				v = float32(math.Inf(-1))
			}
			m.rows = append(m.rows, scored{v, float32(w), t[i] > 0.5})
		}
	})
}

// Value implements Metric.
func (m *AUC) Value() float64 {
	rows := slices.Clone(m.rows)
	slices.SortStableFunc(rows, func(a, b scored) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return 0
	})
	var positives, negatives float64
	for _, r := range rows {
		if r.positive {
			positives += float64(r.weight)
		} else {
			negatives += float64(r.weight)
		}
	}
	var hits, alarms, area float64
	for i := 0; i < len(rows); {
		h, a := hits, alarms
		for score := rows[i].score; i < len(rows) && rows[i].score == score; i++ {
			if rows[i].positive {
				h += float64(rows[i].weight)
			} else {
				a += float64(rows[i].weight)
			}
		}
		if m.PR {
			area += quotient(h-hits, positives) * quotient(h, h+a)
		} else {
			area += (a - alarms) * (hits + h) / 2
		}
		hits, alarms = h, a
	}
	if m.PR {
		return area
	}
	return quotient(area, positives*negatives)
}

// Merge implements Merger.
func (m *AUC) Merge(from Metric) error {
	o, err := other[*AUC](from)
	if err == nil {
		m.rows = append(m.rows, o.rows...)
	}
	return err
}

type aucState struct {
	Scores, Weights []uint32 // the bits
	Positive        []bool
}

// MarshalJSON returns what has been gathered.
func (m *AUC) MarshalJSON() ([]byte, error) {
	var s aucState
	for _, r := range m.rows {
		s.Scores = append(s.Scores, math.Float32bits(r.score))
		s.Weights = append(s.Weights, math.Float32bits(r.weight))
		s.Positive = append(s.Positive, r.positive)
	}
	return json.Marshal(s)
}

// UnmarshalJSON goes on from what MarshalJSON returned.
func (m *AUC) UnmarshalJSON(data []byte) error {
	var s aucState
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	if len(s.Weights) != len(s.Scores) || len(s.Positive) != len(s.Scores) {
		return errors.New("auc: lists of different lengths")
	}
	m.rows = nil
	for i := range s.Scores {
		m.rows = append(m.rows, scored{math.Float32frombits(s.Scores[i]), math.Float32frombits(s.Weights[i]), s.Positive[i]})
	}
	return nil
}

// R2 is the share of the targets' variance that the outputs explain:
//
//	1 − Σ w·(t − y)² / Σ w·(t − t̄)²
//
// Targets that are all the same give 0. Keras: R2Score; scikit-learn: r2_score.
type R2 struct{ weight, mean, spread, missed float64 }

// Name implements Metric.
func (m *R2) Name() string { return "r2" }

// New implements Metric.
func (m *R2) New() Metric { return &R2{} }

// Update implements Metric.
func (m *R2) Update(y, targets, weights []float32) {
	rowsOf(y, targets, weights, func(y, t []float32, w float64) {
		for i, v := range y {
			d := float64(t[i]) - float64(v)
			m.take(R2{weight: w, mean: float64(t[i]), missed: w * d * d})
		}
	})
}

// take adds what another has gathered. Chan, Golub and LeVeque, Updating
// formulae and a pairwise algorithm for computing sample variances, 1979.
func (m *R2) take(o R2) {
	all := m.weight + o.weight
	if all == 0 {
		return
	}
	d := o.mean - m.mean
	m.spread += o.spread + d*d*m.weight*o.weight/all
	m.mean += d * o.weight / all
	m.missed += o.missed
	m.weight = all
}

// Value implements Metric.
func (m *R2) Value() float64 {
	if m.spread == 0 {
		return 0
	}
	return 1 - m.missed/m.spread
}

// Merge implements Merger.
func (m *R2) Merge(from Metric) error {
	o, err := other[*R2](from)
	if err == nil {
		m.take(*o)
	}
	return err
}

// MarshalJSON returns what has been gathered.
func (m *R2) MarshalJSON() ([]byte, error) {
	return json.Marshal(bitsOf([]float64{m.weight, m.mean, m.spread, m.missed}))
}

// UnmarshalJSON goes on from what MarshalJSON returned.
func (m *R2) UnmarshalJSON(data []byte) error {
	var b []bits
	if err := json.Unmarshal(data, &b); err != nil {
		return err
	}
	if len(b) != 4 {
		return errors.Errorf("r2: %d numbers, want 4", len(b))
	}
	*m = R2{float64(b[0]), float64(b[1]), float64(b[2]), float64(b[3])}
	return nil
}
