package nn

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorgonia.org/tensor"
)

// fill sets every field below v to a value that is not zero and that no other
// field has, so that a field added tomorrow is covered as well.
func fill(t *testing.T, v reflect.Value, n *int) {
	*n++
	if v.Type() == reflect.TypeFor[*Functional]() { // whose fields are its own
		f := textAndFeatures()
		v.Set(reflect.ValueOf(&Functional{network: f.described()}))
		return
	}
	switch v.Kind() {
	case reflect.Int:
		v.SetInt(int64(*n))
	case reflect.Float64:
		v.SetFloat(float64(*n) + 0.125)
	case reflect.String:
		v.SetString("s" + strconv.Itoa(*n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(t, v.Index(i), n)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if v.Type() == reflect.TypeFor[Sequential]() && f.Name != "Input" && f.Name != "Layers" {
				continue // a block has no more
			}
			if !f.IsExported() {
				t.Errorf("%v.%s is not exported: files would lose it", v.Type(), f.Name)
				continue
			}
			fill(t, v.Field(i), n)
		}
	case reflect.Interface:
		inner := reflect.TypeFor[SimpleRNNCell]()
		switch v.Type() {
		case reflect.TypeFor[Cell]():
		case reflect.TypeFor[Layer]():
			inner = reflect.TypeFor[SimpleRNN]()
		default:
			t.Fatalf("teach this test to fill a %v", v.Type())
		}
		value := reflect.New(inner).Elem()
		fill(t, value, n)
		v.Set(value)
	default:
		t.Fatalf("teach this test to fill a %v", v.Type())
	}
}

func TestEveryFieldOfEveryRegisteredTypeSurvivesJSON(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(types)) {
		t.Run(name, func(t *testing.T) {
			v := reflect.New(types[name]).Elem()
			n := 0
			fill(t, v, &n)
			want := v.Interface()
			in, err := marshalTyped(want)
			if err != nil {
				t.Fatal(err)
			}
			doc, err := json.Marshal(in)
			if err != nil {
				t.Fatal(err)
			}
			var out typed
			if err := strict(doc, &out); err != nil {
				t.Fatal(err)
			}
			got, err := unmarshalTyped[any](out)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, cmp.Exporter(func(t reflect.Type) bool { return t.PkgPath() == "unroll/nn" }),
				cmp.Comparer(func(a, b tensor.Dtype) bool { return a == b })); diff != "" {
				t.Errorf("%s\n%s", doc, diff)
			}
		})
	}
}

// TestZeroFieldsAreNotWritten keeps files short and free of defaults that a
// later version may change.
func TestZeroFieldsAreNotWritten(t *testing.T) {
	cases := []struct {
		layer any
		want  string
	}{
		{Dense{Units: 1}, `{"units":1}`},
		{SimpleRNN{Units: 2, Activation: Relu}, `{"units":2,"activation":"relu"}`},
		{Embedding{InputDim: 3, OutputDim: 4, EmbeddingsInitializer: Uniform(0.5)},
			`{"input_dim":3,"output_dim":4,"embeddings_initializer":{"name":"uniform","scale":0.5}}`},
		{RNN{Cell: SimpleRNNCell{Units: 5}}, `{"cell":{"type":"SimpleRNNCell","config":{"units":5}}}`},
	}
	for _, c := range cases {
		got, err := json.Marshal(c.layer)
		if err != nil || string(got) != c.want {
			t.Errorf("%T is written as %s (error %v), want %s", c.layer, got, err, c.want)
		}
	}
}

func TestRNNWithoutCellIsNotWritten(t *testing.T) {
	if doc, err := json.Marshal(RNN{}); err == nil {
		t.Errorf("no error, but %s", doc)
	}
}
