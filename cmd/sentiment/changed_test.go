package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/cmd/sentiment/internal/run"
)

// TestResumeOfChangedData: a run does not go on with other texts or labels than it began
// with, unless it is told to. What it was read from may be a file, a file to test on, a file
// within a folder, or the vectors; it goes on if that is put back.
func TestResumeOfChangedData(t *testing.T) {
	rows := strings.Repeat("good,a fine film\nbad,a dull film\n", 60)
	folder := map[string]string{}
	for i := range 60 {
		folder[fmt.Sprintf("d/good/%d.txt", i)], folder[fmt.Sprintf("d/bad/%d.txt", i)] = "a fine film", "a dull film"
	}
	for name, c := range map[string]struct {
		files  map[string]string
		change string
		to     string // its content, "" for none
		flags  []string
	}{
		"labels":  {map[string]string{"a.csv": "label,text\n" + rows}, "a.csv", "label,text\n" + strings.Replace(rows, "good,a fine", "bad,a fine", 1), []string{"--data", "a.csv"}},
		"a text":  {map[string]string{"a.csv": "label,text\n" + rows}, "a.csv", "label,text\n" + strings.Replace(rows, "dull", "drab", 1), []string{"--data", "a.csv"}},
		"test":    {map[string]string{"a.csv": "label,text\n" + rows, "t.csv": "label,text\n" + rows}, "t.csv", "label,text\n" + rows + rows, []string{"--data", "a.csv", "--test-data", "t.csv"}},
		"folder":  {folder, "d/bad/7.txt", "a drab film", []string{"--data", "d"}},
		"vectors": {map[string]string{"a.csv": "label,text\n" + rows, "v.txt": "film 1 2\nfine 3 4\n"}, "v.txt", "film 1 2\nfine 3 5\n", []string{"--data", "a.csv", "--vectors", "v.txt"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write := func(file, content string) {
				path := filepath.Join(dir, file)
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			for file, content := range c.files {
				write(file, content)
			}
			out := filepath.Join(dir, "run")
			args := []string{"train", "--model", "embedding", "--epochs", "3", "--checkpoint-every", "1", "--out", out}
			for _, a := range c.flags {
				if !strings.HasPrefix(a, "--") {
					a = filepath.Join(dir, a)
				}
				args = append(args, a)
			}
			ctx, cancel := context.WithCancel(context.Background())
			var stderr bytes.Buffer
			status := execute(ctx, args, strings.NewReader(""), &cancelAt{text: "Epoch 2/3", cancel: cancel}, &stderr)
			cancel()
			checkFailure(t, status, exitInterrupted, "", stderr.String(), "sentiment train --resume "+out)
			before := c.files[c.change]
			write(c.change, c.to)
			status, stdout, text := command("", "train", "--resume", out)
			checkFailure(t, status, exitFailure, "", text, "has changed since the run in "+out+" began: put it back as it was, or go on with it as it is now with --data-changed")
			if strings.Contains(stdout, "Epoch 3/3") || !strings.Contains(text, filepath.Join(dir, strings.Split(c.change, "/")[0])) {
				t.Errorf("stdout %q, stderr %q", stdout, text)
			}
			write(c.change, before)
			if name == "labels" {
				write(c.change, c.to)
				status, _, text := command("", "train", "--resume", out, "--data-changed")
				if status != exitOK || !strings.Contains(text, "warning: ") || !strings.Contains(text, "goes on with it as it is now") {
					t.Errorf("status %d, stderr %q", status, text)
				}
				return
			}
			succeed(t, "", "train", "--resume", out)
			if _, err := run.ReadReport(out); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestResumeBesideDamage: a run that goes on from an older checkpoint, for the newest is
// damaged, says so, and ends as it would have.
func TestResumeBesideDamage(t *testing.T) {
	whole := filepath.Join(t.TempDir(), "run")
	succeed(t, "", long(whole)...)
	dir := filepath.Join(t.TempDir(), "run")
	ctx, cancel := context.WithCancel(context.Background())
	var stderr bytes.Buffer
	execute(ctx, long(dir), strings.NewReader(""), &cancelAt{text: "Epoch 3/3", cancel: cancel}, &stderr)
	cancel()
	all, err := filepath.Glob(filepath.Join(dir, "checkpoints", "onehot", "*.ckpt"))
	if err != nil || len(all) < 2 {
		t.Fatalf("checkpoints %v, error %v", all, err)
	}
	newest := all[len(all)-1]
	data, err := os.ReadFile(newest)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(newest, data, 0o644); err != nil {
		t.Fatal(err)
	}
	status, _, text := command("", "train", "--resume", dir)
	if status != exitOK || !strings.HasPrefix(text, "warning: "+newest+": ") || !strings.Contains(text, "going on from "+all[len(all)-2]) {
		t.Errorf("status %d, stderr %q", status, text)
	}
	if diff := cmp.Diff(weights(t, whole), weights(t, dir)); diff != "" {
		t.Error(diff)
	}
}
