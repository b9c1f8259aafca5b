package keras_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/internal/hdf5"
	"unroll/nn/keras"
)

// content is what is in an archive: its configuration, and the lines of its weights'
// tree, of groups, shapes and attributes.
type content struct {
	config any
	tree   []string
}

func contentOf(t *testing.T, z *zip.Reader) (c content) {
	t.Helper()
	open := func(name string) []byte {
		f, err := z.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		data, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	if err := json.Unmarshal(open("config.json"), &c.config); err != nil {
		t.Fatal(err)
	}
	h5 := open("model.weights.h5")
	root, err := hdf5.Read(bytes.NewReader(h5), int64(len(h5)))
	if err != nil {
		t.Fatal(err)
	}
	var walk func(g *hdf5.Group, at string)
	walk = func(g *hdf5.Group, at string) {
		if at != "/vars/" { // the name of the model, which we have not
			c.tree = append(c.tree, fmt.Sprint(at, " ", g.Attrs))
		}
		for _, d := range g.Datasets {
			c.tree = append(c.tree, fmt.Sprint(at, d.Name, " ", d.DType(), d.Shape))
		}
		for _, sub := range g.Groups {
			if at != "/" || sub.Name != "optimizer" {
				walk(sub, at+sub.Name+"/")
			}
		}
	}
	walk(root, "/")
	slices.Sort(c.tree)
	return c
}

// later are settings that versions after the one that is written have, with no effect
// in these files.
var later = []string{"quantization_config", "optional", "ragged", "shared_object_id", "compile_config"}

// pruned takes out what is not compared.
func pruned(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = pruned(v[i])
		}
	case map[string]any:
		for _, key := range later {
			delete(v, key)
		}
		for key := range maps.Keys(v) {
			v[key] = pruned(v[key])
		}
	}
	return v
}

// TestWrittenAsKeras: a published archive that is read and written again has the same
// configuration, and the same groups, names and shapes of weights, as Keras wrote.
func TestWrittenAsKeras(t *testing.T) {
	for name := range reference(t) {
		path := filepath.Join(published, name)
		if !strings.HasSuffix(name, ".keras") || name == "cnn_lstm.keras" { // that is HDF5
			continue
		}
		t.Run(name, func(t *testing.T) {
			publishedFile(t, name)
			z, err := zip.OpenReader(path)
			if err != nil {
				t.Fatal(err)
			}
			defer z.Close()
			want := contentOf(t, &z.Reader)

			m, err := keras.Load(path)
			if err != nil {
				t.Fatal(err)
			}
			out := filepath.Join(t.TempDir(), "model")
			if err := keras.Save(out, m); err != nil {
				t.Fatal(err)
			}
			written, err := zip.OpenReader(out)
			if err != nil {
				t.Fatal(err)
			}
			defer written.Close()
			got := contentOf(t, &written.Reader)

			for _, c := range []content{got, want} {
				c.config.(map[string]any)["config"].(map[string]any)["name"] = "model"
			}
			if diff := cmp.Diff(pruned(want.config), pruned(got.config)); diff != "" {
				t.Errorf("the configuration differs (-Keras +ours):\n%s", diff)
			}
			if diff := cmp.Diff(want.tree, got.tree); diff != "" {
				t.Errorf("the weights differ (-Keras +ours):\n%s", diff)
			}
			if diff := cmp.Diff(weightsOf(t, path), weightsOf(t, out)); diff != "" {
				t.Error("values of weights differ")
			}
		})
	}
}

// weightsOf reads all weights of a model's file.
func weightsOf(t *testing.T, path string) map[string][]float64 {
	t.Helper()
	m, err := keras.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]float64{}
	for _, l := range m.Layers() {
		for _, w := range l.Weights() {
			all[w.Name()] = w.Float64s()
		}
	}
	return all
}

// TestBothForms: what Keras saved as an archive and as HDF5 is the same here, with what
// its optimizer remembers.
func TestBothForms(t *testing.T) {
	archive, err := keras.Open(publishedFile(t, "lstm_series-3.8.keras"))
	if err != nil {
		t.Fatal(err)
	}
	h5, err := keras.Open(publishedFile(t, "lstm_series-3.8.h5"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(archive.Optimizer, h5.Optimizer); diff != "" || archive.Optimizer.Steps != 12288 {
		t.Errorf("%d steps; the optimizers differ:\n%s", archive.Optimizer.Steps, diff)
	}
	if n := len(archive.Optimizer.Slots["velocity"]["lstm_1/recurrent_kernel"]); n != 128*512 {
		t.Errorf("%d values of a slot", n)
	}
	if diff := cmp.Diff(archive.Training, h5.Training); diff != "" {
		t.Errorf("the trainings differ:\n%s", diff)
	}
	if archive.Training.Losses[0] != "RMSE" || archive.Training.Optimizer != "RMSprop" || len(archive.Notes) != 1 {
		t.Errorf("%+v, %q", archive.Training, archive.Notes)
	}
	if diff := cmp.Diff(weightsOf(t, published+"/lstm_series-3.8.keras"), weightsOf(t, published+"/lstm_series-3.8.h5")); diff != "" {
		t.Error("weights differ")
	}
}
