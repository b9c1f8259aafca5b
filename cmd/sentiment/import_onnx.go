package main

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/pkg/errors"

	"unroll/nn/keras"
	"unroll/nn/onnx"
)

// onnxFormat is what a file is that ends in .onnx.
const onnxFormat = "ONNX"

// openModel reads a file of Keras's, or of ONNX by its name.
func openModel(path string) (*keras.File, error) {
	if !strings.EqualFold(filepath.Ext(path), ".onnx") {
		return keras.Open(path)
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() { // to open a pipe is to wait
		return nil, errors.Errorf("%s: this is no file", path)
	}
	m, err := onnx.Load(path)
	if err != nil {
		return nil, err
	}
	return &keras.File{Format: onnxFormat, Model: m}, nil
}
