package train

import (
	"encoding/json"
	"math"

	"github.com/pkg/errors"
)

// Metric is a score that is gathered over batches.
type Metric interface {
	// Name is the metric's name in logs, such as "accuracy".
	Name() string
	// New returns a metric of the same settings that has gathered nothing.
	New() Metric
	// Update adds rows, which are samples or the steps of their sequences: y is
	// [rows·outputs], targets [rows·width] for the width of the loss's targets,
	// weights [rows].
	Update(y, targets, weights []float32)
	// Value returns the score; 0 before any update.
	Value() float64
}

// Merger is a Metric that can take over what another of its kind has gathered.
type Merger interface {
	Metric
	Merge(other Metric) error
}

// ratio is a weighted mean that is gathered: Σ w·v / Σ w, 0 where Σ w is.
type ratio struct{ sum, total float64 }

func (r *ratio) add(v, w float64) {
	r.sum += w * v
	r.total += w
}

func (r *ratio) value() float64 {
	if r.total == 0 {
		return 0
	}
	return r.sum / r.total
}

func (r *ratio) merge(other ratio) {
	r.sum += other.sum
	r.total += other.total
}

// MarshalJSON returns what has been gathered.
func (r *ratio) MarshalJSON() ([]byte, error) {
	return json.Marshal([2]bits{bits(r.sum), bits(r.total)})
}

// UnmarshalJSON goes on from what MarshalJSON returned.
func (r *ratio) UnmarshalJSON(data []byte) error {
	var b [2]bits
	err := json.Unmarshal(data, &b)
	r.sum, r.total = float64(b[0]), float64(b[1])
	return err
}

// Value returns the mean; 0 before any update.
func (r *ratio) Value() float64 { return r.value() }

func other[M Metric](m Metric) (M, error) {
	o, ok := m.(M)
	if !ok {
		return o, errors.Errorf("metric: %T cannot be merged with %T", m, o)
	}
	return o, nil
}

// rowsOf calls f for each row with its outputs and targets.
func rowsOf(y, targets, weights []float32, f func(y, target []float32, w float64)) {
	if len(weights) == 0 {
		return
	}
	outputs, width := len(y)/len(weights), len(targets)/len(weights)
	for i, w := range weights {
		f(y[i*outputs:(i+1)*outputs], targets[i*width:(i+1)*width], float64(w))
	}
}

// BinaryAccuracy is the weighted share of outputs on the right side of a
// threshold: Σ w·[(y > threshold) = t] / Σ w. Keras: BinaryAccuracy.
type BinaryAccuracy struct {
	Threshold float64 // ½ if 0

	ratio
}

// CategoricalAccuracy is the weighted share of rows whose largest output stands
// where the largest target does. Keras: CategoricalAccuracy.
type CategoricalAccuracy struct{ ratio }

// SparseCategoricalAccuracy is CategoricalAccuracy for targets that are indices
// of classes. Keras: SparseCategoricalAccuracy.
type SparseCategoricalAccuracy struct{ ratio }

// TopKCategoricalAccuracy is the weighted share of rows whose target is among
// the K largest outputs, for targets that are one-hot or, if there is one a
// row, indices of classes. A target that ties with the K-th counts. Keras:
// TopKCategoricalAccuracy and SparseTopKCategoricalAccuracy.
type TopKCategoricalAccuracy struct {
	K int // 5 if 0

	ratio
}

// MeanSquaredError is the weighted mean of (y − t)². Keras: MeanSquaredError.
type MeanSquaredError struct{ ratio }

// RootMeanSquaredError is the root of MeanSquaredError. Keras:
// RootMeanSquaredError.
type RootMeanSquaredError struct{ ratio }

// MeanAbsoluteError is the weighted mean of |y − t|. Keras: MeanAbsoluteError.
type MeanAbsoluteError struct{ ratio }

var (
	_ Merger = (*BinaryAccuracy)(nil)
	_ Merger = (*CategoricalAccuracy)(nil)
	_ Merger = (*SparseCategoricalAccuracy)(nil)
	_ Merger = (*TopKCategoricalAccuracy)(nil)
	_ Merger = (*MeanSquaredError)(nil)
	_ Merger = (*RootMeanSquaredError)(nil)
	_ Merger = (*MeanAbsoluteError)(nil)
)

// Name implements Metric.
func (m *BinaryAccuracy) Name() string { return "accuracy" }

// New implements Metric.
func (m *BinaryAccuracy) New() Metric { return &BinaryAccuracy{Threshold: m.Threshold} }

// Update implements Metric.
func (m *BinaryAccuracy) Update(y, targets, weights []float32) {
	if len(weights) == 0 {
		return
	}
	outputs, threshold := len(y)/len(weights), float32(or(m.Threshold, 0.5))
	for i, w := range weights {
		for j := i * outputs; j < (i+1)*outputs; j++ {
			m.total += float64(w)
			if y[j] == y[j] && (y[j] > threshold) == (targets[j] > 0.5) {
				m.sum += float64(w)
			}
		}
	}
}

// Merge implements Merger.
func (m *BinaryAccuracy) Merge(from Metric) error {
	o, err := other[*BinaryAccuracy](from)
	if err == nil {
		m.merge(o.ratio)
	}
	return err
}

