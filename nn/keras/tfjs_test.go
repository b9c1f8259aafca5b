package keras_test

import (
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"unroll/nn"
	"unroll/nn/keras"
	"unroll/train"
)

// tfjsGolden is a model of testdata/tfjs/gen.mjs, which TensorFlow.js wrote.
type tfjsGolden struct {
	Model   json.RawMessage
	Weights string
	Inputs  []tfjsTensor
	Outputs []tfjsTensor
}

type tfjsTensor struct {
	Shape  []int     `json:"shape"`
	Values []float32 `json:"values"`
}

func tfjsGoldens(t testing.TB) map[string]tfjsGolden {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "tfjs", "golden.json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]tfjsGolden
	if err := json.NewDecoder(z).Decode(&all); err != nil {
		t.Fatal(err)
	}
	return all
}

func (g tfjsGolden) files(t testing.TB) fstest.MapFS {
	t.Helper()
	weights, err := base64.StdEncoding.DecodeString(g.Weights)
	if err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{"model.json": {Data: g.Model}, "weights.bin": {Data: weights}}
}

// predictTFJS returns the outputs of a golden's inputs.
func predictTFJS(t *testing.T, m *nn.Model, inputs []tfjsTensor) (outputs [][]float32) {
	t.Helper()
	data := make([]train.Samples, len(inputs))
	for i, in := range inputs {
		rows := in.Shape[0]
		for r := range rows {
			row := in.Values[r*len(in.Values)/rows : (r+1)*len(in.Values)/rows]
			if !m.Inputs()[i].IDs() {
				data[i].Features = append(data[i].Features, row)
				continue
			}
			ids := make([]int32, len(row))
			for k, v := range row {
				ids[k] = int32(v)
			}
			data[i].Tokens = append(data[i].Tokens, ids)
		}
	}
	d := train.Data{Tokens: data[0].Tokens, Features: data[0].Features}
	if len(data) > 1 {
		d = train.Data{Inputs: map[string]train.Samples{}}
		for i, in := range m.Inputs() {
			d.Inputs[in.Name] = data[i]
		}
	}
	trainer, err := train.Compile(m, train.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	all, err := trainer.PredictOutputs(context.Background(), d, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, port := range m.Outputs() {
		outputs = append(outputs, all[port.Name])
	}
	return outputs
}

func sameOutputs(t *testing.T, got [][]float32, want []tfjsTensor) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d outputs, want %d", len(got), len(want))
	}
	for i := range got {
		sameValues(t, got[i], want[i].Values)
	}
}

func sameValues(t *testing.T, got, want []float32) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d values, want %d", len(got), len(want))
	}
	for i := range got {
		if d := math.Abs(float64(got[i] - want[i])); !(d <= 1e-5*max(1, math.Abs(float64(want[i])))) {
			t.Fatalf("value %d is %g, want %g", i, got[i], want[i])
		}
	}
}

// TestTFJS: a model of each layer and option that TensorFlow.js has predicts here what
// it predicts there.
func TestTFJS(t *testing.T) {
	for name, g := range tfjsGoldens(t) {
		t.Run(name, func(t *testing.T) {
			f, err := keras.OpenFS(g.files(t), "model.json")
			if err != nil {
				t.Fatal(err)
			}
			sameOutputs(t, predictTFJS(t, f.Model, g.Inputs), g.Outputs)
		})
	}
}
