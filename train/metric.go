package train

import "encoding/json"

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

// BinaryAccuracy is the weighted share of outputs on the right side of one
// half: Σ w·[(y > ½) = t] / Σ w. Keras: BinaryAccuracy.
type BinaryAccuracy struct{ right, total float64 }

var _ Metric = (*BinaryAccuracy)(nil)

// Name implements Metric.
func (m *BinaryAccuracy) Name() string { return "accuracy" }

// New implements Metric.
func (m *BinaryAccuracy) New() Metric { return &BinaryAccuracy{} }

// Update implements Metric.
func (m *BinaryAccuracy) Update(y, targets, weights []float32) {
	outputs := len(y) / len(weights)
	for i, w := range weights {
		for j := i * outputs; j < (i+1)*outputs; j++ {
			m.total += float64(w)
			if (y[j] > 0.5) == (targets[j] > 0.5) {
				m.right += float64(w)
			}
		}
	}
}

// Value implements Metric.
func (m *BinaryAccuracy) Value() float64 {
	if m.total == 0 {
		return 0
	}
	return m.right / m.total
}

// hits is the state of an accuracy in a checkpoint.
type hits struct{ Right, Total bits }

// MarshalJSON returns what has been gathered.
func (m *BinaryAccuracy) MarshalJSON() ([]byte, error) {
	return json.Marshal(hits{bits(m.right), bits(m.total)})
}

// UnmarshalJSON goes on from what MarshalJSON returned.
func (m *BinaryAccuracy) UnmarshalJSON(data []byte) error {
	var h hits
	err := json.Unmarshal(data, &h)
	m.right, m.total = float64(h.Right), float64(h.Total)
	return err
}

// MarshalJSON returns what has been gathered.
func (m *CategoricalAccuracy) MarshalJSON() ([]byte, error) {
	return json.Marshal(hits{bits(m.right), bits(m.total)})
}

// UnmarshalJSON goes on from what MarshalJSON returned.
func (m *CategoricalAccuracy) UnmarshalJSON(data []byte) error {
	var h hits
	err := json.Unmarshal(data, &h)
	m.right, m.total = float64(h.Right), float64(h.Total)
	return err
}

// CategoricalAccuracy is the weighted share of samples, or of steps of a
// sequence, whose largest output stands where the largest target does. Keras:
// CategoricalAccuracy.
type CategoricalAccuracy struct{ right, total float64 }

var _ Metric = (*CategoricalAccuracy)(nil)

// Name implements Metric.
func (m *CategoricalAccuracy) Name() string { return "accuracy" }

// New implements Metric.
func (m *CategoricalAccuracy) New() Metric { return &CategoricalAccuracy{} }

// Update implements Metric.
func (m *CategoricalAccuracy) Update(y, targets, weights []float32) {
	classes := len(y) / len(weights)
	for i, w := range weights {
		m.total += float64(w)
		from, to := i*classes, (i+1)*classes
		if largest(y[from:to]) == largest(targets[from:to]) {
			m.right += float64(w)
		}
	}
}

// Value implements Metric.
func (m *CategoricalAccuracy) Value() float64 {
	if m.total == 0 {
		return 0
	}
	return m.right / m.total
}

// largest returns the place of the first largest value.
func largest(x []float32) int {
	at := 0
	for i, v := range x {
		if v > x[at] {
			at = i
		}
	}
	return at
}
