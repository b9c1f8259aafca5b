package export

import (
	"archive/zip"
	"bytes"
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
