package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/cmd/sentiment/internal/corpus"
	"unroll/cmd/sentiment/internal/run"
	"unroll/train"
)

// TestMoreEpochs: a finished run that goes on to more epochs ends with the bits of
// one that had them from the beginning, and tells the same of itself.
func TestMoreEpochs(t *testing.T) {
	for name, flags := range map[string][]string{
		"plain":      nil,
		"best":       {"--best", "--lr", "0.03"},
		"early stop": {"--early-stop", "2", "--lr", "0.03", "--model", "onehot,embedding"},
		"schedule":   {"--schedule", "exponential"},
	} {
		if raced && name != "early stop" {
			continue // the same code runs for all
		}
		t.Run(name, func(t *testing.T) {
			whole, dir := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "run")
			succeed(t, "", tiny(whole, append(flags, "--epochs", "7")...)...)
			succeed(t, "", tiny(dir, append(flags, "--epochs", "2")...)...)
			for _, epochs := range []string{"3", "7"} {
				if out := succeed(t, "", "train", "--resume", dir, "--epochs", epochs); !strings.Contains(out, "Continuing after epoch") {
					t.Errorf("to %s epochs it does not go on:\n%s", epochs, out)
				}
			}
			if diff := cmp.Diff(weights(t, whole), weights(t, dir)); diff != "" {
				t.Error(diff)
			}
			want, got := readResults(t, whole), readResults(t, dir)
			for _, r := range []*run.Results{want, got} {
				for _, e := range r.Experiments {
					for i := range e.Epochs {
						e.Epochs[i].Seconds = 0
					}
				}
			}
			a, err := json.Marshal(want)
			if err != nil {
				t.Fatal(err)
			}
			b, err := json.Marshal(got)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(a), string(b)); diff != "" {
				t.Error(diff)
			}
			r, err := run.ReadReport(dir)
			if err != nil || !strings.Contains(r.Runs[0].Command, " --epochs 7 ") {
				t.Errorf("the report's command is %q, error %v", r.Runs[0].Command, err)
			}
			if out := succeed(t, "", "train", "--resume", dir, "--epochs", "7"); !strings.HasPrefix(out, "The run in "+dir+" is finished: ") {
				t.Errorf("with as many epochs as it has it says %q", out)
			}
		})
	}
}

// TestWrongMoreEpochs: what cannot go on says so and stays as it was.
func TestWrongMoreEpochs(t *testing.T) {
	dir := copyRun(t) // of 2 epochs
	before := snapshot(t, dir)
	for epochs, want := range map[string]string{
		"1": "--epochs is 1, but onehot has already trained for 2",
		"0": "--epochs is 0, want at least 1",
	} {
		status, stdout, stderr := command("", "train", "--resume", dir, "--epochs", epochs)
		checkFailure(t, status, exitUsage, stdout, stderr, want)
	}
	checkUnchanged(t, dir, before)
	last := filepath.Join(dir, "embedding", lastFile)
	if err := os.Remove(last); err != nil {
		t.Fatal(err)
	}
	status, stdout, stderr := command("", "train", "--resume", dir, "--epochs", "3")
	checkFailure(t, status, exitFailure, stdout, stderr, "--epochs: embedding cannot be continued: there is no "+last)

	folds := filepath.Join(t.TempDir(), "run")
	succeed(t, "", tiny(folds, "--folds", "2", "--model", "bow")...)
	status, stdout, stderr = command("", "train", "--resume", folds, "--epochs", "3")
	checkFailure(t, status, exitFailure, stdout, stderr, "is finished and kept no models to continue")

	// Texts that are gone leave a finished run finished.
	texts := tickets(t, 120, "", nothingMore)
	gone := filepath.Join(t.TempDir(), "run")
	succeed(t, "", "train", "--data", texts, "--model", "bow", "--epochs", "1", "--out", gone)
	before = snapshot(t, gone)
	if err := os.Remove(texts); err != nil {
		t.Fatal(err)
	}
	status, _, stderr = command("", "train", "--resume", gone, "--epochs", "3")
	checkFailure(t, status, exitFailure, "", stderr, texts)
	checkUnchanged(t, gone, before)
}

