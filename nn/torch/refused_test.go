package torch

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"unroll/nn"
)

// module is the state_dict of an LSTM under "encoder" and a Linear under "head".
func testModule() dict {
	d := dict{}
	r := rand.New(rand.NewPCG(5, 6))
	d.recurrent(r, "encoder.", 4, features, 4, 1, false, true)
	d.add(r, "head.weight", 2, 4)
	d.add(r, "head.bias", 2)
	return d
}

func testModel(t testing.TB, layers ...nn.Layer) *nn.Model {
	t.Helper()
	if len(layers) == 0 {
		layers = []nn.Layer{nn.LSTM{Units: 4}, nn.Dense{Units: 2}}
	}
	m, err := nn.Sequential{Input: nn.Features(steps, features), Layers: layers}.Build()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestRefused: errors name tensor, layer and shapes, and no weight is changed.
func TestRefused(t *testing.T) {
	both := map[string]string{"encoder": "lstm", "head": "dense"}
	for _, c := range []struct {
		name    string
		change  func(d dict)
		layers  []nn.Layer
		modules map[string]string
		keep    []string
		want    string
	}{
		{"another number of units", nil, []nn.Layer{nn.LSTM{Units: 5}, nn.Dense{Units: 2}}, both, nil,
			`tensor "encoder.weight_ih_l0" is [16 3], and layer "lstm" (LSTM) wants [20 3] for its kernel [3 20]`},
		{"another kind of cell", nil, []nn.Layer{nn.GRU{Units: 4}, nn.Dense{Units: 2}}, map[string]string{"encoder": "gru", "head": "dense"}, nil,
			`tensor "encoder.weight_ih_l0" is [16 3], and layer "gru" (GRU) wants [12 3] for its kernel [3 12]`},
		{"another width of the head", func(d dict) { d.add(rand.New(rand.NewPCG(1, 1)), "head.weight", 4, 2) }, nil, both, nil,
			`tensor "head.weight" is [4 2], and layer "dense" (Dense) wants [2 4] for its kernel [4 2]`},
		{"a tensor is missing", func(d dict) { delete(d, "encoder.weight_hh_l0") }, nil, both, nil,
			`there is no tensor "encoder.weight_hh_l0", of which layer "lstm" (LSTM) makes its recurrent_kernel`},
		{"no biases", func(d dict) { delete(d, "head.bias") }, nil, both, nil,
			`there is no tensor "head.bias", of which layer "dense" (Dense) makes its bias; a module without biases is a layer with NoBias`},
		{"biases of a layer without", nil, []nn.Layer{nn.LSTM{Units: 4, NoBias: true}, nn.Dense{Units: 2}}, both, nil,
			`layer "lstm" has no weight for tensor "encoder.bias_hh_l0" [16] of its module; the layer has NoBias; nobody takes encoder.bias_hh_l0, encoder.bias_ih_l0`},
		{"a module of two layers", func(d dict) { d.recurrent(rand.New(rand.NewPCG(1, 1)), "encoder.", 4, features, 4, 2, false, true) }, nil, both, nil,
			`layer "lstm" has no weight for tensor "encoder.bias_hh_l1" [16] of its module, of which each layer is one here, named with a comma between: "lstm,lstm_1"; nobody takes encoder.bias_hh_l1, encoder.bias_ih_l1, encoder.weight_hh_l1, encoder.weight_ih_l1`},
		{"a bidirectional module", func(d dict) { d.recurrent(rand.New(rand.NewPCG(1, 1)), "encoder.", 4, features, 4, 1, true, true) }, nil, both, nil,
			`layer "lstm" has no weight for tensor "encoder.bias_hh_l0_reverse" [16] of its module, which is to be a Bidirectional; nobody takes encoder.bias_hh_l0_reverse, encoder.bias_ih_l0_reverse, encoder.weight_hh_l0_reverse, encoder.weight_ih_l0_reverse`},
		{"a projection", func(d dict) { d.add(rand.New(rand.NewPCG(1, 1)), "encoder.weight_hr_l0", 2, 4) }, nil, both, nil,
			`layer "lstm" has no weight for tensor "encoder.weight_hr_l0" [2 4] of its module; nobody takes encoder.weight_hr_l0`},
		{"a module left over", nil, nil, map[string]string{"encoder": "lstm"}, []string{"dense"},
			`no layer takes tensor "head.bias" [2]: name the layer of its module in the map, or "" to leave the module out; nobody takes head.bias, head.weight`},
		{"a layer left over", nil, nil, map[string]string{"encoder": "lstm", "head": ""}, nil,
			`layer "dense" (Dense) gets no values: there is no module "dense"; name its module in the map, or the layer as one that keeps its values`},
		{"no such layer", nil, nil, map[string]string{"encoder": "gru", "head": "dense"}, nil,
			`module "encoder": the model has no layer "gru" with weights, but lstm, dense`},
		{"no such module", nil, nil, map[string]string{"rnn": "lstm", "head": "dense"}, nil,
			`there is no module "rnn": the tensors are encoder.bias_hh_l0, encoder.bias_ih_l0, encoder.weight_hh_l0, encoder.weight_ih_l0, head.bias, head.weight`},
		{"a layer twice", nil, nil, map[string]string{"encoder": "lstm", "head": "lstm"}, nil,
			`layer "lstm" is given the modules "encoder" and "head"`},
		{"no such layer to keep", nil, nil, both, []string{"gru"},
			`layer "gru" is to keep its values, but the model has no such layer with weights`},
		{"kept and given", nil, nil, both, []string{"dense"},
			`layer "dense" is to keep its values, but is that of module "head": leave the module out by an empty name in the map`},
		{"the reset gate", nil, []nn.Layer{nn.GRU{Units: 4, ResetBefore: true}, nn.Dense{Units: 2}}, map[string]string{"encoder": "gru", "head": "dense"}, nil,
			`layer "gru" (GRU): kernel: ResetBefore: PyTorch's GRU multiplies by the reset gate after the product`},
		{"cells that PyTorch has not", nil, []nn.Layer{nn.RNN{Cell: nn.StackedRNNCells{Cells: []nn.Cell{nn.LSTMCell{Units: 4}}}}, nn.Dense{Units: 2}}, map[string]string{"encoder": "rnn", "head": "dense"}, nil,
			`layer "rnn" (RNN): cell_0/kernel: PyTorch has no module of the cell StackedRNNCells`},
		{"a layer that PyTorch has not", nil, []nn.Layer{nn.Masking{}, nn.ConvMaxPooling1D{Filters: 4, KernelSizes: []int{2}}, nn.Dense{Units: 2}}, map[string]string{"encoder": "conv_max_pooling1d", "head": "dense"}, nil,
			`layer "conv_max_pooling1d" (ConvMaxPooling1D): kernel_2: PyTorch has no module with such a weight`},
		{"a number without a shape", func(d dict) { d["head.bias"] = values{typ: "I64", raw: make([]byte, 8)} }, nil, both, nil,
			`tensor "head.bias" is [], and layer "dense" (Dense) wants [2] for its bias [2]`},
		{"whole numbers", func(d dict) { d["head.bias"] = values{shape: []int{2}, typ: "I64", raw: make([]byte, 16)} }, nil, both, nil,
			`layer "dense" (Dense): tensor "head.bias" is of I64, want floats`},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := testModule()
			if c.change != nil {
				c.change(d)
			}
			m := testModel(t, c.layers...)
			before := weightsOf(m)
			err := SetWeights(d.file(t), m, c.modules, c.keep...)
			if err == nil || err.Error() != c.want {
				t.Errorf("error is\n%v, want\n%s", err, c.want)
			}
			if !slices.Equal(weightsOf(m), before) {
				t.Error("weights are changed")
			}
		})
	}
}

