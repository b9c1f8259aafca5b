package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"unroll/nn"
)

// TestImportTextVectorization: a model that holds how texts become word ids needs no
// tokenizer and no length.
func TestImportTextVectorization(t *testing.T) {
	file := changed(t, kerasFile(t, "model.keras", 6, sigmoid), func(config string) string {
		const input = `"batch_shape":[null,6],"dtype":"float32"`
		if !strings.Contains(config, input) {
			t.Fatalf("there is no %s in %s", input, config)
		}
		config = strings.Replace(config, input, `"batch_shape":[null,1],"dtype":"string"`, 1)
		return strings.Replace(config, `{"build_config":{"input_shape":[null,6]},"class_name":"Embedding"`,
			`{"class_name":"TextVectorization","module":"keras.layers","registered_name":null,"config":{"name":"texts","output_mode":"int",
			"output_sequence_length":6,"standardize":"lower_and_strip_punctuation","split":"whitespace"}},{"class_name":"Embedding"`, 1)
	}, "assets/layers/text_vectorization/vocabulary.txt", "\n[UNK]\ngood\ndull\n")
	dir := filepath.Join(t.TempDir(), "mine")
	got := succeed(t, "", "import", file, "--out", dir)
	for _, want := range []string{
		"TextVectorization layer of a Keras model", "sequences   6 words; padding post, truncating post\n",
		`note        the layer "texts" turns texts into word ids`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("want %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "pad_sequences") {
		t.Errorf("it guesses what the layer says:\n%s", got)
	}
	if got := succeed(t, "", "predict", dir, "GOOD!", "a dull one"); !strings.HasPrefix(got, "positive  0.8808  GOOD!\nnegative  0.8808  a dull") {
		t.Errorf("predict prints %q", got)
	}
	status, stdout, stderr := command("", "import", file, "--maxlen", "5", "--out", dir+"2")
	checkFailure(t, status, exitUsage, stdout, stderr, "--maxlen is 5, but the TextVectorization has sequences of 6 words")
	tokenizer := writeFile(t, filepath.Join(t.TempDir(), "tokenizer.json"), kerasTokenizer)
	status, stdout, stderr = command("", "import", file, "--tokenizer", tokenizer, "--out", dir+"2")
	checkFailure(t, status, exitUsage, stdout, stderr, "holds how texts become word ids, in its layer texts of TextVectorization: leave out --tokenizer")
}

// TestImportLogits: where the loss tells that a model gives logits, the model that is
// made ends in probabilities.
func TestImportLogits(t *testing.T) {
	tokenizer := writeFile(t, filepath.Join(t.TempDir(), "tokenizer.json"), kerasTokenizer)
	file := changed(t, kerasFile(t, "model.keras", 6, nn.Dense{Units: 1}), func(config string) string {
		return `{"compile_config":{"optimizer":"adam","loss":{"module":"keras.losses","class_name":"BinaryCrossentropy","config":{"from_logits":true}}},` +
			strings.TrimPrefix(config, "{")
	})
	dir := filepath.Join(t.TempDir(), "mine")
	got := succeed(t, "", "import", file, "--tokenizer", tokenizer, "--out", dir)
	if !strings.Contains(got, "guessed     the model gives logits, as its loss tells: a sigmoid makes probabilities of them\n") {
		t.Errorf("it prints\n%s", got)
	}
	if got := succeed(t, "", "predict", dir, "GOOD!"); got != "positive  0.8808  GOOD!\n" {
		t.Errorf("predict prints %q", got)
	}
	if got := succeed(t, "", "predict", dir, "--explain", "a good one"); !strings.Contains(got, "good +2.00") {
		t.Errorf("explain prints %q", got)
	}
	if got := succeed(t, "", "words", dir, "good"); got != "good  dull -1.00\n" {
		t.Errorf("words prints %q", got)
	}
}

// TestImportUntoldLogits: where a file tells no loss, --labels say that values are logits.
func TestImportUntoldLogits(t *testing.T) {
	tokenizer := writeFile(t, filepath.Join(t.TempDir(), "tokenizer.json"), kerasTokenizer)
	for units, labels := range map[int]string{1: "no,yes", 2: "no,yes", 3: "a,b,c"} {
		file, dir := kerasFile(t, "model.keras", 6, nn.Dense{Units: units}), filepath.Join(t.TempDir(), "mine")
		if units > 1 {
			status, stdout, stderr := command("", "import", file, "--tokenizer", tokenizer, "--out", dir)
			checkFailure(t, status, exitFailure, stdout, stderr, "if they are logits of classes, name these with --labels; else use keras.Load in Go")
		}
		got := succeed(t, "", "import", file, "--tokenizer", tokenizer, "--labels", labels, "--out", dir)
		if !strings.Contains(got, "guessed     the model gives logits, as it has --labels and tells no loss: a s") {
			t.Errorf("of %d it prints\n%s", units, got)
		}
		if got := succeed(t, "", "predict", dir, "good"); units == 1 && got != "yes  0.8808  good\n" || !strings.HasSuffix(got, "  good\n") {
			t.Errorf("of %d predict prints %q", units, got)
		}
	}
}

// TestImportOfTwo: of two units with a softmax a model gives the probabilities.
func TestImportOfTwo(t *testing.T) {
	tokenizer := writeFile(t, filepath.Join(t.TempDir(), "tokenizer.json"), kerasTokenizer)
	net, err := nn.Sequential{Input: nn.Tokens(6), Layers: []nn.Layer{
		nn.Embedding{InputDim: 4, OutputDim: 1}, nn.GlobalAveragePooling1D{}, nn.Dense{Units: 2, Activation: nn.Softmax},
	}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	for i, values := range [][]float64{{0, 0, 12, -12}, {-0.25, 0.5}, {0.125, 0.375}} {
		if err := net.Weights()[i].Set(values); err != nil {
			t.Fatal(err)
		}
	}
	file, dir := saved(t, "model.keras", net), filepath.Join(t.TempDir(), "mine")
	got := succeed(t, "", "import", file, "--tokenizer", tokenizer, "--out", dir)
	if !strings.Contains(got, "guessed     its two outputs exclude each other: one with a sigmoid says the same\n") {
		t.Errorf("it prints\n%s", got)
	}
	// good is 2, dull −2 on the mean: σ(0.75·2 + 0.25) and σ(−0.75·2 + 0.25)
	if got := succeed(t, "", "predict", dir, "good", "dull"); got != "positive  0.8520  good\nnegative  0.7773  dull\n" {
		t.Errorf("predict prints %q", got)
	}
	if got := succeed(t, "", "words", dir, "good"); got != "good  dull -1.00\n" {
		t.Errorf("words prints %q", got)
	}
}

// TestInterruptImport: an import that is interrupted leaves no folder.
func TestInterruptImport(t *testing.T) {
	tokenizer := writeFile(t, filepath.Join(t.TempDir(), "tokenizer.json"), kerasTokenizer)
	file, dir := kerasFile(t, "model.keras", 6, sigmoid), filepath.Join(t.TempDir(), "mine")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	status := execute(ctx, []string{"import", file, "--tokenizer", tokenizer, "--out", dir}, strings.NewReader(""), &stdout, &stderr)
	checkFailure(t, status, exitInterrupted, stdout.String(), stderr.String(), "interrupted")
	if _, err := os.Stat(dir); err == nil {
		t.Error("a folder is left behind")
	}
}

// TestSummaryOfFile: of a model its table, of weights alone their tree.
func TestSummaryOfFile(t *testing.T) {
	got := succeed(t, "", "summary", kerasFile(t, "model.keras", 6, sigmoid))
	for _, want := range []string{"file        a .keras archive, of Keras ", "compiled    no: ", "\nModel: \"sequential\"\n", "(None, 6, 1)", "Total params: 6\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("want %q in\n%s", want, got)
		}
	}
	got = succeed(t, "", "summary", kerasFile(t, "model.weights.h5", 6, sigmoid))
	want := `file        HDF5 of weights

layers
  dense
    vars
      0  (1, 1)
      1  (1)
  embedding
    vars
      0  (4, 1)

The file holds 3 weights of 6 values in all, and no model.
`
	if got != want {
		t.Errorf("of weights it prints\n%s", got)
	}
	got = succeed(t, "", "summary", imported(t))
	want = "model       keras\nimported    from model.keras\nsequences   6 words; padding post, truncating pre\nlabels      negative, positive\n\nModel: "
	if !strings.HasPrefix(got, want) || !strings.Contains(got, "Total params: 6\n") {
		t.Errorf("of an imported model it prints\n%s", got)
	}
	got = succeed(t, "", "summary", sharedRun(t))
	for _, want := range []string{"model       onehot\ntrained     on sample\nsequences   ", "Total params: 32,337\n", "\n\nmodel       embedding\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("want %q in\n%s", want, got)
		}
	}
	text := writeFile(t, filepath.Join(t.TempDir(), "model.txt"), "hello")
	status, stdout, stderr := command("", "summary", text)
	checkFailure(t, status, exitFailure, stdout, stderr, "model.txt: this is no file of Keras's")
}

// changed is rewritten of the archive in a file.
func changed(t *testing.T, file string, change func(config string) string, more ...string) string {
	t.Helper()
	archive, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return rewritten(t, archive, change, more...)
}
