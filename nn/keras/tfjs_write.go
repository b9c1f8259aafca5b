package keras

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/internal/safefile"
	"unroll/nn"
)

// shardFloats is how many numbers a file of weights holds, as the converter of
// TensorFlow.js has it: browsers keep files of 4 MB.
const shardFloats = 1 << 20

// SaveTFJS writes a model into a folder, which is made if it is not there: model.json
// and files of weights, in float32, that tf.loadLayersModel of TensorFlow.js reads. A
// layer or a setting that TensorFlow.js has not is an error that names the layer; so
// is a GRU that resets after the product, nn's and Keras's default: it knows
// ResetBefore alone.
func SaveTFJS(dir string, model *nn.Model) error {
	return errors.WithMessage(model.Read(func() error { return saveTFJS(dir, model) }), "save for TensorFlow.js")
}

func saveTFJS(dir string, m *nn.Model) (err error) {
	o, err := (&writer{m: m, major: keras2}).model()
	if err != nil {
		return err
	}
	// What was written is of Go's types; what follows wants those of JSON.
	doc, err := json.Marshal(o)
	if err == nil {
		o = nil
		err = json.Unmarshal(doc, &o)
	}
	if err != nil {
		return errors.Wrap(err, "configuration")
	}
	p, err := tree(m, kerasOrder)
	if err != nil {
		return err
	}
	if err := tfjsNetwork(o, p, ""); err != nil {
		return err
	}
	weights := tfjsWeights{specs: []tfjsWeight{}}
	weights.add(p)
	if err := safefile.MkdirAll(dir); err != nil {
		return errors.WithStack(err)
	}
	group := tfjsGroup{Weights: weights.specs, Paths: []string{}}
	defer func() {
		if err != nil { // half a model is none
			for _, name := range group.Paths {
				_ = os.Remove(filepath.Join(dir, name))
			}
		}
	}()
	shards := (weights.floats + shardFloats - 1) / shardFloats
	for i := range shards {
		name := fmt.Sprintf("group1-shard%dof%d.bin", i+1, shards)
		group.Paths = append(group.Paths, name)
		write := func(w io.Writer) error { return weights.write(w, i*shardFloats, (i+1)*shardFloats) }
		if err := safefile.Write(filepath.Join(dir, name), write); err != nil {
			return err
		}
	}
	topology, err := json.Marshal(object{"keras_version": writtenKeras2, "backend": "tensorflow", "model_config": o})
	if err != nil {
		return errors.Wrap(err, "configuration")
	}
	doc, err = json.Marshal(tfjsModel{Format: "layers-model", By: "keras v" + writtenKeras2, Topology: topology, Manifest: []tfjsGroup{group}})
	if err != nil {
		return errors.Wrap(err, "model.json")
	}
	return safefile.Write(filepath.Join(dir, "model.json"), content(string(doc)))
}

// tfjsWeights are the weights of a model in the order of the files.
type tfjsWeights struct {
	specs  []tfjsWeight
	values []*tensor.Dense
	floats int
}

// add adds the weights of a part of a model, under the names of TensorFlow.js: those of
// the layer, whatever models it is in.
func (t *tfjsWeights) add(p *part) {
	var layer func(p *part, at string)
	layer = func(p *part, at string) {
		for _, w := range p.own {
			shape := p.shapeOf(w)
			t.specs = append(t.specs, tfjsWeight{Name: at + "/" + path.Base(w.Name()), Shape: shape, Dtype: "float32"})
			t.values = append(t.values, w.Value().(*tensor.Dense))
			t.floats += product(shape)
		}
		for _, q := range p.parts {
			below := at
			if direction, is := strings.CutSuffix(q.attr, "_layer"); is {
				below += "/" + direction + "_" + q.class
			}
			layer(q, below)
		}
		for i, q := range p.list {
			layer(q, fmt.Sprint(at, "/RNNCell_", i))
		}
	}
	if p.in != "layers" {
		layer(p, p.label)
		return
	}
	for _, q := range p.list {
		t.add(q)
	}
}

func product(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// write writes the numbers from one to another, counted over all weights.
func (t *tfjsWeights) write(w io.Writer, from, to int) error {
	out := bufio.NewWriter(w)
	at := 0
	for _, v := range t.values {
		n := v.Size()
		var b [4]byte
		for i := max(0, from-at); i < min(n, to-at); i++ {
			var x float32
			if f := graph.Floats[float32](v); f != nil {
				x = f[i]
			} else {
				x = float32(graph.Floats[float64](v)[i])
			}
			binary.LittleEndian.PutUint32(b[:], math.Float32bits(x))
			if _, err := out.Write(b[:]); err != nil {
				return errors.WithStack(err)
			}
		}
		at += n
	}
	return errors.WithStack(out.Flush())
}
