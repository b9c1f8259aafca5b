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

// layouts are the axes of inputs and outputs of testdata/pytorch that are not [batch, steps,
// features], by model and name.
var layouts = map[string]string{
	"gru_tagger/x": "tbf", "gru_tagger/tags": "tbf", "conv_net/signal": "bft",
	"gru_with_state/x": "tbf", "gru_with_state/output": "tbf", "gru_with_state/h0": "fbf", "gru_with_state/h_n": "fbf",
	"rnn_relu_two_layers/h_n": "fbf",
}

// pytorchFile is a file with what PyTorch makes of inputs.
type pytorchFile struct {
	path string
	Axes map[string]string // of inputs and outputs: b for the batch, t for the steps, f for features
	Runs []pytorchRun
}

type pytorchRun struct {
	Inputs, Outputs map[string]onnxtest.Tensor
}

// pytorchFiles are those that PyTorch wrote by testdata/exported/export.py, and those in the
// form of its exporters that testdata/pytorch/generate.py wrote, by folder and name.
func pytorchFiles(t *testing.T) map[string]pytorchFile {
	t.Helper()
	exported, forms := map[string]pytorchFile{}, map[string]pytorchRun{}
	for folder, into := range map[string]any{"exported": &exported, "pytorch": &forms} {
		doc, err := os.ReadFile(filepath.Join("testdata", folder, "golden.json"))
		if err == nil {
			err = json.Unmarshal(doc, into)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	files := map[string]pytorchFile{}
	for name, f := range exported {
		files["exported/"+name] = f
	}
	for name, g := range forms {
		axes := map[string]string{}
		for _, list := range []map[string]onnxtest.Tensor{g.Inputs, g.Outputs} {
			for port, v := range list {
				switch {
				case layouts[name+"/"+port] != "":
					axes[port] = layouts[name+"/"+port]
				case strings.HasSuffix(port, "ids"):
					axes[port] = "bt"
				default:
					axes[port] = []string{"b", "bf", "btf"}[len(v.Shape)-1]
				}
			}
		}
		files["pytorch/"+name] = pytorchFile{Axes: axes, Runs: []pytorchRun{g}}
	}
	for name, f := range files {
		f.path = filepath.Join("testdata", filepath.FromSlash(name)+".onnx")
		files[name] = f
	}
	return files
}

// TestPyTorchFiles: files of PyTorch and in the forms of its exporters load, compute what
// PyTorch does, and give the same model after a save and a load.
func TestPyTorchFiles(t *testing.T) {
	for name, f := range pytorchFiles(t) {
		t.Run(name, func(t *testing.T) {
			m, err := onnx.Load(f.path)
			if err != nil {
				t.Fatal(err)
			}
			t.Log("\n" + m.Summary())
			f.compare(t, m)
			var first, second bytes.Buffer
			if err := onnx.Write(&first, m); err != nil {
				t.Fatal(err)
			}
			back, err := onnx.Read(bytes.NewReader(first.Bytes()))
			if err != nil {
				t.Fatal(err)
			}
			f.compare(t, back)
			if err := onnx.Write(&second, back); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
				t.Errorf("saved again the file is another one (%v)", err)
			}
		})
	}
}

// TestPyTorchFilesAll: each file that PyTorch exported has a golden, or is one to be refused.
func TestPyTorchFilesAll(t *testing.T) {
	files := pytorchFiles(t)
	paths, err := filepath.Glob(filepath.Join("testdata", "exported", "*.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range paths {
		name := strings.TrimSuffix(filepath.Base(p), ".onnx")
		_, golden := files["exported/"+name]
		if _, refused := refusedFiles[name]; golden == refused {
			t.Errorf("%s: has a golden: %v, is to be refused: %v", p, golden, refused)
		}
	}
}

// refusedFiles are those that PyTorch exported of what no model of nn is, with the error.
var refusedFiles = map[string]string{
	"refused_attention":    `MatMul "/attention/MatMul_1": its input 1 is not constant`,
	"refused_conv2d":       `Conv "/conv/Conv": what is no convolution over one axis`,
	"refused_every_second": `Slice "/Slice": with a step of 2, along axis 2 of [batch 4 time], it cannot be represented`,
	"refused_last_steps":   `Slice "/Slice": from -3 to the end of axis 1 of [batch time 3]: of an open length all steps can be taken, one, or all but some at the ends`,
	"refused_lengths":      `input "n": its shape of 1 dimensions cannot be represented`,
	"refused_ones":         `Pad "/Pad": with steps of 1, which are not zeros, it cannot be represented`,
	"refused_padded_pool":  `MaxPool "/pool/MaxPool": pads of 1 and 1 cannot be represented`,
	"refused_reflected":    `Pad "/Pad": with mode = "reflect" it cannot be represented`,
	"refused_shrink":       `Greater "/Greater": the operator cannot be represented`,
	"refused_squeeze":      `Equal "/Equal": whether a size that is open is 1 cannot be represented`,
}

// TestPyTorchFilesRefused: what cannot be read is refused by operator and node.
func TestPyTorchFilesRefused(t *testing.T) {
	for name, want := range refusedFiles {
		if _, err := onnx.Load(filepath.Join("testdata", "exported", name+".onnx")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", name, err, want)
		}
	}
}

// compare holds a model to the runs.
func (f pytorchFile) compare(t *testing.T, m *nn.Model) {
	t.Helper()
	worst := 0.0
	for _, r := range f.Runs {
		worst = max(worst, f.difference(t, m, r))
	}
	t.Logf("the largest difference is %.1e", worst)
}

// difference returns the largest difference of a model's outputs to those of a run, of which
// none may be over 1e-5, or as large a part of the value where that is more than 1.
func (f pytorchFile) difference(t *testing.T, m *nn.Model, g pytorchRun) (worst float64) {
	t.Helper()
	batch := 0
	var steps []int
	var in []layout
	for _, x := range m.Inputs() {
		l := layoutOf(f.Axes[x.Name], g.Inputs[x.Name].Shape)
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
		l := layoutOf(f.Axes[port.Name], want.Shape)
		l.each(func(inside, outside int) {
			d := math.Abs(float64(got[inside])-want.Values[outside]) / max(1, math.Abs(want.Values[outside]))
			if worst = max(worst, d); !(d <= 1e-5) {
				t.Fatalf("%s: value %d is %v, want %v", port.Name, outside, got[inside], want.Values[outside])
			}
		})
	}
	return worst
}

// layout is a shape of which the axes are known.
type layout struct {
	axes         string
	shape        []int
	batch, steps int // 0 steps of what is no sequence
}

func layoutOf(axes string, shape []int) layout {
	l := layout{axes: axes, shape: shape}
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
