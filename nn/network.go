package nn

import (
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"
)

// network is what a model is made of: layers, and the calls that pass values
// through them. A layer that is called more than once is shared.
type network struct {
	inputs  []Input
	layers  []Layer
	calls   []call
	outputs []output
}

// call is one use of a layer.
type call struct {
	layer int
	in    []ref
}

// ref is a value of a network: an output of a call, or, if call is negative,
// the input with the index ^call.
type ref struct{ call, out int }

// output is a value that the model returns.
type output struct {
	name string
	from ref
}

// The kinds of descriptions.
const (
	kindSequential = "sequential"
	kindFunctional = "functional"
)

// settings are those of a model beside its network.
type settings struct {
	seed  uint64
	dtype tensor.Dtype
	batch int
}

// declare makes the model with weights that are yet to be set, of at most room
// parameters. kind names the description in errors.
func (n network) declare(kind string, s settings, room int) (*Model, error) {
	if s.dtype == (tensor.Dtype{}) {
		s.dtype = tensor.Float32
	}
	if s.dtype != tensor.Float32 && s.dtype != tensor.Float64 {
		return nil, errorf("%s: element type %v, want float32 or float64", kind, s.dtype)
	}
	if s.batch < 0 {
		return nil, errorf("%s: batch is %d, want at least 0", kind, s.batch)
	}
	if len(n.layers) == 0 {
		return nil, errorf("%s: no layers", kind)
	}
	if len(n.outputs) == 0 {
		return nil, errorf("%s: no outputs", kind)
	}
	m := &Model{
		network:  n,
		settings: s,
		kind:     kind,
		weights:  &weights{dt: s.dtype, batch: s.batch, room: room, byPath: map[string]*Weight{}},
		rows:     make([]row, len(n.layers)),
		shapes:   make([][]Shape, len(n.calls)),
	}
	names := numbered{}
	for _, in := range n.inputs {
		if err := in.check(); err != nil {
			return nil, errors.WithMessage(err, kind)
		}
		if in.Name == "" || names.of(in.Name) != in.Name {
			return nil, errorf("%s: input name %q is empty or taken", kind, in.Name)
		}
	}
	for i, l := range n.layers {
		if v := reflect.ValueOf(l); l == nil || v.Kind() == reflect.Pointer && v.IsNil() {
			return nil, errorf("%s: layer %d is nil", kind, i)
		}
		m.rows[i] = row{name: names.of(snake(typeName(thawed(l)))), layer: l, first: -1}
	}
	for i, c := range n.calls {
		if err := m.declareCall(i, c); err != nil {
			return nil, err
		}
	}
	for i, o := range n.outputs {
		same := func(p output) bool { return p.name == o.name }
		if o.name == "" || slices.ContainsFunc(n.outputs[:i], same) {
			return nil, errorf("%s: output name %q is empty or taken", kind, o.name)
		}
		if _, err := m.shape(o.from); err != nil {
			return nil, errors.WithMessagef(err, "%s: output %q", kind, o.name)
		}
	}
	return m, m.unused()
}

// declareCall lets a layer declare its weights at its first call, and works
// out the shapes of the call's outputs.
func (m *Model) declareCall(i int, c call) error {
	r := &m.rows[c.layer]
	in := make([]Shape, len(c.in))
	for k, from := range c.in {
		var err error
		if in[k], err = m.shape(from); err != nil {
			return errors.WithMessage(err, r.name)
		}
	}
	from := len(m.weights.list)
	scope := &Scope{path: r.name, weights: m.weights, again: r.first >= 0}
	out, err := r.layer.Init(scope, in...)
	if err == nil {
		err = m.weights.err
	}
	if err != nil {
		return errors.WithMessage(err, r.name)
	}
	if m.kind == kindSequential && len(out) != 1 {
		return errorf("%s: %d outputs in a sequential model, want 1", r.name, len(out))
	}
	if m.shapes[i] = out; r.first < 0 {
		r.first, r.weights = i, m.weights.list[from:]
	}
	return nil
}

// shape returns the shape of a value.
func (m *Model) shape(r ref) (Shape, error) {
	if r.call < 0 {
		return m.inputs[^r.call].Shape, nil
	}
	if shapes := m.shapes[r.call]; r.out < len(shapes) {
		return shapes[r.out], nil
	}
	return nil, errorf("%s has %d outputs, want one of index %d", m.rows[m.calls[r.call].layer].name, len(m.shapes[r.call]), r.out)
}

// unused returns an error if an input, or a call's outputs, lead nowhere.
func (m *Model) unused() error {
	used := map[int]bool{}
	for _, c := range m.calls {
		for _, r := range c.in {
			used[r.call] = true
		}
	}
	for _, o := range m.outputs {
		used[o.from.call] = true
	}
	for i, in := range m.inputs {
		if !used[^i] {
			return errorf("%s: nothing reads the input %q", m.kind, in.Name)
		}
	}
	for _, r := range m.rows {
		if r.first < 0 {
			return errorf("%s: nothing calls %s", m.kind, r.name)
		}
	}
	for i, c := range m.calls {
		if !used[i] {
			return errorf("%s: nothing reads what %s returns", m.kind, m.rows[c.layer].name)
		}
	}
	return nil
}

// numbered numbers repeated names as Keras does: dense, dense_1, dense_2.
type numbered map[string]int

func (n numbered) of(name string) string {
	free := name
	for n[free] > 0 {
		free = name + "_" + itoa(n[name])
		n[name]++
	}
	n[free]++
	return free
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
