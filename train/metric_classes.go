package train

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pkg/errors"
)

// ConfusionMatrix counts, with their weights, the rows of each class by the
// class that the model gave them. A single output is of two classes, 1 above
// the threshold; of several the largest is the class. Targets are one-hot or
// indices. Its value is the accuracy.
type ConfusionMatrix struct {
	Threshold float64 // ½ if 0

	classes int
	counts  []float64 // [true, predicted]
	lost    []float64 // by true class: predicted as NaN, which is no class
}

var _ Merger = (*ConfusionMatrix)(nil)

// Name implements Metric.
func (m *ConfusionMatrix) Name() string { return "accuracy" }

// New implements Metric.
func (m *ConfusionMatrix) New() Metric { return &ConfusionMatrix{Threshold: m.Threshold} }

// Update implements Metric.
func (m *ConfusionMatrix) Update(y, targets, weights []float32) {
	rowsOf(y, targets, weights, func(y, t []float32, w float64) {
		n, predicted, class := len(y), largest(y), classOf(t)
		if n == 1 {
			n, class = 2, 0
			if t[0] > 0.5 {
				class = 1
			}
			if predicted == 0 && y[0] > float32(or(m.Threshold, 0.5)) {
				predicted = 1
			}
		}
		m.grow(n)
		switch {
		case class < 0 || class >= m.classes:
		case predicted < 0:
			m.lost[class] += w
		default:
			m.counts[class*m.classes+predicted] += w
		}
	})
}

func (m *ConfusionMatrix) grow(n int) {
	if m.classes == 0 {
		m.classes, m.counts, m.lost = n, make([]float64, n*n), make([]float64, n)
	}
}

// Classes returns the number of classes, 0 before any update.
func (m *ConfusionMatrix) Classes() int { return m.classes }

// Count returns the weight of the rows of a class that were given another.
func (m *ConfusionMatrix) Count(class, predicted int) float64 {
	if class < 0 || predicted < 0 || class >= m.classes || predicted >= m.classes {
		return 0
	}
	return m.counts[class*m.classes+predicted]
}

// Value returns the accuracy.
func (m *ConfusionMatrix) Value() float64 {
	right, all := 0.0, 0.0
	for i := range m.classes {
		right += m.Count(i, i)
		all += m.support(i)
	}
	return quotient(right, all)
}

// Merge implements Merger.
func (m *ConfusionMatrix) Merge(from Metric) error {
	o, err := other[*ConfusionMatrix](from)
	if err != nil || o.classes == 0 {
		return err
	}
	m.grow(o.classes)
	if m.classes != o.classes {
		return errors.Errorf("metric: a matrix of %d classes cannot be merged with one of %d", o.classes, m.classes)
	}
	for i, v := range o.counts {
		m.counts[i] += v
	}
	for i, v := range o.lost {
		m.lost[i] += v
	}
	return nil
}

type confusionState struct {
	Classes int
	Counts  []bits
	Lost    []bits
}

// MarshalJSON returns what has been gathered.
func (m *ConfusionMatrix) MarshalJSON() ([]byte, error) {
	return json.Marshal(confusionState{m.classes, bitsOf(m.counts), bitsOf(m.lost)})
}

// UnmarshalJSON goes on from what MarshalJSON returned.
func (m *ConfusionMatrix) UnmarshalJSON(data []byte) error {
	var s confusionState
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	if s.Classes < 0 || len(s.Counts) != s.Classes*s.Classes || len(s.Lost) != s.Classes {
		return errors.Errorf("confusion matrix: %d counts of %d classes", len(s.Counts), s.Classes)
	}
	m.classes, m.counts, m.lost = s.Classes, floatsOfBits(s.Counts), floatsOfBits(s.Lost)
	return nil
}

func bitsOf(x []float64) []bits {
	out := make([]bits, len(x))
	for i, v := range x {
		out[i] = bits(v)
	}
	return out
}

func floatsOfBits(x []bits) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

