package main

import (
	"archive/zip"
	"io"
	"path/filepath"
	"strings"
	"testing"
)

// architectureFile is the configuration in an archive, as model.to_json writes it.
func architectureFile(t *testing.T, archive string) string {
	t.Helper()
	z, err := zip.OpenReader(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	f, err := z.Open("config.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	doc, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return writeFile(t, filepath.Join(t.TempDir(), "model.json"), string(doc))
}

// TestImportArchitecture: a model in two files, its architecture and its weights, is
// imported as one in a single file.
func TestImportArchitecture(t *testing.T) {
	tokenizer := writeFile(t, filepath.Join(t.TempDir(), "tokenizer.json"), kerasTokenizer)
	whole := kerasFile(t, "model.keras", 6, sigmoid)
	bare, weights := architectureFile(t, whole), kerasFile(t, "model.weights.h5", 6, sigmoid)
	dir := filepath.Join(t.TempDir(), "mine")
	got := succeed(t, "", "import", bare, "--weights", weights, "--tokenizer", tokenizer, "--out", dir)
	if !strings.HasPrefix(got, "model       an architecture without weights\n") {
		t.Errorf("it prints\n%s", got)
	}
	if got := succeed(t, "", "predict", dir, "GOOD!", "a dull one"); got != "positive  0.8808  GOOD!\nnegative  0.8808  a dull one\n" {
		t.Errorf("predict prints %q", got)
	}
	for _, c := range []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{bare}, exitUsage, "model.json is an architecture without weights: give their file with --weights"},
		{[]string{whole, "--weights", weights}, exitUsage, "model.keras is a .keras archive, which has its own"},
		{[]string{bare, "--weights", "missing.h5"}, exitFailure, "--weights: missing.h5: no such file"},
		{[]string{bare, "--weights", bare}, exitFailure, "model.json: this is an architecture without weights"},
		{[]string{architectureFile(t, kerasFile(t, "model.keras", 6)), "--weights", weights}, exitFailure, "the file has weights that the model has not: layers/dense/"},
	} {
		status, stdout, stderr := command("", append([]string{"import", "--tokenizer", tokenizer, "--out", dir + "2"}, c.args...)...)
		checkFailure(t, status, c.status, stdout, stderr, c.want)
	}
	got = succeed(t, "", "summary", bare)
	for _, want := range []string{"file        an architecture without weights\nweights     not in the file: those of the model are first values, drawn anew\n", "Total params: 6\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("want %q in\n%s", want, got)
		}
	}
}
