package onnx

import (
	"io"

	"github.com/pkg/errors"

	"unroll/internal/safefile"
	"unroll/nn"
)

// What is written.
const (
	writtenIR    = 8
	writtenOpset = 17
)

// architectureKey is the key of the metadata that hold the model's description.
const architectureKey = "unroll.architecture"

// Save writes the model, as it predicts, as ONNX of opset 17. The same model gives the
// same bytes, and Load of the file gives the same model.
//
// Inputs have the names of the model's, the batch first: word ids are int64
// [batch, steps], features float32. The outputs have the names of the model's, too. The
// sizes that are open are called batch and steps, where there are several of these after
// their input, such as text_steps. Weights are written as float32. Masks are nodes of the
// graph, and hold for padding at any place.
//
// A layer or a setting that ONNX has no operators for is an error that names the layer.
func Save(path string, model *nn.Model) error {
	err := safefile.Write(path, func(out io.Writer) error { return Write(out, model) })
	return errors.WithMessage(err, "save as ONNX")
}

// Write is Save into a stream.
func Write(out io.Writer, model *nn.Model) error {
	data, err := document(model)
	if err != nil {
		return err
	}
	_, err = out.Write(data)
	return err
}

// document returns the content of a file.
func document(model *nn.Model) ([]byte, error) {
	w, err := write(model)
	if err != nil {
		return nil, err
	}
	doc, err := model.Architecture()
	if err != nil {
		return nil, err
	}
	_ = model.Read(func() error {
		for _, name := range w.order {
			w.g.Initializer = append(w.g.Initializer, w.initial[name].tensor(name))
		}
		return nil
	})
	return marshal(nil, modelProto{
		IRVersion: writtenIR, ProducerName: "unroll", Graph: &w.g,
		OpsetImport:   []opsetProto{{Version: writtenOpset}},
		MetadataProps: []stringEntry{{architectureKey, string(doc)}},
	}), nil
}

// write makes the graph of a model, without its initializers.
func write(model *nn.Model) (*writer, error) {
	w := &writer{m: model, count: map[string]int{}, initial: map[string]*initial{}, done: map[string]string{}}
	w.g.Name = "model"
	n := model.Network()
	in := make([]value, len(n.Inputs))
	for i, x := range n.Inputs {
		in[i] = w.input(x, len(n.Inputs) > 1)
	}
	for _, o := range n.Outputs {
		w.count[o.Name]++
	}
	out := w.network(n, in)
	for i, o := range n.Outputs {
		if w.err != nil {
			return nil, w.err
		}
		name := o.Name
		for w.count[name] > 1 { // an input has the same name
			name += "_output"
		}
		w.path = name
		x, typ := out[i], int64(typeFloat)
		if x.ids {
			typ = typeInt64
		}
		w.g.Node = append(w.g.Node, nodeProto{Input: []string{x.name}, Output: []string{name}, Name: w.unique(name + "/Identity"), OpType: "Identity"})
		open := name + "_steps"
		if len(n.Inputs) == 1 && len(x.shape) > 0 && n.Inputs[0].Steps() == x.shape[0] && x.mask != "" {
			open = "steps"
		}
		w.g.Output = append(w.g.Output, w.info(name, typ, x.shape, open))
	}
	return w, w.err
}

// input declares an input.
func (w *writer) input(x nn.Input, several bool) value {
	open := "steps"
	if several {
		open = x.Name + "_steps"
	}
	v := value{name: w.unique(x.Name), shape: x.Shape, ids: x.IDs()}
	typ := int64(typeFloat)
	if v.ids {
		typ = typeInt64
	}
	w.g.Input = append(w.g.Input, w.info(v.name, typ, x.Shape, open))
	if x.Weighted() {
		v.weights = w.unique(x.Name + "_weights")
		w.g.Input = append(w.g.Input, w.info(v.weights, typeFloat, x.Shape, open))
	}
	return v
}

// network writes the layers of a model or a block.
func (w *writer) network(n nn.Network, in []value) []value {
	values := make([][]value, len(n.Calls))
	at := func(r nn.Ref) value {
		switch {
		case r.Call < 0:
			return in[^r.Call]
		case r.Output < len(values[r.Call]):
			return values[r.Call][r.Output]
		}
		return value{}
	}
	for i, c := range n.Calls {
		args := make([]value, len(c.In))
		for k, r := range c.In {
			args[k] = at(r)
		}
		l := n.Layers[c.Layer]
		before := w.path
		w.path = l.Name
		values[i] = w.layer(l.Layer, args)
		w.path = before
		if w.err != nil {
			return make([]value, len(n.Outputs))
		}
		for k := range values[i] {
			values[i][k].shape = c.Shapes[k]
		}
	}
	out := make([]value, len(n.Outputs))
	for i, o := range n.Outputs {
		out[i] = at(o.From)
	}
	return out
}
