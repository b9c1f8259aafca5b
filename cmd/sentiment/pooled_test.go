package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestPooledModels: the networks that leave padding out stop by themselves, and answer a
// text of one word by this word. Keras has no such layers, and export says so.
func TestPooledModels(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	out := succeed(t, "", "train", "--data", "sample", "--model", "conv,bigru", "--units", "16", "--embedding-dim", "16", "--num-words", "500", "--lr", "0.02", "--out", dir)
	for _, want := range []string{"conv_max_pooling1d", "Bidirectional", "Restored the weights of epoch"} {
		if !strings.Contains(out, want) {
			t.Errorf("the output does not have %q", want)
		}
	}
	for _, model := range []string{"conv", "bigru"} {
		out := succeed(t, "wonderful\ndull\n", "predict", filepath.Join(dir, model))
		if lines := strings.Split(out, "\n"); !strings.HasPrefix(lines[0], "positive") || !strings.HasPrefix(lines[1], "negative") {
			t.Errorf("%s answers:\n%s", model, out)
		}
		made := filepath.Join(t.TempDir(), "model.keras")
		status, stdout, stderr := command("", "export", filepath.Join(dir, model), "--out", made)
		checkFailure(t, status, exitFailure, stdout, stderr, "save for Keras: ")
	}
}
