package main

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"unroll/cmd/sentiment/internal/run"
	"unroll/nn/onnx"
	"unroll/train/classifier"
)

// checkBack imports what was exported into a folder, and holds it to the answers of its model.
func checkBack(t *testing.T, model, dir string) {
	t.Helper()
	m, err := run.Load(model)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	tokenizer, into := "vocabulary.json", filepath.Join(t.TempDir(), "back")
	if m.Grams() != nil {
		tokenizer = "grams.bin"
	}
	args := []string{"import", filepath.Join(dir, "model.onnx"), "--tokenizer", filepath.Join(dir, tokenizer), "--out", into}
	if c := m.Task().Classes; c != nil {
		args = append(args, "--labels", strings.Join(c, ","))
	}
	if printed := succeed(t, "", args...); !strings.Contains(printed, "model       ONNX\n") || !strings.Contains(printed, " of this program\n") {
		t.Errorf("it prints\n%s", printed)
	}
	checkSame(t, answersTo(t, into), answersTo(t, model), m.Task())
}

// checkSame holds answers to others.
func checkSame(t *testing.T, got, want []classifier.Answer, task classifier.Task) {
	t.Helper()
	for i, w := range want {
		g := got[i]
		if g.Label != w.Label || g.KnownWords != w.KnownWords || len(g.Probabilities) != len(w.Probabilities) || !(math.Abs(g.Value-w.Value) <= 1e-5*math.Max(1, math.Abs(w.Value))) {
			t.Fatalf("%q: %+v, want %+v", messy[i], g, w)
		}
		for k, c := range w.Probabilities {
			if !(math.Abs(c.Probability-g.Probabilities[k].Probability) <= 1e-5) {
				t.Fatalf("%q: %+v, want %+v", messy[i], g, w)
			}
		}
		if task.Multi && task.Thresholds == nil && !slices.Equal(g.Labels, w.Labels) {
			t.Fatalf("%q: %v, want %v", messy[i], g.Labels, w.Labels)
		}
	}
}

// pytorch is the path of a model in the form of PyTorch's exporter.
func pytorch(name string) string {
	return filepath.Join("..", "..", "nn", "onnx", "testdata", "pytorch", name+".onnx")
}

// TestImportPyTorch: text models as PyTorch's exporter writes them are used as those that
// were trained here, and trained on.
func TestImportPyTorch(t *testing.T) {
	tokenizer := writeFile(t, filepath.Join(t.TempDir(), "vocab.json"), `{"<pad>": 0, "<unk>": 1, "good": 2, "bad": 3, "film": 4, "plot": 5}`)
	for name, c := range map[string]struct {
		labels string
		wants  []string
	}{
		"lstm_last":      {"bad,good", []string{"labels      bad, good\n"}},
		"textcnn":        {"bad,good", []string{"guessed     the model gives logits, as it has --labels and tells no loss: a softmax", "one with a sigmoid says the same"}},
		"bilstm_stacked": {"a,b,c", []string{"labels      a, b, c\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "mine")
			got := succeed(t, "", "import", pytorch(name), "--tokenizer", tokenizer, "--maxlen", "7", "--labels", c.labels, "--out", dir)
			for _, want := range append(c.wants, "model       ONNX\n", "guessed     --padding post and --truncating post, as PyTorch's pad_sequence fills texts\n", "<unk> is the id 1 of unknown words\n", "sequences   7 words; padding post, truncating post\n") {
				if !strings.Contains(got, want) {
					t.Errorf("want %q in\n%s", want, got)
				}
			}
			if strings.Contains(got, "compiled") {
				t.Errorf("ONNX tells of no training:\n%s", got)
			}
			labels := strings.Split(c.labels, ",")
			data := writeFile(t, filepath.Join(t.TempDir(), "t.csv"), "text,label\n"+strings.Repeat("a good film,"+labels[1]+"\na bad plot,"+labels[0]+"\nplot film,"+labels[len(labels)-1]+"\n", 20))
			if got := succeed(t, "", "evaluate", dir, "--data", data); !strings.Contains(got, "accuracy ") {
				t.Errorf("evaluate prints %q", got)
			}
			into := filepath.Join(t.TempDir(), "more")
			succeedQuietly(t, "train", "--from", dir, "--data", data, "--epochs", "1", "--split", "random", "--out", into)
			if got := succeed(t, "", "predict", into, "a good film"); !strings.HasSuffix(got, "  a good film\n") {
				t.Errorf("predict prints %q", got)
			}
			url, stop := serving(t, dir)
			defer stop()
			if reply := string(posted(t, url, `{"texts": ["a good one"]}`)); !strings.Contains(reply, `"label"`) {
				t.Errorf("the server says %s", reply)
			}
			back, _ := exportedTo(t, dir, "onnx")
			checkBack(t, dir, back)
		})
	}
}

