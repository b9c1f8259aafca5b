package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"unroll/cmd/sentiment/internal/run"
)

// TestSuspects: labels that were changed are named, first and foremost, with where they
// stand; and none where all are right.
func TestSuspects(t *testing.T) {
	var right, wrong strings.Builder
	right.WriteString("text,label\n")
	wrong.WriteString("text,label\n")
	changed := map[string]bool{}
	for i := range 200 {
		taste, fruit := [2]string{"sweet", "sour"}[i%2], [2]string{"plum", "lemon"}[i%2]
		fmt.Fprintf(&right, "a %s thing number %d,%s\n", taste, i, fruit)
		if i%40 == 7 {
			fruit = "plum"
			changed[fmt.Sprintf("wrong.csv:%d", i+2)] = true
		}
		fmt.Fprintf(&wrong, "a %s thing number %d,%s\n", taste, i, fruit)
	}
	dir := t.TempDir()
	path := writeFile(t, filepath.Join(dir, "wrong.csv"), wrong.String())
	var got struct {
		Texts    int
		Suspects run.Suspects
	}
	if err := json.Unmarshal([]byte(succeed(t, "", "data", "--suspects", "--json", path)), &got); err != nil {
		t.Fatal(err)
	}
	if got.Texts != 200 || got.Suspects.Texts != 200 || len(got.Suspects.First) != 5 {
		t.Fatalf("%+v", got)
	}
	for _, s := range got.Suspects.First {
		if !changed[filepath.Base(s.ID)] || s.Label != "plum" || s.LooksLike != "lemon" || !strings.Contains(s.Text, "sour") || s.Probability < 0.5 {
			t.Errorf("%+v", s)
		}
	}
	if out := succeed(t, "", "data", "--suspects", "--examples", "1", path); !strings.Contains(out, "Labels that are likely wrong, of 5 of 200 texts, the surest first:\n") || strings.Count(out, "looks like") != 1 {
		t.Errorf("data prints\n%s", out)
	}
	path = writeFile(t, filepath.Join(dir, "right.csv"), right.String())
	if out := succeed(t, "", "data", "--suspects", path); !strings.Contains(out, "No label of 200 texts looks wrong.\n") {
		t.Errorf("data prints\n%s", out)
	}
	numbers := writeFile(t, filepath.Join(dir, "one.csv"), "text,label\na,x\nb,x\n")
	status, stdout, stderr := command("", "data", "--suspects", numbers)
	checkFailure(t, status, exitFailure, stdout, stderr, "at least two classes")
}
