package onnx_test

import (
	"fmt"
	"os"
	"path/filepath"

	"unroll/nn"
	"unroll/nn/onnx"
)

func ExampleSave() {
	model, err := nn.Sequential{Seed: 42, Input: nn.Tokens(nn.Any), Layers: []nn.Layer{
		nn.Embedding{InputDim: 1000, OutputDim: 32, MaskZero: true},
		nn.Bidirectional{Layer: nn.LSTM{Units: 8}},
		nn.Dense{Units: 1, Activation: nn.Sigmoid},
	}}.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	dir, err := os.MkdirTemp("", "onnx")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "model.onnx")
	if err := onnx.Save(path, model); err != nil {
		fmt.Println(err)
		return
	}
	same, err := onnx.Load(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(same.Params() == model.Params(), same.Inputs()[0].Name, same.Outputs()[0].Name)
	// Output: true input output
}

// A file of PyTorch's exporter becomes a model of layers, which can be trained further.
func ExampleLoad() {
	model, err := onnx.Load("testdata/pytorch/lstm_last.onnx")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, l := range model.Layers() {
		fmt.Println(l.Name, l.Type, l.Outputs[0])
	}
	// Output:
	// embedding Embedding (None, None, 5)
	// lstm LSTM (None, 4)
	// fc Dense (None, 1)
	// activation Activation (None, 1)
}