// TestImportPyTorchAnswers: the answer to a text is what the network gives for its ids.
func TestImportPyTorchAnswers(t *testing.T) {
	tokenizer := writeFile(t, filepath.Join(t.TempDir(), "vocab.json"), `{"<pad>": 0, "<unk>": 1, "good": 2, "bad": 3, "film": 4}`)
	dir := filepath.Join(t.TempDir(), "mine")
	succeed(t, "", "import", pytorch("bilstm_stacked"), "--tokenizer", tokenizer, "--maxlen", "4", "--labels", "a,b,c", "--out", dir)
	m, err := run.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if got := m.Encoder().Encode("Good film, unheard of"); !slices.Equal(got, []int32{2, 4, 1, 1}) {
		t.Errorf("the ids are %v", got)
	}
	if got := m.Encoder().Encode("bad"); !slices.Equal(got, []int32{3, 0, 0, 0}) {
		t.Errorf("the ids are %v", got)
	}
	net, err := onnx.Load(pytorch("bilstm_stacked"))
	if err != nil {
		t.Fatal(err)
	}
	same, err := classifier.New("same", net, m.Encoder(), m.Task())
	if err != nil {
		t.Fatal(err)
	}
	defer same.Close()
	want, err := same.Classify(context.Background(), messy...)
	if err != nil {
		t.Fatal(err)
	}
	checkSame(t, answersTo(t, dir), want, m.Task())
}

// TestImportONNXRefused: what is no text model, or not told enough, is one line.
func TestImportONNXRefused(t *testing.T) {
	trained := filepath.Join(t.TempDir(), "run")
	succeedQuietly(t, tiny(trained, "--model", "ngrams,bow")...)
	grams, _ := exportedTo(t, filepath.Join(trained, "ngrams"), "onnx")
	words, _ := exportedTo(t, filepath.Join(trained, "bow"), "onnx")
	tokenizer := writeFile(t, filepath.Join(t.TempDir(), "vocab.json"), `{"<pad>": 0, "<unk>": 1, "good": 2}`)
	cut := filepath.Join(t.TempDir(), "cut.bin")
	data, err := os.ReadFile(filepath.Join(grams, "grams.bin"))
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, cut, string(data[:len(data)/2]))
	out := filepath.Join(t.TempDir(), "none", "out")
	for name, c := range map[string]struct {
		status int
		args   []string
		wants  []string
	}{
		"no texts":       {exitFailure, []string{pytorch("mlp"), "--tokenizer", tokenizer}, []string{"is no model of texts", "use onnx.Load in Go"}},
		"no labels":      {exitUsage, []string{pytorch("bilstm_stacked"), "--tokenizer", tokenizer, "--maxlen", "4"}, []string{"tells 3 classes apart", "--labels"}},
		"no length":      {exitUsage, []string{pytorch("lstm_last"), "--tokenizer", tokenizer}, []string{"give --maxlen"}},
		"no tokenizer":   {exitUsage, []string{pytorch("lstm_last"), "--maxlen", "4"}, []string{"give its tokenizer with --tokenizer"}},
		"weights":        {exitUsage, []string{pytorch("lstm_last"), "--weights", tokenizer, "--tokenizer", tokenizer}, []string{"is ONNX, which has its own"}},
		"missing":        {exitFailure, []string{"missing.onnx", "--tokenizer", tokenizer}, []string{"missing.onnx", "no such file"}},
		"no ONNX":        {exitFailure, []string{writeFile(t, filepath.Join(t.TempDir(), "m.onnx"), "hello"), "--tokenizer", tokenizer}, []string{"m.onnx: "}},
		"a bag's words":  {exitFailure, []string{filepath.Join(grams, "model.onnx"), "--tokenizer", filepath.Join(words, "vocabulary.json")}, []string{"vocabulary.json holds words", "takes bags of n-grams"}},
		"a bag's index":  {exitUsage, []string{filepath.Join(grams, "model.onnx"), "--tokenizer", tokenizer}, []string{"takes bags of n-grams: give the file grams.bin"}},
		"grams of words": {exitFailure, []string{filepath.Join(words, "model.onnx"), "--tokenizer", filepath.Join(grams, "grams.bin")}, []string{"the encoder gives bags of n-grams"}},
		"told twice":     {exitUsage, []string{filepath.Join(words, "model.onnx"), "--tokenizer", filepath.Join(words, "vocabulary.json"), "--maxlen", "10"}, []string{"--maxlen: ", "vocabulary.json tells it already: leave --maxlen out"}},
		"cut short":      {exitFailure, []string{filepath.Join(grams, "model.onnx"), "--tokenizer", cut}, []string{"--tokenizer: ", "cut.bin"}},
	} {
		t.Run(name, func(t *testing.T) {
			status, stdout, stderr := command("", append([]string{"import", "--out", out}, c.args...)...)
			checkFailure(t, status, c.status, stdout, stderr, c.wants...)
			if _, err := os.Stat(filepath.Dir(out)); err == nil {
				t.Error("a folder is left behind")
			}
		})
	}
	if got := succeed(t, "", "summary", pytorch("textcnn")); !strings.HasPrefix(got, "file        ONNX\n\nModel: ") || !strings.Contains(got, "Total params: 278\n") {
		t.Errorf("summary prints\n%s", got)
	}
}
