package keras

import (
	"io"
	"path"
	"strings"

	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/internal/hdf5"
	"unroll/nn"
)

// WriteHDF5 is SaveHDF5 into a stream.
func WriteHDF5(out io.Writer, model *nn.Model) error {
	config, err := (&writer{m: model, major: keras2}).document()
	if err != nil {
		return err
	}
	t, err := tree(model, kerasOrder)
	if err != nil {
		return err
	}
	by := map[string]any{"backend": "tensorflow", "keras_version": writtenKeras2}
	weights := &hdf5.Group{Name: "model_weights", Attrs: map[string]any{"backend": by["backend"], "keras_version": by["keras_version"]}}
	layers := []string{}
	for _, p := range t.list {
		g := &hdf5.Group{Name: p.label}
		names := []string{}
		for _, w := range p.named() {
			names = append(names, w.name+":0")
			put(g, w.name+":0", w)
		}
		g.Attrs = map[string]any{"weight_names": names}
		layers = append(layers, p.label)
		weights.Groups = append(weights.Groups, g)
	}
	weights.Attrs["layer_names"] = layers
	by["model_config"] = string(config)
	return model.Read(func() error {
		return hdf5.Write(out, &hdf5.Group{Attrs: by, Groups: []*hdf5.Group{weights}})
	})
}

// namedWeight is a weight with its name in Keras 2, such as lstm/lstm_cell/kernel.
type namedWeight struct {
	*nn.Weight
	name  string
	shape []int
}

// named returns the weights of a layer of a model, those that are trained first, with
// names that differ.
func (p *part) named() []namedWeight {
	all := map[*nn.Weight]namedWeight{}
	var walk func(p *part, at string)
	walk = func(p *part, at string) {
		for _, w := range p.own {
			all[w] = namedWeight{w, at + "/" + path.Base(w.Name()), p.shapeOf(w)}
		}
		for _, q := range p.parts {
			walk(q, at+"/"+q.label)
		}
		count := map[string]int{}
		for _, q := range p.list {
			walk(q, at+"/"+numbered(q.label, count))
		}
	}
	walk(p, p.label)
	var list []namedWeight
	for _, w := range trainedFirst(p.flat()) {
		list = append(list, all[w])
	}
	return list
}

// put puts a dataset at a path below a group.
func put(g *hdf5.Group, at string, w namedWeight) {
	dir, name := path.Split(at)
	for _, part := range strings.Split(strings.Trim(dir, "/"), "/") {
		next := g.Group(part)
		if next == nil {
			next = &hdf5.Group{Name: part}
			g.Groups = append(g.Groups, next)
		}
		g = next
	}
	g.Datasets = append(g.Datasets, dataset(name, w.Weight, w.shape))
}

// dataset makes a dataset of a weight's values, which are not copied.
func dataset(name string, w *nn.Weight, shape []int) *hdf5.Dataset {
	t := w.Value().(*tensor.Dense)
	if x := graph.Floats[float64](t); x != nil {
		return hdf5.NewDataset(name, shape, x)
	}
	return hdf5.NewDataset(name, shape, graph.Floats[float32](t))
}
