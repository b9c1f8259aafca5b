package onnx

import (
	"io"
	"io/fs"
	pathpkg "path"

	"github.com/pkg/errors"

	"unroll/internal/safefile"
	"unroll/nn"
)

// Load reads the model of a file: one that Save wrote, or a graph of another origin, of
// opset 7 to 23, that can be represented in layers of nn. Initializers in files beside it
// are read too.
//
// Inputs and outputs of the model are [batch, features] or [batch, time, features], and word
// ids [batch, time], whatever the order of the axes is in the file: of a graph that takes
// [time, batch, features], or [batch, channels, time], the model takes the same values as
// [batch, time, features]. States of several layers or directions, [layers, batch, units],
// are [batch, layers·units]. First states that are zeros are left out, and nodes that no
// output depends on.
//
// What cannot be represented is an error that names the operator and the node.
func Load(path string) (*nn.Model, error) {
	return LoadFS(safefile.Disk, path)
}

// LoadFS is Load from a file system.
func LoadFS(fsys fs.FS, path string) (*nn.Model, error) {
	data, err := safefile.ReadFS(fsys, path, safefile.Room())
	if err != nil {
		return nil, errors.Wrap(err, "load ONNX")
	}
	m, err := load(data, beside(fsys, pathpkg.Dir(path)))
	return m, errors.WithMessage(err, path)
}

// Read is Load of a stream, all of whose values are in it.
func Read(in io.Reader) (*nn.Model, error) {
	data, err := io.ReadAll(in)
	if err != nil {
		return nil, errors.Wrap(err, "load ONNX")
	}
	return load(data, nil)
}

func load(data []byte, out outside) (*nn.Model, error) {
	m, n, err := parse(data, out)
	if err != nil {
		return nil, err
	}
	if model, err := restore(data, m, n.constants); model != nil || err != nil {
		return model, err
	}
	return n.model()
}
