package keras_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"unroll/nn/keras"
)

// TestNumPy: layers that neither TensorFlow.js nor the published files have predict what
// NumPy makes of Keras's formulas; see testdata/numpy_layers.py. They do after a save and
// a load too.
func TestNumPy(t *testing.T) {
	f, err := os.Open(filepath.Join("testdata", "numpy_layers.json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]struct {
		Archive         []byte
		Inputs, Outputs []tfjsTensor
	}
	if err := json.NewDecoder(z).Decode(&all); err != nil {
		t.Fatal(err)
	}
	for name, g := range all {
		t.Run(name, func(t *testing.T) {
			file, err := keras.OpenReader(bytes.NewReader(g.Archive), int64(len(g.Archive)))
			if err != nil {
				t.Fatal(err)
			}
			sameOutputs(t, predictTFJS(t, file.Model, g.Inputs), g.Outputs)
			var again bytes.Buffer
			if err := keras.Write(&again, file.Model); err != nil {
				t.Fatal(err)
			}
			if file, err = keras.OpenReader(bytes.NewReader(again.Bytes()), int64(again.Len())); err != nil {
				t.Fatal(err)
			}
			sameOutputs(t, predictTFJS(t, file.Model, g.Inputs), g.Outputs)
		})
	}
}
