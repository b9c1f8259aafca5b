package metrics

import (
	"math"

	"github.com/pkg/errors"

	"unroll/train"
)

// MeanSquaredError is Σ w·(y − t)² / Σ w over the outputs of all rows. Keras:
// MeanSquaredError.
type MeanSquaredError struct{ ratio }

// RootMeanSquaredError is √(Σ w·(y − t)² / Σ w) over the outputs of all rows.
// Keras: RootMeanSquaredError.
type RootMeanSquaredError struct{ ratio }

// MeanAbsoluteError is Σ w·|y − t| / Σ w over the outputs of all rows. Keras:
// MeanAbsoluteError.
type MeanAbsoluteError struct{ ratio }

// R2 is the share of the targets' variance that the outputs explain, the mean of
// each output's
//
//	1 − Σ w·(t − y)² / Σ w·(t − t̄)²
//
// and of targets that are all the same, such as one row's, 1 if the outputs
// equal them and else 0. Keras: R2Score; scikit-learn: r2_score.
type R2 struct{ outputs []moments }

var (
	_ train.Merger = (*MeanSquaredError)(nil)
	_ train.Merger = (*RootMeanSquaredError)(nil)
	_ train.Merger = (*MeanAbsoluteError)(nil)
	_ train.Merger = (*R2)(nil)
)

// Name implements train.Metric.
func (m *MeanSquaredError) Name() string { return "mean_squared_error" }

// New implements train.Metric.
func (m *MeanSquaredError) New() train.Metric { return &MeanSquaredError{} }

// Update implements train.Metric.
func (m *MeanSquaredError) Update(y, targets, weights []float32) {
	m.distances(y, targets, weights, square)
}

// Merge implements train.Merger.
func (m *MeanSquaredError) Merge(other train.Metric) error {
	return merge(m, other, func(o *MeanSquaredError) { m.take(o.ratio) })
}

// Name implements train.Metric.
func (m *RootMeanSquaredError) Name() string { return "root_mean_squared_error" }

// New implements train.Metric.
func (m *RootMeanSquaredError) New() train.Metric { return &RootMeanSquaredError{} }

// Update implements train.Metric.
func (m *RootMeanSquaredError) Update(y, targets, weights []float32) {
	m.distances(y, targets, weights, square)
}

// Value implements train.Metric.
func (m *RootMeanSquaredError) Value() float64 { return math.Sqrt(m.ratio.Value()) }

// Merge implements train.Merger.
func (m *RootMeanSquaredError) Merge(other train.Metric) error {
	return merge(m, other, func(o *RootMeanSquaredError) { m.take(o.ratio) })
}

// Name implements train.Metric.
func (m *MeanAbsoluteError) Name() string { return "mean_absolute_error" }

// New implements train.Metric.
func (m *MeanAbsoluteError) New() train.Metric { return &MeanAbsoluteError{} }

// Update implements train.Metric.
func (m *MeanAbsoluteError) Update(y, targets, weights []float32) {
	m.distances(y, targets, weights, math.Abs)
}

// Merge implements train.Merger.
func (m *MeanAbsoluteError) Merge(other train.Metric) error {
	return merge(m, other, func(o *MeanAbsoluteError) { m.take(o.ratio) })
}

// distances adds the mean of f(y − t).
func (r *ratio) distances(y, targets, weights []float32, f func(float64) float64) {
	eachOutput(y, targets, weights, func(_ int, y, t float32, w float64) {
		r.add(f(float64(y)-float64(t)), w)
	})
}

func square(d float64) float64 { return d * d }

// moments are those of an output's targets: Σ w, t̄, Σ w·(t − t̄)², and of its
// error, Σ w·(t − y)².
type moments struct{ weight, mean, spread, missed float64 }

// take adds what another has gathered. Chan, Golub and LeVeque, Updating
// formulae and a pairwise algorithm for computing sample variances, 1979.
func (m *moments) take(o moments) {
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

// Name implements train.Metric.
func (m *R2) Name() string { return "r2_score" }

// New implements train.Metric.
func (m *R2) New() train.Metric { return &R2{} }

// Update implements train.Metric.
func (m *R2) Update(y, targets, weights []float32) {
	eachOutput(y, targets, weights, func(j int, y, t float32, w float64) {
		m.output(j, moments{weight: w, mean: float64(t), missed: w * square(float64(t)-float64(y))})
	})
}

func (m *R2) output(j int, o moments) {
	for len(m.outputs) <= j {
		m.outputs = append(m.outputs, moments{})
	}
	m.outputs[j].take(o)
}

// Value implements train.Metric.
func (m *R2) Value() float64 {
	sum := 0.0
	for _, o := range m.outputs {
		switch {
		case o.spread != 0:
			sum += 1 - o.missed/o.spread
		case o.missed == 0:
			sum++
		}
	}
	return quotient(sum, float64(len(m.outputs)))
}

// Merge implements train.Merger.
func (m *R2) Merge(other train.Metric) error {
	return merge(m, other, func(o *R2) {
		for j, from := range o.outputs {
			m.output(j, from)
		}
	})
}

// MarshalJSON returns what has been gathered.
func (m *R2) MarshalJSON() ([]byte, error) {
	var x []float64
	for _, o := range m.outputs {
		x = append(x, o.weight, o.mean, o.spread, o.missed)
	}
	return marshalBits(x...)
}

// UnmarshalJSON goes on from what MarshalJSON returned.
func (m *R2) UnmarshalJSON(data []byte) error {
	x, err := unmarshalBits(data)
	if err == nil && len(x)%4 != 0 {
		err = errors.Errorf("%d numbers, want 4 of each output", len(x))
	}
	if err != nil {
		return err
	}
	m.outputs = nil
	for ; len(x) > 0; x = x[4:] {
		m.outputs = append(m.outputs, moments{x[0], x[1], x[2], x[3]})
	}
	return nil
}
