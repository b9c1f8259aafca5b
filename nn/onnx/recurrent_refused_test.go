package onnx

import (
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"

	"unroll/nn"
)

// file returns the node and the initialisers that a file has of the case.
func (c recurrentCase) file() (*node, map[string]*array) {
	n := &node{op: c.Op, name: "rnn", inputs: []string{"x", "w", "r", "", "", "", "", ""}, outputs: []string{"y"}, attrs: c.attrs()}
	constants := map[string]*array{}
	for i, in := range weightInputs {
		if shape := c.shapes(c.features)[in.name]; shape != nil {
			n.inputs[in.at] = strings.ToLower(in.name)
			constants[n.inputs[in.at]] = &array{typ: typeFloat, shape: shape, floats: [][]float64{c.w.w, c.w.r, c.w.b, c.w.p}[i]}
		}
	}
	for i, there := range map[int]bool{inputLens: c.SequenceLens, inputH: c.InitialH, inputC: c.InitialC} {
		if there {
			n.inputs[i] = fmt.Sprint("in", i)
		}
	}
	return n, constants
}

// TestRecurrentNode reads the nodes of the table as they stand in a file.
func TestRecurrentNode(t *testing.T) {
	for name, r := range recurrentTable() {
		c := newCase(r, 2, 1, 1, 8)
		n, constants := c.file()
		got, err := recurrentOf(n, constants)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if r.Direction == forward {
			r.Direction = ""
		}
		r.ActivationAlpha, r.ActivationBeta = r.constants() // with the defaults
		want := &recurrentNode{Recurrent: r, features: 2, values: c.fromNode(2, c.w)}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: read as %+v, want %+v", name, got, want)
		}
	}
	n, constants := newCase(Recurrent{Op: "GRU", HiddenSize: 3}, 2, 1, 1, 8).file()
	n.attrs = map[string]any{"layout": int64(1)} // the size is that of R
	if r, err := recurrentOf(n, constants); err != nil || !r.batched || r.HiddenSize != 3 {
		t.Errorf("%v: read as %+v", err, r)
	}
}

