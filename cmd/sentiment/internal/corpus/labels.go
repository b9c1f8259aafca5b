package corpus

import (
	"iter"
	"math"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"unroll/datasets"
	"unroll/internal/show"
	"unroll/train/classifier"
)

// labelled is what stands beside the texts of a pass.
type labelled struct {
	labels []string
	parts  Parts
	groups []string
}

func (l *labelled) scan() scan { return scan{Parts: l.parts, Groups: l.groups} }

// texts yields the texts of the wanted parts.
func (l *labelled) texts(records iter.Seq2[datasets.Record, error], s Settings, wanted func(part string) bool) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for r, err := range records {
			if _, ok := number(r.Label); err == nil && s.Regression && !ok {
				err = errors.Errorf("%s: the label %q is not a number", r.ID, r.Label)
			}
			if err != nil {
				yield("", err)
				return
			}
			l.labels = append(l.labels, r.Label)
			l.parts = append(l.parts, partOf(r.Part))
			switch {
			case s.Split == "file":
				l.groups = append(l.groups, r.File)
			case s.GroupColumn != "":
				l.groups = append(l.groups, r.Group)
			}
			if wanted(r.Part) && !yield(r.Text, nil) {
				return
			}
		}
	}
}

// targets finds the task, and turns labels into targets.
func targets(labels []string, regression bool) (classifier.Task, []float64, error) {
	y := make([]float64, len(labels))
	if regression {
		for i, l := range labels {
			y[i], _ = number(l)
		}
		return classifier.Task{}, y, nil
	}
	counts := map[string]int{}
	for _, l := range labels {
		counts[l]++
	}
	t := classifier.Task{Classes: datasets.ClassNames(datasets.MergeNumbers(counts))}
	switch n := len(t.Classes); {
	case n < 2:
		return t, nil, errors.Errorf("all %s texts have the label %q; at least two classes are needed", show.Thousands(len(labels)), labels[0])
	case n > mostClasses || 2*n > len(labels) && n > 2:
		return t, nil, errors.Errorf("%s different labels of %s texts, such as %q: are they numbers (--regression), or is the label in another column (--label-column)?",
			show.Thousands(n), show.Thousands(len(labels)), t.Classes[0])
	}
	err := setTargets(t, labels, y)
	return t, y, err
}

const mostClasses = 1000

// targets writes the targets of labels.
func setTargets(t classifier.Task, labels []string, y []float64) error {
	index := datasets.ClassIndex(t.Classes)
	for i, l := range labels {
		class, ok := index(l)
		switch {
		case t.Number():
			if y[i], ok = number(l); !ok {
				return errors.Errorf("the label %q is not a number", l)
			}
		case !ok:
			return errors.Errorf("the label %q is not one of the model's classes, %s", l, show.List(t.Classes))
		default:
			y[i] = float64(class)
		}
	}
	return nil
}

// number reads the label of a regression.
func number(label string) (float64, bool) {
	v, err := strconv.ParseFloat(strings.TrimSpace(label), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || math.Abs(v) > math.MaxFloat32 {
		return 0, false
	}
	return v, true
}
