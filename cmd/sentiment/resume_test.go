package main

import (
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"unroll/cmd/sentiment/internal/run"
	"unroll/internal/jsonfile"
)

// long is a training of some epochs with a checkpoint after each third batch.
func long(out string) []string { return tiny(out, "--epochs", "3", "--checkpoint-every", "3") }

// weights returns the bits of both models of a run, and their curves without
// the seconds.
func weights(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, model := range []string{"onehot", "embedding"} {
		for _, name := range []string{"weights.safetensors", "model.json", run.HistoryFile} {
			data, err := os.ReadFile(filepath.Join(dir, model, name))
			if err != nil {
				t.Fatal(err)
			}
			text := string(data)
			if name == run.HistoryFile {
				var lines []string
				for l := range strings.Lines(text) {
					lines = append(lines, l[:strings.LastIndex(l, ",")])
				}
				text = strings.Join(lines, "\n")
			}
			all[model+"/"+name] = text
		}
	}
	return all
}

// TestInterruptedRunsResume ends a run at each of some moments as Ctrl-C does,
// resumes it with no flag but --resume, and finds the bits of a run that was not
// interrupted.
func TestInterruptedRunsResume(t *testing.T) {
	whole := filepath.Join(t.TempDir(), "run")
	succeed(t, "", long(whole)...)
	want := weights(t, whole)
	moments := []string{"Data: ", "Experiment onehot", "Epoch 1/3", "Epoch 3/3", "Experiment embedding", "Epoch 2/3"}
	if raced {
		moments = moments[2:3]
	}
	for _, at := range moments {
		dir := filepath.Join(t.TempDir(), "run")
		ctx, cancel := context.WithCancel(context.Background())
		var stderr bytes.Buffer
		status := execute(ctx, long(dir), strings.NewReader(""), &cancelAt{text: at, cancel: cancel}, &stderr)
		cancel()
		checkFailure(t, status, exitInterrupted, "", stderr.String(), "sentiment train --resume "+dir)
		succeed(t, "", "train", "--resume", dir)
		if diff := cmp.Diff(want, weights(t, dir)); diff != "" {
			t.Errorf("interrupted at %q: %s", at, diff)
		}
		if r, err := run.ReadReport(dir); err != nil || r.Runs[0].Command != "sentiment "+strings.Join(commandOf(dir), " ") {
			t.Errorf("the report's command is %q, error %v", r.Runs[0].Command, err)
		}
		out := succeed(t, "", "train", "--resume", dir)
		for _, flag := range []string{"--quiet", "--json"} {
			if status, stdout, stderr := command("", "train", "--resume", dir, flag); status != exitOK || stdout != "" || !strings.HasPrefix(stderr, "The run in "+dir+" is finished: ") {
				t.Errorf("with %s: status %d, stdout %q, stderr %q", flag, status, stdout, stderr)
			}
		}
		if want := "The run in " + dir + " is finished: "; !strings.HasPrefix(out, want) {
			t.Errorf("a finished run resumes with %q", out)
		}
		if _, err := os.Stat(filepath.Join(dir, checkpointsDir)); err == nil {
			t.Error("the checkpoints are still there")
		}
	}
}

// commandOf is the command of a long run as the report writes it, each flag once.
func commandOf(dir string) []string {
	return []string{"train", "--epochs", "3", "--maxlen", "10", "--batch", "64", "--out", dir, "--data", "sample", "--model", "onehot,embedding", "--checkpoint-every", "3"}
}

