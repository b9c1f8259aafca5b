package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pkg/errors"

	"unroll/cmd/sentiment/internal/run"
	"unroll/internal/jsonfile"
)

// long is a training of some epochs with a checkpoint after each third batch.
func long(out string) []string { return tiny(out, "--epochs", "3", "--checkpoint-every", "3") }

// weights returns the bits of the models of a run, and their curves without the seconds.
func weights(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	models, err := filepath.Glob(filepath.Join(dir, "*", "model.json"))
	if err != nil || len(models) == 0 {
		t.Fatalf("%s has no models, error %v", dir, err)
	}
	for _, model := range models {
		model = filepath.Dir(model)
		for _, name := range []string{"weights.safetensors", "model.json", "task.json", "vocabulary.json", "grams.bin", run.HistoryFile} {
			data, err := os.ReadFile(filepath.Join(model, name))
			if errors.Is(err, fs.ErrNotExist) && (name == "vocabulary.json" || name == "grams.bin") {
				continue
			}
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
			all[filepath.Base(model)+"/"+name] = text
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
