package main

import (
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"unroll/cmd/sentiment/internal/run"
)

// pythonRuntime stands for ONNX Runtime in Python: it keeps what a program asks, and answers
// from a file.
const pythonRuntime = `
import json, pathlib
here = pathlib.Path(__file__).parent

class Input:
    name = "in"

class Values:
    def tolist(self):
        return json.loads((here / "y.json").read_text())

class InferenceSession:
    def __init__(self, path):
        assert pathlib.Path(path).exists()

    def get_inputs(self):
        return [Input()]

    def run(self, names, inputs):
        (here / "asked.json").write_text(json.dumps(inputs["in"]))
        return [Values()]
`

// checkPython holds the program in Python to the ids that a model is given, and, where the
// runtime's outputs are the model's, to its answers.
func checkPython(t *testing.T, model, dir string) {
	t.Helper()
	python := ""
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		if python == "" && exec.Command(name, "-c", "import regex").Run() == nil {
			python = name
		}
	}
	if python == "" {
		t.Skip("*** THERE IS NO PYTHON WITH ITS PACKAGE regex: what is written for it is not run ***")
	}
	m, err := run.Load(model)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	answers, task := answersTo(t, model), m.Task()
	y := make([][]float64, len(answers))
	for i, a := range answers {
		for _, c := range a.Probabilities {
			y[i] = append(y[i], c.Probability)
		}
		switch {
		case task.Number():
			y[i] = []float64{a.Value}
		case task.Binary():
			y[i] = y[i][1:]
		}
	}
	doc, err := json.Marshal(y)
	if err != nil {
		t.Fatal(err)
	}
	own := t.TempDir()
	if err := os.CopyFS(own, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(own, "y.json"), string(doc))
	writeFile(t, filepath.Join(own, "onnxruntime.py"), pythonRuntime)
	writeFile(t, filepath.Join(own, "numpy.py"), "int64 = None\ndef array(x, of):\n    return x\n")
	c := exec.Command(python, append([]string{filepath.Join(own, "predict.py")}, messy...)...)
	c.Env = append(os.Environ(), "PYTHONUTF8=1")
	printed, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, printed)
	}
	var rows [][]int32
	asked, err := os.ReadFile(filepath.Join(own, "asked.json"))
	if err == nil {
		err = json.Unmarshal(asked, &rows)
	}
	if err != nil || len(rows) != len(messy) {
		t.Fatalf("%d rows of %d texts, %v", len(rows), len(messy), err)
	}
	for i, s := range messy {
		row, want := rows[i], []int32(nil)
		if g := m.Grams(); g != nil {
			for len(row) > 0 && row[len(row)-1] == -1 {
				row = row[:len(row)-1]
			}
			want = g.Encode(nil, s)
			slices.Sort(want) // the order of a bag does not count
			slices.Sort(row)
		} else {
			want = m.Encoder().Encode(s)
		}
		if !slices.Equal(row, want) {
			t.Errorf("%q is %v, want %v", s, row, want)
		}
	}
	rest := string(printed)
	for i, s := range messy {
		var ok bool
		if task.Multi {
			var line string
			if line, rest, ok = strings.Cut(rest, "] "+s+"\n"); !ok || strings.Count(line, "(") != len(answers[i].Labels) {
				t.Errorf("%q: it prints %q, want %q", s, line, answers[i].Labels)
			}
			continue
		}
		label, p := answers[i].Label, answers[i].Probability
		if task.Number() {
			label, p = "", answers[i].Value
		} else {
			rest, ok = strings.CutPrefix(rest, label+" ")
			if !ok {
				t.Fatalf("%q: no %s in %q", s, label, rest)
			}
		}
		var number string
		number, rest, _ = strings.Cut(rest, " ")
		got, err := strconv.ParseFloat(number, 64)
		if rest, ok = strings.CutPrefix(rest, s+"\n"); !ok || err != nil || !(math.Abs(got-p) <= 1e-6*math.Max(1, math.Abs(p))) {
			t.Fatalf("%q: it prints %q, want %v, and then %q", s, number, p, rest)
		}
	}
}
