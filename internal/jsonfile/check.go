package jsonfile

import (
	"encoding/json"
	"io"
	"reflect"
	"strings"

	"github.com/pkg/errors"
)

// mostDeep is how many values may be within each other. What reads itself is read again at
// each depth, so that without a limit a small document could take hours.
const mostDeep = 200

// check reads one value and holds its names to those of a type, nil if they are free. depth
// is the number of those around it.
func check(d *json.Decoder, t reflect.Type, depth int) error {
	if depth > mostDeep {
		return errors.Errorf("more than %d values are within each other", mostDeep)
	}
	t = plain(t)
	if t != nil && t.Kind() == reflect.Slice && flat(t.Elem()) {
		return skip(d) // long lists, such as words, have no names
	}
	token, err := next(d)
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('['):
		var elem reflect.Type
		if t != nil && (t.Kind() == reflect.Slice || t.Kind() == reflect.Array) {
			elem = t.Elem()
		}
		for d.More() {
			if err := check(d, elem, depth+1); err != nil {
				return err
			}
		}
	case json.Delim('{'):
		if err := checkObject(d, t, depth); err != nil {
			return err
		}
	default:
		return nil
	}
	_, err = next(d) // the end
	return err
}

func checkObject(d *json.Decoder, t reflect.Type, depth int) error {
	var known map[string]reflect.Type // nil of names that are free
	var elem reflect.Type
	switch {
	case t == nil:
	case t.Kind() == reflect.Struct:
		known = map[string]reflect.Type{}
		fields(t, known)
	case t.Kind() == reflect.Map:
		elem = t.Elem()
	}
	seen := map[string]bool{}
	for d.More() {
		token, err := next(d)
		if err != nil {
			return err
		}
		name := token.(string) // of a member
		if seen[name] {
			return errors.Errorf("%q is there twice", name)
		}
		seen[name] = true
		of := elem
		if known != nil {
			var ok bool
			if of, ok = known[name]; !ok {
				return unknown(name, known)
			}
		}
		if err := check(d, of, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func unknown(name string, known map[string]reflect.Type) error {
	for other := range known {
		if strings.EqualFold(name, other) {
			return errors.Errorf("unknown field %q, want %q", name, other)
		}
	}
	return errors.Errorf("unknown field %q", name)
}

// next is d.Token, for which a document that is cut short is at its end.
func next(d *json.Decoder) (json.Token, error) {
	token, err := d.Token()
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return token, err
}

func skip(d *json.Decoder) error {
	var value json.RawMessage
	return d.Decode(&value)
}

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

// plain is what a pointer points to, and nil of a type that reads its JSON itself or takes
// any.
func plain(t reflect.Type) reflect.Type {
	for t != nil && t.Kind() == reflect.Pointer && !t.Implements(unmarshaler) {
		t = t.Elem()
	}
	if t == nil || t.Kind() == reflect.Interface || t.Implements(unmarshaler) || reflect.PointerTo(t).Implements(unmarshaler) {
		return nil
	}
	return t
}

// flat reports whether values of a type have no names within.
func flat(t reflect.Type) bool {
	if t = plain(t); t == nil {
		return false
	}
	switch t.Kind() {
	case reflect.Struct, reflect.Map:
		return false
	case reflect.Slice, reflect.Array:
		return flat(t.Elem())
	}
	return true
}

// fields adds the names under which encoding/json knows the fields of a struct.
func fields(t reflect.Type, known map[string]reflect.Type) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, hasTag := f.Tag.Lookup("json")
		name, _, _ := strings.Cut(tag, ",")
		switch {
		case tag == "-":
		case f.Anonymous && name == "":
			if inner := plain(f.Type); inner != nil && inner.Kind() == reflect.Struct {
				fields(inner, known)
			}
		case !f.IsExported():
		case hasTag && name != "":
			known[name] = f.Type
		default:
			known[f.Name] = f.Type
		}
	}
}
