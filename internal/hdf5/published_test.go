package hdf5

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// published are files that others wrote with Keras 2.0 to 3.13, and the number of
// values of all datasets as h5py counts them.
var published = map[string]int{
	"cnn_lstm.keras": 122788, "custom_attention-3.keras": 867998, "gru.weights.h5": 404045, "gru_mask-3.13.keras": 536645, "lstm_imdb-2.0.9.h5": 656706,
	"lstm_series-3.8.h5": 396548, "lstm_series-3.8.keras": 396548, "masking_lstm-3.8.keras": 439310, "simple_rnn-2.6.h5": 160, "simple_rnn-3.13.keras": 967877,
}

func TestPublished(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "data", "keras")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("*** THE PUBLISHED FILES ARE NOT AT %s: they are not tried ***", dir)
	}
	for name, want := range published {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
			continue
		}
		if strings.HasPrefix(string(b), "PK") {
			b = weights(t, b)
		}
		g, err := readBytes(b)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := count(t, g); got != want {
			t.Errorf("%s: %d values, want %d", name, got, want)
		}
		if root := g.Group("model_weights"); root != nil {
			layers, err := root.Strings("layer_names")
			if config, _ := g.Attrs["model_config"].(string); err != nil || len(layers) == 0 || !strings.HasPrefix(config, "{") || !strings.HasSuffix(config, "}") {
				t.Errorf("%s: %v, layers %v, %v", name, g.Attrs["model_config"], layers, err)
			}
			for _, l := range layers {
				names, err := root.Group(l).Strings("weight_names")
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
				for _, n := range names {
					if root.Dataset(l+"/"+n) == nil {
						t.Errorf("%s: there is no %s/%s", name, l, n)
					}
				}
			}
		}
	}
}

// weights returns the weights in an archive of Keras 3.
func weights(t *testing.T, b []byte) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("model.weights.h5")
	if err != nil {
		t.Fatal(err)
	}
	if b, err = io.ReadAll(f); err != nil {
		t.Fatal(err)
	}
	return b
}

// count reads all datasets and returns the number of their values.
func count(t *testing.T, g *Group) (n int) {
	t.Helper()
	for _, d := range g.Datasets {
		v, err := d.Float32s()
		if err != nil {
			t.Error(err)
		}
		n += len(v)
	}
	for _, g := range g.Groups {
		n += count(t, g)
	}
	return n
}
