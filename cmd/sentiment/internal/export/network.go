package export

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"

	"github.com/pkg/errors"

	"unroll/nn"
)

// configIn reads the architecture in an archive of Keras 3.
func configIn(archive []byte) ([]byte, error) {
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, errors.Wrap(err, "archive")
	}
	f, err := z.Open("config.json")
	if err != nil {
		return nil, errors.Wrap(err, "archive")
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	return data, errors.Wrap(err, "archive")
}

// forKeras returns a network that Keras can express and that gives the same. Keras
// counts the padding too where a bag of words passes over it: what follows gives it no
// weight instead.
func forKeras(net *nn.Model) (same *nn.Model, notes []string, err error) {
	n := net.Network()
	if !n.Chain {
		return net, nil, nil
	}
	layers := make([]nn.Layer, len(n.Layers))
	at := -1
	for i, l := range n.Layers {
		layers[i] = l.Layer
		bag, ok := l.Layer.(nn.CategoryEncoding)
		if !ok || !bag.MaskZero || i+1 == len(n.Layers) {
			continue
		}
		if _, ok := n.Layers[i+1].Layer.(nn.Dense); ok {
			bag.MaskZero = false
			layers[i], at = bag, i+1
		}
	}
	if at < 0 {
		return net, nil, nil
	}
	same, err = nn.Sequential{Input: net.Inputs()[0], Layers: layers, Dtype: net.Dtype(), Batch: net.Batch()}.Build()
	if err != nil {
		return nil, nil, err
	}
	for i, l := range net.Layers() {
		for j, w := range l.Weights() {
			x := w.Float64s()
			if i == at && j == 0 {
				clear(x[:w.Shape()[1]])
			}
			if err := same.Layers()[i].Weights()[j].Set(x); err != nil {
				return nil, nil, err
			}
		}
	}
	return same, []string{"Keras counts the padding in a bag of words, too: its weights are written as 0, and predictions are the same"}, nil
}

// oneHot reports whether ids of a sequence become one-hot vectors.
func oneHot(net *nn.Model) bool {
	for _, l := range net.Layers() {
		if l.Type == "OneHot" {
			return true
		}
	}
	return false
}

// forWeb returns a network without a first layer that TensorFlow.js lacks, and what
// makes its output of rows of ids in JavaScript instead.
func forWeb(net *nn.Model) (same *nn.Model, input string, err error) {
	n := net.Network()
	if !n.Chain || len(n.Layers) < 2 {
		return net, "rows", nil
	}
	switch l := n.Layers[0].Layer.(type) {
	case nn.OneHot:
		input = fmt.Sprintf("rows.map((row) => row.map((id) => Array.from({length: %d}, (_, i) => Number(i === id))))", l.Depth)
	case nn.CategoryEncoding:
		add := " = 1"
		switch l.OutputMode {
		case "count":
			add = " += 1"
		case "", "multi_hot":
		default:
			return net, "rows", nil // it is refused by its name
		}
		if l.MaskZero {
			input = "row.filter((id) => id > 0)"
		} else {
			input = "row"
		}
		input = fmt.Sprintf("rows.map((row) => {\n    const x = Array(%d).fill(0);\n    for (const id of %s) x[id]%s;\n    return x;\n  })", l.NumTokens, input, add)
	default:
		return net, "rows", nil
	}
	rest := make([]nn.Layer, 0, len(n.Layers))
	for _, l := range n.Layers[1:] {
		rest = append(rest, l.Layer)
	}
	in := nn.Features(n.Layers[0].Outputs[0]...)
	in.Name = net.Inputs()[0].Name
	same, err = nn.Sequential{Input: in, Layers: rest, Dtype: net.Dtype(), Batch: net.Batch()}.Build()
	if err != nil {
		return nil, "", err
	}
	for i, l := range net.Layers()[1:] {
		for j, w := range l.Weights() {
			if err := same.Layers()[i].Weights()[j].Set(w.Float64s()); err != nil {
				return nil, "", err
			}
		}
	}
	return same, input, nil
}
