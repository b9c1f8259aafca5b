package classifier

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/pkg/errors"

	"unroll/train"
)

// Scaling brings numbers to mean 0 and deviation 1 for a model, and back. A model
// learns numbers of any size at the pace of others then: weights begin near 0 and
// take small steps. It is of the texts that are trained on alone, and computed in
// double precision: of 1,000,000,001 and 1,000,000,002 a float32 sees no difference.
//
//	z = (y − mean) / deviation
//
// scikit-learn: TransformedTargetRegressor with StandardScaler; Keras:
// Normalization. The zero value changes nothing.
type Scaling struct {
	Mean      float64 `json:"mean,omitempty"`
	Deviation float64 `json:"deviation,omitempty"`
}

// NewScaling returns the scaling of numbers. It errs if they are all the same.
func NewScaling(y []float64) (Scaling, error) {
	var s Scaling
	for i, v := range y {
		s.Mean += (v - s.Mean) / float64(i+1)
	}
	largest := 0.0
	for _, v := range y {
		largest = max(largest, math.Abs(v-s.Mean))
	}
	// Of shares of the largest no square is too large or too small for a float64.
	for _, v := range y {
		share := (v - s.Mean) / max(largest, math.SmallestNonzeroFloat64)
		s.Deviation += share * share / float64(len(y))
	}
	s.Deviation = largest * math.Sqrt(s.Deviation)
	// What is left of equal numbers is what their mean was rounded by.
	if s.Deviation <= 1e-12*math.Abs(s.Mean) {
		return s, errors.Errorf("all %d training texts have the number %v: there is nothing to learn", len(y), y[0])
	}
	return s, nil
}

// Unit is what a deviation of the model's outputs is worth.
func (s Scaling) Unit() float64 {
	if s.Deviation == 0 {
		return 1
	}
	return s.Deviation
}

func (s Scaling) apply(y float64) float32 { return float32((y - s.Mean) / s.Unit()) }

func (s Scaling) undo(z float32) float64 { return float64(z)*s.Unit() + s.Mean }

// Format writes a number for people, with as many decimals as its unit is worth: so
// many, and more where all numbers are small. sign is "+" for a sign in any case,
// else "".
func (s Scaling) Format(v float64, decimals int, sign string) string {
	if u := s.Unit(); u < 1 {
		decimals += int(-math.Log10(u))
	}
	return fmt.Sprintf("%"+sign+".*f", decimals, v)
}

// scaled is a metric of errors in the unit of the targets.
type scaled struct {
	train.Merger
	unit float64
}

var _ train.Merger = (*scaled)(nil)

// New implements train.Metric.
func (m *scaled) New() train.Metric { return &scaled{m.Merger.New().(train.Merger), m.unit} }

// Value implements train.Metric.
func (m *scaled) Value() float64 { return m.unit * m.Merger.Value() }

// Merge implements train.Merger.
func (m *scaled) Merge(other train.Metric) error {
	o, ok := other.(*scaled)
	if !ok || o.unit != m.unit {
		return errors.Errorf("metric %s is in another unit", m.Name())
	}
	return m.Merger.Merge(o.Merger)
}

// MarshalJSON returns what has been gathered.
func (m *scaled) MarshalJSON() ([]byte, error) { return json.Marshal(m.Merger) }

// UnmarshalJSON goes on from what MarshalJSON returned.
func (m *scaled) UnmarshalJSON(data []byte) error { return json.Unmarshal(data, m.Merger) }