// TestMoreEpochsOfSchedules whose length is that of the run: a warning says what
// becomes of them.
func TestMoreEpochsOfSchedules(t *testing.T) {
	for _, schedule := range []string{"cosine", "linear", "restarts"} {
		dir := filepath.Join(t.TempDir(), "run")
		succeed(t, "", tiny(dir, "--model", "bow", "--epochs", "2", "--schedule", schedule)...)
		status, stdout, stderr := command("", "train", "--resume", dir, "--epochs", "4")
		want := "warning: --schedule " + schedule + " is stretched from 2 to 4 epochs: "
		if status != exitOK || !strings.HasPrefix(stderr, want) || strings.Count(stderr, "\n") != 1 || !strings.Contains(stdout, "Epoch 4/4") {
			t.Errorf("%s: status %d, stderr %q", schedule, status, stderr)
		}
	}
}

// TestOneTruth: where the best weights are put back, the closing table, results.json,
// the report, the comparison and the saved model all tell of the same epoch.
func TestOneTruth(t *testing.T) {
	for name, flags := range map[string][]string{
		"early stop": {"--early-stop", "2", "--epochs", "100"},
		"best":       {"--best", "--epochs", "8"},
		"last":       {"--epochs", "8"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			out := succeed(t, "", tiny(dir, append(flags, "--model", "embedding", "--lr", "0.03")...)...)
			e := readResults(t, dir).Experiments[0]
			h := &train.History{}
			for _, x := range e.Epochs {
				h.Epochs = append(h.Epochs, train.Epoch{Logs: train.Logs(x.Scores)})
			}
			at := len(e.Epochs)
			if name != "last" {
				at = h.Best("val_loss", train.AutoMode)
				if at == len(e.Epochs) {
					t.Fatal("the last epoch is the best: nothing is tested")
				}
			}
			logs := e.Epochs[at-1].Scores
			if e.WeightsEpoch != at || e.Evaluate["loss"] != logs["val_loss"] || e.Evaluate["accuracy"] != logs["val_accuracy"] {
				t.Errorf("results: epoch %d with %v, want %d with %v", e.WeightsEpoch, e.Evaluate, at, logs)
			}
			row := regexp.MustCompile(`│ embedding  │ 32,337 │ +([\d.]+) │ +(\d+) │ +([\d.]+) │ +(\d+) │ +([\d.]+) │`).FindStringSubmatch(out)
			score, bestAt := e.Best(corpus.ReviewTask)
			want := []string{fourDigits(logs["val_accuracy"]), digits(at), fourDigits(score), digits(bestAt), fourDigits(e.Test["accuracy"])}
			if row == nil || !slices.Equal(row[1:], want) {
				t.Errorf("the table has %q, want %q", row, want)
			}
			if said := strings.Contains(out, "Restored the weights of epoch "+digits(at)+","); said != (name != "last") {
				t.Errorf("said which weights are put back: %t", said)
			}
			r, err := run.ReadReport(dir)
			if err != nil {
				t.Fatal(err)
			}
			if x := r.Runs[0].Experiments[0]; x.Epoch != at || float64(x.Validation.Score) != logs["val_accuracy"] || float64(x.Test.Score) != e.Test["accuracy"] {
				t.Errorf("report: epoch %d, %+v, %+v", x.Epoch, x.Validation, x.Test)
			}
			for split, want := range map[string]float64{"validation": logs["val_accuracy"], "test": e.Test["accuracy"]} {
				if got := succeed(t, "", "evaluate", "--split", split, filepath.Join(dir, "embedding")); !strings.Contains(got, fourDigits(want)) {
					t.Errorf("evaluate on %s: %q, want %s", split, got, fourDigits(want))
				}
			}
			if got := succeed(t, "", "compare", "--out", filepath.Join(t.TempDir(), "c.html"), dir); !regexp.MustCompile(`│ +` + digits(at) + ` │ +` + fourDigits(logs["val_accuracy"])).MatchString(got) {
				t.Errorf("compare: %s", got)
			}
		})
	}
}

func fourDigits(v float64) string { return fmt.Sprintf("%.4f", v) }
func digits(n int) string         { return fmt.Sprint(n) }
