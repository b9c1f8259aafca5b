package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"unroll/cmd/sentiment/internal/run"
	"unroll/internal/answer"
)

// tickets writes n tickets as CSV, with further columns made by more.
func tickets(t *testing.T, n int, head string, more func(i int) string) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "text,label%s\n", head)
	for i := range n {
		fmt.Fprintf(&b, "%q,%s%s\n", ticket(i), threeClasses[i%3], more(i))
	}
	path := filepath.Join(t.TempDir(), "tickets.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func nothingMore(int) string { return "" }

// interrupted runs a command line and ends it when it has printed a text.
func interrupted(t *testing.T, stdin, at string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var stderr bytes.Buffer
	if status := execute(ctx, args, strings.NewReader(stdin), &cancelAt{text: at, cancel: cancel}, &stderr); status != exitInterrupted {
		t.Fatalf("status %d: %s", status, &stderr)
	}
}

// TestFailedTrainingKeepsTheRunBefore: checkpoints and standard input of a run
// that was interrupted are there after another one was to be trained in its folder.
func TestFailedTrainingKeepsTheRunBefore(t *testing.T) {
	texts, err := os.ReadFile(tickets(t, 300, "", nothingMore))
	if err != nil {
		t.Fatal(err)
	}
	for name, flags := range map[string][]string{"models": nil, "folds": {"--folds", "2"}} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			args := append([]string{"train", "--data", "-", "--model", "bow", "--epochs", "5", "--checkpoint-every", "1", "--out", dir}, flags...)
			interrupted(t, string(texts), "Epoch 3/5", args...)
			before := snapshot(t, dir)
			if saved, _ := filepath.Glob(filepath.Join(dir, checkpointsDir, "*")); len(saved) == 0 {
				t.Fatal("there are no checkpoints")
			}
			for _, data := range []string{"nosuch.csv", "-", "sample"} {
				status, stdout, stderr := command("junk\n", "train", "--data", data, "--out", dir)
				checkFailure(t, status, exitFailure, stdout, stderr, "--out "+dir, "unfinished run", "--resume "+dir)
				checkUnchanged(t, dir, before)
			}
			if out := succeed(t, "", "train", "--resume", dir); !strings.Contains(out, "Continuing after epoch") {
				t.Errorf("it does not go on:\n%s", out)
			}
		})
	}
}

// TestChangedTexts: texts that are gone or others when the report is made cost the
// report its examples, and nothing else.
func TestChangedTexts(t *testing.T) {
	for name, change := range map[string]func(path string) error{
		"gone": os.Remove,
		"others": func(path string) error {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			return os.WriteFile(path, bytes.ReplaceAll(data, []byte("number"), []byte("invoice")), 0o600)
		},
	} {
		t.Run(name, func(t *testing.T) {
			path, dir := tickets(t, 300, "", nothingMore), filepath.Join(t.TempDir(), "run")
			var stderr bytes.Buffer
			out := &cancelAt{text: "Experiment", cancel: func() {
				if err := change(path); err != nil {
					t.Error(err)
				}
			}}
			status := execute(context.Background(), []string{"train", "--data", path, "--model", "bow", "--epochs", "2", "--out", dir}, strings.NewReader(""), out, &stderr)
			if status != exitOK || !strings.HasPrefix(stderr.String(), "warning: the report shows no texts: ") || strings.Count(stderr.String(), "\n") != 1 {
				t.Errorf("status %d, stderr %q", status, &stderr)
			}
			r, err := run.ReadReport(dir)
			if err != nil {
				t.Fatal(err)
			}
			if e := r.Runs[0].Experiments[0]; len(e.Wrong)+len(e.Unsure) != 0 {
				t.Errorf("the report has examples: %+v", e.Wrong)
			}
			succeed(t, "", "predict", filepath.Join(dir, "bow"), "my invoice is wrong")
		})
	}
}

// TestGroupsAreOfTheTraining: other texts need not have the column by which the
// training's were divided.
func TestGroupsAreOfTheTraining(t *testing.T) {
	path, dir := tickets(t, 120, ",author", func(i int) string { return fmt.Sprintf(",a%d", i/6) }), filepath.Join(t.TempDir(), "run")
	succeed(t, "", "train", "--data", path, "--group-column", "author", "--model", "bow", "--epochs", "1", "--out", dir)
	other := tickets(t, 30, "", nothingMore)
	succeed(t, "", "predict", "--data", other, filepath.Join(dir, "bow"))
	succeed(t, "", "evaluate", "--data", other, filepath.Join(dir, "bow"))
}

// TestServedModels: the best one is the default.
func TestServedModels(t *testing.T) {
	served, err := run.LoadAll(t.Context(), sharedRun(t), 1, answer.Rule{})
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range served {
		if i > 0 && m.Info().Validation["accuracy"] > served[0].Info().Validation["accuracy"] {
			t.Errorf("%s is better than the default", m.Info().Name)
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
}
