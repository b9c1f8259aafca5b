package datasets

import (
	"strings"

	"github.com/pkg/errors"
)

// fastTextPrefix begins each label in fastText's format.
const fastTextPrefix = "__label__"

// fastText reads lines of one label and a text, as fastText's supervised training
// takes them.
func fastText(s *source, yield func(row, error) bool) {
	plain := func(r row, err error) bool {
		if err == nil {
			line := r.Text
			if r.Label, r.Text, r.bad = cutLabel(line); r.bad != nil {
				r.bad = mixedEnds(r.bad, line)
			}
		}
		return yield(r, err)
	}
	plainLines(s, false, plain)
}

// cutLabel takes the label off the front of a line. Text has none of its own where
// labels are not needed.
func cutLabel(line string) (label, text string, err error) {
	var labels []string
	text = line
	for word := range strings.FieldsSeq(line) {
		if name, ok := strings.CutPrefix(word, fastTextPrefix); ok {
			labels = append(labels, name)
		}
	}
	switch {
	case len(labels) > 1:
		return "", "", errors.Errorf("%d labels (%s), want 1", len(labels), strings.Join(labels, ", "))
	case len(labels) == 1:
		rest, first := strings.CutPrefix(strings.TrimSpace(line), fastTextPrefix+labels[0])
		if !first {
			return "", "", errors.Errorf("the label %s is not at the beginning", labels[0])
		}
		return labels[0], strings.TrimSpace(rest), nil
	}
	return "", text, nil
}

// plainLines reads a text a line, with the empty ones or without.
func plainLines(s *source, empty bool, yield func(row, error) bool) {
	lines, line := s.lines(), 0
	for lines.Scan() {
		line++
		if len(lines.Bytes()) == 0 && !empty {
			continue
		}
		if !yield(row{Record: Record{ID: s.id(line), Text: lines.Text()}, line: line}, nil) {
			return
		}
	}
	if err := linesError(lines); err != nil {
		yield(row{}, errors.Wrapf(err, "line %d", line+1))
	}
}
