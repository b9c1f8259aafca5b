package torch_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"unroll/graph"
	"unroll/nn"
	"unroll/nn/torch"
)

// moduleFiles are models as the modules of testdata/modules/modules.py, with the layers of
// those modules that have other names.
func moduleFiles() map[string]struct {
	model   interface{ Build() (*nn.Model, error) }
	modules map[string]string
} {
	cnn := &nn.Functional{}
	ids := cnn.Input("ids", nn.Tokens(nn.Any))
	words := cnn.Call(nn.Embedding{InputDim: 11, OutputDim: 4}, ids)
	var pooled []nn.Symbol
	for _, size := range []int{2, 3, 4} {
		conv := cnn.Call(nn.Conv1D{Filters: 3, KernelSize: size, Activation: nn.Relu}, words)
		pooled = append(pooled, cnn.Call(nn.GlobalMaxPooling1D{}, conv))
	}
	norm := cnn.Call(nn.BatchNormalization{Epsilon: 1e-5}, cnn.Call(nn.Concatenate{}, pooled...))
	cnn.Output("scores", cnn.Call(nn.Dense{Units: 2}, norm))

	both := nn.Bidirectional{Layer: nn.GRU{Units: 3, ReturnSequences: true}}
	return map[string]struct {
		model   interface{ Build() (*nn.Model, error) }
		modules map[string]string
	}{
		"lstm_classifier": {nn.Sequential{Input: nn.Tokens(nn.Any), Layers: []nn.Layer{
			nn.Embedding{InputDim: 11, OutputDim: 4}, nn.LSTM{Units: 5}, nn.Dropout{Rate: 0.5}, nn.Dense{Units: 3, Activation: nn.Softmax}}},
			map[string]string{"encoder": "lstm", "head": "dense"}},
		"gru_tagger": {nn.Sequential{Input: nn.Features(nn.Any, 4), Layers: []nn.Layer{
			both, both, nn.LayerNormalization{Epsilon: 1e-5}, nn.Dense{Units: 4, NoBias: true}}},
			map[string]string{"gru": "bidirectional,bidirectional_1", "norm": "layer_normalization", "tags": "dense"}},
		"text_cnn": {cnn, map[string]string{"words": "embedding", "convs.0": "conv1d", "convs.1": "conv1d_1", "convs.2": "conv1d_2", "norm": "batch_normalization", "head": "dense"}},
		"rnn": {nn.Sequential{Input: nn.Features(nn.Any, 4), Layers: []nn.Layer{
			nn.SimpleRNN{Units: 5, Activation: nn.Relu, NoBias: true, ReturnSequences: true}, nn.SimpleRNN{Units: 5, Activation: nn.Relu, NoBias: true},
			nn.Dense{Units: 4, Activation: nn.Tanh}, nn.Dense{Units: 1, Activation: nn.Sigmoid}}},
			map[string]string{"rnn": "simple_rnn,simple_rnn_1", "out.0": "dense", "out.2": "dense_1"}},
	}
}

// packed is a tensor, the batch first.
type packed struct {
	Shape  []int
	Values []float64
}

// TestModuleFiles: a model with the state_dict that PyTorch wrote computes what PyTorch does.
func TestModuleFiles(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join("testdata", "modules", "golden.json"))
	if err != nil {
		t.Fatal(err)
	}
	goldens := map[string][]struct{ Input, Output packed }{}
	if err := json.Unmarshal(doc, &goldens); err != nil {
		t.Fatal(err)
	}
	files := moduleFiles()
	if len(files) != len(goldens) {
		t.Fatalf("%d models for %d modules", len(files), len(goldens))
	}
	for name, f := range files {
		t.Run(name, func(t *testing.T) {
			m, err := f.model.Build()
			if err != nil {
				t.Fatal(err)
			}
			if err := torch.LoadWeights(filepath.Join("testdata", "modules", name+".safetensors"), m, f.modules); err != nil {
				t.Fatal(err)
			}
			worst := 0.0
			for _, g := range goldens[name] {
				got, want := forward(t, m, g.Input), g.Output.Values
				if len(got) != len(want) || len(want) == 0 {
					t.Fatalf("%d values, want %d", len(got), len(want))
				}
				for i, v := range want {
					d := math.Abs(got[i]-v) / max(1, math.Abs(v))
					if worst = max(worst, d); !(d <= 1e-5) {
						t.Fatalf("value %d is %v, want %v", i, got[i], v)
					}
				}
			}
			t.Logf("the largest difference is %.1e", worst)
		})
	}
}

// forward returns the output of a model, the batch first.
func forward(t *testing.T, m *nn.Model, x packed) []float64 {
	t.Helper()
	batch, steps := x.Shape[0], x.Shape[1]
	p, err := m.Forward(nn.Infer, nn.Auto, batch, steps)
	if err != nil {
		t.Fatal(err)
	}
	width := len(x.Values) / (batch * steps)
	for i, v := range x.Values {
		at := ((i/width)%steps*batch+i/width/steps)*width + i%width
		if m.Inputs()[0].IDs() {
			p.Inputs[0].X.Int32s()[at] = int32(v)
		} else {
			p.Inputs[0].X.Float32s()[at] = float32(v)
		}
	}
	out := p.Outputs[0].Node
	prog, err := p.Compile(out)
	if err != nil {
		t.Fatal(err)
	}
	defer prog.Close()
	if err := prog.Run(); err != nil {
		t.Fatal(err)
	}
	v, err := prog.Value(out)
	if err != nil {
		t.Fatal(err)
	}
	rows, width := v.Shape()[0]/batch, v.Shape()[1]
	var y []float64
	for b := range batch {
		for s := range rows {
			for k := range width {
				y = append(y, graph.At(v, (s*batch+b)*width+k))
			}
		}
	}
	return y
}
