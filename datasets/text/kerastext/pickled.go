package kerastext

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"unroll/internal/pickle"
)

// isPickle tells a pickle by its first bytes. One of the old protocols, 0 and 1, has
// none of its own: those that begin as what can be read here does.
func isPickle(data []byte) bool {
	if len(data) > 1 && data[0] == 0x80 && data[1] < 10 {
		return true
	}
	if !bytes.HasSuffix(bytes.TrimRight(data, "\n"), []byte(".")) {
		return false
	}
	for _, begins := range []string{"ccopy_reg\n", "ccopyreg\n", "(d", "}q", "}.", "(lp", "]q"} {
		if bytes.HasPrefix(data, []byte(begins)) {
			return true
		}
	}
	return false
}

// modules are where Keras's Tokenizer has stood.
var modules = []string{
	"keras_preprocessing.text",
	"keras.preprocessing.text",
	"keras.src.preprocessing.text",
	"keras.src.legacy.preprocessing.text",
	"keras.legacy.preprocessing.text",
	"keras._legacy.preprocessing.text",
	"tf_keras.preprocessing.text",
	"tf_keras.src.preprocessing.text",
	"tensorflow.keras.preprocessing.text",
	"tensorflow.python.keras.preprocessing.text",
	"tensorflow.contrib.keras.python.keras.preprocessing.text",
}

func isTokenizer(c pickle.Class) bool {
	return c.Name == "Tokenizer" && slices.Contains(modules, c.Module)
}

// allowed are the classes that a pickle may name. Old protocols make an object by
// _reconstructor of its class and object; Python 2 has a long.
func allowed(c pickle.Class) bool {
	switch c.String() {
	case "collections.defaultdict", "collections.OrderedDict", "builtins.int", "__builtin__.int", "__builtin__.long",
		"copy_reg._reconstructor", "copyreg._reconstructor", "builtins.object", "__builtin__.object":
		return true
	}
	return isTokenizer(c)
}

// wanted is what a pickle should hold, for errors.
const wanted = "want that of a Keras Tokenizer or of a dictionary of words"

func readPickle(data []byte) (*Tokenizer, error) {
	v, rest, err := pickle.Load(data, allowed)
	var refused *pickle.RefusedError
	switch {
	case errors.As(err, &refused):
		return nil, errors.Errorf("it is a pickle with %v in it: %s", refused.Class, wanted)
	case errors.Is(err, pickle.ErrCut):
		return nil, errors.New("it is a pickle that is cut short")
	case err != nil:
		return nil, errors.WithMessage(err, "it is a damaged pickle")
	}
	t, err := fromPickled(v, &plain{left: 2*len(data) + 1000})
	if err == nil && len(bytes.TrimSpace(rest)) > 0 {
		t.guess("%d bytes follow the pickle and were not read", len(rest))
	}
	return t, err
}

func fromPickled(v any, p *plain) (*Tokenizer, error) {
	if o, class := tokenizerIn(v); o != nil {
		state, err := p.value(o.State, 0)
		if err != nil {
			return nil, err
		}
		m, ok := state.(map[string]any)
		if !ok {
			return nil, errors.Errorf("it is the pickle of a %v without its attributes", class)
		}
		t, err := tokenizer(m, "pickled Keras Tokenizer ("+class.Module+")")
		if err == nil && o != v {
			t.guess("it stands in a %s, of which the other values were not read", pickle.Kind(v))
		}
		return t, err
	}
	switch v.(type) {
	case *pickle.Dict, *pickle.Object, *pickle.List, pickle.Tuple:
	default:
		return nil, errors.Errorf("it is the pickle of a %s, %s", pickle.Kind(v), wanted)
	}
	value, err := p.value(v, 0)
	if err != nil {
		return nil, err
	}
	return from(value, "a pickle")
}

// tokenizerIn returns the Tokenizer that a pickled value is, or that is the only one in
// a dict, a list or a tuple, as people save it with its length of texts.
func tokenizerIn(v any) (found *pickle.Object, class pickle.Class) {
	all := []any{v}
	switch v := v.(type) {
	case *pickle.Dict:
		all = v.Values
	case *pickle.List:
		all = v.Items
	case pickle.Tuple:
		all = v
	}
	for _, x := range all {
		o, ok := x.(*pickle.Object)
		if !ok {
			continue
		}
		c := o.Class
		if strings.HasSuffix(c.Name, "_reconstructor") && len(o.Args) > 0 {
			c, _ = o.Args[0].(pickle.Class)
		}
		if !isTokenizer(c) {
			continue
		}
		if found != nil && found != o {
			return nil, class // two of them
		}
		found, class = o, c
	}
	return found, class
}

// plain makes of pickled values what JSON has of them. A pickle may hold a value in many
// places and within itself: values are counted, and not followed deep.
type plain struct{ left int }

const deepest = 6

func (p *plain) value(v any, depth int) (any, error) {
	if p.left--; p.left < 0 || depth > deepest {
		return nil, errors.New("it is a pickle of values within values, " + wanted)
	}
	switch v := v.(type) {
	case *pickle.Dict:
		return p.dict(v, depth)
	case *pickle.Object:
		if v.Module == "collections" {
			return p.dict(&v.Dict, depth)
		}
		return nil, errors.Errorf("it is a pickle with a %v within other values", v.Class)
	case *pickle.List:
		return p.list(v.Items, depth)
	case pickle.Tuple:
		return p.list(v, depth)
	case pickle.Class:
		return nil, errors.Errorf("it is a pickle with the class %v as a value", v)
	case pickle.Bytes:
		return string(v), nil
	}
	return v, nil
}

func (p *plain) list(items []any, depth int) (any, error) {
	out := make([]any, 0, min(len(items), p.left+1))
	for _, v := range items {
		x, err := p.value(v, depth+1)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

func (p *plain) dict(d *pickle.Dict, depth int) (any, error) {
	out := make(map[string]any, min(len(d.Keys), p.left+1))
	for i, k := range d.Keys {
		var name string
		switch k := k.(type) {
		case string:
			name = k
		case pickle.Bytes:
			name = string(k)
		case int64:
			name = strconv.FormatInt(k, 10) // as json.dumps does
		default:
			return nil, errors.Errorf("it is the pickle of a dict with a key of the type %s", pickle.Kind(k))
		}
		x, err := p.value(d.Values[i], depth+1)
		if err != nil {
			return nil, err
		}
		out[name] = x
	}
	return out, nil
}
