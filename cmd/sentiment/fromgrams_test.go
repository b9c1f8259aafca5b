package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"unroll/cmd/sentiment/internal/run"
)

// produce writes texts of fruit of which a word of each class tells the class, among others
// that say nothing.
func produce(t *testing.T, n int, told map[string]string, classes ...string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("text,label\n")
	said := []string{"fresh", "stale", "round"}
	for i := range n {
		class := classes[i%len(classes)]
		fmt.Fprintf(&b, "the %s one of day %d is %s,%s\n", told[class], i%7, said[i/len(classes)%3], class)
	}
	return writeFile(t, filepath.Join(t.TempDir(), "produce.csv"), b.String())
}

// resultOf reads the one result of a run.
func resultOf(t *testing.T, dir string) run.Result {
	t.Helper()
	var results run.Results
	doc, err := os.ReadFile(filepath.Join(dir, run.ResultsFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(doc, &results); err != nil {
		t.Fatal(err)
	}
	return results.Experiments[0]
}

// labelOf is what a model says of a text.
func labelOf(t *testing.T, dir, text string) string {
	t.Helper()
	label, _, _ := strings.Cut(succeed(t, "", "predict", dir, text), " ")
	return label
}

// TestFromGrams: a model of n-grams goes on with texts in which other words tell the
// classes, and again. Its n-grams and classes stay, and it has not forgotten the old words.
func TestFromGrams(t *testing.T) {
	old := filepath.Join(t.TempDir(), "old")
	succeedQuietly(t, "train", "--data", produce(t, 90, map[string]string{"plum": "sweet", "lemon": "sour"}, "plum", "lemon"), "--out", old)
	before := snapshot(t, old)
	data := produce(t, 90, map[string]string{"plum": "fresh", "lemon": "stale"}, "plum", "lemon")
	dir := filepath.Join(t.TempDir(), "new")
	out := succeed(t, "", "train", "--from", old, "--data", data, "--out", dir)
	for _, want := range []string{"Going on from " + filepath.Join(old, "auto") + ": its n-grams and classes are kept.", "Its settings are kept: ", "The model before the new texts, on the same: accuracy "} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	checkUnchanged(t, old, before)
	r := resultOf(t, dir)
	if was, is := r.Before["accuracy"], r.Evaluate["accuracy"]; !(was < 0.8 && is > 0.9) {
		t.Errorf("accuracy before %v, after %v", was, is)
	}
	for _, file := range []string{"grams.bin", "task.json", "model.json"} {
		if snapshot(t, dir)[filepath.Join(dir, "auto", file)] != before[filepath.Join(old, "auto", file)] {
			t.Errorf("%s is another", file)
		}
	}
	again := filepath.Join(t.TempDir(), "again")
	succeedQuietly(t, "train", "--from", filepath.Join(dir, "auto"), "--data", data, "--out", again)
	for _, in := range []string{dir, again} {
		for text, want := range map[string]string{"sweet": "plum", "sour": "lemon", "the fresh one": "plum", "the stale one": "lemon"} {
			if got := labelOf(t, in, text); got != want {
				t.Errorf("%s: %q is %s, want %s", filepath.Base(in), text, got, want)
			}
		}
	}
	succeedQuietly(t, "train", "--from", old, "--data", data, "--folds", "3", "--out", filepath.Join(t.TempDir(), "folds"))
}

// TestFromGramsOfNumbers: a model of numbers goes on, too.
func TestFromGramsOfNumbers(t *testing.T) {
	write := func(rows string) string {
		return writeFile(t, filepath.Join(t.TempDir(), "n.csv"), "text,label\n"+strings.Repeat(rows, 20))
	}
	old, dir := filepath.Join(t.TempDir(), "old"), filepath.Join(t.TempDir(), "new")
	succeedQuietly(t, "train", "--data", write("small,1\nmiddle,20\nlarge,30\n"), "--regression", "--out", old)
	succeedQuietly(t, "train", "--from", old, "--data", write("small,10\nlarge,30\n"), "--out", dir)
	var answer struct{ Value float64 }
	if err := json.Unmarshal([]byte(succeed(t, "", "predict", "--json", dir, "small")), &answer); err != nil || answer.Value < 5 || answer.Value > 12 {
		t.Errorf("%+v, %v", answer, err)
	}
	if r := resultOf(t, dir); !(r.Evaluate["mean_absolute_error"] < r.Before["mean_absolute_error"]) {
		t.Errorf("before %v, after %v", r.Before, r.Evaluate)
	}
}

// TestFromGramsRefuses: flags without effect, and a model of which it is not known how it
// was trained.
func TestFromGramsRefuses(t *testing.T) {
	data := produce(t, 30, map[string]string{"plum": "sweet", "lemon": "sour"}, "plum", "lemon")
	old := filepath.Join(t.TempDir(), "old")
	succeedQuietly(t, "train", "--data", data, "--out", old)
	for flag, want := range map[string]string{
		"--epochs": "--epochs has no effect on a model of n-grams, which is not trained in epochs",
		"--lr":     "--lr has no effect on a model of n-grams",
		"--budget": "--budget has no effect with --from",
	} {
		status, stdout, stderr := command("", "train", "--from", old, "--data", data, flag, "3", "--out", filepath.Join(t.TempDir(), "new"))
		checkFailure(t, status, exitUsage, stdout, stderr, want)
	}
	settings := filepath.Join(old, "auto", "settings.json")
	edit(t, settings, `"trial": {[^}]*},`, "")
	status, stdout, stderr := command("", "train", "--from", old, "--data", data, "--out", filepath.Join(t.TempDir(), "new"))
	checkFailure(t, status, exitFailure, stdout, stderr, "was trained by an earlier version of the program", "train it anew")
}

// TestFromAutoNetwork: the model that auto found may be a network, which goes on in epochs.
func TestFromAutoNetwork(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "auto")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(sharedRun(t), "embedding"))); err != nil {
		t.Fatal(err)
	}
	edit(t, filepath.Join(dir, "task.json"), `"embedding"`, `"auto"`)
	out := succeed(t, "", "train", "--from", dir, "--data", moreTexts(t), "--epochs", "1", "--out", filepath.Join(t.TempDir(), "run"))
	for _, want := range []string{"Experiment auto", "its optimizer starts anew", "The model before the new texts, on the same: accuracy "} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}
