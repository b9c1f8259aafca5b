package metrics

import (
	"cmp"
	"slices"
	"strconv"

	"unroll/train"
)

// SubsetAccuracy is the share of rows of which all labels are right, those that are
// given and those that are not:
//
//	Σ w·[(y > thresholds) = t] / Σ w
//
// scikit-learn: accuracy_score of indicators.
type SubsetAccuracy struct {
	Thresholds []float64 // of each output; ½ of those beyond them

	ratio
}

var _ train.Merger = (*SubsetAccuracy)(nil)

// Name implements train.Metric.
func (m *SubsetAccuracy) Name() string { return "subset_accuracy" }

// New implements train.Metric.
func (m *SubsetAccuracy) New() train.Metric { return &SubsetAccuracy{Thresholds: m.Thresholds} }

// Update implements train.Metric.
func (m *SubsetAccuracy) Update(y, targets, weights []float32) {
	eachLabels(y, targets, weights, m.Thresholds, func(given, of []bool, known bool, w float64) {
		m.add(hit(known && slices.Equal(given, of)), w)
	})
}

// Merge implements train.Merger.
func (m *SubsetAccuracy) Merge(other train.Metric) error {
	return merge(m, other, func(o *SubsetAccuracy) { m.take(o.ratio) })
}

// thresholdOf is that of output j: of thresholds, or else the one, ½ if 0.
func thresholdOf(j int, one float64, thresholds []float64) float32 {
	if j < len(thresholds) {
		return float32(thresholds[j])
	}
	return float32(cmp.Or(one, 0.5))
}

// eachLabels calls f for each row that counts with the labels that its outputs give, and
// those that it has; known is false if an output is NaN.
func eachLabels(y, targets, weights []float32, thresholds []float64, f func(given, of []bool, known bool, w float64)) {
	rows := len(weights)
	if rows == 0 {
		return
	}
	n := len(y) / rows
	given, of := make([]bool, n), make([]bool, n)
	known := true
	eachOutput(y, targets, weights, func(j int, y, t float32, w float64) {
		known = (j == 0 || known) && y == y
		given[j], of[j] = y > thresholdOf(j, 0, thresholds), t > 0.5
		if j == n-1 {
			f(given, of, known, w)
		}
	})
}

// LabelReport is the scores of labels of which a row may have several, and their means.
// scikit-learn: classification_report of indicators.
type LabelReport struct {
	Labels   []ClassReport `json:"labels"`
	Micro    Scores        `json:"micro_avg"`
	Macro    Scores        `json:"macro_avg"`
	Weighted Scores        `json:"weighted_avg"`
	Samples  Scores        `json:"samples_avg"` // the mean over the rows of each row's scores
	Subset   float64       `json:"subset_accuracy"`
}

// Labels returns the report on rows: y and targets are [rows·labels], weights [rows].
// Thresholds are those of the labels, ½ where there are none; a label without a name has
// its index.
func Labels(y, targets, weights []float32, thresholds []float64, names ...string) LabelReport {
	var all tallies
	var samples [3]ratio
	subset := SubsetAccuracy{Thresholds: thresholds}
	subset.Update(y, targets, weights)
	eachLabels(y, targets, weights, thresholds, func(given, of []bool, _ bool, w float64) {
		all.grow(len(of))
		var row tally
		for j := range of {
			v := verdict(of[j], given[j], 1)
			row.add(v)
			all.of[j].add(verdict(of[j], given[j], w))
		}
		s := row.scores()
		for k, v := range []float64{s.Precision, s.Recall, s.F1} {
			samples[k].add(v, w)
		}
	})
	r := LabelReport{Micro: mean(all.of, Micro), Macro: mean(all.of, Macro), Weighted: mean(all.of, Weighted), Subset: subset.Value()}
	r.Samples = Scores{samples[0].Value(), samples[1].Value(), samples[2].Value(), r.Micro.Support}
	for j, t := range all.of {
		name := strconv.Itoa(j)
		if j < len(names) {
			name = names[j]
		}
		r.Labels = append(r.Labels, ClassReport{name, t.scores()})
	}
	return r
}

// String writes the report in the layout of scikit-learn's classification_report.
func (r LabelReport) String() string {
	t := newReportTable(r.Labels)
	for _, a := range r.Averages() {
		t.scores(a.Name, a.Scores)
	}
	return t.String()
}

// Averages are the means under the names that scikit-learn gives them.
func (r LabelReport) Averages() []ClassReport {
	return []ClassReport{{"micro avg", r.Micro}, {"macro avg", r.Macro}, {"weighted avg", r.Weighted}, {"samples avg", r.Samples}}
}
