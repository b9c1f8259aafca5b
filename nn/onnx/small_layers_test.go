package onnx_test

import (
	"bytes"
	"math"
	"testing"

	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/nn"
	"unroll/nn/onnx"
	"unroll/nn/onnx/onnxtest"
)

// smallModel is the package's layers between others.
func smallModel(t *testing.T, dt tensor.Dtype) *nn.Model {
	t.Helper()
	m, err := nn.Sequential{Seed: 1, Dtype: dt, Input: nn.Features(nn.Any, 3), Layers: []nn.Layer{
		nn.Dense{Units: 4, Activation: nn.Tanh}, onnx.Affine{}, onnx.Columns{From: 1, To: 3}, onnx.Step{Index: -2}, onnx.Affine{NoScale: true}, nn.Dense{Units: 1}}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range m.Weights() {
		x := w.Float64s()
		for k := range x {
			x[k] = math.Sin(float64(3*k + i + 1))
		}
		if err := w.Set(x); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// TestSmallLayers: this package's layers have gradients, are written, and every type of the
// package is.
func TestSmallLayers(t *testing.T) {
	for _, l := range []nn.Layer{onnx.Step{}, onnx.Columns{}, onnx.Affine{}, onnx.Recurrent{}} {
		if !onnx.Has(l) {
			t.Errorf("%T is not written", l)
		}
	}
	m := smallModel(t, tensor.Float64)
	run := func() (loss float64, grads [][]float64) {
		p, err := m.Forward(nn.Train, nn.Auto, 2, 5)
		if err != nil {
			t.Fatal(err)
		}
		for i := range p.Inputs[0].X.Float64s() {
			p.Inputs[0].X.Float64s()[i] = math.Cos(float64(i))
		}
		cost := p.Inner(p.Outputs[0].Node, p.Outputs[0].Node)
		roots := []*graph.Node{cost}
		var nodes []*graph.Node
		for _, w := range m.Weights() {
			nodes = append(nodes, p.WeightNode(w))
		}
		roots = append(roots, p.Grad(cost, nodes...)...)
		prog, err := p.Compile(roots...)
		if err != nil {
			t.Fatal(err)
		}
		defer prog.Close()
		if err := prog.Run(); err != nil {
			t.Fatal(err)
		}
		for i, n := range roots {
			v, err := prog.Value(n)
			if err != nil {
				t.Fatal(err)
			}
			if i == 0 {
				loss = graph.At(v, 0)
				continue
			}
			grads = append(grads, append([]float64{}, graph.Floats[float64](v)...))
		}
		return loss, grads
	}
	_, grads := run()
	const h = 1e-5
	for i, w := range m.Weights() {
		x := w.Float64s()
		for k := range x {
			var loss [2]float64
			for j, d := range []float64{h, -h} {
				y := append([]float64{}, x...)
				y[k] += d
				if err := w.Set(y); err != nil {
					t.Fatal(err)
				}
				loss[j], _ = run()
			}
			if err := w.Set(x); err != nil {
				t.Fatal(err)
			}
			if want := (loss[0] - loss[1]) / (2 * h); math.Abs(want-grads[i][k]) > 1e-6*max(1, math.Abs(want)) {
				t.Errorf("%s: gradient %d is %v, want %v", w.Name(), k, grads[i][k], want)
			}
		}
	}
}

// TestSmallLayersInRuntime: ONNX Runtime computes this package's layers as they do here.
func TestSmallLayersInRuntime(t *testing.T) {
	m := smallModel(t, tensor.Float32)
	var b bytes.Buffer
	if err := onnx.Write(&b, m); err != nil {
		t.Fatal(err)
	}
	in, out := onnxtest.Sample(t, m, 3, 7, 1)
	got := onnxtest.Run(t, []onnxtest.Model{{Data: b.Bytes(), Inputs: []map[string]onnxtest.Tensor{in}}})
	got[0].Near(t, []map[string]onnxtest.Tensor{out}, 1e-5)
}
