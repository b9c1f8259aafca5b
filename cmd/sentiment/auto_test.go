package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"unroll/cmd/sentiment/internal/run"
)

// fruit writes texts of two classes, which a word tells.
func fruit(t *testing.T, n int) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("text,label\n")
	for i := range n {
		fmt.Fprintf(&b, "a %s thing number %d,%s\n", [2]string{"sweet", "sour"}[i%2], i*7919%100, [2]string{"plum", "lemon"}[i%2])
	}
	return writeFile(t, filepath.Join(t.TempDir(), "fruit.csv"), b.String())
}

// TestAutoIsTheDefault: of one's own texts auto is trained, alone, and it is what predict
// takes. Every trial is in results.json and in the report.
func TestAutoIsTheDefault(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	printed := succeed(t, "", "train", "--data", fruit(t, 60), "--out", dir)
	if !strings.Contains(printed, "Experiment auto") || strings.Contains(printed, "embedding ") && !strings.Contains(printed, "EmbeddingBag") {
		t.Errorf("train prints\n%s", printed)
	}
	if out := succeed(t, "", "predict", dir, "sour"); !strings.HasPrefix(out, "lemon ") {
		t.Errorf("predict prints %q", out)
	}
	var results struct{ Experiments []run.Result }
	doc, err := os.ReadFile(filepath.Join(dir, run.ResultsFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(doc, &results); err != nil {
		t.Fatal(err)
	}
	chosen := 0
	for _, trial := range results.Experiments[0].Trials {
		if trial.Chosen {
			chosen++
		}
		if trial.Setting == "" || trial.Texts == 0 || trial.Steps == 0 || trial.Score < 0.5 {
			t.Errorf("%+v", trial)
		}
	}
	report, err := run.ReadReport(dir)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(report.Runs[0].Experiments[0].Trials); chosen != 1 || n < 8 || n != len(results.Experiments[0].Trials) {
		t.Errorf("%d trials in the report, %d in the results, %d chosen", n, len(results.Experiments[0].Trials), chosen)
	}
}

// TestTutorialEndsWithAuto: on the movie reviews auto is trained after the tutorial's two
// models, which are as they are alone, and predict takes it.
func TestTutorialEndsWithAuto(t *testing.T) {
	dir, alone := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "alone")
	printed := succeed(t, "", tiny(dir, "--model", "onehot,embedding,auto")...)
	succeed(t, "", tiny(alone)...)
	for name, want := range weights(t, alone) {
		if weights(t, dir)[name] != want {
			t.Errorf("%s differs with auto after it", name)
		}
	}
	said := strings.Index(printed, "One more model, the one to use: it takes about ")
	if said < strings.Index(printed, "Experiment embedding") || said > strings.Index(printed, "Experiment auto") {
		t.Errorf("train prints\n%s", printed)
	}
	if got := run.Default([]string{"auto"}); got != "onehot,embedding,auto" {
		t.Errorf("on the reviews %s are trained", got)
	}
	asked, named := succeed(t, "", "predict", dir, "a dull film"), succeed(t, "", "predict", filepath.Join(dir, "auto"), "a dull film")
	if asked != named {
		t.Errorf("predict prints %q, auto says %q", asked, named)
	}
}

// TestInterruptedSearchesResume ends a run after each of some trials, resumes it, and
// finds the bits of a run that was not interrupted.
func TestInterruptedSearchesResume(t *testing.T) {
	data := fruit(t, 60)
	args := func(dir string) []string { return []string{"train", "--data", data, "--out", dir} }
	whole := filepath.Join(t.TempDir(), "run")
	succeed(t, "", args(whole)...)
	model := func(dir string) string {
		data, err := os.ReadFile(filepath.Join(dir, "auto", "weights.safetensors"))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	for _, at := range []string{"words, class ratios, C 1 ", "words and characters, tf-idf, C 0.3", "Chosen: "} {
		dir := filepath.Join(t.TempDir(), "run")
		ctx, cancel := context.WithCancel(context.Background())
		var stderr bytes.Buffer
		status := execute(ctx, args(dir), strings.NewReader(""), &cancelAt{text: at, cancel: cancel}, &stderr)
		cancel()
		checkFailure(t, status, exitInterrupted, "", stderr.String(), "sentiment train --resume "+dir)
		if out := succeed(t, "", "train", "--resume", dir); !strings.Contains(out, "Continuing after ") {
			t.Errorf("resumed after %q it prints\n%s", at, out)
		}
		if model(dir) != model(whole) {
			t.Errorf("interrupted at %q the model is another", at)
		}
	}
}

// TestAutoTriesANetwork: within the budget a network is tried too, and with the default
// settings it is not taken where n-grams are as good.
func TestAutoTriesANetwork(t *testing.T) {
	data := fruit(t, 100)
	dir := filepath.Join(t.TempDir(), "run")
	printed := succeed(t, "", "train", "--data", data, "--out", dir)
	if !strings.Contains(printed, "Next, conv: ") || !strings.Contains(printed, "Chosen: n-grams.") {
		t.Errorf("train prints\n%s", printed)
	}
	report, err := run.ReadReport(dir)
	if err != nil {
		t.Fatal(err)
	}
	trials := report.Runs[0].Experiments[0].Trials
	if last := trials[len(trials)-1]; last.Setting != "conv" || last.Chosen || last.Samples != 80 {
		t.Errorf("the last trial is %+v", last)
	}
	if out := succeed(t, "", "train", "--data", data, "--budget", "0.000001", "--out", filepath.Join(t.TempDir(), "run")); !strings.Contains(out, "conv, a network, was not tried: it is too dear. --budget ") {
		t.Errorf("with a small budget train prints\n%s", out)
	}
}

// TestMoreEpochsBesideAuto: a run of the tutorial's kind goes on for more epochs, with the
// same auto after it; n-grams alone have no epochs to add.
func TestMoreEpochsBesideAuto(t *testing.T) {
	dir, whole := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "whole")
	succeed(t, "", tiny(dir, "--model", "embedding,auto", "--budget", "0.001")...)
	succeed(t, "", tiny(whole, "--model", "embedding,auto", "--budget", "0.001", "--epochs", "2")...)
	succeed(t, "", "train", "--resume", dir, "--epochs", "2")
	for _, model := range []string{"embedding", "auto"} {
		name := filepath.Join(model, "weights.safetensors")
		if snapshot(t, dir)[name] != snapshot(t, whole)[name] {
			t.Errorf("%s differs from that of a run of 2 epochs", name)
		}
	}
	alone := filepath.Join(t.TempDir(), "alone")
	succeed(t, "", "train", "--data", fruit(t, 40), "--model", "ngrams", "--out", alone)
	status, stdout, stderr := command("", "train", "--resume", alone, "--epochs", "3")
	checkFailure(t, status, exitUsage, stdout, stderr, "--epochs has no effect on ngrams")
}

// TestAutoOfNumbers: numbers are estimated by the default model, too.
func TestAutoOfNumbers(t *testing.T) {
	path := writeFile(t, filepath.Join(t.TempDir(), "n.csv"), "text,label\n"+strings.Repeat("small,1\nmiddle,20\nlarge,300\n", 30))
	dir := filepath.Join(t.TempDir(), "run")
	if out := succeedQuietly(t, "train", "--data", path, "--regression", "--out", dir); !strings.Contains(out, "auto") {
		t.Errorf("train prints\n%s", out)
	}
	var answer struct{ Value float64 }
	if err := json.Unmarshal([]byte(succeed(t, "", "predict", "--json", dir, "large")), &answer); err != nil || answer.Value < 250 || answer.Value > 350 {
		t.Errorf("%+v, %v", answer, err)
	}
}

// TestBudget: --budget is refused where it has no effect or makes no sense.
func TestBudget(t *testing.T) {
	data := fruit(t, 20)
	for _, c := range []struct {
		want string
		args []string
	}{
		{"--budget has no effect without the models auto and ngrams", []string{"--model", "bow", "--budget", "2"}},
		{"--budget is 0, want more than 0", []string{"--budget", "0"}},
		{"--budget is -1, want more than 0", []string{"--budget", "-1"}},
		{"--epochs has no effect on a model of n-grams", []string{"--epochs", "3"}},
	} {
		status, stdout, stderr := command("", append([]string{"train", "--data", data, "--out", filepath.Join(t.TempDir(), "run")}, c.args...)...)
		checkFailure(t, status, exitUsage, stdout, stderr, c.want)
	}
}
