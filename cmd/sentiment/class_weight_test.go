package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestClassWeight: of words that say little, a rare class is hardly ever found; balanced it
// is found about as often as the other. Weights of 1 change no bit.
func TestClassWeight(t *testing.T) {
	var b strings.Builder
	b.WriteString("text,label\n")
	rng := rand.New(rand.NewPCG(1, 0))
	for i := range 400 {
		label, share := "ham", 0.3 // of the texts with the word
		if i%8 == 0 {
			label, share = "spam", 0.7
		}
		word := "hello"
		if rng.Float64() < share {
			word = "offer"
		}
		fmt.Fprintf(&b, "%s number %d,%s\n", word, rng.IntN(5), label)
	}
	data := writeFile(t, filepath.Join(t.TempDir(), "mail.csv"), b.String())
	found := func(model string, flags ...string) (recall float64, weights []byte) {
		t.Helper()
		out := filepath.Join(t.TempDir(), "run")
		succeed(t, "", append([]string{"train", "--data", data, "--model", model, "--out", out, "--quiet"}, flags...)...)
		var e evaluation
		if err := json.Unmarshal([]byte(succeed(t, "", "evaluate", out, "--data", data, "--report", "--json")), &e); err != nil {
			t.Fatal(err)
		}
		weights, err := os.ReadFile(filepath.Join(out, model, "weights.safetensors"))
		if err != nil {
			t.Fatal(err)
		}
		return e.Report.Classes[1].Recall, weights
	}
	for _, model := range []string{"bow", "ngrams"} {
		before, plain := found(model)
		after, _ := found(model, "--class-weight", "balanced")
		if before > 0.3 || after < 0.6 {
			t.Errorf("%s: %.2f of the spam is found, balanced %.2f", model, before, after)
		}
		more, _ := found(model, "--class-weight", "spam=7")
		if more < 0.6 {
			t.Errorf("%s: with a weight of 7 %.2f of the spam is found", model, more)
		}
		if _, same := found(model, "--class-weight", "ham=1,spam=1"); !bytes.Equal(plain, same) {
			t.Errorf("%s: weights of 1 make another model", model)
		}
	}
	for want, c := range map[string]struct {
		status int
		flags  []string
	}{
		"--class-weight cannot be used with numbers as labels, which are no classes":           {exitUsage, []string{"--regression", "--class-weight", "balanced"}},
		`--class-weight is "even", want balanced, or pairs such as spam=5,ham=1`:               {exitUsage, []string{"--class-weight", "even"}},
		`--class-weight: no text has the label "spma"; the classes are ham, spam`:              {exitFailure, []string{"--class-weight", "spma=2"}},
		`--class-weight: the label "spam" has the weight "-1", want a number of more than 0`:   {exitUsage, []string{"--class-weight", "spam=-1"}},
		"--class-weight cannot be used with --resume: a run keeps its settings, only --epochs": {exitUsage, []string{"--resume", sharedRun(t), "--class-weight", "balanced"}},
	} {
		args := append([]string{"train"}, c.flags...)
		if c.flags[0] != "--resume" {
			args = append(args, "--data", data, "--model", "bow", "--out", filepath.Join(t.TempDir(), "run"))
		}
		status, stdout, stderr := command("", args...)
		checkFailure(t, status, c.status, stdout, stderr, want)
	}
}
