package keras_test

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"unroll/internal/hdf5"
	"unroll/nn"
	"unroll/nn/keras"
)

// small is a model whose file is small.
func small(t testing.TB) *nn.Model {
	t.Helper()
	m, err := nn.Sequential{Input: nn.Tokens(4), Seed: 1, Layers: []nn.Layer{
		nn.Embedding{InputDim: 12, OutputDim: 3}, nn.GRU{Units: 2}, nn.Dense{Units: 1, Activation: nn.Sigmoid},
	}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func written(t testing.TB, write func(*bytes.Buffer, *nn.Model) error, m *nn.Model) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func archive(b *bytes.Buffer, m *nn.Model) error { return keras.Write(b, m) }
func whole(b *bytes.Buffer, m *nn.Model) error   { return keras.WriteHDF5(b, m) }
func weights(b *bytes.Buffer, m *nn.Model) error { return keras.WriteWeights(b, m) }

// zipOf makes an archive of files, name and content in turn.
func zipOf(t testing.TB, files ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		w, err := z.Create(files[i])
		if err == nil {
			_, err = w.Write([]byte(files[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func hdf5Of(t testing.TB, g *hdf5.Group) string {
	t.Helper()
	var b bytes.Buffer
	if err := hdf5.Write(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestWhatItIs: files that are none of Keras's are called what they are, in one line.
func TestWhatItIs(t *testing.T) {
	model, h5 := string(written(t, archive, small(t))), string(written(t, whole, small(t)))
	for _, c := range []struct{ name, content, want string }{
		{"empty", "", "the file is empty"},
		{"pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 3904187\n",
			"this is a Git LFS pointer to a model of 3.7 MB, not the model"},
		{"archive cut short", model[:len(model)/2], "a zip archive that is cut short or damaged"},
		{"HDF5 cut short", h5[:len(h5)/2], "hdf5: "},
		{"pickle", "\x80\x04\x95\x1a\x00", "this is a Python pickle"},
		{"old PyTorch", "\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", "a model of PyTorch, in its old format"},
		{"PyTorch", zipOf(t, "model/data.pkl", "x", "model/data/0", "x"), "this is a model of PyTorch"},
		{"another archive", zipOf(t, "word/document.xml", "x"), "a zip archive without config.json"},
		{"no weights", zipOf(t, "config.json", "{}"), "this archive has no model.weights.h5"},
		{"compressed", "\x1f\x8b\x08", "compressed by gzip"},
		{"page", "<!DOCTYPE html><html>", "a page of the web"},
		{"JSON", `{"class_name": "Sequential"}`, "this is JSON, but not of a model of Keras's or TensorFlow.js's"},
		{"safetensors", "\x10\x00\x00\x00\x00\x00\x00\x00{\"a\":1}", "this is a safetensors file"},
		{"TFLite", "\x1c\x00\x00\x00TFL3\x00\x00", "TensorFlow Lite"},
		{"NumPy", "\x93NUMPY\x01\x00", "a NumPy array"},
		{"text", "hello, world, this is a text\n", "no file of Keras's"},
		{"foreign HDF5", hdf5Of(t, &hdf5.Group{Datasets: []*hdf5.Dataset{hdf5.NewDataset("x", []int{1}, []float32{1})}}), "this is HDF5, but not Keras's"},
		{"Keras 1", hdf5Of(t, &hdf5.Group{Attrs: map[string]any{"model_config": "{}", "keras_version": "1.2.2"}, Groups: []*hdf5.Group{{Name: "model_weights"}}}), "the file is of Keras 1.2.2: only those from 2.0 on can be read"},
		{"weights alone", string(written(t, weights, small(t))), "this is HDF5 of weights: describe the model that they are of, and use LoadWeights"},
	} {
		path := filepath.Join(t.TempDir(), "model.keras") // a name says nothing
		if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := keras.Load(path)
		if err == nil || !strings.HasPrefix(err.Error(), path+": ") || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	for _, c := range []struct{ file, want string }{
		{"saved_model.pb", "this folder is a SavedModel of TensorFlow"},
		{"weights.safetensors", "this folder is a model of this module: use nn.Load"},
		{"config.json", "this folder is the unpacked content of a .keras archive"},
		{"notes.txt", "this is a folder"},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, c.file), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := keras.Load(dir); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.file, err, c.want)
		}
		_, err := keras.OpenFS(fstest.MapFS{"dir/" + c.file: {}}, "dir")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.file, err, c.want)
		}
	}
	if _, err := keras.Load(os.DevNull); err == nil || !strings.HasSuffix(err.Error(), ": save what it gives to a file first") {
		t.Error(err)
	}
	if _, err := keras.Load("nowhere.h5"); err == nil || err.Error() != "nowhere.h5: no such file or directory" {
		t.Error(err)
	}
}

// TestFolderOfTFJS: the folder of a model of TensorFlow.js stands for the model.json in it.
func TestFolderOfTFJS(t *testing.T) {
	saved, err := nn.Sequential{Input: nn.Features(2), Layers: []nn.Layer{nn.Dense{Units: 3}}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "web")
	if err := keras.SaveTFJS(dir, saved); err != nil {
		t.Fatal(err)
	}
	fromFS, err := keras.OpenFS(os.DirFS(filepath.Dir(dir)), "web")
	if err != nil {
		t.Fatal(err)
	}
	m, err := keras.Load(dir)
	if err != nil || !slices.Equal(allWeights(m), allWeights(saved)) || !slices.Equal(allWeights(fromFS.Model), allWeights(saved)) {
		t.Errorf("error %v, or other weights", err)
	}
}

// TestNamesSayNothing: files are told apart by what is in them, wherever they come from.
func TestNamesSayNothing(t *testing.T) {
	for name, write := range map[string]func(*bytes.Buffer, *nn.Model) error{"model.h5": archive, "model.keras": whole} {
		data := written(t, write, small(t))
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		for from, open := range map[string]func() (*keras.File, error){
			"disk":   func() (*keras.File, error) { return keras.Open(path) },
			"FS":     func() (*keras.File, error) { return keras.OpenFS(fstest.MapFS{"a/b": {Data: data}}, "a/b") },
			"dir FS": func() (*keras.File, error) { return keras.OpenFS(os.DirFS(filepath.Dir(path)), name) },
			"reader": func() (*keras.File, error) { return keras.OpenReader(bytes.NewReader(data), int64(len(data))) },
		} {
			f, err := open()
			if err != nil {
				t.Errorf("%s of %s: %v", name, from, err)
			} else if f.Model.Summary() != small(t).Summary() || len(f.Notes) > 0 {
				t.Errorf("%s of %s: %q\n%s", name, from, f.Notes, f.Model.Summary())
			}
		}
	}
}