// TestKilledRunsResume kills the training process 25 times at random moments,
// resumes it each time, and finds the bits of a run that was never killed.
func TestKilledRunsResume(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := func(args ...string) *exec.Cmd {
		c := exec.Command(self, args...)
		c.Env = append(os.Environ(), asProgram+"=1")
		return c
	}
	whole := filepath.Join(t.TempDir(), "run")
	start := time.Now()
	if out, err := program(long(whole)...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	took := time.Since(start)
	want := weights(t, whole)

	kills := 25
	if raced {
		kills = 5
	}
	r := rand.New(rand.NewPCG(1, 1))
	killed, finished := 0, 0
	for killed < kills || finished == 0 {
		dir := filepath.Join(t.TempDir(), "run")
		for args := long(dir); ; args = []string{"train", "--resume", dir} {
			c := program(args...)
			var out bytes.Buffer
			c.Stdout, c.Stderr = &out, &out
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			var timer *time.Timer
			if killed < kills {
				timer = time.AfterFunc(time.Duration(r.Float64()*float64(took)), func() { _ = c.Process.Kill() })
			}
			err := c.Wait()
			if timer != nil && timer.Stop() || err == nil {
				if err != nil {
					t.Fatalf("%q: %v: %s", args, err, &out)
				}
				break // it ended before it was to be killed
			}
			killed++
			if _, err := os.Stat(filepath.Join(dir, runFile)); err != nil {
				break // before its first moment
			}
		}
		if _, err := os.Stat(filepath.Join(dir, run.ResultsFile)); err != nil {
			continue
		}
		finished++
		if diff := cmp.Diff(want, weights(t, dir)); diff != "" {
			t.Fatalf("after %d kills: %s", killed, diff)
		}
	}
	t.Logf("killed %d times, %d runs came to their end", killed, finished)
}

// TestWrongResume: what --resume refuses.
func TestWrongResume(t *testing.T) {
	dir := t.TempDir()
	status, stdout, stderr := command("", "train", "--resume", dir)
	checkFailure(t, status, exitFailure, stdout, stderr, "is not a run: there is no "+filepath.Join(dir, runFile))
	status, stdout, stderr = command("", "train", "--resume", dir, "--batch", "3")
	checkFailure(t, status, exitUsage, stdout, stderr, "--batch cannot be used with --resume")
	for text, want := range map[string]string{
		"{":                                   "damaged",
		`{"version":9}`:                       "version 9, this program reads up to 1",
		`{"version":1,"settings":{},"gpu":1}`: `unknown field "gpu"`,
		`{"version":1,"settings":{"data":"sample","models":"onehot","rnn":"auto","epochs":0,"batch":1}}`:                       "--epochs is 0",
		`{"version":1,"settings":{"data":"sample","models":"onehot","rnn":"auto","epochs":1,"batch":1,"optimizer":"adm"}}`:     `--optimizer is "adm", want sgd`,
		`{"version":1,"settings":{"data":"sample","models":"onehot","rnn":"auto","epochs":1,"batch":1,"schedule":"sine"}}`:     `--schedule is "sine", want cosine`,
		`{"version":1,"settings":{"data":"x.csv","models":"onehot","rnn":"auto","epochs":1,"batch":1,"format":"xml"}}`:         `--format is "xml", want csv`,
		`{"version":1,"settings":{"data":"x.csv","models":"onehot","rnn":"auto","epochs":1,"batch":1,"header":"maybe"}}`:       `--header is "maybe", want yes or no`,
		`{"version":1,"settings":{"data":"sample","models":"onehot","rnn":"auto","epochs":1,"batch":1,"split":"third"}}`:       `--split is "third", want random`,
		`{"version":1,"settings":{"data":"x.csv","models":"onehot","rnn":"auto","epochs":1,"batch":1,"encoding":"klingon"}}`:   `--encoding is "klingon", want a name such as utf-8`,
		`{"version":1,"settings":{"data":"sample","models":"onehot","rnn":"auto","epochs":1,"batch":1,"tokenizer":"letters"}}`: `--tokenizer is "letters", want keras`,
		`{"version":1,"settings":{"data":"sample","models":"onehot","rnn":"auto","epochs":1,"batch":1,"normalize":"nfc"}}`:     `--normalize is "nfc", want none`,
		`{"version":1,"settings":{"data":"sample","models":"onehot","rnn":"auto","epochs":1,"batch":1,"case":"upper"}}`:        `--case is "upper", want ascii`,
		`{"version":1,"settings":{"data":"sample","models":"onehot","rnn":"auto","epochs":1,"batch":1,"padding":"left"}}`:      `--padding is "left", want pre or post`,
		`{"version":1,"settings":{"data":"sample","models":"onehot","rnn":"auto","epochs":1,"batch":1,"truncating":"left"}}`:   `--truncating is "left", want pre or post`,
		`{"version":1,"settings":{"data":"sample","models":"onehot","rnn":"rolled","epochs":1,"batch":1}}`:                     `--rnn is "rolled", want auto`,
		`{"version":1,"settings":{"data":"sample","models":"bow,x","rnn":"auto","epochs":1,"batch":1}}`:                        `--model is "bow,x", of which "x" is unknown, want one or more of onehot`,
	} {
		if path := filepath.Join(dir, runFile); text == "{" {
			writeFile(t, path, text)
		} else if err := jsonfile.Write(path, json.RawMessage(text)); err != nil {
			t.Fatal(err)
		}
		status, _, stderr := command("", "train", "--resume", dir)
		if status == exitOK || !strings.Contains(stderr, want) {
			t.Errorf("%s: status %d, %q, want %q", text, status, stderr, want)
		}
	}
}
