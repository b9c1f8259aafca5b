package train

// Metric is a score that is gathered over batches. Those of
// train/metrics are Mergers, and json.Marshalers and json.Unmarshalers of what they
// have gathered, to the last bit: in a checkpoint they go on where they were.
//
// Rows of weight 0 count nowhere, whatever their outputs. Where a denominator is
// 0 the value is 0, as with scikit-learn's zero_division=0. A row with an output
// that is NaN counts as wrong; an error of NaN is NaN. Targets are as wide as
// the outputs or, one a row of several outputs, indices of classes, which stand
// for the one-hot rows.
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

// Merger is a Metric that can take over what another has gathered: parts of the
// data that are gathered apart and merged give the value of the whole.
type Merger interface {
	Metric
	// Merge adds what other has gathered, which stays as it is. It returns an
	// error if other is not of the same type and settings.
	Merge(other Metric) error
}
