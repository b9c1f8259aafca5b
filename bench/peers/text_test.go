package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"unroll/datasets/imdb"
)

// TestText: both sides' rates reach the table, and different work is an error.
func TestText(t *testing.T) {
	path := filepath.Join(t.TempDir(), "texts")
	if _, _, err := writeTexts(path, imdb.Sample(1)); err != nil {
		t.Fatal(err)
	}
	ours, err := textOurs(path)
	if err != nil || ours.Words < 400 || ours.Kept < 4000*20 {
		t.Fatalf("found %+v, error %v", ours, err)
	}
	for words, want := range map[int]string{ours.Words: "", ours.Words + 1: "ours found"} {
		var out strings.Builder
		c := &config{quick: true, pairs: 1, out: &out}
		c.python = python(t, fmt.Sprintf(`echo '{"seconds": 1000, "words": %d, "kept": %d}'`, words, ours.Kept))
		err := texts(t.Context(), c)
		if want == "" && (err != nil || !strings.Contains(out.String(), "≥ 5 held")) {
			t.Errorf("error %v, printed %s", err, &out)
		}
		if want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
