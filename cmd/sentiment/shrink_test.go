package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// filesSize adds up a folder's files.
func filesSize(t *testing.T, dir string) (size int64) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		size += info.Size()
	}
	return size
}

// TestShrink: small models are evaluated, asked, explained, summed up and compared like
// others, and answer nearly as those that they were made of.
func TestShrink(t *testing.T) {
	out := t.TempDir()
	dir := filepath.Join(out, "run")
	succeed(t, "", "train", "--data", "sample", "--model", "ngrams,bow", "--epochs", "1", "--out", dir)
	ngrams, bow := filepath.Join(dir, "ngrams"), filepath.Join(dir, "bow")
	small, smallBow := filepath.Join(out, "deep", "small"), filepath.Join(out, "bow")
	printed := succeed(t, "", "shrink", ngrams, "--size", "30kB", "--out", small)
	for _, want := range []string{"ngrams of " + ngrams + ": ", " n-grams are kept.", " test reviews (", "  before  loss ", "  after   loss ", "The small model is in " + small + "."} {
		if !strings.Contains(printed, want) {
			t.Errorf("no %q in\n%s", want, printed)
		}
	}
	if size := filesSize(t, small); size > 30<<10 || size < 25<<10 {
		t.Errorf("the folder has %d bytes, want nearly 30 kB", size)
	}
	succeed(t, "", "shrink", bow, "--out", smallBow)
	if a, b := filesSize(t, smallBow), filesSize(t, bow); a > b/2 {
		t.Errorf("%d bytes of %d are left", a, b)
	}
	for d, of := range map[string]string{small: ngrams, smallBow: bow} {
		if out := succeed(t, "", "evaluate", "--split", "test", "--report", d); !strings.Contains(out, "accuracy") {
			t.Errorf("evaluate prints\n%s", out)
		}
		var answers [2]struct {
			Label       string
			Probability float64
		}
		for i, d := range []string{d, of} {
			if err := json.Unmarshal([]byte(succeed(t, "", "predict", "--json", "--explain", d, "a wonderful film")), &answers[i]); err != nil {
				t.Fatal(err)
			}
		}
		if math.Abs(answers[0].Probability-answers[1].Probability) > 0.1 || answers[0].Label != answers[1].Label {
			t.Errorf("%s answers %+v, that of which it was made %+v", d, answers[0], answers[1])
		}
		if out := succeed(t, "", "summary", d); !strings.Contains(out, "small") {
			t.Errorf("summary prints\n%s", out)
		}
	}
	if out := succeed(t, "", "compare", small, ngrams, "--data", "sample", "--out", filepath.Join(out, "both")); !strings.Contains(out, "ngrams") {
		t.Errorf("compare prints\n%s", out)
	}
	before := snapshot(t, small)
	for _, c := range []struct {
		status int
		want   string
		args   []string
	}{
		{exitUsage, "--out is missing", []string{"shrink", ngrams}},
		{exitUsage, "--keep is 0, want at least 1", []string{"shrink", ngrams, "--keep", "0", "--out", small + "1"}},
		{exitUsage, "--size has no effect with --keep", []string{"shrink", ngrams, "--keep", "9", "--size", "1MB", "--out", small + "1"}},
		{exitUsage, `--size is "many", want`, []string{"shrink", ngrams, "--size", "many", "--out", small + "1"}},
		{exitFailure, "--out " + small + " already exists", []string{"shrink", ngrams, "--out", small}},
		{exitFailure, "was shrunk before", []string{"shrink", small, "--out", small + "1"}},
		{exitFailure, "--size 100: a folder of ", []string{"shrink", ngrams, "--size", "100", "--out", small + "1"}},
		{exitFailure, "is no model of n-grams", []string{"shrink", bow, "--size", "1MB", "--out", small + "1"}},
		{exitFailure, "is no model of n-grams", []string{"shrink", bow, "--keep", "9", "--out", small + "1"}},
		{exitFailure, "was shrunk, go on from the one that it was made of", []string{"train", "--from", smallBow, "--data", "sample", "--out", small + "1"}},
		{exitFailure, "was shrunk, go on from the one that it was made of", []string{"train", "--from", small, "--data", "sample", "--out", small + "1"}},
		{exitFailure, "Keras has no layer for bags of n-grams", []string{"export", small, "--out", filepath.Join(out, "m.keras")}},
	} {
		status, stdout, stderr := command("", c.args...)
		checkFailure(t, status, c.status, stdout, stderr, c.want)
		if _, err := os.Lstat(small + "1"); err == nil {
			t.Errorf("%q left a folder", c.args)
		}
	}
	checkUnchanged(t, small, before)
}

// TestShrinkElsewhere: where the texts of the training are gone the model is made small all
// the same, and it is said that nothing was measured.
func TestShrinkElsewhere(t *testing.T) {
	out := t.TempDir()
	path := writeFile(t, filepath.Join(out, "t.csv"), "text,label\n"+strings.Repeat("red apple,a\nblue sea,b\ngreen grass,c\nred rose,a\ndeep blue,b\ngreen tea,c\n", 10))
	succeedQuietly(t, "train", "--data", path, "--model", "ngrams", "--out", filepath.Join(out, "run"))
	if printed := succeed(t, "", "shrink", filepath.Join(out, "run"), "--keep", "20", "--out", filepath.Join(out, "one")); !strings.Contains(printed, "validation") || !strings.Contains(printed, "20 of ") {
		t.Errorf("it prints\n%s", printed)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	printed := succeed(t, "", "shrink", filepath.Join(out, "run"), "--out", filepath.Join(out, "two"))
	if !strings.Contains(printed, "Not measured, the texts of the training are not at hand: ") {
		t.Errorf("it prints\n%s", printed)
	}
	if out := succeed(t, "", "predict", filepath.Join(out, "two"), "a red thing"); !strings.HasPrefix(out, "a  ") {
		t.Errorf("predict prints %q", out)
	}
}
