package run

import (
	"bytes"
	"testing"

	"unroll/datasets/text"
	"unroll/nn/onnx"
	"unroll/nn/onnx/onnxtest"
	"unroll/train/classifier"
)

// TestONNXRuntime: ONNX Runtime computes what the program's models do, of two classes, of
// three and of labels, and what is saved loads as the same model.
func TestONNXRuntime(t *testing.T) {
	var models []onnxtest.Model
	var names []string
	var want [][]map[string]onnxtest.Tensor
	for _, e := range Models {
		for name, task := range map[string]classifier.Task{
			"two classes": {Classes: []string{"bad", "good"}}, "three classes": {Classes: []string{"a", "b", "c"}},
			"labels": {Classes: []string{"a", "b", "c"}, Multi: true},
		} {
			m, err := e.Build(task, text.EncoderConfig{NumWords: e.Sizes.NumWords, MaxLen: e.Sizes.MaxLen}, e.Layout, 1)
			if err != nil {
				t.Fatal(err)
			}
			var data bytes.Buffer
			if err := onnx.Write(&data, m); err != nil {
				t.Fatal(e.Name, err)
			}
			back, err := onnx.Read(bytes.NewReader(data.Bytes()))
			if err != nil {
				t.Fatal(e.Name, err)
			}
			var again bytes.Buffer
			if err := onnx.Write(&again, back); err != nil || !bytes.Equal(again.Bytes(), data.Bytes()) {
				t.Errorf("%s: saved again the file is another one (%v)", e.Name, err)
			}
			next := onnxtest.Model{Data: data.Bytes()}
			var outputs []map[string]onnxtest.Tensor
			for k, batch := range []int{3, 1} {
				in, out := onnxtest.Sample(t, m, batch, 40-k*9, uint64(k))
				next.Inputs, outputs = append(next.Inputs, in), append(outputs, out)
			}
			names, models, want = append(names, e.Name+"/"+name), append(models, next), append(want, outputs)
		}
	}
	for i, got := range onnxtest.Run(t, models) {
		t.Run(names[i], func(t *testing.T) { got.Near(t, want[i], 1e-5) })
	}
}
