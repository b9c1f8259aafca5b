package main

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/cmd/sentiment/internal/run"
	"unroll/train/classifier"
)

// moreTexts writes new texts of the two classes, with words of which some are new.
func moreTexts(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "new.csv")
	rows := "label,text\n" + strings.Repeat("positive,good and unheardof\nnegative,dull and unheardof\n", 20)
	if err := os.WriteFile(path, []byte(rows), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestFrom: a model of a folder, of a run, and one that was imported go on with new texts.
// Their words and classes stay, and with a rate of nearly nothing their weights too.
func TestFrom(t *testing.T) {
	data := moreTexts(t)
	runs := sharedRun(t)
	for name, dir := range map[string]string{"folder": filepath.Join(runs, "onehot"), "run": runs, "imported": imported(t)} {
		t.Run(name, func(t *testing.T) {
			from, err := run.BestFirst(dir)
			if err != nil {
				t.Fatal(err)
			}
			still, moved := filepath.Join(t.TempDir(), "still"), filepath.Join(t.TempDir(), "moved")
			out := succeed(t, "", "train", "--from", dir, "--data", data, "--epochs", "1", "--lr", "1e-30", "--out", still)
			if !strings.Contains(out, "Going on from "+from[0]) {
				t.Errorf("it does not say from what it goes on:\n%s", out)
			}
			succeed(t, "", "train", "--from", dir, "--data", data, "--epochs", "5", "--lr", "0.1", "--out", moved)
			path := func(in string) string { return filepath.Join(in, filepath.Base(from[0])) }
			for _, file := range []string{"vocabulary.json", "weights.safetensors", "model.json"} {
				before, err := os.ReadFile(filepath.Join(from[0], file))
				if err != nil {
					t.Fatal(err)
				}
				for _, in := range []string{still, moved} {
					if file == "weights.safetensors" && in == still && name == "imported" {
						continue // has weights of 0, which move at any rate
					}
					after, err := os.ReadFile(filepath.Join(path(in), file))
					if err != nil {
						t.Fatal(err)
					}
					if same := cmp.Equal(before, after); same != (file != "weights.safetensors" || in == still) {
						t.Errorf("%s of %s is the same: %t", file, in, same)
					}
				}
			}
			for _, in := range []string{still, moved} {
				was, is := taskOf(t, from[0]), taskOf(t, path(in))
				if is.Factor == 0 {
					t.Errorf("%s is not calibrated", in)
				}
				was.Factor, is.Factor = 0, 0 // which is of the new texts
				if diff := cmp.Diff(was, is); diff != "" {
					t.Errorf("%s has another task: %s", in, diff)
				}
			}
			if was, is := uncalibrated(t, from[0], "good"), uncalibrated(t, path(moved), "good"); !(is > was || is > 0.99) {
				t.Errorf("after more texts good is positive with %g, before with %g", is, was)
			}
			succeed(t, "", "evaluate", moved)
		})
	}
}

func taskOf(t *testing.T, dir string) classifier.Task {
	t.Helper()
	of, err := classifier.LoadTask(dir)
	if err != nil {
		t.Fatal(err)
	}
	return of
}

// uncalibrated is the probability of the second class that a model's network gives.
func uncalibrated(t *testing.T, dir, text string) float64 {
	t.Helper()
	of := taskOf(t, dir)
	p, factor := shares(t, dir, text)[of.Classes[1]], of.Factor
	if factor == 0 {
		return p
	}
	return 1 / (1 + math.Pow((1-p)/p, 1/factor))
}

// TestFromResumes: an interrupted run that goes on from a model ends with the bits of one
// that was not, and a cross-validation begins each fold with the same weights.
func TestFromResumes(t *testing.T) {
	data, from := moreTexts(t), filepath.Join(sharedRun(t), "onehot")
	whole, dir := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "run")
	flags := []string{"train", "--from", from, "--data", data, "--batch", "4"}
	succeed(t, "", append(flags, "--epochs", "4", "--out", whole)...)
	succeed(t, "", append(flags, "--epochs", "2", "--out", dir)...)
	succeed(t, "", "train", "--resume", dir, "--epochs", "4")
	want, err := os.ReadFile(filepath.Join(whole, "onehot", "weights.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "onehot", "weights.safetensors"))
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("resumed it has other weights, error %v", err)
	}
	folds := filepath.Join(t.TempDir(), "folds")
	if out := succeed(t, "", append(flags, "--epochs", "1", "--folds", "2", "--out", folds)...); strings.Count(out, "Going on from ") != 1 {
		t.Errorf("of two folds it says\n%s", out)
	}
}

// TestFromRefuses: what the model does not have, and what it keeps, is refused by name.
func TestFromRefuses(t *testing.T) {
	from := filepath.Join(sharedRun(t), "onehot")
	odd := filepath.Join(t.TempDir(), "odd.csv")
	if err := os.WriteFile(odd, []byte("label,text\npositive,good\nodd,dull\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		status int
		args   []string
		want   string
	}{
		{exitFailure, []string{"--from", from, "--data", odd}, `the label "odd" is not one of the model's classes, negative, positive`},
		{exitFailure, []string{"--from", filepath.Join(t.TempDir(), "none")}, "--from: model folder "},
		{exitFailure, []string{"--from", t.TempDir()}, "holds neither a model nor a run"},
		{exitUsage, []string{"--from", from, "--maxlen", "3"}, "--maxlen has no effect with --from, which keeps the model as it was trained"},
		{exitUsage, []string{"--from", from, "--model", "gru"}, "--model has no effect with --from"},
		{exitUsage, []string{"--from", imported(t), "--rnn", "looped"}, "/keras, whose model has no recurrent layer"},
		{exitUsage, []string{"--from", from, "--resume", from}, "--from cannot be used with --resume"},
	} {
		out := filepath.Join(t.TempDir(), "out")
		args := append([]string{"train"}, c.args...)
		if c.args[len(c.args)-2] != "--resume" {
			args = append(args, "--out", out)
		}
		status, stdout, stderr := command("", args...)
		checkFailure(t, status, c.status, stdout, stderr, c.want)
		if _, err := os.Stat(out); err == nil {
			t.Errorf("%v leaves %s", c.args, out)
		}
	}
}
