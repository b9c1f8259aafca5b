package onnx

import (
	"math"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/pkg/errors"
	"google.golang.org/protobuf/encoding/protowire"
)

// Messages are read into the structs of schema.go and written from them by their tags.
// Generated code would be 3,000 lines for this, would copy all weights once more, would
// pass over unknown fields in silence, and would register the schema under a name that
// another package of the same program may have taken.

const (
	mostMessages = 1 << 20 // in a file, since an empty one takes 2 bytes there and 100 times that here
	deepest      = 32      // messages in one another
)

// fields are those of a struct by their numbers.
type fields struct {
	order  []protowire.Number // ascending
	index  map[protowire.Number]int
	skip   map[protowire.Number]bool
	fields []reflect.StructField
}

var known sync.Map // of *fields by reflect.Type

func fieldsOf(t reflect.Type) *fields {
	if f, ok := known.Load(t); ok {
		return f.(*fields)
	}
	f := &fields{index: map[protowire.Number]int{}, skip: map[protowire.Number]bool{}}
	number := func(s string) protowire.Number { n, _ := strconv.Atoi(s); return protowire.Number(n) }
	for i := range t.NumField() {
		field := t.Field(i)
		f.fields = append(f.fields, field)
		if list, ok := field.Tag.Lookup("skip"); ok {
			for _, s := range strings.Split(list, ",") {
				f.skip[number(s)] = true
			}
		} else {
			f.index[number(field.Tag.Get("pb"))] = i
		}
	}
	for n := protowire.Number(1); len(f.order) < len(f.index); n++ {
		if _, ok := f.index[n]; ok {
			f.order = append(f.order, n)
		}
	}
	known.Store(t, f)
	return f
}

// unmarshal reads a message into the struct that into points to. Fields of bytes are
// parts of data.
func unmarshal(data []byte, into any) error {
	d := decoder{room: mostMessages}
	return d.message(data, reflect.ValueOf(into).Elem(), 0)
}

type decoder struct{ room int }

func (d *decoder) message(data []byte, v reflect.Value, depth int) error {
	if d.room--; d.room < 0 {
		return errors.Errorf("more than %d messages", mostMessages)
	}
	if depth > deepest {
		return errors.Errorf("more than %d messages in one another", deepest)
	}
	f := fieldsOf(v.Type())
	for len(data) > 0 {
		num, wire, n := protowire.ConsumeTag(data)
		if n < 0 {
			return errors.Wrap(protowire.ParseError(n), "damaged")
		}
		data = data[n:]
		i, ok := f.index[num]
		if !ok {
			if n = protowire.ConsumeFieldValue(num, wire, data); n < 0 {
				return errors.Wrap(protowire.ParseError(n), "damaged")
			}
			if !f.skip[num] {
				return errors.Errorf("%s has a field of number %d, which is unknown", schemaName(v.Type()), num)
			}
			data = data[n:]
			continue
		}
		n, err := d.field(data, wire, v.Field(i), depth)
		if err != nil {
			return errors.WithMessage(err, f.fields[i].Name)
		}
		data = data[n:]
	}
	return nil
}

// schemaName is that of a message in the schema: GraphProto of graphProto.
func schemaName(t reflect.Type) string { return strings.ToUpper(t.Name()[:1]) + t.Name()[1:] }

// field reads the value of a field, or one more value of one that is repeated, and
// returns its length.
func (d *decoder) field(data []byte, wire protowire.Type, v reflect.Value, depth int) (int, error) {
	if wire == protowire.BytesType {
		content, n := protowire.ConsumeBytes(data)
		if n < 0 {
			return 0, errors.Wrap(protowire.ParseError(n), "damaged")
		}
		return n, d.bytes(content, v, depth)
	}
	if v.Kind() == reflect.Slice && scalar(v.Type().Elem()) {
		e := reflect.New(v.Type().Elem()).Elem()
		n, err := number(data, wire, e)
		v.Set(reflect.Append(v, e))
		return n, err
	}
	if v.Kind() == reflect.Pointer && scalar(v.Type().Elem()) {
		v.Set(reflect.New(v.Type().Elem()))
		return number(data, wire, v.Elem())
	}
	return number(data, wire, v)
}

