package corpus

import (
	"cmp"
	"iter"

	"github.com/pkg/errors"

	"unroll/datasets"
	"unroll/internal/choice"
	"unroll/internal/show"
	"unroll/train/classifier"
)

// Part is what a source says that a text is for.
type Part byte

// The parts. A text to train on may still be held back to validate on.
const (
	Train      Part = '.'
	Validation Part = 'v'
	Test       Part = 't'
)

// String returns the part's name.
func (p Part) String() string {
	switch p {
	case Validation:
		return "validation"
	case Test:
		return "test"
	}
	return "train"
}

// partOf is the part of a name.
func partOf(name string) Part {
	for _, p := range []Part{Validation, Test} {
		if name == p.String() {
			return p
		}
	}
	return Train
}

// Parts has the part of each text. In JSON it is a string of a letter each.
type Parts []Part

// MarshalText implements encoding.TextMarshaler.
func (p Parts) MarshalText() ([]byte, error) {
	letters := make([]byte, len(p))
	for i, part := range p {
		letters[i] = byte(part)
	}
	return letters, nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *Parts) UnmarshalText(letters []byte) error {
	*p = make(Parts, len(letters))
	for i, c := range letters {
		(*p)[i] = Part(c)
		if string(partOf((*p)[i].String())) != string(c) {
			return errors.Errorf("part %q", c)
		}
	}
	return nil
}

// Division has the places of the texts that are trained on, validated on and tested
// on. Unknown are those to test on whose label is none of the classes.
type Division struct{ Train, Validation, Test, Unknown []int }

// known is the division that the source itself tells.
func (set *Set) known() (d Division, err error) {
	for i, part := range set.Parts {
		switch {
		case set.unknown(i):
			d.Unknown = append(d.Unknown, i)
		case part == Test:
			d.Test = append(d.Test, i)
		case part == Validation:
			d.Validation = append(d.Validation, i)
		default:
			d.Train = append(d.Train, i)
		}
	}
	if len(d.Train) == 0 {
		return d, errors.Errorf("%s: no texts to train on", set.Line)
	}
	return d, nil
}

const leastTexts = 5

// Divide finds the texts of each part: as the source tells, or by holding back some
// of those to train on.
func (set *Set) Divide(s Settings, seed uint64) (Division, error) {
	d, err := set.known()
	if err != nil || len(d.Validation) > 0 {
		return d, err
	}
	rest := d.Train
	if n := len(rest); n < leastTexts {
		return d, errors.Errorf("%s: %d training texts, want at least %d", set.Line, n, leastTexts)
	}
	fold, err := datasets.Holdout(len(rest), set.splitOptions(s, seed, rest))
	if err != nil {
		return d, errors.WithMessage(err, set.Line)
	}
	d.Train, d.Validation = pick(rest, fold.Train), pick(rest, fold.Validation)
	return d, nil
}

// Folds divides the texts that are not to test on so many times, each of them being
// validated on once.
func (set *Set) Folds(s Settings, seed uint64, n int) ([]Division, error) {
	d, err := set.known()
	if err != nil {
		return nil, err
	}
	rest := append(d.Train, d.Validation...)
	o := set.splitOptions(s, seed, rest)
	o.Folds = n
	if set.Task.Multi && n > leastOfSet {
		o.Classes = set.labelSets(rest, n)
	}
	return set.fold(rest, o)
}

// Inner divides some texts as Folds does, to choose settings by: in fewer parts where there
// are few groups, and regardless of the classes where one is rarer than there are parts.
func (set *Set) Inner(of []int, s Settings, seed uint64, n int) ([]Division, error) {
	o := set.splitOptions(s, seed, of)
	o.Folds = min(n, len(of))
	count := map[string]int{}
	for _, g := range o.Groups {
		count[g]++
	}
	grouped := len(count) > 1 && (o.By == "" || o.By == "group" || o.By == "file")
	if grouped {
		o.Folds = min(o.Folds, len(count))
		return set.fold(of, o)
	}
	o.Groups = nil
	rows := map[int]int{}
	for _, c := range o.Classes {
		rows[c]++
	}
	for _, n := range rows {
		if n < o.Folds {
			o.Classes = nil
		}
	}
	if o.Classes == nil || o.By == "group" || o.By == "file" {
		o.By = "random"
	}
	return set.fold(of, o)
}

func (set *Set) fold(rest []int, o datasets.SplitOptions) ([]Division, error) {
	folds, err := datasets.KFold(len(rest), o)
	if err != nil {
		return nil, errors.WithMessage(err, set.Line)
	}
	var all []Division
	for _, f := range folds {
		all = append(all, Division{Train: pick(rest, f.Train), Validation: pick(rest, f.Validation)})
	}
	return all, nil
}

// splitOptions says how the given texts are to be divided.
func (set *Set) splitOptions(s Settings, seed uint64, of []int) datasets.SplitOptions {
	o := datasets.SplitOptions{Seed: seed, Share: s.Share, By: cmp.Or(s.Split, set.Split)}
	for _, i := range of {
		if set.Groups != nil {
			o.Groups = append(o.Groups, set.Groups[i])
		}
		if !set.Task.Number() && !set.Task.Multi {
			o.Classes = append(o.Classes, int(set.Targets[i]))
		}
	}
	if set.Task.Multi {
		o.Classes = set.labelSets(of, leastOfSet)
	}
	return o
}

func pick[T any](list []T, places []int) []T {
	out := make([]T, len(places))
	for i, p := range places {
		out[i] = list[p]
	}
	return out
}

// All is the name of all texts, whatever part they are of.
const All = "all"

// measured are the parts that a model may be measured on.
var measured = choice.Table[struct{}]{
	{Name: Validation.String(), Help: "those held back from the training, or from a file of their own"},
	{Name: Test.String(), Help: "those to test on, if there are any"},
	{Name: All, Help: "all of them"},
}

// Measured yields the names that Set.Part takes.
func Measured() iter.Seq2[string, string] { return measured.All() }

// Part returns the texts of a part, or all, by its name, and apart those whose label is
// none of the classes.
func (set *Set) Part(name string, s Settings, seed uint64) (rows, unknown []int, err error) {
	switch name {
	case All:
		for i := range set.Len() {
			if set.unknown(i) {
				unknown = append(unknown, i)
			} else {
				rows = append(rows, i)
			}
		}
	case Test.String():
		d, err := set.known()
		if err != nil {
			return nil, nil, err
		}
		rows, unknown = d.Test, d.Unknown
	default:
		d, err := set.Divide(s, seed)
		if err != nil {
			return nil, nil, err
		}
		rows = d.Validation
	}
	if len(rows)+len(unknown) == 0 {
		return nil, nil, errors.Errorf("%s: no %s texts", set.Line, name)
	}
	if len(rows) == 0 {
		return nil, nil, errors.Errorf("%s: none of the %s has a label that the model knows: its classes are %s",
			set.Line, show.Plural(len(unknown), "text"), show.List(set.Task.Classes))
	}
	return rows, unknown, nil
}

// Scaled returns the task with the scaling of its numbers, by those of the texts that
// are trained on.
func (set *Set) Scaled(d Division) (t classifier.Task, err error) {
	t = set.Task
	if !t.Number() {
		return t, nil
	}
	y := make([]float64, len(d.Train))
	for k, i := range d.Train {
		y[k] = set.Targets[i]
	}
	t.Scaling, err = classifier.NewScaling(y)
	return t, errors.WithMessage(err, set.Line)
}
