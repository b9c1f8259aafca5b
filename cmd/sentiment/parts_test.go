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

// TestFolds: every text is validated on once, and a mean and a deviation come
// of it.
func TestFolds(t *testing.T) {
	path, flags := formats["JSON lines"].write(t, t.TempDir())
	out := filepath.Join(t.TempDir(), "run")
	printed := succeed(t, "", append([]string{"train", "--data", path, "--model", "bow", "--epochs", "5", "--lr", "0.02", "--folds", "4", "--out", out}, flags...)...)
	data, err := os.ReadFile(filepath.Join(out, run.ResultsFile))
	if err != nil {
		t.Fatal(err)
	}
	var r run.FoldResults
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	e := r.Experiments[0]
	if len(e.Final) != 4 || len(e.Best) != 4 || e.Mean < 0.6 || e.Deviation < 0 || e.Score != "accuracy" {
		t.Errorf("results %+v", e)
	}
	for _, want := range []string{"300 texts in 4 folds.", "Fold 4 of 4. Experiment bow", fmt.Sprintf("│ bow        │       %.4f │    %.4f │", e.Mean, e.Deviation)} {
		if !strings.Contains(printed, want) {
			t.Errorf("no %q in\n%s", want, printed)
		}
	}
	status, stdout, stderr := command("", "compare", "--out", filepath.Join(t.TempDir(), "c.html"), out)
	checkFailure(t, status, exitFailure, stdout, stderr, out+" holds a cross-validation in 4 folds, which has no report to compare")
}

// TestOwnParts: files for validation and test, a group that stays together, and
// standard input.
func TestOwnParts(t *testing.T) {
	dir := t.TempDir()
	table := func(name string, from, to int) string {
		var b strings.Builder
		b.WriteString("text,label,author\n")
		for i := from; i < to; i++ {
			fmt.Fprintf(&b, "\"%s\",%s,author %d\n", ticket(i), threeClasses[i%3], i/6)
		}
		return writeFile(t, filepath.Join(dir, name), b.String())
	}
	train, validation, test := table("train.csv", 0, 90), table("validation.csv", 90, 120), table("test.csv", 120, 180)
	t.Chdir(t.TempDir())
	out := latest
	args := []string{"train", "--model", "bow", "--epochs", "3"}
	printed := succeed(t, "", append(args, "--data", train, "--validation-data", validation, "--test-data", test)...)
	if !strings.Contains(printed, "90 texts to train on, 30 to validate on, 60 to test on.") {
		t.Errorf("it prints\n%s", printed)
	}
	if got := succeed(t, "", "evaluate", "--split", "test", filepath.Join(out, "bow")); !strings.HasPrefix(got, "bow on 60 test texts (train.csv)") {
		t.Errorf("evaluate prints %q", got)
	}
	printed = succeed(t, "", append(args, "--data", train, "--group-column", "author", "--validation", "0.4")...)
	if !strings.Contains(printed, "54 texts to train on, 36 to validate on") {
		t.Errorf("it prints\n%s", printed)
	}
	printed = succeed(t, "", append(args, "--data", train, "--data", test, "--split", "file", "--validation", "0.3")...)
	if !strings.Contains(printed, "90 texts to train on, 60 to validate on") && !strings.Contains(printed, "60 texts to train on, 90 to validate on") {
		t.Errorf("it prints\n%s", printed)
	}
	text, err := os.ReadFile(train)
	if err != nil {
		t.Fatal(err)
	}
	printed = succeed(t, string(text), append(args, "--data", "-")...)
	if !strings.Contains(printed, "72 texts to train on, 18 to validate on") {
		t.Errorf("of standard input it prints\n%s", printed)
	}
	succeed(t, "", "evaluate", filepath.Join(out, "bow"))
	if got := succeed(t, string(text), "evaluate", filepath.Join(out, "bow"), "--data", "-"); !strings.HasPrefix(got, "bow on 90 texts (standard input)") {
		t.Errorf("evaluate prints %q", got)
	}
	if got := succeed(t, string(text), "predict", "--data", "-", "--format", "csv", filepath.Join(out, "bow")); strings.Count(got, "\n") != 90 {
		t.Errorf("predict prints\n%s", got)
	}
}
