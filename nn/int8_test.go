package nn

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"
)

// TestSaveInt8: a model of 8 bits is read like any other, its weights are near what they
// were, and it is smaller.
func TestSaveInt8(t *testing.T) {
	for _, dt := range []tensor.Dtype{tensor.Float32, tensor.Float64} {
		m, err := Sequential{Input: Tokens(7), Seed: 1, Dtype: dt, Layers: []Layer{
			Embedding{InputDim: 300, OutputDim: 24}, GRU{Units: 20}, Dense{Units: 3, Activation: Softmax},
		}}.Build()
		if err != nil {
			t.Fatal(err)
		}
		whole, small := t.TempDir(), t.TempDir()
		if err := m.Save(whole); err != nil {
			t.Fatal(err)
		}
		if err := m.SaveInt8(small); err != nil {
			t.Fatal(err)
		}
		before, after := fileSize(t, whole), fileSize(t, small)
		if after > before*2/5 {
			t.Errorf("%d bytes became %d", before, after)
		}
		loaded, err := Load(small)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range m.Weights() {
			other, err := loaded.Weight(w.Name())
			if err != nil {
				t.Fatal(err)
			}
			x, y := w.Float64s(), other.Float64s()
			limit := max(slices.Max(x), -slices.Min(x)) / 250
			for i := range x {
				if math.Abs(x[i]-y[i]) > limit {
					t.Fatalf("%s: %v became %v", w.Name(), x[i], y[i])
				}
			}
		}
		// Every cut is refused, in the name of the file.
		path := filepath.Join(small, WeightsFile)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(data); i += 101 {
			if err := os.WriteFile(path, data[:i], 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := Load(small); err == nil || !strings.HasPrefix(err.Error(), path+": ") {
				t.Fatalf("%d of %d bytes: error %v", i, len(data), err)
			}
		}
	}
}

func fileSize(t *testing.T, dir string) int64 {
	t.Helper()
	info, err := os.Stat(filepath.Join(dir, WeightsFile))
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

func TestSaveInt8RefusesWhatIsNotFinite(t *testing.T) {
	m, err := Sequential{Input: Features(40), Layers: []Layer{Dense{Units: 30}}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float64, 1200)
	x[7] = math.Inf(1)
	if err := m.Weights()[0].Set(x); err != nil {
		t.Fatal(err)
	}
	if err := m.SaveInt8(t.TempDir()); err == nil || !strings.Contains(err.Error(), "dense/kernel: the value +Inf has no 8 bits") {
		t.Errorf("error %v", err)
	}
}

// TestBagRows: rows of tables and scales are taken, all else is as it was.
func TestBagRows(t *testing.T) {
	m, err := Sequential{Input: Bag(), Seed: 2, Layers: []Layer{
		EmbeddingBag{InputDim: 6, OutputDim: 2, Split: 4, Norm: "l2", Scaled: true, UseBias: true}, Dense{Units: 3},
	}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	part, err := m.BagRows([]int32{1, 3, 5})
	if err != nil {
		t.Fatal(err)
	}
	bag := part.Layers()[0].Layer.(EmbeddingBag)
	if bag.InputDim != 3 || bag.Split != 2 || bag.Norm != "l2" {
		t.Errorf("the bag is %+v", bag)
	}
	for _, w := range append(part.Weights(), part.States()...) {
		of, err := m.Weight(w.Name())
		if err != nil {
			t.Fatal(err)
		}
		want := of.Float64s()
		switch w.Name() {
		case "embedding_bag/embeddings":
			want = slices.Concat(want[2:4], want[6:8], want[10:12])
		case "embedding_bag/scale":
			want = []float64{want[1], want[3], want[5]}
		}
		if !slices.Equal(want, w.Float64s()) {
			t.Errorf("%s is %v, want %v", w.Name(), w.Float64s(), want)
		}
	}
	for _, rows := range [][]int32{{3, 1}, {1, 1}, {6}, {-1}, {}} {
		if _, err := m.BagRows(rows); err == nil {
			t.Errorf("rows %d are taken", rows)
		}
	}
	dense, err := Sequential{Input: Features(2), Layers: []Layer{Dense{Units: 2}}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dense.BagRows([]int32{0}); err == nil || err.Error() != "no layer is an EmbeddingBag" {
		t.Errorf("error %v", err)
	}
}