func weightsOf(m *nn.Model) (all []float64) {
	for _, w := range m.Weights() {
		all = append(all, w.Float64s()...)
	}
	return all
}

// TestPartly leaves a module and a layer out, which is said.
func TestPartly(t *testing.T) {
	m := testModel(t)
	kernel, err := m.Weight("dense/kernel")
	if err != nil {
		t.Fatal(err)
	}
	before := kernel.Float64s()
	if err := SetWeights(testModule().file(t), m, map[string]string{"encoder": "lstm", "head": ""}, "dense"); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(kernel.Float64s(), before) {
		t.Error("the layer did not keep its values")
	}
}

// TestFiles refuses what is no file of safetensors, with the path.
func TestFiles(t *testing.T) {
	whole := testModule().file(t)
	for _, c := range []struct{ name, data, want string }{
		{"torch.save", "PK\x03\x04rest of an archive", "this is a file of torch.save: write the state_dict with safetensors.torch.save_file"},
		{"LFS", "version https://git-lfs.github.com/spec/v1\noid", "this is a pointer of Git LFS"},
		{"empty", "", "this is no file of safetensors, or is damaged"},
		{"cut", string(whole[:len(whole)-3]), "this is no file of safetensors, or is damaged"},
	} {
		path := filepath.Join(t.TempDir(), "weights")
		if err := os.WriteFile(path, []byte(c.data), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := LoadWeights(path, testModel(t), nil); err == nil || !strings.HasPrefix(err.Error(), path+": "+c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
	if err := LoadWeights("nowhere", testModel(t), nil); err == nil || err.Error() != "nowhere: no such file or directory" {
		t.Errorf("error %v", err)
	}
}

// FuzzSetWeights holds that no file makes SetWeights panic.
func FuzzSetWeights(f *testing.F) {
	whole := testModule().file(f)
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte(strings.Replace(string(whole), `"F32"`, `"F16"`, 1)))
	m := testModel(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		_ = SetWeights(data, m, map[string]string{"encoder": "lstm", "head": "dense"})
	})
}
