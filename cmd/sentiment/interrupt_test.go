package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// cancelAt cancels when it is given a line with some text in it.
type cancelAt struct {
	bytes.Buffer
	text   string
	cancel func()
}

func (c *cancelAt) Write(p []byte) (int, error) {
	if strings.Contains(string(p), c.text) {
		c.cancel()
	}
	return c.Buffer.Write(p)
}

// withoutRun is a snapshot without what a run that goes on leaves: its settings
// and its checkpoints.
func withoutRun(files map[string]string) map[string]string {
	maps.DeleteFunc(files, func(path, _ string) bool {
		return filepath.Base(path) == runFile || strings.Contains(path+"/", "/"+checkpointsDir+"/")
	})
	return files
}

// TestInterruptTraining interrupts the first and the second experiment of a run,
// which leaves no models.
func TestInterruptTraining(t *testing.T) {
	for _, at := range []string{"Experiment onehot", "Epoch 2/1000000", "Experiment embedding"} {
		dir := t.TempDir()
		before := snapshot(t, dir)
		ctx, cancel := context.WithCancel(context.Background())
		out := &cancelAt{text: at, cancel: cancel}
		epochs := "1000000"
		if at == "Experiment embedding" {
			epochs = "1"
		}
		var stderr bytes.Buffer
		status := execute(ctx, tiny(dir, "--epochs", epochs), strings.NewReader(""), out, &stderr)
		cancel()
		checkFailure(t, status, exitInterrupted, "", stderr.String(), "interrupted, continue with: sentiment train --resume "+dir)
		if diff := cmp.Diff(before, withoutRun(snapshot(t, dir))); diff != "" {
			t.Errorf("%s: the models have changed (-before +after):\n%s", at, diff)
		}
	}
}

// TestInterruptReading interrupts predict while it waits for a person.
func TestInterruptReading(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	in, keyboard := io.Pipe()
	defer keyboard.Close()
	go fmt.Fprintln(keyboard, "a good film")
	out := &cancelAt{text: "a good film", cancel: cancel} // the answer
	var stderr bytes.Buffer
	start := time.Now()
	status := execute(ctx, []string{"predict", filepath.Join(sharedRun(t), "onehot")}, in, out, &stderr)
	checkFailure(t, status, exitInterrupted, "", stderr.String(), "interrupted")
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("the answer or the end came after %v", took)
	}
}
