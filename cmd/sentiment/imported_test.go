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

// TestCompareImported: a model that was imported is measured on the texts of a run that it
// is compared with, as evaluate does, or on those that are named.
func TestCompareImported(t *testing.T) {
	dir, shared, page := imported(t), sharedRun(t), filepath.Join(t.TempDir(), "c.html")
	evaluated := func(args ...string) string {
		t.Helper()
		_, accuracy, found := strings.Cut(strings.TrimSpace(succeed(t, "", append([]string{"evaluate"}, args...)...)), "accuracy ")
		if !found {
			t.Fatalf("evaluate %v tells no accuracy", args)
		}
		accuracy, _, _ = strings.Cut(accuracy, " (") // the interval
		return accuracy
	}
	var settings struct {
		Data []string
	}
	doc, err := os.ReadFile(filepath.Join(shared, "embedding", "settings.json"))
	if err == nil {
		err = json.Unmarshal(doc, &settings)
	}
	if err != nil || len(settings.Data) != 1 {
		t.Fatalf("the run's texts are %v, error %v", settings.Data, err)
	}
	own := succeed(t, "", "compare", "--out", page, shared)
	got := succeed(t, "", "compare", "--out", page, dir, shared)
	test := evaluated(dir, "--data", settings.Data[0], "--split", "test")
	if row := rowOf(t, got, "keras"); len(row) != 6 || row[3] != "-" || row[5] != test {
		t.Errorf("it has test accuracy %s, the table has %q", test, row)
	}
	if a, b := rowOf(t, own, "onehot"), rowOf(t, got, "onehot"); a[4] != b[4] || a[5] != b[5] {
		t.Errorf("the run's own scores are %q, and %q beside another model", a, b)
	}
	data := writeFile(t, filepath.Join(t.TempDir(), "texts.csv"), "text,label\ngood,positive\nso dull,negative\ngood good,negative\n\"good, but dull\",positive\n")
	got = succeed(t, "", "compare", "--out", page, "--data", data, dir, shared)
	if row := rowOf(t, got, "keras"); row[4] != "-" || row[5] != "0.5000" {
		t.Errorf("of texts that are named the table has %q", row)
	}
	if row, want := rowOf(t, got, "onehot"), evaluated(filepath.Join(shared, "onehot"), "--data", data); row[3] == "-" || row[5] != want {
		t.Errorf("of texts that are named the table has %q, want %s", row, want)
	}
	html, err := os.ReadFile(page)
	if err != nil || !strings.Contains(string(html), "texts.csv") || !strings.Contains(string(html), "model.keras") {
		t.Errorf("the page names neither the texts nor the file: %d bytes, %v", len(html), err)
	}
	for _, c := range []struct {
		status int
		want   string
		args   []string
	}{
		{exitUsage, dir + " was imported from model.keras and has no texts of its own: give some with --data, or compare it with a run", []string{dir}},
		{exitUsage, "--text-column has no effect without --data", []string{dir, shared, "--text-column", "text"}},
		{exitUsage, "--encoding has no effect without --data", []string{dir, shared, "--encoding", "latin1"}},
		{exitFailure, "other.csv: none of the 2 texts has a label that the model knows: its classes are ", []string{dir, "--data", filepath.Join(filepath.Dir(data), "other.csv")}},
	} {
		writeFile(t, filepath.Join(filepath.Dir(data), "other.csv"), "text,label\ngood,odd\nbad,other\n")
		status, stdout, stderr := command("", append([]string{"compare", "--out", page}, c.args...)...)
		checkFailure(t, status, c.status, stdout, stderr, c.want)
	}
}

// rowOf returns the cells of a model's row in a table.
func rowOf(t *testing.T, table, name string) []string {
	t.Helper()
	for line := range strings.Lines(table) {
		cells := strings.FieldsFunc(line, func(r rune) bool { return r == '│' || r == '\n' })
		for i, c := range cells {
			cells[i] = strings.TrimSpace(c)
		}
		if len(cells) > 1 && cells[1] == name {
			return cells
		}
	}
	t.Fatalf("no row of %s in\n%s", name, table)
	return nil
}
