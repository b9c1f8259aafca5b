package keras_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/nn"
	"unroll/nn/keras"
)

// tfjsRefused are the goldens that TensorFlow.js writes and that are not written for it.
var tfjsRefused = map[string]string{
	"dense gelu_new":  "Keras has no name for gelu with approximate=True",
	"thresholdedReLU": "threshold of a ReLU is 0.25, and TensorFlow.js knows 0 alone",
}

// savedTFJS reads each golden, and saves it into a folder of its own below dir.
func savedTFJS(t *testing.T, dir string) map[string]string {
	t.Helper()
	dirs := map[string]string{}
	for name, g := range tfjsGoldens(t) {
		f, err := keras.OpenFS(g.files(t), "model.json")
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(dir, fmt.Sprint(len(dirs)))
		err = keras.SaveTFJS(to, f.Model)
		if want, refused := tfjsRefused[name]; refused {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %s", name, err, want)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		dirs[name] = to
	}
	return dirs
}

// TestSaveTFJS: what is written is read again, and predicts the same.
func TestSaveTFJS(t *testing.T) {
	goldens := tfjsGoldens(t)
	for name, dir := range savedTFJS(t, t.TempDir()) {
		m, err := keras.Load(filepath.Join(dir, "model.json"))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		t.Run(name, func(t *testing.T) { sameOutputs(t, predictTFJS(t, m, goldens[name].Inputs), goldens[name].Outputs) })
	}
}

// tfjsFolder names the variable of the folder in which npm installed TensorFlow.js; see
// testdata/tfjs/package.json.
const tfjsFolder = "UNROLL_TFJS"

// TestTFJSLoads: TensorFlow.js loads what is written for it, and predicts the same.
func TestTFJSLoads(t *testing.T) {
	installed := os.Getenv(tfjsFolder)
	if installed == "" {
		t.Skipf("*** %s NAMES NO FOLDER WITH TENSORFLOW.JS: it is not asked to load our models ***", tfjsFolder)
	}
	work := t.TempDir()
	models := filepath.Join(work, "models")
	dirs := savedTFJS(t, models)
	goldens := tfjsGoldens(t)
	for name, dir := range dirs {
		doc, err := json.Marshal(goldens[name].Inputs)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, "inputs.json"), doc, 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	script, err := os.ReadFile(filepath.Join("testdata", "tfjs", "check.mjs"))
	if err == nil {
		err = os.WriteFile(filepath.Join(work, "check.mjs"), script, 0o666)
	}
	if err == nil {
		err = os.Symlink(filepath.Join(installed, "node_modules"), filepath.Join(work, "node_modules"))
	}
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("node", filepath.Join(work, "check.mjs"), models).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for name, dir := range dirs {
		t.Run(name, func(t *testing.T) {
			var got struct {
				Error   string
				Outputs []tfjsTensor
			}
			doc, err := os.ReadFile(filepath.Join(dir, "outputs.json"))
			if err == nil {
				err = json.Unmarshal(doc, &got)
			}
			if err != nil || got.Error != "" {
				t.Fatalf("%v %s", err, got.Error)
			}
			var values [][]float32
			for _, o := range got.Outputs {
				values = append(values, o.Values)
			}
			sameOutputs(t, values, goldens[name].Outputs)
		})
	}
}

// TestSaveTFJSRefuses: what TensorFlow.js has not is named, with its layer.
func TestSaveTFJSRefuses(t *testing.T) {
	for _, c := range []struct {
		layer nn.Layer
		want  string
	}{
		{nn.GRU{Units: 2}, `layer "gru": reset_after of a GRU is true, and TensorFlow.js knows false alone`},
		{nn.Conv1D{Filters: 1, KernelSize: 2, Padding: "causal"}, `layer "conv1d": TensorFlow.js has no causal padding`},
		{nn.UpSampling1D{}, `layer "up_sampling1d": TensorFlow.js has no UpSampling1D`},
		{nn.Dense{Units: 1, Activation: nn.Exponential}, `layer "dense": activation: TensorFlow.js has no function "exponential"`},
		{nn.Bidirectional{Layer: nn.LSTM{Units: 1}, Backward: nn.LSTM{Units: 1, Activation: nn.Relu}}, `layer "bidirectional": TensorFlow.js has no Bidirectional of two different layers`},
	} {
		m, err := nn.Sequential{Input: nn.Features(4, 3), Layers: []nn.Layer{c.layer}}.Build()
		if err != nil {
			t.Fatal(err)
		}
		if err := keras.SaveTFJS(filepath.Join(t.TempDir(), "m"), m); err == nil || err.Error() != "save for TensorFlow.js: "+c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}

// TestSaveTFJSShards: weights of more than 4 MB are in several files, in the order in
// which model.json names them.
func TestSaveTFJSShards(t *testing.T) {
	m, err := nn.Sequential{Seed: 1, Input: nn.Tokens(3), Layers: []nn.Layer{nn.Embedding{InputDim: 300_000, OutputDim: 5}, nn.Flatten{}}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := keras.SaveTFJS(dir, m); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.bin"))
	if err != nil || len(names) != 2 {
		t.Errorf("%v, %v", names, err)
	}
	again, err := keras.Load(filepath.Join(dir, "model.json"))
	if err != nil {
		t.Fatal(err)
	}
	if a, b := allWeights(m), allWeights(again); len(a) != 1_500_000 || !slices.Equal(a, b) {
		t.Errorf("%d weights, %d after a save and a load, or others", len(a), len(b))
	}
}

func allWeights(m *nn.Model) (all []float32) {
	for _, l := range m.Layers() {
		for _, w := range l.Weights() {
			all = append(all, graph.Floats[float32](w.Value().(*tensor.Dense))...)
		}
	}
	return all
}
