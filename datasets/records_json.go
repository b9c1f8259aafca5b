package datasets

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"
)

type object map[string]json.RawMessage

// jsonLines reads a JSON object a line.
func (o RecordOptions) jsonLines(s *source, yield func(row, error) bool) {
	lines, line := s.lines(), 0
	known := false
	for lines.Scan() {
		line++
		data := lines.Bytes()
		if len(bytes.TrimSpace(data)) == 0 {
			continue
		}
		if !known && bytes.HasPrefix(data, []byte("[")) {
			yield(row{}, errors.New("it is a JSON array, want an object a line"))
			return
		}
		r := row{line: line}
		var fields object
		fields, r.bad = parseObject(data)
		if r.bad == nil && !known {
			if err := o.chooseFields(fields); err != nil {
				yield(row{}, errors.Wrapf(err, "line %d", line))
				return
			}
			known = true
		}
		if r.bad == nil {
			r.Record, r.bad = o.record(fields)
			r.ID = s.id(line)
		}
		if !yield(r, nil) {
			return
		}
	}
	if err := linesError(lines); err != nil {
		yield(row{}, errors.Wrapf(err, "line %d", line+1))
	}
}

func parseObject(data []byte) (object, error) {
	if !utf8.Valid(data) {
		return nil, errors.New("it is not UTF-8")
	}
	var fields object
	err := json.Unmarshal(data, &fields)
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return nil, errors.Errorf("it is not a JSON object a line (%v)", err)
	case err != nil || fields == nil:
		return nil, errors.New("it is not a JSON object")
	}
	return fields, nil
}

// record takes the fields out of an object. Only the label may be missing, where
// none is needed.
func (o RecordOptions) record(fields object) (r Record, err error) {
	for _, want := range []struct {
		path  string
		value *string
	}{{o.TextColumn, &r.Text}, {o.LabelColumn, &r.Label}, {o.GroupColumn, &r.Group}} {
		if want.path == "" {
			continue
		}
		raw, ok := fields.find(want.path)
		switch {
		case !ok && want.value == &r.Label && o.NoLabels:
			continue
		case !ok:
			return r, errors.Errorf("it has no field %s", want.path)
		case want.value == &r.Text && raw[0] != '"' && raw[0] != 'n':
			return r, errors.Errorf("the field %s is no string", want.path)
		}
		if *want.value, ok = scalar(raw); !ok {
			return r, errors.Errorf("the field %s is neither a string nor a number nor a boolean", want.path)
		}
	}
	return r, nil
}

// find follows a path. A key that equals all of it goes before one that equals its
// first part, so keys may hold dots.
func (f object) find(path string) (json.RawMessage, bool) {
	if raw, ok := f[path]; ok {
		return raw, true
	}
	key, rest, deeper := strings.Cut(path, ".")
	raw, ok := f[key]
	if !deeper || !ok {
		return nil, false
	}
	return findInside(raw, rest)
}

func findInside(raw json.RawMessage, path string) (json.RawMessage, bool) {
	switch raw[0] {
	case '{':
		var fields object
		if json.Unmarshal(raw, &fields) != nil {
			return nil, false
		}
		return fields.find(path)
	case '[':
		var elements []json.RawMessage
		key, rest, deeper := strings.Cut(path, ".")
		i, err := strconv.Atoi(key)
		if err != nil || json.Unmarshal(raw, &elements) != nil || i < 0 || i >= len(elements) {
			return nil, false
		}
		if deeper {
			return findInside(elements[i], rest)
		}
		return elements[i], true
	}
	return nil, false
}

// scalar is the text of a string, number, boolean or null. Numbers that are equal
// have one text: 1 and 1.0 are "1".
func scalar(raw json.RawMessage) (text string, ok bool) {
	switch raw[0] {
	case '{', '[':
		return "", false
	case 'n':
		return "", true
	case 't', 'f':
		return string(raw), true
	case '"':
		return text, json.Unmarshal(raw, &text) == nil
	}
	// A whole number keeps its digits, for it may be one that no float64 holds.
	if x, err := strconv.ParseFloat(string(raw), 64); err == nil && bytes.ContainsAny(raw, ".eE") {
		return strconv.FormatFloat(x, 'f', -1, 64), true
	}
	return string(raw), true
}

// chooseFields guesses the fields that the options do not name by the first object:
// the text's among those that are strings, the label's among those that are scalars.
func (o *RecordOptions) chooseFields(fields object) error {
	keys := slices.Sorted(maps.Keys(fields))
	for _, want := range []struct {
		role  string
		path  *string
		known []string
		need  bool
	}{
		{"text", &o.TextColumn, textNames, true},
		{"label", &o.LabelColumn, labelNames, !o.NoLabels},
	} {
		if *want.path != "" {
			continue
		}
		names := slices.Clone(keys)
		for i, key := range keys {
			kind := fields[key][0]
			if kind == '{' || kind == '[' || kind != '"' && want.role == "text" {
				names[i] = ""
			}
		}
		if i := wellKnown(names, want.known); i >= 0 {
			*want.path = keys[i]
		} else if want.need {
			return errors.Errorf("it cannot be told which field holds the %s: it has %s; name one", want.role, quoteAll(keys))
		}
	}
	return nil
}
