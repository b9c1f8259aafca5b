package show

import "reflect"

// Type writes the name of a value's type without its package and pointers: LSTM.
func Type(v any) string {
	t := reflect.TypeOf(v)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}
