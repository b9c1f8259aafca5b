package onnx_test

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"unroll/nn"
	"unroll/nn/onnx"
)

// FuzzLoad: no file makes Load panic, or take memory that is out of all proportion to it;
// what loads can be saved, and loads again as the same.
func FuzzLoad(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "*", "*.onnx"))
	if err != nil || len(files) == 0 {
		f.Fatal(files, err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add(saved(f))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		m, err := onnx.Read(bytes.NewReader(data))
		runtime.ReadMemStats(&after)
		if taken := after.TotalAlloc - before.TotalAlloc; taken > 1<<29 {
			t.Errorf("%d bytes took %d MB", len(data), taken>>20)
		}
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("error %q", err)
			}
			return
		}
		var b bytes.Buffer
		if err := onnx.Write(&b, m); err != nil {
			return
		}
		back, err := onnx.Read(bytes.NewReader(b.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if m.Summary() != back.Summary() {
			t.Errorf("the summary is\n%s, want\n%s", back.Summary(), m.Summary())
		}
	})
}

// saved is the file of a small model.
func saved(t testing.TB) []byte {
	t.Helper()
	m, err := nn.Sequential{Seed: 1, Input: nn.Tokens(nn.Any), Layers: []nn.Layer{
		nn.Embedding{InputDim: 6, OutputDim: 2, MaskZero: true}, nn.Bidirectional{Layer: nn.GRU{Units: 2}}, nn.Dense{Units: 1, Activation: nn.Sigmoid}}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := onnx.Write(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestLoadRefuses: what is no file of a model is an error that says so.
func TestLoadRefuses(t *testing.T) {
	whole := saved(t)
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"nothing":      {nil, "this is no ONNX file: it has no graph"},
		"text":         {[]byte("PK\x03\x04 is no model"), "this is no ONNX file"},
		"cut short":    {whole[:len(whole)/2], "this is no ONNX file"},
		"another mask": {bytes.ReplaceAll(whole, []byte("unroll.architecture"), []byte("another.description")), `Equal "embedding/Equal": of a value of the model it cannot be represented`},
	} {
		if _, err := onnx.Read(bytes.NewReader(c.data)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

// TestStaleDescription: a graph that was changed after it was saved is read as it is now.
func TestStaleDescription(t *testing.T) {
	m, err := nn.Sequential{Input: nn.Features(2), Layers: []nn.Layer{nn.Dense{Units: 2, Activation: nn.Tanh}}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := onnx.Write(&b, m); err != nil {
		t.Fatal(err)
	}
	// The operator Tanh becomes Relu, where it is one: behind its field's number and length.
	changed := bytes.Replace(b.Bytes(), []byte("\x22\x04Tanh"), []byte("\x22\x04Relu"), 1)
	back, err := onnx.Read(bytes.NewReader(changed))
	if err != nil {
		t.Fatal(err)
	}
	layers := back.Layers()
	if l, ok := layers[len(layers)-1].Layer.(nn.Named); !ok || l.Layer != (nn.Activation{Func: nn.Relu}) {
		t.Errorf("the last layer is %+v", layers[len(layers)-1].Layer)
	}
}
