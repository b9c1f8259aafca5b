package corpus

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"unique"

	"github.com/pkg/errors"

	"unroll/datasets"
	"unroll/internal/answer"
	"unroll/internal/show"
	"unroll/train/classifier"
)

// labelled is what stands beside the texts of a pass.
type labelled struct {
	labels  [][]string // of each text; one, unless several
	several bool       // a text states any number of labels
	parts   Parts
	groups  []string

	columns [][]string // see Set.Learn
}

func (l *labelled) scan() scan { return scan{Parts: l.parts, Groups: l.groups, Columns: l.columns} }

// texts yields the texts of the wanted parts.
func (l *labelled) texts(records iter.Seq2[datasets.Record, error], s Settings, wanted func(part string) bool) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for r, err := range records {
			if err == nil && s.Regression && r.Labels != nil {
				err = errors.Errorf("%s: it states several labels (%s), and --regression takes one number", r.ID, show.List(r.Labels))
			} else if err == nil && s.Regression {
				if _, notNumber := datasets.ParseTarget(r.Label); notNumber != nil {
					err = errors.WithMessage(notNumber, r.ID)
				}
			}
			if err != nil {
				yield("", err)
				return
			}
			l.labels, l.several = append(l.labels, r.Names()), l.several || r.Labels != nil
			l.parts = append(l.parts, partOf(r.Part))
			if len(r.Columns) > 0 {
				l.columns = append(l.columns, kept(r.Columns))
			}
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

// task finds what labels say: a number, or some of the classes that texts to learn from
// and to validate on have.
func (l *labelled) task(regression bool) (classifier.Task, error) {
	if regression {
		return classifier.Task{}, nil
	}
	counts, all, texts := map[string]int{}, map[string]int{}, 0
	for i, of := range l.labels {
		if l.parts[i] != Test {
			texts++
		}
		for _, label := range of {
			all[label]++
			if l.parts[i] != Test {
				counts[label]++
			}
		}
	}
	if texts == 0 {
		counts, texts = all, len(l.labels) // nothing is to be learned, which is told of elsewhere
	}
	return taskOf(counts, texts, l.several)
}

// taskOf finds the classes of labels, of which it has the number of texts; several says
// that a text may have any number of them.
func taskOf(labels map[string]int, texts int, several bool) (t classifier.Task, err error) {
	t.Classes, t.Multi = datasets.ClassNames(datasets.MergeNumbers(labels)), several
	n := len(t.Classes)
	switch many := n > mostClasses || 2*n > texts && n > 2; {
	case n == 0:
		err = errors.Errorf("none of %s texts has a label", show.Thousands(texts))
	case n < 2 && several:
		err = errors.Errorf("%q is the only label of all %s texts; at least two are needed", t.Classes[0], show.Thousands(texts))
	case n < 2:
		err = errors.Errorf("all %s texts have the label %q; at least two classes are needed", show.Thousands(texts), t.Classes[0])
	case many && several:
		err = errors.Errorf("%s different labels of %s texts, such as %q: is the label in another column (--label-column), or does something else stand between labels (--label-delimiter)?",
			show.Thousands(n), show.Thousands(texts), t.Classes[0])
	case many:
		err = errors.Errorf("%s different labels of %s texts, such as %q: are they numbers (--regression), or is the label in another column (--label-column)?",
			show.Thousands(n), show.Thousands(texts), t.Classes[0])
	}
	return t, err
}

const mostClasses = 1000

// added are the classes of a task's texts, to learn from or to validate on, that the task
// does not have. They are an error unless they may be.
func (l *labelled) added(t classifier.Task, may bool) ([]string, error) {
	if t.Number() || l.several && !t.Multi { // which setTargets refuses
		return nil, nil
	}
	index, counts := datasets.ClassIndex(t.Classes), map[string]int{}
	for i, labels := range l.labels {
		for _, label := range labels {
			if _, ok := index(label); !ok && !toTestOn(l.parts[i]) {
				counts[label]++
			}
		}
	}
	names := datasets.ClassNames(datasets.MergeNumbers(counts))
	switch n := len(names); {
	case n > 0 && !may:
		what, adds := fmt.Sprintf("the label %q is not one", names[0]), "; --new-labels adds it"
		if n > 1 {
			what, adds = fmt.Sprintf("the labels %s are none", show.List(names)), "; --new-labels adds them"
		}
		if t.Multi {
			adds = ""
		}
		return nil, errors.Errorf("%s of the model's classes, %s%s", what, show.List(t.Classes), adds)
	case n > mostClasses || 2*n > len(l.labels):
		return nil, errors.Errorf("%s new labels of %s texts, such as %q: is the label in another column (--label-column)?", show.Thousands(n), show.Thousands(len(l.labels)), names[0])
	}
	return names, nil
}

// unknownLabel is the target of a text to test on whose label is none of the classes.
const unknownLabel = -1

// setTargets fills in the targets of labels. A label that is none of the classes is an
// error, but for texts on which a model is only measured: those of parts that are may. Of
// several labels of a text such a one is left out.
func (found *scan) setTargets(l labelled, may func(Part) bool) error {
	t := found.Task
	width, index := t.Width(), datasets.ClassIndex(t.Classes)
	found.Targets = make([]float64, len(l.labels)*width)
	for i, of := range l.labels {
		if !t.Multi && len(of) != 1 {
			return errors.Errorf("a text has the labels %s, and the model says one thing of each text", answer.Listed(show.Quoted(of...)))
		}
		for _, label := range of {
			if t.Number() {
				var err error
				if found.Targets[i], err = datasets.ParseTarget(label); err != nil {
					return err
				}
				continue
			}
			class, ok := index(label)
			switch {
			case ok && t.Multi:
				found.Targets[i*width+class] = 1
			case ok:
				found.Targets[i] = float64(class)
			case may(found.Parts[i]):
				if !t.Multi {
					found.Targets[i] = unknownLabel
				}
				if found.Unknown == nil {
					found.Unknown = map[string]int{}
				}
				found.Unknown[label]++
			default:
				return errors.Errorf("the label %q is not one of the model's classes, %s", label, show.List(t.Classes))
			}
		}
	}
	return nil
}

// unknown reports whether the label of a text is none of the classes.
func (set *Set) unknown(text int) bool {
	return !set.Task.Number() && !set.Task.Multi && set.Targets[text] == unknownLabel
}

// Label is the class of a text, "" of one whose label is none of the classes.
func (set *Set) Label(text int) string {
	if set.Task.Number() || set.Task.Multi || set.unknown(text) {
		return ""
	}
	return set.Task.Classes[int(set.Targets[text])]
}

// WarnUnknown tells of the labels of texts to measure on that the model cannot give.
func (set *Set) WarnUnknown(warn func(string, ...any)) {
	if len(set.Unknown) > 0 {
		set.warnUnknown(set.Unknown, "not among the model's classes", set.Task.Multi, warn)
	}
}

func (d *Source) warnUnknown(labels map[string]int, what string, several bool, warn func(string, ...any)) {
	if several { // of which a text may have others
		warn("%s: texts to test on have labels that are %s: %s; these labels are left out of the scores", d.Line, what, listCounts(labels))
		return
	}
	texts := 0
	for _, n := range labels {
		texts += n
	}
	are, count := "texts to test on have labels that are", "they count as wrong answers"
	if texts == 1 {
		are, count = "text to test on has a label that is", "it counts as a wrong answer"
	}
	warn("%s: %s %s %s: %s; %s", d.Line, show.Thousands(texts), are, what, listCounts(labels), count)
}

// listCounts writes labels with the number of their texts, the most frequent first.
func listCounts(labels map[string]int) string {
	names := slices.SortedFunc(maps.Keys(labels), func(a, b string) int {
		return cmp.Or(cmp.Compare(labels[b], labels[a]), cmp.Compare(a, b))
	})
	counts := make([]int, len(names))
	for i, name := range names {
		counts[i] = labels[name]
	}
	return listed(names, counts, func(int) bool { return true })
}

// kept frees values from the text that they were cut out of: they outlive it.
func kept(values []string) []string {
	own := make([]string, len(values))
	for i, v := range values {
		own[i] = unique.Make(v).Value()
	}
	return own
}
