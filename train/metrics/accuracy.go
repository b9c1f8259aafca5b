package metrics

import (
	"cmp"

	"unroll/train"
)

// BinaryAccuracy is the share of outputs on the right side of a threshold:
//
//	Σ w·[(y > threshold) = t] / Σ w
//
// For logits, whose threshold is 0, set math.SmallestNonzeroFloat32. Keras:
// BinaryAccuracy.
type BinaryAccuracy struct {
	Threshold float64 // ½ if 0

	ratio
}

// CategoricalAccuracy is the share of rows whose largest output, the first of
// equals, stands where the largest target does:
//
//	Σ w·[argmax y = argmax t] / Σ w
//
// Keras: CategoricalAccuracy.
type CategoricalAccuracy struct{ ratio }

// SparseCategoricalAccuracy is CategoricalAccuracy of targets that are indices
// of classes: Σ w·[argmax y = t] / Σ w. Keras: SparseCategoricalAccuracy.
type SparseCategoricalAccuracy struct{ ratio }

// TopKCategoricalAccuracy is the share of rows in which fewer than K outputs are
// larger than the one where the largest target stands, so that one which ties
// with the K-th counts:
//
//	Σ w·[#{j: yⱼ > y_c} < K] / Σ w, c = argmax t
//
// Keras: TopKCategoricalAccuracy.
type TopKCategoricalAccuracy struct {
	K int // 5 if 0

	ratio
}

// SparseTopKCategoricalAccuracy is TopKCategoricalAccuracy of targets that are
// indices of classes, c = t. Keras: SparseTopKCategoricalAccuracy.
type SparseTopKCategoricalAccuracy struct {
	K int // 5 if 0

	ratio
}

var (
	_ train.Merger = (*BinaryAccuracy)(nil)
	_ train.Merger = (*CategoricalAccuracy)(nil)
	_ train.Merger = (*SparseCategoricalAccuracy)(nil)
	_ train.Merger = (*TopKCategoricalAccuracy)(nil)
	_ train.Merger = (*SparseTopKCategoricalAccuracy)(nil)
)

// Name implements train.Metric.
func (m *BinaryAccuracy) Name() string { return "accuracy" }

// New implements train.Metric.
func (m *BinaryAccuracy) New() train.Metric { return &BinaryAccuracy{Threshold: m.Threshold} }

// Update implements train.Metric.
func (m *BinaryAccuracy) Update(y, targets, weights []float32) {
	threshold := float32(cmp.Or(m.Threshold, 0.5))
	if len(targets) != len(y) {
		eachOutput(y, targets, weights, func(_ int, y, t float32, w float64) {
			m.add(hit(y == y && (y > threshold) == (t > 0.5)), w)
		})
		return
	}
	if len(weights) == 0 {
		return
	}
	outputs := len(y) / len(weights)
	for i, w := range weights {
		for j := i * outputs; j < (i+1)*outputs; j++ {
			m.total += float64(w)
			if v := y[j]; (v > threshold) == (targets[j] > 0.5) && v == v {
				m.sum += float64(w)
			}
		}
	}
}

// Merge implements train.Merger.
func (m *BinaryAccuracy) Merge(other train.Metric) error {
	return merge(m, other, func(o *BinaryAccuracy) { m.take(o.ratio) })
}

// Name implements train.Metric.
func (m *CategoricalAccuracy) Name() string { return "accuracy" }

// New implements train.Metric.
func (m *CategoricalAccuracy) New() train.Metric { return &CategoricalAccuracy{} }

// Update implements train.Metric.
func (m *CategoricalAccuracy) Update(y, targets, weights []float32) {
	m.rows(y, targets, weights, isLargest)
}

// Merge implements train.Merger.
func (m *CategoricalAccuracy) Merge(other train.Metric) error {
	return merge(m, other, func(o *CategoricalAccuracy) { m.take(o.ratio) })
}

// Name implements train.Metric.
func (m *SparseCategoricalAccuracy) Name() string { return "accuracy" }

// New implements train.Metric.
func (m *SparseCategoricalAccuracy) New() train.Metric { return &SparseCategoricalAccuracy{} }

// Update implements train.Metric.
func (m *SparseCategoricalAccuracy) Update(y, targets, weights []float32) {
	m.rows(y, targets, weights, isLargest)
}

// Merge implements train.Merger.
func (m *SparseCategoricalAccuracy) Merge(other train.Metric) error {
	return merge(m, other, func(o *SparseCategoricalAccuracy) { m.take(o.ratio) })
}

// Name implements train.Metric.
func (m *TopKCategoricalAccuracy) Name() string { return "top_k_categorical_accuracy" }

// New implements train.Metric.
func (m *TopKCategoricalAccuracy) New() train.Metric { return &TopKCategoricalAccuracy{K: m.K} }

// Update implements train.Metric.
func (m *TopKCategoricalAccuracy) Update(y, targets, weights []float32) {
	m.rows(y, targets, weights, among(m.K))
}

// Merge implements train.Merger.
func (m *TopKCategoricalAccuracy) Merge(other train.Metric) error {
	return merge(m, other, func(o *TopKCategoricalAccuracy) { m.take(o.ratio) })
}

// Name implements train.Metric.
func (m *SparseTopKCategoricalAccuracy) Name() string { return "sparse_top_k_categorical_accuracy" }

// New implements train.Metric.
func (m *SparseTopKCategoricalAccuracy) New() train.Metric {
	return &SparseTopKCategoricalAccuracy{K: m.K}
}

// Update implements train.Metric.
func (m *SparseTopKCategoricalAccuracy) Update(y, targets, weights []float32) {
	m.rows(y, targets, weights, among(m.K))
}

// Merge implements train.Merger.
func (m *SparseTopKCategoricalAccuracy) Merge(other train.Metric) error {
	return merge(m, other, func(o *SparseTopKCategoricalAccuracy) { m.take(o.ratio) })
}

// rows adds the share of rows whose class is right.
func (r *ratio) rows(y, targets, weights []float32, right func(y []float32, class int) bool) {
	eachRow(y, targets, weights, func(y, t []float32, w float64) {
		class := classOf(t, len(y))
		r.add(hit(class >= 0 && right(y, class)), w)
	})
}

func isLargest(y []float32, class int) bool { return largest(y) == class }

func among(k int) func(y []float32, class int) bool {
	k = int(cmp.Or(float64(k), 5))
	return func(y []float32, class int) bool {
		above := 0
		for _, v := range y {
			if !(v <= y[class]) { // larger, or NaN
				above++
			}
		}
		return above < k
	}
}
