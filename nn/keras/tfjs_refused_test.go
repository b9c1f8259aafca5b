package keras_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/nn/keras"
)

// denseTFJS is a model.json of a Dense of 4 weights, which are in two files.
func denseTFJS(weight string) string {
	return `{"format": "layers-model", "modelTopology": {"keras_version": "2.15.0", "backend": "tensorflow", "model_config": {"class_name": "Sequential", "config": {"name": "m", "layers": [
		{"class_name": "Dense", "config": {"name": "d", "units": 1, "use_bias": false, "batch_input_shape": [null, 4], "activation": "linear"}}]}}},
		"weightsManifest": [{"paths": ["a.bin", "b.bin"], "weights": [{"name": "d/kernel", "shape": [4, 1], ` + weight + `}]}]}`
}

func filesTFJS(doc string, weights []byte) fstest.MapFS {
	half := len(weights) / 2
	return fstest.MapFS{"m/model.json": {Data: []byte(doc)}, "m/a.bin": {Data: weights[:half]}, "m/b.bin": {Data: weights[half:]}}
}

// TestTFJSQuantized: the types in which the converter of TensorFlow.js stores weights,
// in files that it cuts where it likes.
func TestTFJSQuantized(t *testing.T) {
	little := func(v any) []byte {
		var b bytes.Buffer
		if err := binary.Write(&b, binary.LittleEndian, v); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for _, c := range []struct {
		weight string
		data   []byte
		want   []float32
	}{
		{`"dtype": "float32"`, little([]float32{1, -2, 0.5, 0}), []float32{1, -2, 0.5, 0}},
		{`"dtype": "int32"`, little([]int32{1, -2, 3, 0}), []float32{1, -2, 3, 0}},
		{`"dtype": "bool"`, []byte{1, 0, 1, 0}, []float32{1, 0, 1, 0}},
		{`"dtype": "float32", "quantization": {"dtype": "uint8", "scale": 0.5, "min": -1}`, []byte{0, 1, 2, 255}, []float32{-1, -0.5, 0, 126.5}},
		{`"dtype": "int32", "quantization": {"dtype": "uint8", "scale": 0.3, "min": -1}`, []byte{0, 1, 2, 10}, []float32{-1, -1, 0, 2}},
		{`"dtype": "float32", "quantization": {"dtype": "uint16", "scale": 0.25, "min": 1}`, little([]uint16{0, 1, 2, 65535}), []float32{1, 1.25, 1.5, 16384.75}},
		{`"dtype": "float32", "quantization": {"dtype": "float16"}`, little([]uint16{0x3c00, 0xc000, 0x3800, 1}), []float32{1, -2, 0.5, 0x1p-24}},
	} {
		f, err := keras.OpenFS(filesTFJS(denseTFJS(c.weight), c.data), "m/model.json")
		if err != nil {
			t.Errorf("%s: %v", c.weight, err)
			continue
		}
		got := graph.Floats[float32](f.Model.Layers()[0].Weights()[0].Value().(*tensor.Dense))
		if !slices.Equal(got, c.want) || f.Format != keras.TFJS || f.Version != "2.15.0" {
			t.Errorf("%s: %v, want %v; %s %s", c.weight, got, c.want, f.Format, f.Version)
		}
	}
}

// TestTFJSFloat64: a model that computes in float64 has weights in float32 there.
func TestTFJSFloat64(t *testing.T) {
	doc := strings.Replace(denseTFJS(`"dtype": "float32"`), `"units": 1,`, `"units": 1, "dtype": "float64",`, 1)
	f, err := keras.OpenFS(filesTFJS(doc, []byte{0, 0, 0x80, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0}), "m/model.json")
	if err != nil {
		t.Fatal(err)
	}
	if got := graph.Floats[float64](f.Model.Layers()[0].Weights()[0].Value().(*tensor.Dense)); !slices.Equal(got, []float64{1, 0, -2, 0}) {
		t.Error(got)
	}
}

// TestTFJSTraining: how a model was compiled stands within its topology, where the
// converter writes it.
func TestTFJSTraining(t *testing.T) {
	doc := strings.Replace(denseTFJS(`"dtype": "float32"`), `"backend"`, `"training_config": {"loss": "mse", "optimizer_config": {"class_name": "Adam", "config": {"learning_rate": 0.5}}}, "backend"`, 1)
	f, err := keras.OpenFS(filesTFJS(doc, make([]byte, 16)), "m/model.json")
	if err != nil {
		t.Fatal(err)
	}
	if f.Training == nil || f.Training.Optimizer != "Adam" || f.Training.Losses[0] != "mse" {
		t.Errorf("%+v", f.Training)
	}
}

// TestTFJSRefused: what is not a model, or not a whole one, is one line that says why.
func TestTFJSRefused(t *testing.T) {
	good := denseTFJS(`"dtype": "float32"`)
	for _, c := range []struct {
		doc  string
		size int
		want string
	}{
		{good[:100], 16, "cut short or damaged"},
		{`{"a": 1}`, 16, "this is JSON"},
		{`{"format": "graph-model", "modelTopology": {}, "weightsManifest": []}`, 16, "a graph model of TensorFlow.js"},
		{`{"modelTopology": {}}`, 16, "without a model, or without weights"},
		{good, 12, "weight \"d/kernel\": the files of weights are cut short: 12 bytes are left for [4 1] numbers of 4 bytes each"},
		{good, 20, "the files of weights have 4 bytes that no weight takes"},
		{strings.Replace(good, "a.bin", "c.bin", 1), 16, `the file of weights "c.bin": file does not exist`},
		{strings.Replace(good, "a.bin", "../a.bin", 1), 16, `the file of weights "../a.bin": invalid argument`},
		{strings.Replace(good, "a.bin", "b.bin", 1), 16, `the file of weights "b.bin" is named twice`},
		{strings.Replace(good, "d/kernel", "e/kernel", 1), 16, `layer "d": the files have no weight d/…/kernel`},
		{strings.Replace(good, "[4, 1]", "[1, 4]", 1), 16, "d/kernel: [1 4] in the file, [4 1] in the model"},
		{strings.Replace(good, "[4, 1]", "[4000000000000, 1000000000]", 1), 16, "the shape is"},
		{denseTFJS(`"dtype": "string"`), 16, `values of type "string" cannot be represented`},
		{denseTFJS(`"dtype": "float32", "quantization": {"dtype": "int4"}`), 16, `values quantized as "int4" cannot be represented`},
		{strings.Replace(good, `"Dense"`, `"Mine"`, 1), 16, "class Mine is of the file's author"},
	} {
		_, err := keras.OpenFS(filesTFJS(c.doc, make([]byte, c.size)), "m/model.json")
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
	doc := strings.NewReader(good)
	if _, err := keras.OpenReader(doc, doc.Size()); err == nil || !strings.Contains(err.Error(), "open it by its path") {
		t.Error(err)
	}
}

// FuzzTFJS: whatever the files, there is a model or an error, and no more memory than
// FuzzOpen allows.
func FuzzTFJS(f *testing.F) {
	f.Add([]byte(denseTFJS(`"dtype": "float32"`)), make([]byte, 16))
	f.Add([]byte(denseTFJS(`"dtype": "float32", "quantization": {"dtype": "uint8", "scale": 1, "min": 0}`)), make([]byte, 4))
	goldens := tfjsGoldens(f)
	for _, name := range []string{"rnn stacked", "nested", "lstm bidirectional ave"} {
		f.Add([]byte(goldens[name].Model), goldens[name].files(f)["weights.bin"].Data)
	}
	f.Fuzz(func(t *testing.T, doc, weights []byte) {
		files := filesTFJS(string(doc), weights)
		files["m/weights.bin"] = &fstest.MapFile{Data: weights}
		if size := len(doc) + 2*len(weights); size <= 1<<17 {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := keras.OpenFS(files, "m/model.json")
			if runtime.ReadMemStats(&after); after.TotalAlloc-before.TotalAlloc > 256*uint64(size)+64<<20 {
				t.Errorf("%d bytes of files took %d of memory", size, after.TotalAlloc-before.TotalAlloc)
			}
			if err != nil && fmt.Sprint(err) == "" {
				t.Error("an error without words")
			}
		}
	})
}
