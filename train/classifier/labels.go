package classifier

import (
	"github.com/pkg/errors"

	"unroll/train"
	"unroll/train/calibrate"
	"unroll/train/metrics"
)

// half is the threshold of a label for which none was chosen.
const half = 0.5

// labelScores are the metrics of several labels: the F1 of all together, by which models
// are compared, the mean of the labels' F1, and the share of texts of which all labels
// are right.
func (t Task) labelScores() []train.Metric {
	return []train.Metric{
		&metrics.F1{Average: metrics.Micro, Threshold: half, Thresholds: t.Thresholds},
		&metrics.F1{Average: metrics.Macro, Threshold: half, Thresholds: t.Thresholds},
		&metrics.SubsetAccuracy{Thresholds: t.Thresholds},
	}
}

// Threshold is the probability above which a label, by its place, is given.
func (t Task) Threshold(label int) float64 {
	if t.Thresholds == nil {
		return half
	}
	return t.Thresholds[label]
}

// given returns the labels of a text that outputs give, not nil.
func (t Task) given(y []float32) []string {
	labels := []string{}
	for i, v := range y {
		if v > float32(t.Threshold(i)) {
			labels = append(labels, t.Classes[i])
		}
	}
	return labels
}

// Tuned returns the task with the thresholds that give each label the highest F1 on texts
// that the model did not learn from, of which y are its outputs and targets what they
// have, both [texts, labels]; ½ for a label that has fewer texts than calibrate.LeastTexts,
// or that fewer have not. See calibrate.Thresholds. It errs for a task without Multi and for
// outputs that are no probabilities.
func (t Task) Tuned(y, targets []float32) (Task, error) {
	if !t.Multi {
		return t, errors.New("thresholds: the task is not one of several labels")
	}
	var err error
	t.Thresholds, err = calibrate.Thresholds(y, targets, len(t.Classes), calibrate.LeastTexts)
	return t, err
}

// check refuses what no file can hold but a damaged one.
func (t Task) check() error {
	ok := len(t.Classes) != 1 && (len(t.Classes) == 0 || t.Scaling == Scaling{}) && t.Deviation >= 0
	if t.Multi {
		ok = ok && len(t.Classes) > 0
	} else {
		ok = ok && t.Thresholds == nil
	}
	if t.Thresholds != nil {
		ok = ok && len(t.Thresholds) == len(t.Classes)
		for _, v := range t.Thresholds {
			ok = ok && v >= 0 && v <= 1
		}
	}
	if !ok {
		return errors.New("damaged: want two classes at least, with a threshold for each if there are any, or the scaling of a number")
	}
	return nil
}
