package metrics

import (
	"strconv"

	"github.com/pkg/errors"

	"unroll/train"
)

// Average says which classes a score is of. Another than these gives 0.
type Average string

// The averages.
const (
	Positives Average = ""         // of class 1 of a single output; of several as Micro
	OfClass   Average = "class"    // of the one that is named beside it
	Micro     Average = "micro"    // of the sums over the classes
	Macro     Average = "macro"    // the mean over the classes, those without rows too
	Weighted  Average = "weighted" // the mean weighted by the classes' support
)

// Scores are those of a class or means over classes.
type Scores struct {
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
	Support   float64 `json:"support"` // weight of the rows
}

// Precision is the share of the rows given a class that are of it:
//
//	Σ w·[y gives c]·[t = c] / Σ w·[y gives c]
//
// Rows are given classes as in ConfusionMatrix; a single output is of two, 0 and
// 1. If Threshold is set, or Thresholds are, several outputs are labels, any number of
// which may be given: those above it, or above their own. An output that is NaN gives
// none. Keras: Precision; scikit-learn: precision_score.
type Precision struct {
	Average    Average
	Class      int       // that OfClass is of
	Threshold  float64   // of a single output ½ if 0
	Thresholds []float64 // of each of several outputs, in place of Threshold

	tallies
}

// Recall is the share of the rows of a class that are given it:
//
//	Σ w·[y gives c]·[t = c] / Σ w·[t = c]
//
// Its fields are Precision's. The Macro one is the balanced accuracy, if each class has
// rows. Keras: Recall; scikit-learn: recall_score, balanced_accuracy_score.
type Recall struct {
	Average    Average
	Class      int
	Threshold  float64
	Thresholds []float64

	tallies
}

// F1 is the harmonic mean of precision P and recall R:
//
//	2·P·R / (P + R) = 2·Σ w·[y gives c]·[t = c] / (Σ w·[y gives c] + Σ w·[t = c])
//
// Its fields are Precision's. Keras: F1Score; scikit-learn: f1_score.
type F1 struct {
	Average    Average
	Class      int
	Threshold  float64
	Thresholds []float64

	tallies
}

var (
	_ train.Merger = (*Precision)(nil)
	_ train.Merger = (*Recall)(nil)
	_ train.Merger = (*F1)(nil)
)

// Name implements train.Metric.
func (m *Precision) Name() string { return averaged("precision", m.Average, m.Class) }

// New implements train.Metric.
func (m *Precision) New() train.Metric {
	return &Precision{Average: m.Average, Class: m.Class, Threshold: m.Threshold, Thresholds: m.Thresholds}
}

// Update implements train.Metric.
func (m *Precision) Update(y, targets, weights []float32) {
	m.gather(y, targets, weights, m.Threshold, m.Thresholds)
}

// Value implements train.Metric.
func (m *Precision) Value() float64 { return m.over(m.Average, m.Class).Precision }

// Merge implements train.Merger.
func (m *Precision) Merge(other train.Metric) error {
	return merge(m, other, func(o *Precision) { m.take(o.tallies) })
}

// Name implements train.Metric.
func (m *Recall) Name() string { return averaged("recall", m.Average, m.Class) }

// New implements train.Metric.
func (m *Recall) New() train.Metric {
	return &Recall{Average: m.Average, Class: m.Class, Threshold: m.Threshold, Thresholds: m.Thresholds}
}

// Update implements train.Metric.
func (m *Recall) Update(y, targets, weights []float32) {
	m.gather(y, targets, weights, m.Threshold, m.Thresholds)
}

// Value implements train.Metric.
func (m *Recall) Value() float64 { return m.over(m.Average, m.Class).Recall }

// Merge implements train.Merger.
func (m *Recall) Merge(other train.Metric) error {
	return merge(m, other, func(o *Recall) { m.take(o.tallies) })
}

// Name implements train.Metric.
func (m *F1) Name() string { return averaged("f1_score", m.Average, m.Class) }

// New implements train.Metric.
func (m *F1) New() train.Metric {
	return &F1{Average: m.Average, Class: m.Class, Threshold: m.Threshold, Thresholds: m.Thresholds}
}

// Update implements train.Metric.
func (m *F1) Update(y, targets, weights []float32) {
	m.gather(y, targets, weights, m.Threshold, m.Thresholds)
}

