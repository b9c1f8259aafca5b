package keras_test

import (
	"path/filepath"
	"runtime"
	"testing"

	"unroll/nn"
	"unroll/nn/keras"
)

// BenchmarkLoad loads a published model of 3.9 MB.
func BenchmarkLoad(b *testing.B) {
	path := publishedFile(b, "simple_rnn-3.13.keras")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := keras.Load(path); err != nil {
			b.Fatal(err)
		}
	}
}

// TestMemory: an embedding of 100 MB is read straight into the model's weights, without
// twice its size.
func TestMemory(t *testing.T) {
	const rows, width = 100_000, 256
	m, err := nn.Sequential{Input: nn.Tokens(4), Layers: []nn.Layer{
		nn.Embedding{InputDim: rows, OutputDim: width}, nn.GlobalAveragePooling1D{}, nn.Dense{Units: 1},
	}}.BuildZeros(1 << 30)
	if err != nil {
		t.Fatal(err)
	}
	for name, save := range map[string]func(string, *nn.Model) error{"archive": keras.Save, "HDF5": keras.SaveHDF5, "TensorFlow.js": keras.SaveTFJS} {
		path := filepath.Join(t.TempDir(), "large")
		if err := save(path, m); err != nil {
			t.Fatal(err)
		}
		if name == "TensorFlow.js" {
			path = filepath.Join(path, "model.json")
		}
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		loaded, err := keras.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		taken, size := after.TotalAlloc-before.TotalAlloc, uint64(4*rows*width)
		if t.Logf("%s: %d MB for weights of %d MB", name, taken>>20, size>>20); taken > size*5/4 {
			t.Errorf("%s: %d bytes were allocated for weights of %d", name, taken, size)
		}
		runtime.KeepAlive(loaded)
	}
}
