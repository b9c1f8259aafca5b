package keras_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"unroll/nn"
	"unroll/nn/keras"
)

// architectureOf is the configuration in the archive of a model.
func architectureOf(t testing.TB, m *nn.Model) []byte {
	t.Helper()
	data := written(t, archive, m)
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("config.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	doc, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func inFile(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestArchitecture: a model without weights has first values, and takes those of a file.
func TestArchitecture(t *testing.T) {
	m := small(t)
	doc := architectureOf(t, m)
	text, err := json.Marshal(string(doc)) // json.dump(model.to_json())
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"model.json": doc, "text.json": text, "indented.json": append([]byte("\n  "), doc...)} {
		path := inFile(t, name, data)
		f, err := keras.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if f.Format != keras.Architecture || f.Model.Summary() != m.Summary() {
			t.Errorf("%s: %s\n%s", name, f.Format, f.Model.Summary())
		}
		for _, w := range f.Model.Weights() {
			if strings.HasSuffix(w.Name(), "kernel") && !slices.ContainsFunc(w.Float64s(), func(x float64) bool { return x != 0 }) {
				t.Errorf("%s: %s has no first values", name, w.Name())
			}
		}
		if err := keras.LoadWeights(inFile(t, "model.weights.h5", written(t, weights, m)), f.Model); err != nil {
			t.Fatal(err)
		}
		for i, w := range f.Model.Weights() {
			if !slices.Equal(w.Float64s(), m.Weights()[i].Float64s()) {
				t.Errorf("%s: %s is not what was loaded", name, w.Name())
			}
		}
		const none = "this is an architecture without weights"
		if _, err := keras.Load(path); err == nil || err.Error() != path+": "+none+": use Open, and LoadWeights for those of another file" {
			t.Errorf("Load: %v", err)
		}
		if err := keras.LoadWeights(path, m); err == nil || err.Error() != path+": "+none {
			t.Errorf("LoadWeights: %v", err)
		}
	}
}

// TestArchitectureOfVersions: the version that an architecture says, or shows, tells
// what it computes.
func TestArchitectureOfVersions(t *testing.T) {
	layers := func(shape, more string) string {
		return `[{` + more + `"class_name": "InputLayer", "config": {"` + shape + `": [null, 6, 3], "name": "x"}}, {` + more +
			`"class_name": "LSTM", "config": {"name": "lstm", "units": 2, "recurrent_activation": "hard_sigmoid"}}]`
	}
	const guessed = "the file does not say which version of Keras wrote it: it is taken for "
	for _, c := range []struct{ doc, version, notes, function string }{
		{`{"class_name": "Sequential", "keras_version": "2.0.5", "config": ` + layers("batch_input_shape", "") + `}`, "2.0.5", "", "hard_sigmoid_keras2"},
		{`{"class_name": "Sequential", "keras_version": "tfjs-layers 4.22.0", "config": {"layers": ` + layers("batch_input_shape", "") + `}}`, "tfjs-layers 4.22.0", "", "hard_sigmoid_keras2"},
		{`{"class_name": "Sequential", "config": {"layers": ` + layers("batch_input_shape", "") + `}}`, "", guessed + "2", "hard_sigmoid_keras2"},
		{`{"module": "keras", "class_name": "Sequential", "config": {"layers": ` + layers("batch_input_shape", `"module": "keras.layers", `) + `}}`, "", guessed + "2", "hard_sigmoid_keras2"},
		{`{"module": "keras", "class_name": "Sequential", "config": {"layers": ` + layers("batch_shape", `"module": "keras.layers", `) + `}}`, "", guessed + "3", "hard_sigmoid"},
	} {
		f, err := keras.OpenReader(strings.NewReader(c.doc), int64(len(c.doc)))
		if err != nil {
			t.Errorf("%s: %v", c.doc, err)
			continue
		}
		var saved bytes.Buffer
		if err := keras.Write(&saved, f.Model); (err == nil) != (c.function == "hard_sigmoid") { // which Keras 3 has alone
			t.Errorf("%s: written for Keras 3: %v", c.doc, err)
		}
		if f.Version != c.version || strings.Join(f.Notes, "\n") != c.notes {
			t.Errorf("%s: version %q, notes %q", c.doc, f.Version, f.Notes)
		}
	}
	for doc, want := range map[string]string{
		`{"class_name": "Sequential", "keras_version": "1.2.2", "config": []}`: "the file is of Keras 1.2.2: only those from 2.0 on can be read",
		`{"class_name": "Tokenizer", "config": {"num_words": 10}}`:             "this is a Tokenizer, which goes with a model, and no model",
		strconv.Quote(`{"weights": [1, 2]}`):                                   "no file of Keras's",
		`{"class_name": "Sequential", "keras_version": "2.15.0", "config": [{"class_name": "Embedding", "config": {"name": "e",
			"batch_input_shape": [null, 4], "input_dim": 1000000, "output_dim": 1000000}}]}`: "has more values than the 268435456 that are left",
	} {
		if _, err := keras.OpenReader(strings.NewReader(doc), int64(len(doc))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", doc, err, want)
		}
	}
}
