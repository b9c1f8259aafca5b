package main

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/nn"
	"unroll/nn/keras"
)

// kerasTokenizer is the content of a tokenizer's file.
const kerasTokenizer = `{"class_name": "Tokenizer", "config": {"oov_token": "<OOV>", "word_index": {"<OOV>": 1, "good": 2, "dull": 3, "rare": 4}}}`

// kerasFile saves a model as Keras does. Of a text it counts what the embedding says of
// its words: good is 12, dull −12.
func kerasFile(t *testing.T, name string, steps int, head ...nn.Layer) string {
	t.Helper()
	net, err := nn.Sequential{Input: nn.Tokens(steps), Layers: append([]nn.Layer{
		nn.Embedding{InputDim: 4, OutputDim: 1}, nn.GlobalAveragePooling1D{},
	}, head...)}.Build()
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range net.Weights() {
		values := []float64{0, 0, 12, -12}
		if strings.HasSuffix(w.Name(), "kernel") && w.Shape()[1] == 1 {
			values = []float64{1}
		}
		if len(values) == w.Shape()[0] && len(w.Shape()) == 2 {
			if err := w.Set(values); err != nil {
				t.Fatal(err)
			}
		}
	}
	return saved(t, name, net)
}

func saved(t *testing.T, name string, net *nn.Model) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	save := keras.Save
	switch {
	case strings.HasSuffix(name, ".weights.h5"):
		save = keras.SaveWeights
	case strings.HasSuffix(name, ".h5"):
		save = keras.SaveHDF5
	}
	if err := save(path, net); err != nil {
		t.Fatal(err)
	}
	return path
}

var sigmoid = nn.Dense{Units: 1, Activation: nn.Sigmoid}

// TestImport: what is imported answers, and the program says what it found and guessed.
func TestImport(t *testing.T) {
	tokenizer := writeFile(t, filepath.Join(t.TempDir(), "tokenizer.json"), kerasTokenizer)
	for _, name := range []string{"model.keras", "model.h5"} {
		for steps, more := range map[int][]string{6: nil, nn.Any: {"--maxlen", "6"}} {
			file, dir := kerasFile(t, name, steps, sigmoid), filepath.Join(t.TempDir(), "a", "mine")
			got := succeed(t, "", append(more, "import", file, "--tokenizer", tokenizer, "--out", dir)...)
			want := `layers      Embedding, GlobalAveragePooling1D, Dense; 6 parameters
compiled    no: the file names no optimizer and no loss
tokenizer   Keras Tokenizer as JSON, 4 words
sequences   6 words; padding pre, truncating pre
labels      negative, positive
guessed     --labels negative,positive: the second is the one whose probability the model gives
guessed     --padding pre and --truncating pre, as pad_sequences does unless it is told
guessed     num_words 4, which the embedding has: of 1 more the model knows nothing
The model is in DIR. Try it: sentiment predict DIR "a text"
`
			first, rest, _ := strings.Cut(strings.ReplaceAll(got, dir, "DIR"), "\n")
			if diff := cmp.Diff(want, rest); diff != "" || !strings.HasPrefix(first, "model       ") || !strings.Contains(first, ", of Keras ") {
				t.Errorf("%s: it begins with %q (-want +got):\n%s", name, first, diff)
			}
			if got := succeed(t, "", "predict", dir, "GOOD!", "a dull one"); got != "positive  0.8808  GOOD!\nnegative  0.8808  a dull one\n" {
				t.Errorf("predict prints %q", got)
			}
			got = succeed(t, "", "import", file, "--tokenizer", tokenizer, "--maxlen", "6", "--labels", "no, yes", "--padding", "post", "--truncating", "post", "--out", dir+"2")
			if strings.Contains(got, "guessed     --") || !strings.Contains(got, "padding post, truncating post\nlabels      no, yes\n") {
				t.Errorf("with all flags it prints\n%s", got)
			}
		}
	}
}

