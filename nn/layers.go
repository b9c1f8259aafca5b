package nn

import (
	"slices"
	"strings"
)

// ModelLayer is a layer in its place in a model.
type ModelLayer struct {
	Name    string  // such as "gru"; of a layer within a block, "encoder/gru"
	Type    string  // such as "GRU"
	Layer   Layer   // its settings, in the wrappers that it was given in
	Outputs []Shape // the shapes of its outputs, of one sample, where it is called first

	weights []*Weight
}

// Weights returns the layer's weights in the order of Keras's get_weights; those
// of a block layer by layer. The tensors are the model's own. The states of a
// stateful layer, which a sequence leaves behind, are none of them.
func (l ModelLayer) Weights() []*Weight {
	return slices.DeleteFunc(slices.Clone(l.weights), func(w *Weight) bool { return w.kind == memory })
}

// SetWeights replaces the elements of all Weights, in their order and row-major.
// If their number or a length does not fit, none is changed. Keras: set_weights.
func (l ModelLayer) SetWeights(values [][]float64) error {
	all := l.Weights()
	if len(values) != len(all) {
		return errorf("%s: %d weights, the layer has %d", l.Name, len(values), len(all))
	}
	for i, w := range all {
		if err := w.fits(values[i]); err != nil {
			return err
		}
	}
	for i, w := range all {
		_ = w.Set(values[i]) // it fits
	}
	return nil
}

// Layers returns the model's layers, each once, in the order in which they were
// given. Keras: model.layers.
func (m *Model) Layers() []ModelLayer {
	list := make([]ModelLayer, len(m.rows))
	for i, r := range m.rows {
		list[i] = m.placed("", r)
	}
	return list
}

// Layer returns a layer by its name; one within a block by its path, such as
// "encoder/gru". An unknown name is an error that lists those that are known.
// Keras: get_layer.
func (m *Model) Layer(name string) (ModelLayer, error) {
	w, path := m.wiring, ""
	for {
		head, rest, inside := strings.Cut(strings.TrimPrefix(name, path), "/")
		i := slices.IndexFunc(w.rows, func(r row) bool { return r.name == head })
		if i < 0 {
			return ModelLayer{}, errorf("the model has no layer %q, but %s", name, strings.Join(w.names(path), ", "))
		}
		r := w.rows[i]
		if !inside {
			return w.placed(path, r), nil
		}
		path += head + "/"
		layer, _ := bare(r.layer)
		b, ok := layer.(block)
		if !ok {
			return ModelLayer{}, errorf("the model has no layer %q: %s is no block, but a %s", name, strings.TrimSuffix(path, "/"), typeOf(layer))
		}
		in := make([]Shape, len(w.calls[r.first].in))
		for k, from := range w.calls[r.first].in {
			in[k], _ = w.shape(from) // declare checked it
		}
		var err error
		if w, err = m.inside(b, strings.TrimSuffix(path, "/"), in); err != nil {
			return ModelLayer{}, errorf("%s: %v", rest, err)
		}
	}
}

func (w *wiring) placed(path string, r row) ModelLayer {
	return ModelLayer{Name: path + r.name, Type: typeOf(r.layer), Layer: r.layer, Outputs: slices.Clone(w.shapes[r.first]), weights: r.weights}
}

// names returns the layers' names with a path before them.
func (w *wiring) names(path string) []string {
	names := make([]string, len(w.rows))
	for i, r := range w.rows {
		names[i] = path + r.name
	}
	return names
}
