package nn

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorgonia.org/tensor"
)

// withEmbedding is a small model that begins with the given embedding.
func withEmbedding(t *testing.T, embedding Layer) *Model {
	t.Helper()
	m, err := Sequential{Input: Tokens(4), Seed: 5, Layers: []Layer{embedding, LSTM{Units: 2}, Dense{Units: 1}}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestFrozenIsTheLayer: freezing changes neither names nor first values, only
// who may change the weights.
func TestFrozenIsTheLayer(t *testing.T) {
	embedding := Embedding{InputDim: 12, OutputDim: 3, MaskZero: true}
	plain, cold := withEmbedding(t, embedding), withEmbedding(t, Frozen{Frozen{embedding}})
	for i, w := range plain.weights.list {
		f := cold.weights.list[i]
		if w.Name() != f.Name() || !slices.Equal(w.Float64s(), f.Float64s()) {
			t.Errorf("%s became %s or has other values", w.Name(), f.Name())
		}
		if want := i > 0; !w.Trainable() || f.Trainable() != want {
			t.Errorf("%s: trainable is %t, want %t", f.Name(), f.Trainable(), want)
		}
	}
	if got, want := cold.Params(), plain.Params()-36; got != want || len(cold.States()) != 0 {
		t.Errorf("%d parameters and %d states, want %d and none", got, len(cold.States()), want)
	}
	if diff := cmp.Diff(plain.Calls(), cold.Calls()); diff != "" {
		t.Errorf("the calls became (-plain +frozen):\n%s", diff)
	}
	if err := cold.weights.list[0].Assign(cold.weights.list[0].Value()); err == nil {
		t.Error("a frozen weight was assigned as a state")
	}
}

// The totals are those of Keras for an embedding with trainable=False.
func TestFrozenSummary(t *testing.T) {
	want := withEmbedding(t, Embedding{InputDim: 12, OutputDim: 3}).Summary()
	want = strings.Replace(want, "Trainable params: 87\nNon-trainable params: 0", "Trainable params: 51\nNon-trainable params: 36", 1)
	if diff := cmp.Diff(want, withEmbedding(t, Frozen{Embedding{InputDim: 12, OutputDim: 3}}).Summary()); diff != "" {
		t.Error(diff)
	}
}

// TestFrozenEncoding: a summary leaves out an input encoding, frozen or not.
func TestFrozenEncoding(t *testing.T) {
	m, err := Sequential{Input: Tokens(4), Layers: []Layer{Frozen{OneHot{Depth: 5}}, SimpleRNN{Units: 2}}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	if s := m.Summary(); strings.Contains(s, "one_hot") {
		t.Errorf("the summary is\n%s", s)
	}
}

// TestFrozenValues: given values are in the weights' file, not in the
// architecture's, and the rows that were not given keep their first values.
func TestFrozenValues(t *testing.T) {
	m := withEmbedding(t, Frozen{Embedding{InputDim: 12, OutputDim: 3}})
	w, err := m.Weight("embedding/embeddings")
	if err != nil {
		t.Fatal(err)
	}
	want := w.Float64s()
	copy(want[4*3:], []float64{1, -2.5, 3})
	if err := w.SetRow(4, []float32{1, -2.5, 3}); err != nil {
		t.Fatal(err)
	}
	before, err := withEmbedding(t, Frozen{Embedding{InputDim: 12, OutputDim: 3}}).document()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile(filepath.Join(dir, ArchitectureFile))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(before), string(doc)); diff != "" {
		t.Errorf("the architecture depends on the values:\n%s", diff)
	}
	loaded, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if w, err = loaded.Weight("embedding/embeddings"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, w.Float64s()); diff != "" || w.Trainable() {
		t.Errorf("loaded, trainable is %t and the values are (-want +got):\n%s", w.Trainable(), diff)
	}
}

func TestSetRow(t *testing.T) {
	for _, dt := range []tensor.Dtype{tensor.Float32, tensor.Float64} {
		m, err := Sequential{Input: Features(2), Layers: []Layer{Dense{Units: 2, KernelInitializer: Zeros()}}, Dtype: dt}.Build()
		if err != nil {
			t.Fatal(err)
		}
		kernel, bias := m.Weights()[0], m.Weights()[1]
		if err := kernel.SetRow(1, []float32{3, 4}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]float64{0, 0, 3, 4}, kernel.Float64s()); diff != "" {
			t.Errorf("%v: %s", dt, diff)
		}
		for want, err := range map[string]error{
			"dense/bias: shape [2] has no rows":             bias.SetRow(0, []float32{1, 2}),
			"dense/kernel: row 2, want 0 to 1":              kernel.SetRow(2, []float32{1, 2}),
			"dense/kernel: row -1, want 0 to 1":             kernel.SetRow(-1, []float32{1, 2}),
			"dense/kernel: row 0 of 3 values, want 2":       kernel.SetRow(0, []float32{1, 2, 3}),
			"sequential: layer 0 is nil":                    buildError(nil),
			"frozen: no layer":                              buildError(Frozen{}),
			"dense: units is 0, want at least 1":            buildError(Frozen{Dense{}}),
			"bidirectional: layers nn.Frozen and nn.Frozen": buildError(Bidirectional{Layer: Frozen{Dense{Units: 2}}}),
		} {
			if err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("error %v, want %q", err, want)
			}
		}
	}
}

func buildError(l Layer) error {
	_, err := Sequential{Input: Features(3, 2), Layers: []Layer{l}}.Build()
	return err
}
