package nn

import (
	"reflect"
	"slices"

	"github.com/pkg/errors"
)

// wiring is a network in its place in a model: its layers have names there, and
// the values between them shapes.
type wiring struct {
	network
	rows   []row     // by layer
	in     []Shape   // of the inputs
	shapes [][]Shape // of the outputs, by call
}

// row is a layer in its place.
type row struct {
	name    string
	layer   Layer
	first   int // the index of its first call
	weights []*Weight
}

// declare lets the network's layers declare their weights in s for inputs of the
// given shapes.
func (n network) declare(s *Scope, in []Shape) (*wiring, error) {
	w := &wiring{network: n, rows: make([]row, len(n.layers)), in: in, shapes: make([][]Shape, len(n.calls))}
	if len(n.layers) == 0 {
		return nil, errorf("%s: no layers", n.kind)
	}
	if len(n.outputs) == 0 {
		return nil, errorf("%s: no outputs", n.kind)
	}
	names := numbered{}
	for _, in := range n.inputs {
		if in.Name == "" || names.of(in.Name) != in.Name {
			return nil, errorf("%s: input name %q is empty or taken", n.kind, in.Name)
		}
	}
	for i, l := range n.layers {
		if v := reflect.ValueOf(l); l == nil || v.Kind() == reflect.Pointer && v.IsNil() {
			return nil, errorf("%s: layer %d is nil", n.kind, i)
		}
		name, err := names.layer(l)
		if err != nil {
			return nil, errors.WithMessage(err, n.kind)
		}
		w.rows[i] = row{name: name, layer: l, first: -1}
	}
	for i, c := range n.calls {
		if err := w.declareCall(s, i, c); err != nil {
			return nil, err
		}
	}
	for i, o := range n.outputs {
		same := func(p output) bool { return p.name == o.name }
		if o.name == "" || slices.ContainsFunc(n.outputs[:i], same) {
			return nil, errorf("%s: output name %q is empty or taken", n.kind, o.name)
		}
		if _, err := w.shape(o.from); err != nil {
			return nil, errors.WithMessagef(err, "%s: output %q", n.kind, o.name)
		}
	}
	return w, w.unused()
}

// declareCall lets a layer declare its weights at its first call, and works
// out the shapes of the call's outputs.
func (w *wiring) declareCall(s *Scope, i int, c call) error {
	r := &w.rows[c.layer]
	in := make([]Shape, len(c.in))
	for k, from := range c.in {
		var err error
		if in[k], err = w.shape(from); err != nil {
			return errors.WithMessage(err, r.name)
		}
	}
	inner := s.Enter(r.name)
	inner.again = s.again || r.first >= 0
	out, err := r.layer.Init(inner, in...)
	if err == nil {
		err = s.weights.err
	}
	if err != nil {
		return errors.WithMessage(err, r.name)
	}
	if w.kind == kindSequential && len(out) != 1 {
		return errorf("%s: %d outputs in a sequential model, want 1", r.name, len(out))
	}
	if w.shapes[i] = out; r.first < 0 {
		r.first, r.weights = i, s.weights.below(inner.path)
	}
	return nil
}

// shape returns the shape of a value.
func (w *wiring) shape(r ref) (Shape, error) {
	if r.call < 0 {
		return w.in[^r.call], nil
	}
	if shapes := w.shapes[r.call]; r.out < len(shapes) {
		return shapes[r.out], nil
	}
	return nil, errorf("%s has %d outputs, want one of index %d", w.rows[w.calls[r.call].layer].name, len(w.shapes[r.call]), r.out)
}

// unused returns an error if an input, or a call's outputs, lead nowhere.
func (w *wiring) unused() error {
	used := map[int]bool{}
	for _, c := range w.calls {
		for _, r := range c.in {
			used[r.call] = true
		}
	}
	for _, o := range w.outputs {
		used[o.from.call] = true
	}
	for i, in := range w.inputs {
		if !used[^i] {
			return errorf("%s: nothing reads the input %q", w.kind, in.Name)
		}
	}
	for _, r := range w.rows {
		if r.first < 0 {
			return errorf("%s: nothing calls %s", w.kind, r.name)
		}
	}
	for i, c := range w.calls {
		if !used[i] {
			return errorf("%s: nothing reads what %s returns", w.kind, w.rows[c.layer].name)
		}
	}
	return nil
}

// apply emits the layers' forward computations and returns the outputs.
func (w *wiring) apply(c *Context, in []Value) []Value {
	values := make([][]Value, len(w.calls))
	at := func(r ref) Value {
		switch {
		case r.call < 0:
			return in[^r.call]
		case r.out >= len(values[r.call]):
			return Value{} // after a failure
		}
		return values[r.call][r.out]
	}
	most, done := make([]int, len(w.layers)), make([]int, len(w.layers)) // calls of a layer
	for _, call := range w.calls {
		most[call.layer]++
	}
	for i, call := range w.calls {
		args := make([]Value, len(call.in))
		for k, r := range call.in {
			args[k] = at(r)
		}
		c.Enter(w.rows[call.layer].name, func(inner *Context) {
			// Of a block that is shared, the calls of its layers are counted on.
			inner.call = c.call*most[call.layer] + done[call.layer]
			values[i] = w.layers[call.layer].Apply(inner, args...)
			inner.checkValues(values[i], w.shapes[i])
			inner.keepOutputs(values[i])
		})
		done[call.layer]++
	}
	out := make([]Value, len(w.outputs))
	for i, o := range w.outputs {
		out[i] = at(o.from)
	}
	return out
}