// quotient is a/b, and 0 where b is 0, as in scikit-learn's zero_division=0.
func quotient(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

// support is the weight of a class.
func (m *ConfusionMatrix) support(class int) float64 {
	sum := m.lost[class]
	for j := range m.classes {
		sum += m.Count(class, j)
	}
	return sum
}

// predicted is the weight of the rows that were given a class.
func (m *ConfusionMatrix) predicted(class int) (sum float64) {
	for i := range m.classes {
		sum += m.Count(i, class)
	}
	return sum
}

// Scores are those of a class, or means of them.
type Scores struct {
	Precision float64 `json:"precision"` // of those given the class, the share that are of it
	Recall    float64 `json:"recall"`    // of those of the class, the share that were given it
	F1        float64 `json:"f1"`        // 2·precision·recall/(precision + recall)
	Support   float64 `json:"support"`   // weight of the class
}

func (m *ConfusionMatrix) scores(class int) Scores {
	hits := m.Count(class, class)
	p, r := quotient(hits, m.predicted(class)), quotient(hits, m.support(class))
	return Scores{p, r, quotient(2*p*r, p+r), m.support(class)}
}

// Average says which classes a score is of.
type Average string

// The averages.
const (
	OfPositives Average = ""         // of class 1 of two, as scikit-learn's "binary"
	Macro       Average = "macro"    // the mean over the classes
	Weighted    Average = "weighted" // the mean weighted by the classes' support
	Micro       Average = "micro"    // of all rows together, which is the accuracy
)

// over averages a score of the classes; classes without support count too.
func (m *ConfusionMatrix) over(a Average) Scores {
	if m.classes == 0 {
		return Scores{}
	}
	var mean Scores
	total := 0.0
	for i := range m.classes {
		total += m.support(i)
	}
	switch a {
	case OfPositives:
		return m.scores(min(1, m.classes-1))
	case Micro:
		// A row that was given no class is missing from the predictions alone.
		hits, given := 0.0, 0.0
		for i := range m.classes {
			hits += m.Count(i, i)
			given += m.predicted(i)
		}
		p, r := quotient(hits, given), quotient(hits, total)
		return Scores{p, r, quotient(2*p*r, p+r), total}
	}
	for i := range m.classes {
		s, share := m.scores(i), 1/float64(m.classes)
		if a == Weighted {
			share = quotient(s.Support, total)
		}
		mean.Precision += share * s.Precision
		mean.Recall += share * s.Recall
		mean.F1 += share * s.F1
	}
	mean.Support = total
	return mean
}

// Precision is the share of rows given a class that are of it. Classes are
// found as in ConfusionMatrix. Keras: Precision, of a single output.
type Precision struct {
	Average   Average
	Threshold float64 // ½ if 0
	ConfusionMatrix
}

// Recall is the share of rows of a class that were given it. Keras: Recall, of
// a single output.
type Recall struct {
	Average   Average
	Threshold float64 // ½ if 0
	ConfusionMatrix
}

// F1 is the harmonic mean of precision and recall. Keras: F1Score.
type F1 struct {
	Average   Average
	Threshold float64 // ½ if 0
	ConfusionMatrix
}

var (
	_ Merger = (*Precision)(nil)
	_ Merger = (*Recall)(nil)
	_ Merger = (*F1)(nil)
)

// Name implements Metric.
func (m *Precision) Name() string { return averaged("precision", m.Average) }

// New implements Metric.
func (m *Precision) New() Metric { return &Precision{Average: m.Average, Threshold: m.Threshold} }

// Update implements Metric.
func (m *Precision) Update(y, targets, weights []float32) {
	m.ConfusionMatrix.Threshold = m.Threshold
	m.ConfusionMatrix.Update(y, targets, weights)
}

// Value implements Metric.
func (m *Precision) Value() float64 { return m.over(m.Average).Precision }

// Merge implements Merger.
func (m *Precision) Merge(from Metric) error {
	o, err := other[*Precision](from)
	if err == nil {
		err = m.ConfusionMatrix.Merge(&o.ConfusionMatrix)
	}
	return err
}

// Name implements Metric.
func (m *Recall) Name() string { return averaged("recall", m.Average) }

// New implements Metric.
func (m *Recall) New() Metric { return &Recall{Average: m.Average, Threshold: m.Threshold} }

// Update implements Metric.
func (m *Recall) Update(y, targets, weights []float32) {
	m.ConfusionMatrix.Threshold = m.Threshold
	m.ConfusionMatrix.Update(y, targets, weights)
}

// Value implements Metric.
func (m *Recall) Value() float64 { return m.over(m.Average).Recall }

// Merge implements Merger.
func (m *Recall) Merge(from Metric) error {
	o, err := other[*Recall](from)
	if err == nil {
		err = m.ConfusionMatrix.Merge(&o.ConfusionMatrix)
	}
	return err
}

// Name implements Metric.
func (m *F1) Name() string { return averaged("f1", m.Average) }

// New implements Metric.
func (m *F1) New() Metric { return &F1{Average: m.Average, Threshold: m.Threshold} }

// Update implements Metric.
func (m *F1) Update(y, targets, weights []float32) {
	m.ConfusionMatrix.Threshold = m.Threshold
	m.ConfusionMatrix.Update(y, targets, weights)
}

// Value implements Metric.
func (m *F1) Value() float64 { return m.over(m.Average).F1 }

// Merge implements Merger.
func (m *F1) Merge(from Metric) error {
	o, err := other[*F1](from)
	if err == nil {
		err = m.ConfusionMatrix.Merge(&o.ConfusionMatrix)
	}
	return err
}

func averaged(name string, a Average) string {
	if a == OfPositives {
		return name
	}
	return name + "_" + string(a)
}

// Report is the scores of each class and their means.
type Report struct {
	Classes  []ClassReport `json:"classes"`
	Accuracy float64       `json:"accuracy"`
	Macro    Scores        `json:"macro_avg"`
	Weighted Scores        `json:"weighted_avg"`
}

// ClassReport is the scores of a class.
type ClassReport struct {
	Name string `json:"name"`
	Scores
}

// Report returns the scores of the classes under the given names; a class
// without a name gets its index.
func (m *ConfusionMatrix) Report(names ...string) Report {
	r := Report{Accuracy: m.Value(), Macro: m.over(Macro), Weighted: m.over(Weighted)}
	for i := range m.classes {
		name := fmt.Sprint(i)
		if i < len(names) {
			name = names[i]
		}
		r.Classes = append(r.Classes, ClassReport{name, m.scores(i)})
	}
	return r
}

// String writes the report as scikit-learn's classification_report does.
func (r Report) String() string {
	const last = "weighted avg"
	width := len(last)
	for _, c := range r.Classes {
		width = max(width, len([]rune(c.Name)))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%*s %10s%10s%10s%10s\n\n", width, "", "precision", "recall", "f1-score", "support")
	line := func(name string, s Scores) {
		fmt.Fprintf(&b, "%*s %10.2f%10.2f%10.2f%10.0f\n", width, name, s.Precision, s.Recall, s.F1, s.Support)
	}
	for _, c := range r.Classes {
		line(c.Name, c.Scores)
	}
	fmt.Fprintf(&b, "\n%*s %10s%10s%10.2f%10.0f\n", width, "accuracy", "", "", r.Accuracy, r.Macro.Support)
	line("macro avg", r.Macro)
	line(last, r.Weighted)
	return b.String()
}
