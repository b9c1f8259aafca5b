package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestDataTellsOfLabels: data says of labels what training would say, and lists classes
// of one size in their order.
func TestDataTellsOfLabels(t *testing.T) {
	for _, c := range []struct{ name, labels, classes, said string }{
		{"words", "pos neg pos neg pos neg", "neg pos", ""},
		{"numbers", "10 9 -1 10 9 -1 10 9 -1", "-1 9 10", ""},
		{"equal numbers", "1 0 1.0 01 0 0", "0 1", ""},
		{"numbers beside a word", "1 1.0 x 1 1.0 x", "1 1.0 x", `the labels "1" and "1.0" are two classes, because not all labels are numbers`},
		{"case", "True true True true True true", "True true", `the labels "True" and "true" are two classes, although they differ only in case or spaces`},
		{"a single text", "a b a b a b rare", "a b rare", `a class with a single text cannot be both trained and validated on: "rare" (1 text)`},
		{"one class", "pos pos pos pos pos", "pos", `all 5 texts have the label "pos"; at least two classes are needed`},
		{"numbers to estimate", "1.5 2.5 3 4 5 6", "1.5 2.5 3 4 5 6", `6 different labels of 6 texts, such as "1.5": are they numbers (--regression), or is the label in another column (--label-column)?`},
	} {
		var b strings.Builder
		b.WriteString("text,label\n")
		for i, label := range strings.Fields(c.labels) {
			b.WriteString("a film of the number " + strings.Repeat("i", i+1) + "," + label + "\n")
		}
		path := writeFile(t, filepath.Join(t.TempDir(), "texts.csv"), b.String())
		status, stdout, stderr := command("", "data", path)
		want := ""
		if c.said != "" {
			want = "warning: " + path + ": " + c.said + "\n"
		}
		var classes []string
		for _, line := range strings.Split(stdout, "\n")[4:] {
			if strings.HasPrefix(line, "├") {
				break
			}
			classes = append(classes, strings.Fields(line)[1])
		}
		if status != exitOK || stderr != want || strings.Join(classes, " ") != c.classes {
			t.Errorf("%s: status %d, classes %q, stderr %q, want %q, %q", c.name, status, classes, stderr, c.classes, want)
		}
		// Training says so in the same words.
		if _, _, said := command("", tiny(filepath.Join(t.TempDir(), "run"), "--data", path, "--model", "bow", "--epochs", "1")...); !strings.Contains(said, c.said) {
			t.Errorf("%s: training says %q, data %q", c.name, said, c.said)
		}
	}
}

// TestSkippedEncoding: rows that are skipped for their encoding say what to give.
func TestSkippedEncoding(t *testing.T) {
	const hint = "2 rows skipped because they are not UTF-8: try --encoding windows-1252, or give the right one\n"
	table := "text,label\n" + strings.Repeat("a film,pos\na bad film,neg\n", 10) + "caf\xe9 cr\xe8me,pos\nna\xefve,neg\n"
	path := writeFile(t, filepath.Join(t.TempDir(), "texts.csv"), table)
	for _, args := range [][]string{
		{"data", path},
		tiny(filepath.Join(t.TempDir(), "run"), "--data", path, "--model", "bow", "--epochs", "1", "--skip-bad", "all"),
		{"predict", filepath.Join(sharedRun(t), "embedding"), "--data", path, "--skip-bad", "all"},
	} {
		if status, _, stderr := command("", args...); status != exitOK || !strings.HasSuffix(strings.SplitAfter(stderr, hint)[0], hint) {
			t.Errorf("%s: status %d, stderr %q, want %q in it", args[0], status, stderr, hint)
		}
	}
	// The report says all of a long reason.
	path = writeFile(t, filepath.Join(t.TempDir(), "mixed.csv"), "text,label\ngood,pos\nbad,neg\rso bad,neg\rfine,pos\n")
	if report := succeed(t, "", "data", path); !strings.Contains(report, "it holds carriage returns, perhaps line\nends of another kind than the first\n") {
		t.Errorf("data prints\n%s", report)
	}
}
