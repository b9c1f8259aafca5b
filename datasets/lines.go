package datasets

import (
	"strings"
	"unicode"

	"github.com/pkg/errors"
)

// fastTextPrefix begins each label in fastText's format.
const fastTextPrefix = "__label__"

// fastText reads lines of labels and a text, as fastText's supervised training
// takes them.
func fastText(s *source, yield func(row, error) bool) {
	plain := func(r row, err error) bool {
		if err == nil {
			line := r.Text
			if r.Label, r.Labels, r.Text, r.bad = cutLabels(line); r.bad != nil {
				r.bad = mixedEnds(r.bad, line)
			}
		}
		return yield(r, err)
	}
	plainLines(s, false, plain)
}

// cutLabels takes one label, or several, off the front of a line. Text has none of its
// own where labels are not needed.
func cutLabels(line string) (label string, labels []string, text string, err error) {
	text = line
	for rest := strings.TrimSpace(line); ; {
		word, after := rest, ""
		if i := strings.IndexFunc(rest, unicode.IsSpace); i >= 0 {
			word, after = rest[:i], rest[i:]
		}
		name, ok := strings.CutPrefix(word, fastTextPrefix)
		if !ok {
			break
		}
		rest = strings.TrimSpace(after)
		labels, text = append(labels, name), rest
	}
	for word := range strings.FieldsSeq(text) {
		if name, ok := strings.CutPrefix(word, fastTextPrefix); ok {
			return "", nil, "", errors.Errorf("the label %s is not at the beginning", name)
		}
	}
	if len(labels) == 1 {
		return labels[0], nil, text, nil
	}
	return "", labels, text, nil
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