// Value implements train.Metric.
func (m *F1) Value() float64 { return m.over(m.Average, m.Class).F1 }

// Merge implements train.Merger.
func (m *F1) Merge(other train.Metric) error {
	return merge(m, other, func(o *F1) { m.take(o.tallies) })
}

// averaged is a metric's name: "recall", "recall_macro", "recall_class_2".
func averaged(name string, a Average, class int) string {
	if a != Positives {
		name += "_" + string(a)
	}
	if a == OfClass {
		name += "_" + strconv.Itoa(class)
	}
	return name
}

// tally is what precision and recall need of a class: the weights of the rows
// that are given it and are of it, are given it, and are of it.
type tally struct{ hits, given, support float64 }

func (t *tally) add(o tally) {
	t.hits += o.hits
	t.given += o.given
	t.support += o.support
}

func (t tally) scores() Scores {
	return Scores{quotient(t.hits, t.given), quotient(t.hits, t.support), quotient(2*t.hits, t.given+t.support), t.support}
}

func total(of []tally) (sum tally) {
	for _, t := range of {
		sum.add(t)
	}
	return sum
}

// mean averages the scores of the classes.
func mean(of []tally, a Average) Scores {
	all := total(of)
	if a == Micro {
		return all.scores()
	}
	m := Scores{Support: all.support}
	for _, t := range of {
		s, share := t.scores(), 1/float64(len(of))
		if a == Weighted {
			share = quotient(t.support, all.support)
		}
		m.Precision += share * s.Precision
		m.Recall += share * s.Recall
		m.F1 += share * s.F1
	}
	return m
}

// tallies are those of the classes of an output's rows.
type tallies struct {
	single bool // a single output, of which class 1 are the positives
	of     []tally
}

func (s *tallies) grow(classes int) {
	s.of = append(s.of, make([]tally, max(0, classes-len(s.of)))...)
}

// gather adds rows.
func (s *tallies) gather(y, targets, weights []float32, threshold float64, thresholds []float64) {
	if len(y) > len(weights) && (threshold != 0 || thresholds != nil) {
		eachOutput(y, targets, weights, func(j int, y, t float32, w float64) {
			s.grow(j + 1)
			s.of[j].add(verdict(t > 0.5, y > thresholdOf(j, threshold, thresholds), w))
		})
		return
	}
	eachRow(y, targets, weights, func(y, t []float32, w float64) {
		classes, class, given := judge(y, t, threshold)
		s.single = len(y) == 1
		s.grow(classes)
		if class < 0 {
			return
		}
		s.of[class].support += w
		if given >= 0 {
			s.of[given].given += w
		}
		if class == given {
			s.of[class].hits += w
		}
	})
}

func verdict(of, given bool, w float64) tally {
	return tally{w * hit(of && given), w * hit(given), w * hit(of)}
}

func (s *tallies) take(o tallies) {
	s.single = s.single || o.single
	s.grow(len(o.of))
	for i, t := range o.of {
		s.of[i].add(t)
	}
}

// over returns the scores of classes.
func (s *tallies) over(a Average, class int) Scores {
	switch {
	case a == Positives && s.single:
		a, class = OfClass, 1
	case a == Positives:
		a = Micro
	}
	switch a {
	case Micro, Macro, Weighted:
		return mean(s.of, a)
	case OfClass:
		if class >= 0 && class < len(s.of) {
			return s.of[class].scores()
		}
	}
	return Scores{}
}

// MarshalJSON returns what has been gathered.
func (s *tallies) MarshalJSON() ([]byte, error) {
	x := []float64{hit(s.single)}
	for _, t := range s.of {
		x = append(x, t.hits, t.given, t.support)
	}
	return marshalBits(x...)
}

// UnmarshalJSON goes on from what MarshalJSON returned.
func (s *tallies) UnmarshalJSON(data []byte) error {
	x, err := unmarshalBits(data)
	if err == nil && len(x)%3 != 1 {
		err = errors.Errorf("%d numbers, want 1 and 3 of each class", len(x))
	}
	if err != nil {
		return err
	}
	s.single, s.of = x[0] != 0, nil
	for x = x[1:]; len(x) > 0; x = x[3:] {
		s.of = append(s.of, tally{x[0], x[1], x[2]})
	}
	return nil
}