// TestRecurrentRefused: what is not understood is an error that names it and the node.
func TestRecurrentRefused(t *testing.T) {
	set := func(name string, v any) func(*node, map[string]*array) {
		return func(n *node, _ map[string]*array) { n.attrs[name] = v }
	}
	for _, c := range []struct {
		op     string
		change func(n *node, constants map[string]*array)
		want   string
	}{
		{"LSTM", set("output_sequence", int64(1)), `attribute "output_sequence" is none of LSTM, or of another type`},
		{"RNN", set("input_forget", int64(1)), `attribute "input_forget" is none of RNN, or of another type`},
		{"LSTM", set("linear_before_reset", int64(0)), `attribute "linear_before_reset" is none of LSTM, or of another type`},
		{"GRU", set("hidden_size", 3.0), `attribute "hidden_size" is none of GRU, or of another type`},
		{"GRU", set("hidden_size", int64(-3)), "hidden_size is -3, want at least 1"},
		{"GRU", set("hidden_size", int64(5)), "W is [1 6 3], want [1 15 3]"},
		{"GRU", set("clip", 0.0), "clip is 0, want more than 0"},
		{"GRU", set("layout", int64(2)), "layout is 2, want 0 or 1"},
		{"GRU", set("direction", "backward"), `direction is "backward", want "forward", "reverse" or "bidirectional"`},
		{"GRU", set("direction", "bidirectional"), "W is [1 6 3], want [2 6 3]"},
		{"GRU", set("activations", []string{"Tanh"}), "activations are [Tanh], want 2 for each of 1 directions"},
		{"RNN", set("activations", []string{"Tanh", "Relu"}), "activations are [Tanh Relu], want 1 for each of 1 directions"},
		{"RNN", set("activations", []string{"Gelu"}), `activations: ONNX has no "Gelu" for recurrent nodes`},
		{"RNN", set("activations", []string{"Affine"}), "activations: Affine takes an activation_alpha, for which ONNX has no default"},
		{"RNN", func(n *node, _ map[string]*array) {
			n.attrs["activations"], n.attrs["activation_alpha"] = []string{"ScaledTanh"}, []float64{0.5}
		}, "activations: ScaledTanh takes an activation_beta, for which ONNX has no default"},
		{"RNN", set("activation_alpha", []float64{1}), "activation_alpha is [1]: activations [Tanh] take 0"},
		{"LSTM", func(n *node, _ map[string]*array) {
			n.attrs["activations"], n.attrs["activation_beta"] = []string{"HardSigmoid", "Tanh", "Tanh"}, []float64{0.5, 0, 0}
		}, "activation_beta is [0.5 0 0]: activations [HardSigmoid Tanh Tanh] take 1"},
		{"GRU", func(n *node, _ map[string]*array) { n.inputs[inputP] = "p" }, `input 7, "p": GRU has no such input`},
		{"RNN", func(n *node, _ map[string]*array) { n.inputs[inputC] = "c" }, `input 6, "c": RNN has no such input`},
		{"RNN", func(n *node, _ map[string]*array) { n.inputs = n.inputs[:2] }, `input 2, R, is not there`},
		{"RNN", func(_ *node, constants map[string]*array) { delete(constants, "w") }, `W, "w", is no initializer: weights that are computed cannot be represented`},
		{"RNN", func(_ *node, constants map[string]*array) { constants["b"].shape = []int{4} }, "B is [4], want [1 4]"},
		{"RNN", func(_ *node, constants map[string]*array) { constants["w"].shape = []int{2, 3} }, "W is [2 3] and R is [1 2 2], want three dimensions of each"},
		{"RNN", func(_ *node, constants map[string]*array) { constants["r"] = &array{typ: typeInt64} }, `R, "r", is not of floats`},
	} {
		n, constants := newCase(Recurrent{Op: c.op, HiddenSize: 2}, 3, 1, 1, 8).file()
		n, constants = &node{n.op, n.name, n.inputs, n.outputs, maps.Clone(n.attrs)}, maps.Clone(constants)
		c.change(n, constants)
		_, err := recurrentOf(n, constants)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), c.op+` "rnn": `) {
			t.Errorf("%s: error %v, want %q", c.op, err, c.want)
		}
	}
}

// TestRecurrentSettingsRefused: what a file cannot say, but the settings of a layer can.
func TestRecurrentSettingsRefused(t *testing.T) {
	for _, c := range []struct {
		r    Recurrent
		want string
	}{
		{Recurrent{Op: "Loop", HiddenSize: 1}, `no recurrent node is called "Loop"`},
		{Recurrent{Op: "GRU"}, "hidden_size is 0, want at least 1"},
		{Recurrent{Op: "GRU", HiddenSize: 1, Peepholes: true}, "P is not an input of GRU"},
		{Recurrent{Op: "RNN", HiddenSize: 1, InitialC: true}, "initial_c is not an input of RNN"},
		{Recurrent{Op: "RNN", HiddenSize: 1, LinearBeforeReset: true}, "linear_before_reset is not an attribute of RNN"},
		{Recurrent{Op: "RNN", HiddenSize: 1, InputForget: true}, "input_forget is not an attribute of RNN"},
		{Recurrent{Op: "RNN", HiddenSize: 1, SequenceLens: true}, "1 inputs, want 2: [X sequence_lens]"},
	} {
		if _, err := (nn.Sequential{Input: nn.Features(3, 2), Layers: []nn.Layer{c.r}}).Build(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want %q", c.r, err, c.want)
		}
	}
}

// TestRecurrentLens: a length that is none is an error of the run.
func TestRecurrentLens(t *testing.T) {
	for _, n := range []int{-1, 4} {
		c := newCase(Recurrent{Op: "RNN", HiddenSize: 2, SequenceLens: true}, 2, 1, 3, 1)
		c.lens[0] = n
		p := c.pass(t, c.model(t), executions[0])
		prog, err := p.Compile(p.Outputs[0].Node)
		if err != nil {
			t.Fatal(err)
		}
		const want = "for sample 0, want a number of steps from 0 to 3"
		if err := prog.Run(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
		prog.Close()
	}
}
