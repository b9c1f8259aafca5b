package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"unroll/train/optimizers"
)

// TestEveryOptimizerAndSchedule trains a moment with each, and keeps the
// settings for --resume.
func TestEveryOptimizerAndSchedule(t *testing.T) {
	train := func(flags ...string) {
		t.Helper()
		dir := filepath.Join(t.TempDir(), "run")
		succeed(t, "", tiny(dir, append([]string{"--model", "embedding"}, flags...)...)...)
		data, err := os.ReadFile(filepath.Join(dir, runFile))
		if err != nil || !strings.Contains(string(data), flags[1]) {
			t.Errorf("%q: %s holds %s, error %v", flags, runFile, data, err)
		}
	}
	for name := range optimizers.Names() {
		if train("--optimizer", name); raced {
			break // the same code runs for all
		}
	}
	for name := range optimizers.ScheduleNames() {
		if train("--schedule", name, "--lr", "0.01", "--clip", "1"); raced {
			break
		}
	}
}

// TestTensorBoardFlag writes event files of both halves.
func TestTensorBoardFlag(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	succeed(t, "", tiny(dir, "--model", "onehot", "--tensorboard")...)
	for _, half := range []string{"train", "validation"} {
		files, err := filepath.Glob(filepath.Join(dir, "tensorboard", "onehot", half, "events.out.tfevents.*"))
		if err != nil || len(files) != 1 {
			t.Errorf("%s: files %v, error %v", half, files, err)
		}
	}
}

func TestWrongOptimizerFlags(t *testing.T) {
	for want, flags := range map[string][]string{
		`--optimizer is "adm", want sgd, momentum`:    {"--optimizer", "adm"},
		`--schedule is "sine", want cosine, restarts`: {"--schedule", "sine"},
		"--lr is -1, want a positive number":          {"--lr", "-1"},
		"--clip is NaN, want a positive number":       {"--clip", "NaN"},
		"--early-stop is -1, want at least 0":         {"--early-stop", "-1"},
		"--checkpoint-every is -1, want at least 0":   {"--checkpoint-every", "-1"},
	} {
		status, stdout, stderr := command("", tiny(t.TempDir(), flags...)...)
		checkFailure(t, status, exitUsage, stdout, stderr, want)
	}
}

// TestEarlyStopFlag ends a run whose validation loss grows, and resumes no more.
func TestEarlyStopFlag(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	out := succeed(t, "", tiny(dir, "--model", "embedding", "--epochs", "400", "--lr", "0.03", "--early-stop", "2")...)
	r := readResults(t, dir)
	epochs := r.Experiments[0].Epochs
	if len(epochs) == 400 {
		t.Fatalf("it did not stop:\n%s", out)
	}
	best := epochs[0].Scores["val_loss"]
	for _, e := range epochs {
		best = min(best, e.Scores["val_loss"])
	}
	if got := r.Experiments[0].Evaluate["loss"]; got != best {
		t.Errorf("the final weights have a validation loss of %g, the best epoch's is %g", got, best)
	}
}
