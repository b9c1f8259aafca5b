package corpus

import (
	"iter"

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
			if err == nil && s.Regression {
				if _, notNumber := datasets.ParseTarget(r.Label); notNumber != nil {
					err = errors.WithMessage(notNumber, r.ID)
				}
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
			y[i], _ = datasets.ParseTarget(l)
		}
		return classifier.Task{}, y, nil
	}
	counts := map[string]int{}
	for _, l := range labels {
		counts[l]++
	}
	t, err := taskOf(counts)
	if err == nil {
		err = setTargets(t, labels, y)
	}
	return t, y, err
}

// taskOf finds the classes of labels, of which it has the number of texts.
func taskOf(labels map[string]int) (t classifier.Task, err error) {
	texts := 0
	for _, n := range labels {
		texts += n
	}
	t.Classes = datasets.ClassNames(datasets.MergeNumbers(labels))
	switch n := len(t.Classes); {
	case n < 2:
		err = errors.Errorf("all %s texts have the label %q; at least two classes are needed", show.Thousands(texts), t.Classes[0])
	case n > mostClasses || 2*n > texts && n > 2:
		err = errors.Errorf("%s different labels of %s texts, such as %q: are they numbers (--regression), or is the label in another column (--label-column)?",
			show.Thousands(n), show.Thousands(texts), t.Classes[0])
	}
	return t, err
}

const mostClasses = 1000

// targets writes the targets of labels.
func setTargets(t classifier.Task, labels []string, y []float64) error {
	index := datasets.ClassIndex(t.Classes)
	for i, l := range labels {
		if t.Number() {
			var err error
			if y[i], err = datasets.ParseTarget(l); err != nil {
				return err
			}
			continue
		}
		switch class, ok := index(l); {
		case !ok:
			return errors.Errorf("the label %q is not one of the model's classes, %s", l, show.List(t.Classes))
		default:
			y[i] = float64(class)
		}
	}
	return nil
}
