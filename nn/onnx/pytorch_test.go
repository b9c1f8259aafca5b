package onnx_test

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/nn"
	"unroll/nn/onnx"
	"unroll/nn/onnx/onnxtest"
)

// layouts are the axes of inputs and outputs that are not [batch, steps, features], by
// model and name.
var layouts = map[string]string{
	"gru_tagger/x": "tbf", "gru_tagger/tags": "tbf", "conv_net/signal": "bft",
	"gru_with_state/x": "tbf", "gru_with_state/output": "tbf", "gru_with_state/h0": "fbf", "gru_with_state/h_n": "fbf",
	"rnn_relu_two_layers/h_n": "fbf",
}

type pytorchGolden struct {
	Inputs, Outputs map[string]onnxtest.Tensor
}

// pytorchGoldens are the inputs and outputs of the models that testdata/pytorch/generate.py
// wrote.
func pytorchGoldens(t *testing.T) map[string]pytorchGolden {
	t.Helper()
	doc, err := os.ReadFile(filepath.Join("testdata", "pytorch", "golden.json"))
	if err != nil {
		t.Fatal(err)
	}
	goldens := map[string]pytorchGolden{}
	if err := json.Unmarshal(doc, &goldens); err != nil {
		t.Fatal(err)
	}
	return goldens
}

// TestPyTorchForms: models in the forms of PyTorch's exporters load, compute what PyTorch
// does, and give the same model after a save and a load.
func TestPyTorchForms(t *testing.T) {
	for name, g := range pytorchGoldens(t) {
		t.Run(name, func(t *testing.T) {
			m, err := onnx.Load(filepath.Join("testdata", "pytorch", name+".onnx"))
			if err != nil {
				t.Fatal(err)
			}
			t.Log("\n" + m.Summary())
			compare(t, name, m, g)
			var first, second bytes.Buffer
			if err := onnx.Write(&first, m); err != nil {
				t.Fatal(err)
			}
			back, err := onnx.Read(bytes.NewReader(first.Bytes()))
			if err != nil {
				t.Fatal(err)
			}
			compare(t, name, back, g)
			if err := onnx.Write(&second, back); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
				t.Errorf("saved again the file is another one (%v)", err)
			}
		})
	}
}

// compare holds a model to a golden.
func compare(t *testing.T, name string, m *nn.Model, g pytorchGolden) {
	t.Helper()
	batch := 0
	var steps []int
	var in []layout
	for _, x := range m.Inputs() {
		l := layoutOf(name+"/"+x.Name, g.Inputs[x.Name].Shape)
		in, steps, batch = append(in, l), append(steps, l.steps), l.batch
	}
	p, err := m.Forward(nn.Infer, nn.Auto, batch, steps...)
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range m.Inputs() {
		values := g.Inputs[x.Name].Values
		in[i].each(func(inside, outside int) {
			if x.IDs() {
				p.Inputs[i].X.Int32s()[inside] = int32(values[outside])
			} else {
				p.Inputs[i].X.Float32s()[inside] = float32(values[outside])
			}
		})
	}
	var roots []*graph.Node
	for _, y := range p.Outputs {
		roots = append(roots, y.Node)
	}
	prog, err := p.Compile(roots...)
	if err != nil {
		t.Fatal(err)
	}
	defer prog.Close()
	if err := prog.Run(); err != nil {
		t.Fatal(err)
	}
	if len(roots) != len(g.Outputs) {
		t.Fatalf("%d outputs, want %d", len(roots), len(g.Outputs))
	}
	for i, port := range m.Outputs() {
		v, err := prog.Value(roots[i])
		if err != nil {
			t.Fatal(err)
		}
		want := g.Outputs[port.Name]
		got := v.(*tensor.Dense).Float32s()
		if len(got) != len(want.Values) {
			t.Fatalf("%s: %v, want %v", port.Name, v.Shape(), want.Shape)
		}
		l := layoutOf(name+"/"+port.Name, want.Shape)
		l.each(func(inside, outside int) {
			if d := math.Abs(float64(got[inside]) - want.Values[outside]); !(d <= 1e-5*max(1, math.Abs(want.Values[outside]))) {
				t.Fatalf("%s: value %d is %v, want %v", port.Name, outside, got[inside], want.Values[outside])
			}
		})
	}
}

// layout is a shape of which the axes are known.
type layout struct {
	axes         string
	shape        []int
	batch, steps int // 0 steps of what is no sequence
}

func layoutOf(name string, shape []int) layout {
	l := layout{axes: layouts[name], shape: shape}
	if l.axes == "" {
		l.axes = []string{"b", "bf", "btf"}[len(shape)-1]
	}
	if strings.HasSuffix(name, "ids") {
		l.axes = "bt"
	}
	for i, a := range l.axes {
		switch a {
		case 'b':
			l.batch = shape[i]
		case 't':
			l.steps = shape[i]
		}
	}
	return l
}

// each calls f with the place of each value in nn's tensors, time-major, and in the file's.
func (l layout) each(f func(inside, outside int)) {
	n := 1
	for _, d := range l.shape {
		n *= d
	}
	for outside := range n {
		rest, at := outside, make([]int, len(l.shape))
		for i := len(l.shape) - 1; i >= 0; i-- {
			at[i], rest = rest%l.shape[i], rest/l.shape[i]
		}
		b, s, k, width := 0, 0, 0, 1
		for i, a := range l.axes {
			switch a {
			case 'b':
				b = at[i]
			case 't':
				s = at[i]
			default:
				k, width = k*l.shape[i]+at[i], width*l.shape[i]
			}
		}
		f((s*l.batch+b)*width+k, outside)
	}
}

// TestPyTorchFormsInRuntime: ONNX Runtime computes the goldens of the files too.
func TestPyTorchFormsInRuntime(t *testing.T) {
	onnxtest.Skip(t)
	var models []onnxtest.Model
	var names []string
	goldens := pytorchGoldens(t)
	for name, g := range goldens {
		data, err := os.ReadFile(filepath.Join("testdata", "pytorch", name+".onnx"))
		if err != nil {
			t.Fatal(err)
		}
		names, models = append(names, name), append(models, onnxtest.Model{Data: data, Inputs: []map[string]onnxtest.Tensor{g.Inputs}})
	}
	for i, got := range onnxtest.Run(t, models) {
		t.Run(names[i], func(t *testing.T) { got.Near(t, []map[string]onnxtest.Tensor{goldens[names[i]].Outputs}, 1e-5) })
	}
}