// Name implements Metric.
func (m *CategoricalAccuracy) Name() string { return "accuracy" }

// New implements Metric.
func (m *CategoricalAccuracy) New() Metric { return &CategoricalAccuracy{} }

// Update implements Metric.
func (m *CategoricalAccuracy) Update(y, targets, weights []float32) {
	rowsOf(y, targets, weights, func(y, t []float32, w float64) { m.add(hit(largest(y) == largest(t)), w) })
}

// Merge implements Merger.
func (m *CategoricalAccuracy) Merge(from Metric) error {
	o, err := other[*CategoricalAccuracy](from)
	if err == nil {
		m.merge(o.ratio)
	}
	return err
}

// Name implements Metric.
func (m *SparseCategoricalAccuracy) Name() string { return "accuracy" }

// New implements Metric.
func (m *SparseCategoricalAccuracy) New() Metric { return &SparseCategoricalAccuracy{} }

// Update implements Metric.
func (m *SparseCategoricalAccuracy) Update(y, targets, weights []float32) {
	rowsOf(y, targets, weights, func(y, t []float32, w float64) { m.add(hit(float32(largest(y)) == t[0]), w) })
}

// Merge implements Merger.
func (m *SparseCategoricalAccuracy) Merge(from Metric) error {
	o, err := other[*SparseCategoricalAccuracy](from)
	if err == nil {
		m.merge(o.ratio)
	}
	return err
}

// Name implements Metric.
func (m *TopKCategoricalAccuracy) Name() string { return "top_k_accuracy" }

// New implements Metric.
func (m *TopKCategoricalAccuracy) New() Metric { return &TopKCategoricalAccuracy{K: m.K} }

// Update implements Metric.
func (m *TopKCategoricalAccuracy) Update(y, targets, weights []float32) {
	k := int(or(float64(m.K), 5))
	rowsOf(y, targets, weights, func(y, t []float32, w float64) {
		class, above := classOf(t), 0
		if class < 0 || class >= len(y) {
			m.add(0, w)
			return
		}
		for _, v := range y {
			if v > y[class] {
				above++
			}
		}
		m.add(hit(y[class] == y[class] && above < k), w)
	})
}

// Merge implements Merger.
func (m *TopKCategoricalAccuracy) Merge(from Metric) error {
	o, err := other[*TopKCategoricalAccuracy](from)
	if err == nil {
		m.merge(o.ratio)
	}
	return err
}

// Name implements Metric.
func (m *MeanSquaredError) Name() string { return "mse" }

// New implements Metric.
func (m *MeanSquaredError) New() Metric { return &MeanSquaredError{} }

// Update implements Metric.
func (m *MeanSquaredError) Update(y, targets, weights []float32) {
	squares(&m.ratio, y, targets, weights)
}

// Merge implements Merger.
func (m *MeanSquaredError) Merge(from Metric) error {
	o, err := other[*MeanSquaredError](from)
	if err == nil {
		m.merge(o.ratio)
	}
	return err
}

func squares(r *ratio, y, targets, weights []float32) {
	rowsOf(y, targets, weights, func(y, t []float32, w float64) {
		for i, v := range y {
			d := float64(v) - float64(t[i])
			r.add(d*d, w)
		}
	})
}

// Name implements Metric.
func (m *RootMeanSquaredError) Name() string { return "rmse" }

// New implements Metric.
func (m *RootMeanSquaredError) New() Metric { return &RootMeanSquaredError{} }

// Update implements Metric.
func (m *RootMeanSquaredError) Update(y, targets, weights []float32) {
	squares(&m.ratio, y, targets, weights)
}

// Value implements Metric.
func (m *RootMeanSquaredError) Value() float64 { return math.Sqrt(m.value()) }

// Merge implements Merger.
func (m *RootMeanSquaredError) Merge(from Metric) error {
	o, err := other[*RootMeanSquaredError](from)
	if err == nil {
		m.merge(o.ratio)
	}
	return err
}

// Name implements Metric.
func (m *MeanAbsoluteError) Name() string { return "mae" }

// New implements Metric.
func (m *MeanAbsoluteError) New() Metric { return &MeanAbsoluteError{} }

// Update implements Metric.
func (m *MeanAbsoluteError) Update(y, targets, weights []float32) {
	rowsOf(y, targets, weights, func(y, t []float32, w float64) {
		for i, v := range y {
			m.add(math.Abs(float64(v)-float64(t[i])), w)
		}
	})
}

// Merge implements Merger.
func (m *MeanAbsoluteError) Merge(from Metric) error {
	o, err := other[*MeanAbsoluteError](from)
	if err == nil {
		m.merge(o.ratio)
	}
	return err
}

func hit(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// classOf returns the class that targets name: an index, or the place of the
// largest.
func classOf(t []float32) int {
	if len(t) == 1 {
		return int(t[0])
	}
	return largest(t)
}

// largest returns the place of the first largest value, −1 if one is NaN.
func largest(x []float32) int {
	at := 0
	for i, v := range x {
		if v != v {
			return -1
		}
		if v > x[at] {
			at = i
		}
	}
	return at
}
