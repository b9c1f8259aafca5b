// Package pickle reads Python's pickles, protocols 0 to 5, as data. It runs nothing:
// a class or function that is not allowed is refused by its name, and one that is
// allowed becomes an Object that tells what it was called with. It needs no more
// memory than a hundred times the pickle's size.
//
// Python's values become nil, bool, int64, float64, string (of str and, in the pickles
// of Python 2, of its byte strings), Bytes, Tuple, *List of lists and sets, *Dict and
// *Object.
package pickle

// Bytes are Python's bytes.
type Bytes string

// Tuple is a tuple.
type Tuple []any

// List is a list, or a set in any order.
type List struct{ Items []any }

// Dict is a dict in its order; a key may be there twice, of which the last counts.
type Dict struct{ Keys, Values []any }

// Class names a class or a function.
type Class struct{ Module, Name string }

// String is the name as Python writes it.
func (c Class) String() string { return c.Module + "." + c.Name }

// Object is what a class made.
type Object struct {
	Class
	Args  Tuple // of its call
	State any   // what its __setstate__ or __dict__ was given, nil if nothing
	Dict        // the items of a kind of dict
}

// Kind is what Python calls the type of a value: "dict", "list".
func Kind(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		return "bool"
	case int64:
		return "int"
	case float64:
		return "float"
	case string:
		return "str"
	case Bytes:
		return "bytes"
	case Tuple:
		return "tuple"
	case *List:
		return "list"
	case *Dict:
		return "dict"
	case *Object:
		return v.Class.String()
	}
	return "class"
}
