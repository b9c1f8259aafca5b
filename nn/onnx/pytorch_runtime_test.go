package onnx_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"unroll/nn/onnx"
	"unroll/nn/onnx/onnxtest"
)

// TestPyTorchFilesInRuntime: ONNX Runtime computes the goldens of the files too.
func TestPyTorchFilesInRuntime(t *testing.T) {
	onnxtest.Skip(t)
	var models []onnxtest.Model
	var names []string
	files := pytorchFiles(t)
	for name, f := range files {
		data, err := os.ReadFile(f.path)
		if err != nil {
			t.Fatal(err)
		}
		m := onnxtest.Model{Data: data}
		for _, r := range f.Runs {
			m.Inputs = append(m.Inputs, r.Inputs)
		}
		names, models = append(names, name), append(models, m)
	}
	for i, got := range onnxtest.Run(t, models) {
		t.Run(names[i], func(t *testing.T) {
			var want []map[string]onnxtest.Tensor
			for _, r := range files[names[i]].Runs {
				want = append(want, r.Outputs)
			}
			got.Near(t, want, 1e-5)
		})
	}
}

// TestPyTorchFilesSavedInRuntime: what was read of PyTorch's files and is saved computes in
// ONNX Runtime what it does here.
func TestPyTorchFilesSavedInRuntime(t *testing.T) {
	onnxtest.Skip(t)
	var models []onnxtest.Model
	var names []string
	var want []map[string]onnxtest.Tensor
	for name, f := range pytorchFiles(t) {
		if !strings.HasPrefix(name, "exported/") {
			continue // their tables are smaller than the sample's ids
		}
		m, err := onnx.Load(f.path)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := onnx.Write(&b, m); err != nil {
			t.Fatal(err)
		}
		in, out := onnxtest.Sample(t, m, 3, 11, 5)
		names, want = append(names, name), append(want, out)
		models = append(models, onnxtest.Model{Data: b.Bytes(), Inputs: []map[string]onnxtest.Tensor{in}})
	}
	for i, got := range onnxtest.Run(t, models) {
		t.Run(names[i], func(t *testing.T) { got.Near(t, want[i:i+1], 1e-5) })
	}
}
