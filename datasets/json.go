package datasets

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"

	"unroll/internal/textparts"
)

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
			yield(row{}, errors.New("it is a JSON array, want one object per line"))
			return
		}
		r := row{line: line}
		var fields map[string]any
		if fields, r.bad = parseObject(data); r.bad != nil && utf8.Valid(data) {
			r.bad = mixedEnds(r.bad, string(data))
		}
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

// beginsJSON takes an object for JSON lines, under another format's name if its line
// is one; and under its own name what will be refused.
func beginsJSON(head []byte, named string) bool {
	switch {
	case named == "jsonl" && (len(head) == 0 || head[0] == '['):
		return true
	case !bytes.HasPrefix(head, []byte("{")):
		return false
	case named == "" || named == "jsonl":
		return true
	}
	line, _, _ := bytes.Cut(head, []byte("\n"))
	_, err := parseObject(line)
	return err == nil
}

// countValues counts the values of a line of JSON, by what stands before each.
func countValues(data []byte) (n int) {
	inString := false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case !inString && (c == ',' || c == ':' || c == '[' || c == '{'):
			n++
		}
	}
	return n
}

// parseObject parses a line. Numbers stay text, for a float64 may not hold them.
func parseObject(data []byte) (fields map[string]any, err error) {
	if !utf8.Valid(data) {
		return nil, CheckUTF8(string(data))
	}
	if countValues(data) > maxValues {
		return nil, errors.Errorf("it holds more than %d values", maxValues)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	err = dec.Decode(&fields)
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind), err == nil && fields == nil:
		return nil, errors.New("it is not a JSON object")
	case err != nil:
		return nil, errors.Errorf("it is not one JSON object per line (%v)", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("something follows the JSON object")
	}
	return fields, nil
}

// record takes the fields out of an object. Only the label may be missing, where
// none is needed, and Columns.
func (o RecordOptions) record(fields map[string]any) (r Record, err error) {
	parts := make([]string, len(o.TextColumns))
	for i, path := range o.TextColumns {
		value, ok := find(fields, path)
		if parts[i], _ = value.(string); !ok {
			return r, errors.Errorf("it has no field %s", path)
		}
		if _, isString := value.(string); value != nil && !isString {
			return r, errors.Errorf("the field %s is not a string", path)
		}
	}
	if r.Text = parts[0]; len(parts) > 1 {
		r.Text = textparts.Join(parts...)
	}
	for _, want := range []struct {
		path    string
		value   *string
		missing bool
	}{{o.LabelColumn, &r.Label, o.NoLabels}, {o.GroupColumn, &r.Group, false}} {
		if want.path == "" {
			continue
		}
		if want.value == &r.Label {
			if value, ok := find(fields, want.path); ok {
				if r.Labels, err = o.severalOf(value, want.path); err != nil {
					return r, err
				}
				if r.Labels != nil {
					continue
				}
			}
		}
		if *want.value, err = field(fields, want.path, want.missing); err != nil {
			return r, err
		}
	}
	for _, path := range o.Columns {
		value, err := field(fields, path, true)
		if err != nil {
			return r, err
		}
		r.Columns = append(r.Columns, value)
	}
	return r, nil
}

// severalOf returns the labels of a field that states several, nil of one that does not.
func (o RecordOptions) severalOf(value any, path string) ([]string, error) {
	if _, isList := value.([]any); isList {
		labels, ok := labelList(value)
		if !ok {
			return nil, errors.Errorf("the field %s is a list of something else than labels", path)
		}
		return labels, nil
	}
	if text, ok := scalar(value); ok && value != nil {
		return o.splitLabels(text), nil
	}
	return nil, nil
}

// field is the text of a field, "" of one that is missing where it may be.
func field(fields map[string]any, path string, missing bool) (string, error) {
	value, ok := find(fields, path)
	switch {
	case !ok && missing:
		return "", nil
	case !ok:
		return "", errors.Errorf("it has no field %s", path)
	}
	text, ok := scalar(value)
	if !ok {
		return "", errors.Errorf("the field %s is neither a string nor a number nor a boolean", path)
	}
	return text, nil
}

// find follows a path inside value. A key that equals all of the path goes before
// one that equals its first part, so keys may hold dots.
func find(value any, path string) (found any, ok bool) {
	first, rest, deeper := strings.Cut(path, ".")
	switch value := value.(type) {
	case map[string]any:
		if found, ok = value[path]; ok {
			return found, true
		}
		found, ok = value[first]
	case []any:
		i, err := strconv.Atoi(first)
		if ok = err == nil && 0 <= i && i < len(value); ok {
			found = value[i]
		}
	}
	if ok && deeper {
		return find(found, rest)
	}
	return found, ok
}

// scalar is the text of a string, number, boolean or null. Numbers that are equal
// have one text: 1 and 1.0 are "1".
func scalar(value any) (text string, ok bool) {
	switch v := value.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case json.Number:
		if x, err := v.Float64(); err == nil && strings.ContainsAny(v.String(), ".eE") {
			return strconv.FormatFloat(x, 'f', -1, 64), true
		}
		return v.String(), true
	}
	return "", false
}

// chooseFields guesses the fields that the options do not name by the first object:
// the text's among those that are strings, the label's among those that are scalars,
// or else lists of them.
func (o *RecordOptions) chooseFields(fields map[string]any) error {
	if slices.Contains(slices.Concat(o.TextColumns, o.Columns), o.LabelColumn) {
		return errors.Errorf("the field %q is the label, and cannot be read beside it", o.LabelColumn)
	}
	if len(o.TextColumns) == 0 {
		path, err := o.chooseField("text", fields, textNames, func(value any) bool { _, ok := value.(string); return ok })
		if err != nil {
			return err
		}
		o.TextColumns = []string{path}
	}
	if o.LabelColumn != "" {
		return nil
	}
	path, err := o.chooseField("label", fields, labelNames, func(value any) bool { _, ok := scalar(value); return ok })
	if err != nil {
		path, err = o.chooseField("label", fields, labelNames, func(value any) bool { _, ok := labelList(value); return ok })
	}
	if o.NoLabels {
		err = nil
	}
	o.LabelColumn = path
	return err
}

// chooseField guesses the field of a role among those that fit and have no other role.
func (o *RecordOptions) chooseField(role string, fields map[string]any, known []string, fits func(any) bool) (string, error) {
	keys := slices.Sorted(maps.Keys(fields))
	names := slices.DeleteFunc(slices.Clone(keys), func(key string) bool {
		return !fits(fields[key]) || slices.Contains(o.named(), key)
	})
	if i := wellKnown(names, known); i >= 0 {
		return names[i], nil
	}
	return "", errors.Errorf("cannot tell which field holds the %s: it has %s; name one", role, quoteAll(keys))
}
