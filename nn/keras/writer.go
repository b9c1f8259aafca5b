package keras

import (
	"encoding/json"
	"path"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"unroll/nn"
)

// writer makes a configuration of a model, for Keras 2 or 3.
type writer struct {
	m     *nn.Model
	major int
}

// model writes the whole model.
func (w *writer) model() (object, error) {
	n := w.m.Network()
	name := snake(classOf(n))
	if w.major == keras2 && !n.Chain {
		name = "model"
	}
	o, err := w.network(n, name)
	if err != nil || w.major == keras2 {
		return o, err
	}
	if n.Chain {
		o["module"] = "keras"
	}
	return o, nil
}

// document writes the whole model as JSON.
func (w *writer) document() ([]byte, error) {
	o, err := w.model()
	if err != nil {
		return nil, err
	}
	doc, err := json.Marshal(o)
	return doc, errors.Wrap(err, "configuration")
}

// layer writes a layer that stands at a path of the model and is called with values of
// the given shapes. Without a name it is called after its class.
func (w *writer) layer(l nn.Layer, name, at string, in []nn.Shape) (o object, err error) {
	n, is, err := w.m.Block(l, at, in...)
	switch {
	case err != nil:
		return nil, err
	case is:
		if name == "" {
			name = snake(classOf(n))
		}
		o, err = w.network(n, name)
	default:
		o, err = w.value(bare(l), name, at, in)
	}
	if err == nil && frozen(l) {
		freeze(o)
	}
	return o, err
}

// freeze keeps a layer, and those within it, from the optimizer.
func freeze(o object) {
	config := obj(o["config"])
	config["trainable"] = false
	for _, key := range []string{"layer", "backward_layer", "cell"} {
		if inner := obj(config[key]); inner != nil {
			freeze(inner)
		}
	}
	for _, key := range []string{"layers", "cells"} {
		for _, inner := range list(config[key]) {
			if o := obj(inner); str(o, "class_name") != inputClass {
				freeze(o)
			}
		}
	}
}

// value writes a layer or a cell of the table.
func (w *writer) value(v any, name, at string, in []nn.Shape) (object, error) {
	e := byValue(v)
	if e == nil {
		return nil, errors.Errorf("%T cannot be written: Keras has no such class", v)
	}
	c := &config{out: object{}, major: w.major, notes: &notes{}, w: w, path: at, shapes: in}
	if e.settings(c, v); c.err != nil {
		return nil, c.err
	}
	if name == "" {
		name = snake(e.class)
	}
	c.out["name"], c.out["trainable"], c.out["dtype"] = name, true, w.dtype()
	o := w.object("keras.layers", e.class, c.out)
	if e.built && len(in) > 0 && w.major == keras3 {
		o["build_config"] = w.builtFor(e, in)
	}
	return o, nil
}

// object writes an object of a class.
func (w *writer) object(module, class string, config object) object {
	o := object{"class_name": class, "config": config}
	if w.major == keras3 {
		o["module"], o["registered_name"] = module, nil
	}
	return o
}

func (w *writer) floats() string {
	if w.m.Dtype() == tensor.Float64 {
		return "float64"
	}
	return "float32"
}

// dtype writes the policy of a layer's numbers.
func (w *writer) dtype() any {
	if w.major == keras2 {
		return w.floats()
	}
	return w.object("keras", "DTypePolicy", object{"name": w.floats()})
}

// batchShape writes a shape with the batch in front.
func (w *writer) batchShape(s nn.Shape) []any {
	dims := []any{nil}
	if n := w.m.Batch(); n > 0 {
		dims[0] = n
	}
	for _, n := range s {
		if n == nn.Any {
			dims = append(dims, nil)
		} else {
			dims = append(dims, n)
		}
	}
	return dims
}

func (w *writer) batchShapes(all []nn.Shape) []any {
	shapes := []any{}
	for _, s := range all {
		shapes = append(shapes, w.batchShape(s))
	}
	return shapes
}

// builtFor writes the shapes that a layer was built for: its input's, those of the
// list that a merging layer takes, or a sequence and the first states.
func (w *writer) builtFor(e *entry, in []nn.Shape) object {
	switch {
	case len(in) == 1:
		return object{"input_shape": w.batchShape(in[0])}
	case e.takesStates():
		return object{"shapes_dict": object{"sequences_shape": w.batchShape(in[0]), "initial_state_shape": w.batchShapes(in[1:])}}
	case e.class == "MultiHeadAttention":
		shapes := object{}
		for i, name := range []string{"query_shape", "value_shape", "key_shape"}[:len(in)] {
			shapes[name] = w.batchShape(in[i])
		}
		return object{"shapes_dict": shapes}
	}
	return object{"input_shape": w.batchShapes(in)}
}

// takesStates reports whether the layer's further inputs are first states, which are
// an argument of their own.
func (e *entry) takesStates() bool { return e.cell || known(e.class, "RNN", "Bidirectional") }

// network writes a Sequential or a Functional.
func (w *writer) network(n nn.Network, name string) (object, error) {
	if n.Chain {
		return w.chain(n, name)
	}
	return w.functional(n, name)
}

// input writes an InputLayer.
func (w *writer) input(n nn.Network, k int, name string) object {
	shape := "batch_shape"
	if w.major == keras2 {
		shape = "batch_input_shape"
	}
	return w.object("keras.layers", inputClass, object{shape: w.batchShape(n.Shapes[k]), "dtype": w.floats(), "sparse": false, "name": name})
}

// chain writes a Sequential.
func (w *writer) chain(n nn.Network, name string) (object, error) {
	input := n.Inputs[0].Name
	if known(input, "", "input") { // that of a chain that gives it none
		input = "input_layer"
	}
	for clash := true; clash; {
		clash = false
		for _, l := range n.Layers {
			if path.Base(l.Name) == input {
				input, clash = input+"_0", true
			}
		}
	}
	layers := []any{w.input(n, 0, input)}
	for i, l := range n.Layers {
		o, err := w.layer(l.Layer, path.Base(l.Name), l.Name, shapesInto(n, i))
		if err != nil {
			return nil, errors.WithMessage(err, l.Name)
		}
		layers = append(layers, o)
	}
	config := object{"name": name, "layers": layers}
	o := w.object("keras.models", sequentialClass, config)
	if w.major == keras3 {
		config["trainable"], config["dtype"] = true, w.dtype()
		config["build_input_shape"] = w.batchShape(n.Shapes[0])
		o["build_config"] = object{"input_shape": w.batchShape(n.Shapes[0])}
	}
	return o, nil
}
