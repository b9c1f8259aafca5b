package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"unroll/cmd/sentiment/internal/corpus"
)

// TestStandardInputIsCalledSo, and not by the file that it is kept in.
func TestStandardInputIsCalledSo(t *testing.T) {
	texts, err := os.ReadFile(tickets(t, 60, "", nothingMore))
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "run")
	out := succeed(t, string(texts), "train", "--data", "-", "--model", "bow", "--epochs", "1", "--out", dir)
	if !strings.HasPrefix(out, "Data: standard input, 3 classes") {
		t.Errorf("it prints\n%.200s", out)
	}
	model := filepath.Join(dir, "bow")
	if got := succeed(t, "", "evaluate", model); !strings.Contains(got, "(standard input)") {
		t.Errorf("it prints %s", got)
	}
	if got := succeed(t, string(texts), "predict", "--json", "--data", "-", "--format", "csv", model); !strings.HasPrefix(got, `{"id":"standard input:2",`) {
		t.Errorf("it prints %.200s", got)
	}
	bad := "text,label\na,b\na,b,c\n"
	for _, args := range [][]string{
		{"train", "--data", "-", "--out", filepath.Join(t.TempDir(), "run")}, {"evaluate", model, "--data", "-"}, {"predict", model, "--data", "-", "--format", "csv"}, {"probe", "--data", "-", "--out", t.TempDir()},
	} {
		_, _, stderr := command(bad, args...)
		if !strings.Contains(stderr, "standard input: row 3 (line 3)") || strings.Contains(stderr, corpus.InputFile) || strings.Contains(stderr, "stdin") {
			t.Errorf("%q: stderr is %q", args, stderr)
		}
	}
	if err := os.Remove(filepath.Join(dir, corpus.InputFile)); err != nil {
		t.Fatal(err)
	}
	status, stdout, stderr := command("", "evaluate", model)
	checkFailure(t, status, exitFailure, stdout, stderr, "standard input: there is no")
}