// TestImportEndings: what comes out of a model decides what it says of a text.
func TestImportEndings(t *testing.T) {
	tokenizer := writeFile(t, filepath.Join(t.TempDir(), "tokenizer.json"), kerasTokenizer)
	for _, c := range []struct {
		name, labels, want string
		head               []nn.Layer
	}{
		{"three classes", "a,b,c", "labels      a, b, c\n", []nn.Layer{nn.Dense{Units: 3, Activation: nn.Softmax}}},
		{"a layer of its own", "a,b,c", "labels      a, b, c\n", []nn.Layer{nn.Dense{Units: 3}, nn.SoftmaxLayer{}}},
		{"a sigmoid of its own", "a,b", "labels      a, b\n", []nn.Layer{nn.Dense{Units: 1}, nn.Activation{Func: nn.Sigmoid}}},
		{"a number", "", "guessed     the model gives a number, not a class: it does not end in a sigmoid\nguessed     the number is no logit of two classes: else name these with --labels\n", []nn.Layer{nn.Dense{Units: 1}}},
	} {
		dir := filepath.Join(t.TempDir(), "mine")
		args := []string{"import", kerasFile(t, "model.keras", 6, c.head...), "--tokenizer", tokenizer, "--out", dir}
		if c.labels != "" {
			args = append(args, "--labels", c.labels)
		}
		if got := succeed(t, "", args...); !strings.Contains(got, c.want) {
			t.Errorf("%s: it prints\n%s", c.name, got)
		}
		if got := succeed(t, "", "predict", dir, "good"); !strings.HasSuffix(got, "good\n") {
			t.Errorf("%s: predict prints %q", c.name, got)
		}
	}
}