// bytes reads the content of what has a length.
func (d *decoder) bytes(content []byte, v reflect.Value, depth int) error {
	switch t := v.Type(); {
	case t.Kind() == reflect.String:
		v.SetString(string(content))
	case t == reflect.TypeFor[[]byte]():
		v.SetBytes(content)
	case t == reflect.TypeFor[[]string]():
		v.Set(reflect.Append(v, reflect.ValueOf(string(content))))
	case t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct:
		if v.IsNil() { // said twice the two are merged
			v.Set(reflect.New(t.Elem()))
		}
		return d.message(content, v.Elem(), depth+1)
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct:
		e := reflect.New(t.Elem()).Elem()
		err := d.message(content, e, depth+1)
		v.Set(reflect.Append(v, e))
		return err
	case t.Kind() == reflect.Slice:
		return packed(content, v)
	default:
		return errors.New("damaged: a number was to be here")
	}
	return nil
}

// packed reads numbers that stand one after the other.
func packed(content []byte, v reflect.Value) error {
	wire, size := protowire.VarintType, 1
	switch v.Type().Elem().Kind() {
	case reflect.Float32:
		wire, size = protowire.Fixed32Type, 4
	case reflect.Float64:
		wire, size = protowire.Fixed64Type, 8
	}
	if size > 1 && v.Len() == 0 {
		v.Grow(len(content) / size)
	}
	e := reflect.New(v.Type().Elem()).Elem()
	for len(content) > 0 {
		n, err := number(content, wire, e)
		if err != nil {
			return err
		}
		v.Set(reflect.Append(v, e))
		content = content[n:]
	}
	return nil
}

func scalar(t reflect.Type) bool {
	return t.Kind() == reflect.Int64 || t.Kind() == reflect.Float32 || t.Kind() == reflect.Float64
}

// number reads a number into v and returns its length.
func number(data []byte, wire protowire.Type, v reflect.Value) (n int, err error) {
	var x uint64
	var y uint32
	switch k := v.Kind(); {
	case k == reflect.Int64 && wire == protowire.VarintType:
		x, n = protowire.ConsumeVarint(data)
		v.SetInt(int64(x))
	case k == reflect.Float32 && wire == protowire.Fixed32Type:
		y, n = protowire.ConsumeFixed32(data)
		v.SetFloat(float64(math.Float32frombits(y)))
	case k == reflect.Float64 && wire == protowire.Fixed64Type:
		x, n = protowire.ConsumeFixed64(data)
		v.SetFloat(math.Float64frombits(x))
	default:
		return 0, errors.Errorf("damaged: a value of wire type %d", wire)
	}
	if n < 0 {
		return 0, errors.Wrap(protowire.ParseError(n), "damaged")
	}
	return n, nil
}

// marshal appends the message that the struct v is, fields in the order of their numbers.
// Zeros are left out where they are no pointers.
func marshal(b []byte, v any) []byte { return appendMessage(b, reflect.ValueOf(v)) }

func appendMessage(b []byte, v reflect.Value) []byte {
	f := fieldsOf(v.Type())
	for _, num := range f.order {
		b = appendField(b, num, v.Field(f.index[num]))
	}
	return b
}

func appendField(b []byte, num protowire.Number, v reflect.Value) []byte {
	nested := func(b []byte, v reflect.Value) []byte {
		b = protowire.AppendTag(b, num, protowire.BytesType)
		return protowire.AppendBytes(b, appendMessage(nil, v))
	}
	switch x := v.Interface().(type) {
	case int64:
		if x != 0 {
			b = protowire.AppendVarint(protowire.AppendTag(b, num, protowire.VarintType), uint64(x))
		}
	case *int64:
		if x != nil {
			b = protowire.AppendVarint(protowire.AppendTag(b, num, protowire.VarintType), uint64(*x))
		}
	case *float32:
		if x != nil {
			b = protowire.AppendFixed32(protowire.AppendTag(b, num, protowire.Fixed32Type), math.Float32bits(*x))
		}
	case string:
		if x != "" {
			b = protowire.AppendString(protowire.AppendTag(b, num, protowire.BytesType), x)
		}
	case []byte:
		if x != nil {
			b = protowire.AppendBytes(protowire.AppendTag(b, num, protowire.BytesType), x)
		}
	case []string:
		for _, s := range x {
			b = protowire.AppendString(protowire.AppendTag(b, num, protowire.BytesType), s)
		}
	case []int64: // onnx.proto is of proto2, where these are not packed
		for _, i := range x {
			b = protowire.AppendVarint(protowire.AppendTag(b, num, protowire.VarintType), uint64(i))
		}
	case []float32:
		for _, y := range x {
			b = protowire.AppendFixed32(protowire.AppendTag(b, num, protowire.Fixed32Type), math.Float32bits(y))
		}
	default:
		switch v.Kind() {
		case reflect.Pointer:
			if !v.IsNil() {
				b = nested(b, v.Elem())
			}
		case reflect.Slice:
			for i := range v.Len() {
				b = nested(b, v.Index(i))
			}
		}
	}
	return b
}
