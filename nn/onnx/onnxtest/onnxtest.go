// Package onnxtest runs models in ONNX Runtime, for tests.
package onnxtest

import (
	_ "embed"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// Folder names the variable of the folder in which npm installed ONNX Runtime by
// package.json.
const Folder = "UNROLL_ORT"

//go:embed check.mjs
var script []byte

// Tensor is an input or an output, row-major.
type Tensor struct {
	Type   string    `json:"type"` // of an input: "float32", "int64" or "int32"
	Shape  []int     `json:"shape"`
	Values []float64 `json:"values"`
}

// Model is a model with inputs to run it on, by their names.
type Model struct {
	Data   []byte
	Inputs []map[string]Tensor
}

// Result is what became of a model: its outputs for each of the inputs, by their names, or
// an error.
type Result struct {
	Error string
	Runs  []map[string]Tensor
}

// Skip skips a test where there is no ONNX Runtime.
func Skip(t *testing.T) {
	t.Helper()
	if os.Getenv(Folder) == "" {
		t.Skipf("*** %s NAMES NO FOLDER WITH ONNX RUNTIME: it is not asked to run our models ***", Folder)
	}
}

// Run runs models in ONNX Runtime.
func Run(t *testing.T, models []Model) []Result {
	t.Helper()
	Skip(t)
	work := t.TempDir()
	dir := func(i int) string { return filepath.Join(work, "models", strconv.Itoa(i)) }
	write := func(path string, data []byte) {
		t.Helper()
		if err := os.WriteFile(path, data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for i, m := range models {
		doc, err := json.Marshal(m.Inputs)
		if err == nil {
			err = os.MkdirAll(dir(i), 0o777)
		}
		if err != nil {
			t.Fatal(err)
		}
		write(filepath.Join(dir(i), "inputs.json"), doc)
		write(filepath.Join(dir(i), "model.onnx"), m.Data)
	}
	write(filepath.Join(work, "check.mjs"), script)
	if err := os.Symlink(filepath.Join(os.Getenv(Folder), "node_modules"), filepath.Join(work, "node_modules")); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("node", filepath.Join(work, "check.mjs"), filepath.Join(work, "models")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	results := make([]Result, len(models))
	for i := range results {
		doc, err := os.ReadFile(filepath.Join(dir(i), "outputs.json"))
		if err == nil {
			err = json.Unmarshal(doc, &results[i])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return results
}

// Near holds the outputs of all runs to those that are wanted: values may be off by tol, or
// by as large a part of the value where that is more than 1. An output that has the name of
// an input is called after it.
func (r Result) Near(t *testing.T, want []map[string]Tensor, tol float64) {
	t.Helper()
	if r.Error != "" {
		t.Fatal(r.Error)
	}
	worst := 0.0
	for i, outputs := range want {
		for name, w := range outputs {
			g, ok := r.Runs[i][name]
			if !ok {
				g = r.Runs[i][name+"_output"]
			}
			if len(g.Values) != len(w.Values) || len(w.Shape) != len(g.Shape) {
				t.Fatalf("run %d: %s is %v, want %v", i, name, g.Shape, w.Shape)
			}
			for k, v := range w.Values {
				d := math.Abs(v-g.Values[k]) / max(1, math.Abs(v))
				if !(d <= tol) {
					t.Fatalf("run %d: %s: value %d is %v, want %v", i, name, k, g.Values[k], v)
				}
				worst = max(worst, d)
			}
		}
	}
	t.Logf("the largest difference is %.1e", worst)
}
