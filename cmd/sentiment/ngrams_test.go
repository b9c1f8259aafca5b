package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestNGrams: a model of n-grams is trained, evaluated, asked, explained and compared like
// any other.
func TestNGrams(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	printed := succeed(t, "", "train", "--data", "sample", "--model", "ngrams,bow", "--epochs", "2", "--out", dir)
	for _, want := range []string{"Experiment ngrams", "words and characters", "Chosen: ", "EmbeddingBag", "Test, after learning from the validation texts too: "} {
		if !strings.Contains(printed, want) {
			t.Errorf("no %q in\n%s", want, printed)
		}
	}
	model := filepath.Join(dir, "ngrams")
	if out := succeed(t, "", "evaluate", "--split", "test", "--report", model); !strings.Contains(out, "accuracy") {
		t.Errorf("evaluate prints\n%s", out)
	}
	var answer struct {
		Label       string
		Probability float64
		Words       []struct{ Start, End int }
	}
	if err := json.Unmarshal([]byte(succeed(t, "", "predict", "--json", "--explain", model, "a wonderful film")), &answer); err != nil {
		t.Fatal(err)
	}
	if answer.Label != "positive" || answer.Probability <= 0.5 || answer.Probability >= 1 {
		t.Errorf("%+v", answer)
	}
	if out := succeed(t, "", "summary", dir); !strings.Contains(out, "EmbeddingBag") {
		t.Errorf("summary prints\n%s", out)
	}
	if _, err := os.Stat(filepath.Join(dir, "report.html")); err != nil {
		t.Error(err)
	}
	for _, c := range []struct {
		status int
		wants  []string
		args   []string
	}{
		{exitFailure, []string{"Keras has no layer for bags of n-grams: --format onnx can hold them"}, []string{"export", model, "--out", filepath.Join(t.TempDir(), "m.keras")}},
		{exitFailure, []string{"ngrams"}, []string{"words", model, "good"}},
	} {
		status, stdout, stderr := command("", c.args...)
		checkFailure(t, status, c.status, stdout, stderr, c.wants...)
	}
}

// TestNGramsOfClasses: texts of three classes, in folds, and numbers.
func TestNGramsOfClasses(t *testing.T) {
	path := writeFile(t, filepath.Join(t.TempDir(), "t.csv"), "text,label\n"+strings.Repeat("red apple,a\nblue sea,b\ngreen grass,c\nred rose,a\ndeep blue,b\ngreen tea,c\n", 10))
	dir := filepath.Join(t.TempDir(), "run")
	succeedQuietly(t, "train", "--data", path, "--model", "ngrams", "--out", dir)
	if out := succeed(t, "", "predict", dir, "a red thing"); !strings.HasPrefix(out, "a  ") {
		t.Errorf("predict prints %q", out)
	}
	if out := succeedQuietly(t, "train", "--data", path, "--model", "ngrams", "--folds", "3", "--out", filepath.Join(t.TempDir(), "folds")); !strings.Contains(out, "ngrams") {
		t.Errorf("folds print\n%s", out)
	}
	numbers := writeFile(t, filepath.Join(t.TempDir(), "n.csv"), "text,label\n"+strings.Repeat("a,1\nb,2\nc,7\n", 20))
	succeedQuietly(t, "train", "--data", numbers, "--model", "ngrams", "--regression", "--out", dir+"-numbers")
	var answer struct{ Value float64 }
	if err := json.Unmarshal([]byte(succeed(t, "", "predict", "--json", dir+"-numbers", "c")), &answer); err != nil || answer.Value < 5 || answer.Value > 9 {
		t.Errorf("%+v, %v", answer, err)
	}
}