// TestImportRefuses: each error says what the file is and what to do instead, and
// leaves no folder behind.
func TestImportRefuses(t *testing.T) {
	dir := t.TempDir()
	tokenizer := writeFile(t, filepath.Join(dir, "tokenizer.json"), kerasTokenizer)
	file, long := kerasFile(t, "model.keras", 6, sigmoid), kerasFile(t, "long.keras", nn.Any, sigmoid)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, content string) string { return writeFile(t, filepath.Join(dir, name), content) }
	features, err := nn.Sequential{Input: nn.Features(6, 3), Layers: []nn.Layer{nn.LSTM{Units: 2}, sigmoid}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	f := &nn.Functional{}
	both := f.Call(nn.Embedding{InputDim: 4, OutputDim: 1}, f.Input("text", nn.Tokens(6)))
	pooled := f.Call(nn.GlobalAveragePooling1D{}, both)
	f.Output("a", f.Call(sigmoid, pooled))
	f.Output("b", f.Call(sigmoid, pooled))
	two, err := f.Build()
	if err != nil {
		t.Fatal(err)
	}
	full := filepath.Dir(write("full/file", "x"))
	out := filepath.Join(dir, "none", "out")
	for _, c := range []struct {
		name   string
		file   string
		status int
		args   []string
		wants  []string
	}{
		{"pointer", write("lfs.keras", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3904187\n"), exitFailure, nil, []string{"lfs.keras: this is a Git LFS pointer"}},
		{"pickle", write("model.pkl", "\x80\x04\x95"), exitFailure, nil, []string{"this is a Python pickle"}},
		{"cut short", write("cut.keras", string(whole[:len(whole)/2])), exitFailure, nil, []string{"cut short or damaged"}},
		{"folder", dir, exitFailure, nil, []string{"this is a folder"}},
		{"missing", filepath.Join(dir, "missing.keras"), exitFailure, nil, []string{"missing.keras: no such file"}},
		{"custom layer", customLayer(t, whole), exitFailure, nil, []string{"class mine>Attention9 is of the file's author and cannot be represented"}},
		{"weights", kerasFile(t, "m.weights.h5", 6, sigmoid), exitFailure, nil, []string{"is HDF5 of weights", "keras.LoadWeights", "sentiment summary "}},
		{"no texts", saved(t, "series.keras", features), exitFailure, nil, []string{"is no model of texts: it takes numbers of the shape (None, 6, 3)", "use keras.Load in Go, or look at it with: sentiment summary "}},
		{"two outputs", saved(t, "two.keras", two), exitFailure, nil, []string{"is a model of 1 input and 2 outputs", "use keras.Load in Go"}},
		{"two sigmoids", kerasFile(t, "m.keras", 6, nn.Dense{Units: 2, Activation: nn.Sigmoid}), exitFailure, nil, []string{"gives two values of a text that do not come out of a Dense layer with a softmax"}},
		{"many sigmoids", kerasFile(t, "m.keras", 6, nn.Dense{Units: 3, Activation: nn.Sigmoid}), exitFailure, nil, []string{"does not end in a softmax"}},
		{"a number's labels", changed(t, kerasFile(t, "m.keras", 6, nn.Dense{Units: 1}), func(config string) string {
			return `{"compile_config":{"optimizer":"adam","loss":"mse"},` + strings.TrimPrefix(config, "{")
		}), exitUsage, []string{"--labels", "a,b"}, []string{"leave out --labels"}},
		{"no labels of three", kerasFile(t, "m.keras", 6, nn.Dense{Units: 3, Activation: nn.Softmax}), exitUsage, nil, []string{"tells 3 classes apart and does not name them", "--labels"}},
		{"too many labels", file, exitUsage, []string{"--labels", "a,b,c"}, []string{"--labels has 3 names, but ", " tells 2 classes apart"}},
		{"a label twice", file, exitUsage, []string{"--labels", "a,a"}, []string{"--labels has a twice"}},
		{"an empty label", file, exitUsage, []string{"--labels", "a,"}, []string{"has an empty name"}},
		{"another length", file, exitUsage, []string{"--maxlen", "7"}, []string{"--maxlen is 7, but the model has sequences of 6 words"}},
		{"no length", long, exitUsage, nil, []string{"how long sequences are: give --maxlen"}},
		{"a negative length", file, exitUsage, []string{"--maxlen", "-1"}, []string{"--maxlen is -1, want at least 1"}},
		{"no tokenizer", file, exitUsage, []string{"--tokenizer", ""}, []string{"does not hold how texts become word ids: give its tokenizer with --tokenizer"}},
		{"a model as tokenizer", file, exitFailure, []string{"--tokenizer", file}, []string{"--tokenizer: ", "without a TextVectorization layer"}},
		{"no such tokenizer", file, exitFailure, []string{"--tokenizer", "missing.json"}, []string{"--tokenizer: missing.json: no such file"}},
		{"a full folder", file, exitUsage, []string{"--out", full}, []string{"holds something already: choose another folder"}},
		{"a file for a folder", file, exitFailure, []string{"--out", tokenizer}, []string{"--out", "not a directory"}},
		{"a model of ours", imported(t), exitUsage, nil, []string{"is a folder with a model of this program already: use it as it is, as in: sentiment predict "}},
		{"a pipe", os.DevNull, exitFailure, nil, []string{"this is a pipe or a device, which can be read but once: save what it gives to a file first"}},
		{"no folder", file, exitUsage, []string{"--out", ""}, []string{"--out is missing: name a folder"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			args := append([]string{"import", c.file}, c.args...)
			for flag, value := range map[string]string{"--tokenizer": tokenizer, "--out": out} {
				if !strings.Contains(strings.Join(c.args, " "), flag) {
					args = append(args, flag, value)
				}
			}
			status, stdout, stderr := command("", args...)
			checkFailure(t, status, c.status, stdout, stderr, c.wants...)
			if _, err := os.Stat(filepath.Dir(out)); err == nil {
				t.Error("a folder is left behind")
			}
		})
	}
}

// customLayer makes an archive whose Dense is of somebody's own class.
func customLayer(t *testing.T, archive []byte) string {
	t.Helper()
	return rewritten(t, archive, func(config string) string {
		return strings.Replace(config, `"Dense"`, `"mine>Attention9"`, 1)
	})
}

// rewritten returns the path of an archive with another configuration, and more files,
// name and content in turn.
func rewritten(t *testing.T, archive []byte, change func(config string) string, more ...string) string {
	t.Helper()
	from, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	to := zip.NewWriter(&b)
	add := func(name, content string) {
		w, err := to.Create(name)
		if err == nil {
			_, err = w.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range from.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		var content bytes.Buffer
		if _, err := content.ReadFrom(r); err != nil {
			t.Fatal(err)
		}
		if f.Name == "config.json" {
			add(f.Name, change(content.String()))
			continue
		}
		add(f.Name, content.String())
	}
	for i := 0; i < len(more); i += 2 {
		add(more[i], more[i+1])
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	return writeFile(t, filepath.Join(t.TempDir(), "changed.keras"), b.String())
}
