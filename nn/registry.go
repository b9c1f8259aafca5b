package nn

import (
	"encoding/json"
	"reflect"

	"github.com/pkg/errors"

	"unroll/internal/jsonfile"
	"unroll/internal/show"
)

// types are the layers and cells that can be read from a file, by the name of
// their type. It is written by init functions only.
var types = map[string]reflect.Type{}

// Register makes a layer's or cell's type known to Load under its type's name;
// call it from an init function. Its settings are its exported fields. The
// last registration of a name holds; nil is ignored.
func Register(zero any) {
	if zero != nil {
		types[show.Type(zero)] = reflect.TypeOf(zero)
	}
}

// typed is a registered value in a file.
type typed struct {
	Type   string          `json:"type"`
	Config json.RawMessage `json:"config"`
}

func marshalTyped(v any) (typed, error) {
	if v == nil {
		return typed{}, errorf("nothing to write where a registered type is wanted")
	}
	name := show.Type(v)
	if t := types[name]; t == nil {
		return typed{}, errorf("type %T is not registered: call nn.Register(%s{})", v, name)
	} else if t != reflect.TypeOf(v) {
		return typed{}, errorf("type %T is not registered, %v is", v, t)
	}
	config, err := json.Marshal(v)
	return typed{name, config}, err
}

// unmarshalTyped reads a registered value that is a T.
func unmarshalTyped[T any](in typed) (T, error) {
	var none T
	t := types[in.Type]
	if t == nil {
		return none, errorf("unknown type %q", in.Type)
	}
	p := reflect.New(t)
	if err := strict(in.Config, p.Interface()); err != nil {
		return none, errors.WithMessage(err, in.Type)
	}
	v, ok := p.Elem().Interface().(T)
	if !ok {
		return none, errorf("%s is not a %v", in.Type, reflect.TypeFor[T]())
	}
	return v, nil
}

// strict is jsonfile.Strict of a value that has to be there.
func strict(data []byte, into any) error {
	if len(data) == 0 {
		return errors.New("no value")
	}
	return jsonfile.Strict(data, into)
}

// marshalWith writes plain's fields and one more, whose value is registered.
func marshalWith(plain any, key string, inner any) ([]byte, error) {
	data, err := json.Marshal(plain)
	if err != nil {
		return nil, err
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(data, &fields); err != nil {
		return nil, err
	}
	t, err := marshalTyped(inner)
	if err != nil {
		return nil, err
	}
	if fields[key], err = json.Marshal(t); err != nil {
		return nil, err
	}
	return json.Marshal(fields)
}

// unmarshalWith reads what marshalWith wrote.
func unmarshalWith[T any](data []byte, plain any, key string, inner *T) error {
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	var t typed
	if err := strict(fields[key], &t); err != nil {
		return errors.WithMessage(err, key)
	}
	var err error
	if *inner, err = unmarshalTyped[T](t); err != nil {
		return err
	}
	delete(fields, key)
	rest, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	return strict(rest, plain)
}
