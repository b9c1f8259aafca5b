package nn

import (
	"math"
	"reflect"
	"regexp"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"
)

// Sequential describes a model that is a chain of layers. Build makes the
// model.
type Sequential struct {
	Input  Input
	Layers []Layer

	Seed  uint64       // of the weights' first values
	Dtype tensor.Dtype // tensor.Float32 if zero; tensor.Float64 for gradient checks
}

// Build checks the layers against one another, declares their weights and
// draws their first values. Errors name the layer by its path, such as
// "simple_rnn_1".
func (m Sequential) Build() (*Model, error) {
	model, err := m.declare(math.MaxInt32)
	if err != nil {
		return nil, err
	}
	model.weights.initialize(m.Seed)
	return model, nil
}

// declare makes the model with weights that are yet to be set, of at most
// room parameters.
func (m Sequential) declare(room int) (*Model, error) {
	if m.Dtype == (tensor.Dtype{}) {
		m.Dtype = tensor.Float32
	}
	if m.Dtype != tensor.Float32 && m.Dtype != tensor.Float64 {
		return nil, errorf("sequential: element type %v, want float32 or float64", m.Dtype)
	}
	if err := m.Input.check(); err != nil {
		return nil, errors.WithMessage(err, "sequential")
	}
	if len(m.Layers) == 0 {
		return nil, errorf("sequential: no layers")
	}
	model := &Model{
		Sequential: m,
		weights:    &weights{dt: m.Dtype, room: room, byPath: map[string]*Weight{}},
	}
	scope := &Scope{weights: model.weights, names: map[string]int{}}
	shape := m.Input.Shape
	for i, l := range m.Layers {
		if v := reflect.ValueOf(l); l == nil || v.Kind() == reflect.Pointer && v.IsNil() {
			return nil, errorf("sequential: layer %d is nil", i)
		}
		name := scope.unique(snake(typeName(l)))
		from := len(model.weights.list)
		out, err := l.Init(scope.Enter(name), shape)
		if err == nil {
			err = model.weights.err
		}
		if err != nil {
			return nil, errors.WithMessage(err, name)
		}
		if len(out) != 1 {
			return nil, errorf("%s: %d outputs in a sequential model, want 1", name, len(out))
		}
		shape = out[0]
		model.rows = append(model.rows, row{name, l, shape, model.weights.list[from:]})
	}
	return model, nil
}

func typeName(v any) string {
	t := reflect.TypeOf(v)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}

var (
	wordStart = regexp.MustCompile(`(.)([A-Z][a-z0-9]+)`)
	camel     = regexp.MustCompile(`([a-z])([A-Z])`)
)

// snake turns a type's name into a path, as Keras does: SimpleRNN into
// simple_rnn.
func snake(name string) string {
	name = wordStart.ReplaceAllString(name, "${1}_$2")
	return strings.ToLower(camel.ReplaceAllString(name, "${1}_$2"))
}
