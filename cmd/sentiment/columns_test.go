package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"unroll/cmd/sentiment/internal/run"
)

// titled is a table whose labels are told by the title alone in half of the rows, and by
// the body in the others.
func titled(rows int) string {
	b := strings.Builder{}
	b.WriteString("id,title,body,label\n")
	for i := range rows {
		class, told := i%2, []string{"awful", "superb"}[i%2]
		if i/2%2 == 0 {
			fmt.Fprintf(&b, "%d,%s,about number %d,%d\n", i, told, i%7, class)
		} else {
			fmt.Fprintf(&b, "%d,,%s number %d,%d\n", i, told, i%7, class)
		}
	}
	return b.String()
}

// accuracyOf trains on a table and returns the models' accuracies on the validation texts.
func accuracyOf(t *testing.T, out string, args ...string) (all []float64) {
	t.Helper()
	status, stdout, stderr := command("", append([]string{"train", "--quiet", "--out", out}, args...)...)
	if status != exitOK {
		t.Fatalf("%q: status %d, stdout %q, stderr %q", args, status, stdout, stderr)
	}
	for _, e := range readResults(t, out).Experiments {
		all = append(all, e.Evaluate["accuracy"])
	}
	return all
}

// TestSeveralTextColumns: what is told by one column or by another is learned of both, and
// what reads texts for the model later reads the same columns without being told again.
func TestSeveralTextColumns(t *testing.T) {
	dir := t.TempDir()
	data := writeFile(t, filepath.Join(dir, "d.csv"), titled(200))
	out := filepath.Join(dir, "both")
	learn := []string{"--data", data, "--model", "bow,ngrams", "--epochs", "30", "--maxlen", "20", "--lr", "0.05", "--label-column", "label"}
	both := append(learn, "--text-column", "title", "--text-column", "body")
	for i, a := range accuracyOf(t, out, both...) {
		if a != 1 {
			t.Errorf("model %d of both columns has accuracy %v", i, a)
		}
	}
	for i, a := range accuracyOf(t, filepath.Join(dir, "one"), append(learn, "--text-column", "body")...) {
		if a > 0.9 {
			t.Errorf("model %d of one column has accuracy %v", i, a)
		}
	}
	other := writeFile(t, filepath.Join(dir, "new.csv"), "body,title\nabout number 3,superb\nabout number 3,awful\nsuperb,\n")
	lines := writeFile(t, filepath.Join(dir, "new.jsonl"), `{"title":"superb","body":"about number 3"}`+"\n"+`{"title":"awful","body":"about number 3"}`+"\n"+`{"title":null,"body":"superb"}`+"\n")
	for _, model := range []string{"bow", "ngrams"} {
		for _, file := range []string{other, lines} {
			got := strings.Fields(strings.ReplaceAll(succeed(t, "", "predict", filepath.Join(out, model), "--data", file), "\n", " | "))
			if got[0] != "1" || !strings.Contains(strings.Join(got, " "), "superb about number 3 | 0 ") {
				t.Errorf("%s of %s: %q", model, file, got)
			}
		}
		if all := succeed(t, "", "evaluate", filepath.Join(out, model), "--data", data); !strings.Contains(all, "accuracy 1.0000") {
			t.Errorf("%s: %s", model, all)
		}
	}
	succeed(t, "", "compare", "--out", filepath.Join(dir, "c.html"), "--data", data, out)
	if told := succeed(t, "", "data", "--text-column", "title", "--text-column", "body", data); !strings.Contains(told, "200 texts") || !strings.Contains(told, "number about awful superb") {
		t.Error(told)
	}
	status, stdout, stderr := command("", "predict", filepath.Join(out, "bow"), "--data", writeFile(t, filepath.Join(dir, "bad.csv"), "text,body\na,b\n"))
	checkFailure(t, status, exitFailure, stdout, stderr, "bad.csv", `it has no column "title"; it has "text", "body"`)
	status, stdout, stderr = command("", append([]string{"train", "--out", filepath.Join(dir, "no")}, append(learn, "--text-column", "title,body")...)...)
	checkFailure(t, status, exitFailure, stdout, stderr, `it has no column "title,body"`, "name each of several columns by itself")
	status, stdout, stderr = command("", append([]string{"train", "--out", filepath.Join(dir, "no")}, append(learn, "--text-column", "title", "--text-column", "title")...)...)
	checkFailure(t, status, exitUsage, stdout, stderr, `--text-column is "title" twice`)
}

// TestSettingsOfOneTextColumn: those that were written when there was but one are read.
func TestSettingsOfOneTextColumn(t *testing.T) {
	dir := t.TempDir()
	data := writeFile(t, filepath.Join(dir, "d.csv"), titled(40))
	out := filepath.Join(dir, "run")
	accuracyOf(t, out, "--data", data, "--model", "bow", "--epochs", "1", "--text-column", "id", "--text-column", "body")
	edit(t, filepath.Join(out, "bow", "settings.json"), `"text_column": \[[^]]*\]`, `"text_column": "body"`)
	s, err := run.Load(filepath.Join(out, "bow"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if len(s.TextColumns) != 1 || s.TextColumns[0] != "body" {
		t.Errorf("columns %q", s.TextColumns)
	}
	succeed(t, "", "evaluate", filepath.Join(out, "bow"))
}
