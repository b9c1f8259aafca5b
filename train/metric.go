package train

// Metric is a score that is gathered over batches.
type Metric interface {
	// Name is the metric's name in logs, such as "accuracy".
	Name() string
	// New returns a metric of the same settings that has gathered nothing.
	New() Metric
	// Update adds samples: y and targets are [samples·outputs], weights
	// [samples].
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
