package keras

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// object is a JSON object, such as {"class_name": "Dense", "config": {…}}.
type object = map[string]any

// real is a number that is written as Python writes a float: 1.0, not 1.
type real float64

// MarshalJSON implements json.Marshaler.
func (r real) MarshalJSON() ([]byte, error) {
	doc, err := json.Marshal(float64(r))
	if err == nil && !bytes.ContainsAny(doc, ".e") {
		doc = append(doc, ".0"...)
	}
	return doc, err
}

// brief shows a value in an error.
func brief(v any) string {
	s := fmt.Sprint(v)
	switch x := v.(type) {
	case nil:
		return "null"
	case string:
		s = fmt.Sprintf("%q", x)
	case object:
		s = "an object"
		if class, ok := x["class_name"].(string); ok {
			s = class
		}
	}
	if len(s) > 60 {
		s = strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}

// notes are what was found, guessed or left out, each once.
type notes struct{ list []string }

func (n *notes) add(format string, args ...any) {
	if s := fmt.Sprintf(format, args...); !slices.Contains(n.list, s) && len(n.list) < 1000 {
		n.list = append(n.list, s)
	}
}

// str returns a string of an object, "" if there is none.
func str(o object, key string) string { s, _ := o[key].(string); return s }

// obj returns an object of an object, nil if there is none.
func obj(v any) object { o, _ := v.(object); return o }

func list(v any) []any { l, _ := v.([]any); return l }

// ordinal writes 1st, 2nd, 3rd.
func ordinal(n int) string {
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		suffix = cmp.Or(map[int]string{1: "st", 2: "nd", 3: "rd"}[n%10], suffix)
	}
	return fmt.Sprint(n, suffix)
}

// parse decodes JSON as Python writes it, where NaN, Infinity and -Infinity are numbers:
// here they are words, which are refused where a number is wanted and nowhere else.
func parse(doc []byte, into any) error {
	if err := json.Unmarshal(doc, into); err == nil {
		return nil
	}
	return json.Unmarshal(unusual.ReplaceAllFunc(doc, func(found []byte) []byte {
		if found[0] == '"' { // a string, in which they may stand
			return found
		}
		return strconv.AppendQuote(nil, string(found))
	}), into)
}

var unusual = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|NaN|-?Infinity`)
