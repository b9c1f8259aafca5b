package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"unroll/cmd/sentiment/internal/drift"
)

// TestDrift: texts of the same kind have not drifted, others have, and how is told. Labels
// are not needed.
func TestDrift(t *testing.T) {
	words := map[string]string{"plum": "sweet", "lemon": "sour"}
	dir := filepath.Join(t.TempDir(), "run")
	succeedQuietly(t, "train", "--data", produce(t, 200, words, "plum", "lemon"), "--model", "ngrams,bow", "--epochs", "2", "--out", dir)
	same := produce(t, 120, words, "plum", "lemon")
	if out := succeed(t, "", "evaluate", "--drift", dir, "--data", same); strings.Count(out, "No drift: the texts are like those of the training.") != 2 {
		t.Errorf("of the same texts it prints\n%s", out)
	}
	other := writeFile(t, filepath.Join(t.TempDir(), "other.csv"), "text\n"+strings.Repeat("where is my parcel now it should be here since monday morning please\n", 60))
	out := succeed(t, "", "evaluate", "--drift", filepath.Join(dir, "ngrams"), "--data", other)
	for _, want := range []string{"ngrams: 60 new texts, compared with 160 of the training", "much drift  unknown words: ", "much drift  words in a text: quartiles 13, 13, 13, were 8, 8, 8", "parcel 100.0 %, was 0.0 %", "Much drift: label some"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	var c drift.Comparison
	if err := json.Unmarshal([]byte(succeed(t, "", "evaluate", "--drift", "--json", filepath.Join(dir, "ngrams"), "--data", other)), &c); err != nil || c.Drift != "much" || c.Texts != 60 || len(c.Changes) != 4 {
		t.Errorf("%+v, %v", c, err)
	}
	if err := os.Remove(filepath.Join(dir, "bow", "profile.json")); err != nil {
		t.Fatal(err)
	}
	for want, args := range map[string][]string{
		"the model was saved without a profile of its texts": {filepath.Join(dir, "bow"), "--data", other},
		"--drift has no effect without --data":               {dir},
		"--drift has no effect with --report":                {dir, "--data", other, "--report"},
	} {
		_, stdout, stderr := command("", append([]string{"evaluate", "--drift"}, args...)...)
		if !strings.Contains(stderr, want) || stdout != "" || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%v: %q, %q", args, stderr, stdout)
		}
	}
}
