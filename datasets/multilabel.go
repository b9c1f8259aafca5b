package datasets

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
	"unique"

	"github.com/pkg/errors"

	"unroll/internal/show"
)

// checkLabelDelimiter refuses what cannot stand between labels.
func (o RecordOptions) checkLabelDelimiter() error {
	d := o.LabelDelimiter
	switch {
	case strings.ContainsAny(d, "\"\r\n\x00\uFFFD") || !utf8.ValidString(d):
		return errors.Errorf("%q cannot stand between labels", d)
	case d != "" && d == string(o.Delimiter):
		return errors.Errorf("%q cannot be the delimiter of both columns and labels", d)
	}
	return nil
}

// splitLabels returns the labels of a cell, which may be none; nil if labels are not to
// be split. White space is no label where it is what stands between them.
func (o RecordOptions) splitLabels(cell string) []string {
	switch {
	case o.LabelDelimiter == "":
		return nil
	case strings.TrimSpace(cell) == "":
		return []string{}
	}
	labels := strings.Split(cell, o.LabelDelimiter)
	if strings.TrimSpace(o.LabelDelimiter) == "" {
		labels = slices.DeleteFunc(labels, func(l string) bool { return strings.TrimSpace(l) == "" })
	}
	return labels
}

// labelList returns the labels of a JSON list; ok is false if value is none, or if
// something in it is no label.
func labelList(value any) (labels []string, ok bool) {
	list, ok := value.([]any)
	labels = []string{}
	for _, v := range list {
		text, isScalar := scalar(v)
		labels, ok = append(labels, text), ok && isScalar
	}
	return labels, ok
}

// leftOut counts labels that rows state to no purpose, for RecordOptions.Note.
type leftOut struct {
	empty, again           int
	firstEmpty, firstAgain string // the places of the first rows
}

// several cleans the labels of a row that states several: without white space around
// them, without empty ones, each once.
func (r *row) several(out *leftOut) {
	if r.Labels == nil {
		return
	}
	kept := make([]string, 0, len(r.Labels))
	seen := make(map[string]bool, len(r.Labels))
	for _, l := range r.Labels {
		l = unique.Make(strings.TrimSpace(l)).Value()
		switch {
		case l == "":
			if out.empty++; out.empty == 1 {
				out.firstEmpty = r.place()
			}
		case seen[l]:
			if out.again++; out.again == 1 {
				out.firstAgain = r.place()
			}
		default:
			kept, seen[l] = append(kept, l), true
		}
	}
	r.Labels = kept
}

// tell says what was counted in a path.
func (out leftOut) tell(o RecordOptions, path string) {
	if out.empty > 0 {
		o.note(path, show.Plural(out.empty, "empty label")+" left out, the first in "+out.firstEmpty)
	}
	if out.again > 0 {
		times := " times"
		if out.again == 1 {
			times = " time"
		}
		o.note(path, strconv.Itoa(out.again)+times+" a text has a label that it has already, the first in "+out.firstAgain)
	}
}

// Names returns the labels of a record: Labels, or the one Label, or none.
func (r Record) Names() []string {
	switch {
	case r.Labels != nil:
		return r.Labels
	case r.Label == "":
		return nil
	}
	return []string{r.Label}
}
