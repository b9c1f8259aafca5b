package onnx

import (
	"bytes"
	"maps"
	"slices"
	"testing"

	"unroll/nn/onnx/onnxtest"
)

// TestRecurrentRuntime asks ONNX Runtime what it makes of the nodes of the table, and
// holds it to the equations of the specification in plain Go.
func TestRecurrentRuntime(t *testing.T) {
	onnxtest.Skip(t)
	table := recurrentTable()
	names := slices.Sorted(maps.Keys(table))
	var models []onnxtest.Model
	var want []map[string]onnxtest.Tensor
	for _, name := range names {
		c := newCase(table[name], 2, 3, 4, 11)
		c.unheld = true // by ONNX Runtime 1.30, against the specification
		var file bytes.Buffer
		if err := Write(&file, c.model(t)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		width := c.directions() * c.HiddenSize
		swapped := func(x []float64, width int) (y []float64) { // [time, batch, …] with the batch first
			for b := range c.batch {
				for s := range c.steps {
					y = append(y, x[(s*c.batch+b)*width:][:width]...)
				}
			}
			return y
		}
		in := map[string]onnxtest.Tensor{"X": {Type: "float32", Shape: []int{c.batch, c.steps, 2}, Values: swapped(c.x, 2)}}
		add := func(name string, x []float64) {
			if len(x) > 0 {
				in[name] = onnxtest.Tensor{Type: "float32", Shape: []int{c.batch, len(x) / c.batch}, Values: x}
			}
		}
		var lens []float64
		for _, n := range c.lens {
			lens = append(lens, float64(n))
		}
		add("sequence_lens", lens)
		add("initial_h", c.h0)
		add("initial_c", c.c0)
		models = append(models, onnxtest.Model{Data: file.Bytes(), Inputs: []map[string]onnxtest.Tensor{in}})
		y, yh, yc := c.refNode.run(c.x, c.batch, c.steps, c.lens, c.h0, c.c0)
		out := map[string]onnxtest.Tensor{
			"Y":   {Shape: []int{c.batch, c.steps, width}, Values: swapped(y, width)},
			"Y_h": {Shape: []int{c.batch, width}, Values: yh},
		}
		if c.Op == "LSTM" {
			out["Y_c"] = onnxtest.Tensor{Shape: []int{c.batch, width}, Values: yc}
		}
		want = append(want, out)
	}
	for i, got := range onnxtest.Run(t, models) {
		t.Run(names[i], func(t *testing.T) { got.Near(t, want[i:i+1], 1e-5) })
	}
}
