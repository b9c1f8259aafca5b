package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"

	"unroll/train"
)

var someLogs = train.Logs{"loss": 0.58067, "accuracy": 0.7169, "val_loss": 0.4945, "val_accuracy": 0.76}

func TestEpochLine(t *testing.T) {
	scores := "loss: 0.5807 - accuracy: 0.7169 - val_loss: 0.4945 - val_accuracy: 0.7600"
	for _, c := range []struct {
		width   int
		seconds float64
		want    string
	}{
		{0, 5.25, "5.2s 8.40ms/step - " + scores},
		{200, 5.25, "625/625 [==============================] - 5.2s 8.40ms/step - " + scores},
		{110, 62.5, "625/625 - 62s 100.00ms/step - " + scores},
		{80, 5.25, "5.2s - " + scores},
		{80, 123.4, "123s - " + scores},
		{20, 123.4, "123s - " + scores},
	} {
		e := &train.Event{Kind: train.EpochEnd, Epochs: 20, Batches: 625, Logs: someLogs, Seconds: c.seconds}
		got := epochLine(e, c.width)
		if got != c.want {
			t.Errorf("in %d columns %q, want %q", c.width, got, c.want)
		}
		if c.width >= 80 && len(got) > c.width {
			t.Errorf("%d columns, want at most %d: %s", len(got), c.width, got)
		}
	}
}

// TestProgressOnTerminal plays two epochs to a terminal of 80 columns.
func TestProgressOnTerminal(t *testing.T) {
	var out bytes.Buffer
	p := &progress{out: &out, width: 80}
	const batches = 6
	for epoch := 1; epoch <= 2; epoch++ {
		e := &train.Event{Epoch: epoch, Epochs: 2, Batches: batches, Logs: someLogs}
		for b := 1; b <= batches; b++ {
			e.Batch, e.Seconds = b, float64(b)
			if err := p.hook(e); err != nil {
				t.Fatal(err)
			}
			time.Sleep(100 * time.Millisecond)
		}
		e.Kind = train.EpochEnd
		if err := p.hook(e); err != nil {
			t.Fatal(err)
		}
	}
	p.close()
	text := regexp.MustCompile(`\x1b\[[0-9;]*m`).ReplaceAllString(out.String(), "")
	lines := strings.Split(text, "\n")
	if len(lines) != 5 || lines[0] != "Epoch 1/2" || lines[2] != "Epoch 2/2" || lines[4] != "" {
		t.Fatalf("lines are %q", lines)
	}
	bar := regexp.MustCompile(`^\d/6 \[=*>?\.*\] - ETA: \ds - loss: 0\.5807 - accuracy: 0\.7169$`)
	for _, line := range []string{lines[1], lines[3]} {
		redrawn := strings.Split(line, "\r")
		if last := redrawn[len(redrawn)-1]; last != "6.0s - loss: 0.5807 - accuracy: 0.7169 - val_loss: 0.4945 - val_accuracy: 0.7600" {
			t.Errorf("an epoch ends as %q", last)
		}
		bars := 0
		for _, r := range redrawn[:len(redrawn)-1] {
			if len(r) > 80 {
				t.Errorf("%d columns, want at most 80: %q", len(r), r)
			}
			if r = strings.TrimSpace(r); r != "" {
				bars++
				if !bar.MatchString(r) {
					t.Errorf("bar %q, want %v", r, bar)
				}
			}
		}
		if bars == 0 {
			t.Errorf("no bar in %q", line)
		}
	}
}
