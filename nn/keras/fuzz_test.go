package keras

import (
	"bytes"
	"runtime"
	"strings"
	"testing"

	"unroll/nn"
)

// fuzzed is a model with a graph, a wrapper and a nested model.
func fuzzed(t testing.TB) *nn.Model {
	t.Helper()
	f := &nn.Functional{Seed: 1}
	x := f.Call(nn.Embedding{InputDim: 5, OutputDim: 2, MaskZero: true}, f.Input("words", nn.Tokens(nn.Any)))
	h := f.Call(nn.Bidirectional{Layer: nn.LSTM{Units: 2, ReturnState: true, Stateful: false}}, x)
	y := f.Call(nn.Sequential{Layers: []nn.Layer{nn.Dense{Units: 2, KernelRegularizer: nn.L2(0.1)}, nn.BatchNormalization{}}}, h)
	y = f.Call(nn.Concatenate{}, y, h.Output(1))
	f.Output("y", f.Call(nn.Dense{Units: 1, Activation: nn.LeakyReluOf(0.1)}, y))
	m, err := f.Build()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// FuzzConfig: no configuration brings the reader down, or makes it build more than it
// may; the model of one can be written again.
func FuzzConfig(f *testing.F) {
	m := fuzzed(f)
	for _, major := range []int{keras2, keras3} {
		doc, err := (&writer{m: m, major: major}).document()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(doc, major)
	}
	for _, layer := range []string{
		layerOf("LSTM", "a", `"units": 2, "stateful": true, "time_major": false`),
		layerOf("GRU", "a", `"units": 2, "kernel_constraint": {"class_name": "MaxNorm", "config": {"axis": [0, 1]}}`),
		layerOf("Normalization", "a", `"axis": [1, -1], "mean": [[1, 2, 3]], "variance": 1`),
		layerOf("TimeDistributed", "a", `"layer": {"class_name": "Sequential", "config": [`+layerOf("Dense", "b", `"units": 2`)+`]}`),
		layerOf("Reshape", "a", `"target_shape": [-1, 9]`),
	} {
		f.Add([]byte(chain(inputOfSteps, layer)), keras2)
	}
	f.Fuzz(func(t *testing.T, doc []byte, major int) {
		if len(doc) > 1<<16 {
			return
		}
		major = keras2 + major&1
		m, _, err := build(string(doc), major)
		if err != nil {
			if strings.Contains(err.Error(), "\n") && !bytes.Contains(doc, []byte(`\n`)) {
				t.Errorf("an error of several lines: %q", err)
			}
			return
		}
		_, _ = (&writer{m: m, major: keras3}).document()
	})
}

// FuzzOpen: no file brings the reader down, or makes it take more memory than it says.
func FuzzOpen(f *testing.F) {
	mostFresh = 1 << 20
	m := fuzzed(f)
	for _, major := range []int{keras2, keras3} {
		doc, err := (&writer{m: m, major: major}).document()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(doc)
	}
	for _, write := range []func(*bytes.Buffer) error{
		func(b *bytes.Buffer) error { return Write(b, m) },
		func(b *bytes.Buffer) error { return WriteHDF5(b, m) },
		func(b *bytes.Buffer) error { return WriteWeights(b, m) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<17 {
			return
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		file, err := OpenReader(bytes.NewReader(data), int64(len(data)))
		if runtime.ReadMemStats(&after); after.TotalAlloc-before.TotalAlloc > 256*uint64(len(data))+64<<20 {
			t.Errorf("%d bytes of a file took %d of memory", len(data), after.TotalAlloc-before.TotalAlloc)
		}
		if err == nil && file.Model != nil {
			_ = file.Model.Summary()
		}
	})
}
