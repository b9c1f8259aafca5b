package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"unroll/cmd/sentiment/internal/run"
	"unroll/datasets/text"
	"unroll/datasets/text/kerastext"
	"unroll/nn"
	"unroll/train/classifier"
)

// imported makes the folder of a model from Keras: of each text it counts what the
// embedding says of its words, and so needs no training.
func imported(t *testing.T) string {
	t.Helper()
	const file = `{"class_name": "Tokenizer", "config": {"oov_token": "<OOV>", "word_index": {"<OOV>": 1, "good": 2, "dull": 3}}}`
	read, err := kerastext.ReadFrom(strings.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	c := read.Config
	c.MaxLen, c.Padding = 6, text.Post
	e, err := read.Encoder(c)
	if err != nil {
		t.Fatal(err)
	}
	task := classifier.Task{Classes: []string{"negative", "positive"}}
	net, err := nn.Sequential{Input: nn.Tokens(6), Layers: []nn.Layer{
		nn.Embedding{InputDim: 4, OutputDim: 1}, nn.GlobalAveragePooling1D{}, task.Head(),
	}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range map[string][]float64{"embedding/embeddings": {0, 0, 12, -12}, "dense/kernel": {1}} {
		for _, w := range net.Weights() {
			if strings.HasSuffix(w.Name(), name) {
				if err := w.Set(values); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	m, err := classifier.New("keras", net, e, task)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	dir := filepath.Join(t.TempDir(), "keras")
	if err := run.Import(dir, m, "model.keras"); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestImported: a model from Keras is used as one that was trained here.
func TestImported(t *testing.T) {
	dir := imported(t)
	if got := succeed(t, "", "predict", dir, "GOOD!", "a dull one"); got != "positive  0.8808  GOOD!\nnegative  0.8808  a dull one\n" {
		t.Errorf("predict prints %q", got)
	}
	if got := succeed(t, "", "predict", dir, "--explain", "a good one"); !strings.Contains(got, "good +2.00") {
		t.Errorf("explain prints %q", got)
	}
	data := filepath.Join(t.TempDir(), "texts.csv")
	if err := os.WriteFile(data, []byte("text,label\ngood,positive\nso dull,negative\ngood good,negative\n\"good, but dull\",positive\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := succeed(t, "", "evaluate", dir, "--data", data); !strings.Contains(got, "accuracy 0.5000") {
		t.Errorf("evaluate prints %q", got)
	}
	status, stdout, stderr := command("", "evaluate", dir)
	if status == exitOK || !strings.Contains(stderr, "imported from model.keras and has no texts of its own: give some with --data") {
		t.Errorf("evaluate without data: status %d, %q, %q", status, stderr, stdout)
	}
	status, stdout, stderr = command("", "compare", "--out", filepath.Join(t.TempDir(), "c.html"), dir)
	checkFailure(t, status, exitFailure, stdout, stderr, dir+" was imported from model.keras and has no report to compare: measure it with sentiment evaluate")
	url, stop := serving(t, dir)
	defer stop()
	var answer reply
	if err := json.Unmarshal(posted(t, url, `{"texts": ["a good one"], "explain": true}`), &answer); err != nil {
		t.Fatal(err)
	}
	if len(answer.Predictions) != 1 || answer.Predictions[0].Label != "positive" || answer.Predictions[0].KnownWords != 1 {
		t.Errorf("the server says %+v", answer)
	}
}
