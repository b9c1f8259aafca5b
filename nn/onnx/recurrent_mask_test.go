package onnx

import (
	"math"
	"testing"

	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/nn"
)

// TestRecurrentMask: of a sequence with a mask, which may leave out any steps, a node makes
// what nn's layer makes of it, with zeros where steps are left out.
func TestRecurrentMask(t *testing.T) {
	ids := []int32{ // [steps, batch]
		0, 1, 0,
		2, 0, 0,
		1, 2, 0,
		0, 0, 0,
	}
	const batch, steps = 3, 4
	run := func(l nn.Layer, weights map[string][]float64) (y []float64, m *nn.Model) {
		f := &nn.Functional{Dtype: tensor.Float64, Seed: 4}
		words := f.Call(nn.Embedding{InputDim: 3, OutputDim: 2, MaskZero: true}, f.Input("ids", nn.Tokens(steps)))
		f.Output("y", f.Call(nn.Named{Name: "rnn", Layer: l}, words))
		m, err := f.Build()
		if err != nil {
			t.Fatal(err)
		}
		for path, x := range weights {
			w, err := m.Weight(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Set(x); err != nil {
				t.Fatal(err)
			}
		}
		p, err := m.Forward(nn.Infer, nn.Auto, batch, steps)
		if err != nil {
			t.Fatal(err)
		}
		copy(p.Inputs[0].X.Int32s(), ids)
		prog, err := p.Compile(p.Outputs[0].Node)
		if err != nil {
			t.Fatal(err)
		}
		defer prog.Close()
		if err := prog.Run(); err != nil {
			t.Fatal(err)
		}
		v, err := prog.Value(p.Outputs[0].Node)
		if err != nil {
			t.Fatal(err)
		}
		return append([]float64(nil), graph.Floats[float64](v)...), m
	}
	for _, c := range []struct {
		node  Recurrent
		layer nn.Layer
	}{
		{Recurrent{Op: "RNN", HiddenSize: 3}, nn.SimpleRNN{Units: 3, ReturnSequences: true, ZeroOutputForMask: true}},
		{Recurrent{Op: "GRU", HiddenSize: 3}, nn.GRU{Units: 3, ReturnSequences: true, ZeroOutputForMask: true, ResetBefore: true}},
		{Recurrent{Op: "LSTM", HiddenSize: 3, Direction: bidirectional}, nn.Bidirectional{Layer: nn.LSTM{Units: 3, ReturnSequences: true}}},
		{Recurrent{Op: "GRU", HiddenSize: 3, Direction: bidirectional, LinearBeforeReset: true}, nn.Bidirectional{Layer: nn.GRU{Units: 3, ReturnSequences: true}}},
	} {
		want, m := run(c.layer, nil)
		weights := map[string][]float64{}
		for _, w := range m.Weights() {
			weights[w.Name()] = w.Float64s()
		}
		got, again := run(c.node, weights)
		if len(again.Weights()) != len(weights) {
			t.Fatalf("%+v has %d weights, want %d", c.node, len(again.Weights()), len(weights))
		}
		for i := range want {
			if !(math.Abs(got[i]-want[i]) <= 1e-12) {
				t.Fatalf("%s: %d is %g, want %g", c.node.Op, i, got[i], want[i])
			}
		}
	}
}
