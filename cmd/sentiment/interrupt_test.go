package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"
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

// TestInterruptTraining interrupts the first and the second experiment of a
// run that would replace another, and of one in a new folder.
func TestInterruptTraining(t *testing.T) {
	for _, at := range []string{"Experiment onehot", "Epoch 2/1000000"} {
		old := copyRun(t)
		for _, dir := range []string{old, filepath.Join(filepath.Dir(old), "new", "run")} {
			before := snapshot(t, filepath.Dir(old))
			ctx, cancel := context.WithCancel(context.Background())
			out := &cancelAt{text: at, cancel: cancel}
			var stderr bytes.Buffer
			status := run(ctx, tiny(dir, "--epochs", "1000000"), strings.NewReader(""), out, &stderr)
			cancel()
			checkFailure(t, status, exitInterrupted, "", stderr.String(), fmt.Sprintf("interrupted, nothing in %s was changed", dir))
			checkUnchanged(t, filepath.Dir(old), before)
		}
	}
}

// TestInterruptSecondExperiment does not keep half of a run either.
func TestInterruptSecondExperiment(t *testing.T) {
	dir := copyRun(t)
	before := snapshot(t, dir)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var stderr bytes.Buffer
	status := run(ctx, tiny(dir), strings.NewReader(""), &cancelAt{text: "Experiment embedding", cancel: cancel}, &stderr)
	checkFailure(t, status, exitInterrupted, "", stderr.String(), "interrupted")
	checkUnchanged(t, dir, before)
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
	status := run(ctx, []string{"predict", filepath.Join(sharedRun(t), "onehot")}, in, out, &stderr)
	checkFailure(t, status, exitInterrupted, "", stderr.String(), "interrupted")
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("the answer or the end came after %v", took)
	}
}
