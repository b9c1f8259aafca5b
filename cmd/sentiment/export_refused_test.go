package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"unroll/cmd/sentiment/internal/run"
	"unroll/nn"
	"unroll/train/classifier"
)

// TestExportRefused: one line, and nothing is left behind or overwritten.
func TestExportRefused(t *testing.T) {
	model := filepath.Join(sharedRun(t), "embedding")
	words := filepath.Join(t.TempDir(), "words")
	succeed(t, "", tiny(words, "--model", "bow", "--tokenizer", "bpe")...)
	dir := t.TempDir()
	fresh := filepath.Join(dir, "fresh")
	for _, c := range []struct {
		args   []string
		status int
		wants  []string
	}{
		{[]string{model}, exitUsage, []string{"export: --out is missing, want the name of a file that ends in .keras"}},
		{[]string{}, exitUsage, []string{"export: an argument is missing"}},
		{[]string{model, "--format", "pmml", "--out", fresh}, exitUsage, []string{`--format is "pmml", want keras, h5`}},
		{[]string{model, "--out", fresh}, exitUsage, []string{"--out " + fresh + ": for --format keras the name must end in .keras"}},
		{[]string{model, "--out", filepath.Join(fresh, ".keras")}, exitUsage, []string{"the name must end in .keras"}},
		{[]string{model, "--out", fresh + ".h5"}, exitUsage, []string{"must end in .keras, or say --format h5"}},
		{[]string{model, "--format", "h5", "--out", fresh + ".weights.h5"}, exitUsage, []string{"must end in .h5, or say --format weights.h5"}},
		{[]string{model, "--format", "onnx", "--out", filepath.Join(fresh, "m.keras")}, exitUsage, []string{"must end in .onnx, or say --format keras"}},
		{[]string{words, "--format", "onnx", "--out", filepath.Join(fresh, "m.onnx")}, exitFailure, []string{
			words, "the tokenizer bpe cannot be written for other programs",
		}},
		{[]string{words, "--out", filepath.Join(fresh, "m.keras")}, exitFailure, []string{
			words, "the tokenizer bpe cannot be written for other programs",
		}},
		{[]string{model, "--out", filepath.Join(writeFile(t, filepath.Join(dir, "file"), ""), "m.keras")}, exitFailure, []string{"--out " + dir, "not a directory"}},
		{[]string{filepath.Join(dir, "missing"), "--out", filepath.Join(fresh, "m.keras")}, exitFailure, []string{"missing does not exist"}},
	} {
		before := snapshot(t, dir)
		status, stdout, stderr := command("", append([]string{"export"}, c.args...)...)
		checkFailure(t, status, c.status, stdout, stderr, c.wants...)
		checkUnchanged(t, dir, before)
	}
	for name, out := range map[string]string{
		"m.keras": "m.keras", "tokenizer.json": "m.keras", "predict.py": "m.keras",
		"m.onnx": "m.onnx", "vocabulary.json": "m.onnx", "predict.mjs": "m.onnx", "predict.go": "m.onnx",
	} {
		taken := filepath.Join(t.TempDir(), "taken")
		if err := os.Mkdir(taken, 0o755); err != nil {
			t.Fatal(err)
		}
		writeFile(t, filepath.Join(taken, name), "mine")
		before := snapshot(t, taken)
		status, stdout, stderr := command("", "export", model, "--format", strings.TrimPrefix(out, "m."), "--out", filepath.Join(taken, out))
		checkFailure(t, status, exitFailure, stdout, stderr, filepath.Join(taken, name)+" already exists: choose an --out in another folder")
		checkUnchanged(t, taken, before)
	}
}

// TestExportOfALayerThatKerasLacks: it is named.
func TestExportOfALayerThatKerasLacks(t *testing.T) {
	m, err := run.Load(filepath.Join(sharedRun(t), "embedding"))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	net, err := nn.Sequential{Input: m.Net().Inputs()[0], Layers: []nn.Layer{
		nn.CategoryEncoding{NumTokens: m.Encoder().Depth(), MaskZero: true}, nn.LayerNormalization{}, m.Task().Head(),
	}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	c, err := classifier.New("bag", net, m.Encoder(), m.Task())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	dir := filepath.Join(t.TempDir(), "bag")
	if err := run.Import(dir, c, "model.keras"); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out")
	for _, format := range []string{"keras", "h5", "weights.h5"} {
		status, stdout, stderr := command("", "export", dir, "--format", format, "--out", filepath.Join(out, "m."+format))
		checkFailure(t, status, exitFailure, stdout, stderr, "export "+dir, "category_encoding", "Keras has no mask_zero here")
		if _, err := os.Lstat(out); err == nil {
			t.Errorf("%s: %s was left behind", format, out)
		}
	}
}
