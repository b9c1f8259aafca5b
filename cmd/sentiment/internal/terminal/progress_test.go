package terminal

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"unroll/train"
)

var someLogs = train.Logs{"loss": 0.58067, "accuracy": 0.7169, "val_loss": 0.4945, "val_accuracy": 0.76}

func TestEpochLine(t *testing.T) {
	const (
		all   = "loss: 0.5807 - accuracy: 0.7169 - val_loss: 0.4945 - val_accuracy: 0.7600"
		pairs = "loss: 0.5807, val 0.4945 - accuracy: 0.7169, val 0.7600"
	)
	for _, c := range []struct {
		width   int
		seconds float64
		want    string
	}{
		{0, 5.25, "Epoch 3/20 - 5.2s 8.40ms/step - " + all},
		{200, 5.25, "Epoch 3/20 - 625/625 [==============================] - 5.2s 8.40ms/step - " + all + " ▁█▆"},
		{120, 62.5, "Epoch 3/20 - 62s 100.00ms/step - " + all + " ▁█▆"},
		{100, 5.25, "Epoch 3/20 - 5.2s - " + all + " ▁█▆"},
		{80, 5.25, "3/20 - 5.2s - " + pairs + " ▁█▆"},
		{80, 123.4, "3/20 - 123s - " + pairs + " ▁█▆"},
		{64, 5.25, "3/20 - " + pairs},
		{60, 5.25, "3/20 - loss: 0.5807, val 0.4945"},
		{20, 123.4, "3/20 - loss: 0.5807,"},
	} {
		e := &train.Event{Kind: train.EpochEnd, Epoch: 3, Epochs: 20, Batches: 625, Logs: someLogs, Seconds: c.seconds}
		if got := epochLine(e, c.width, []float64{0.5, 0.78, 0.7}); got != c.want {
			t.Errorf("in %d columns %q, want %q", c.width, got, c.want)
		}
	}
}

// TestEpochLineFits: an epoch is one line on a terminal of any width, and its curve
// ends in this epoch.
func TestEpochLineFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		logs := train.Logs{"loss": rapid.Float64Range(0, 9999).Draw(t, "loss")}
		for _, name := range rapid.SliceOfN(rapid.StringMatching(`(val_)?[a-z_]{1,40}`), 0, 6).Draw(t, "names") {
			logs[name] = rapid.Float64Range(-1e6, 1e6).Draw(t, "value")
		}
		epochs := rapid.IntRange(1, 10_000).Draw(t, "epochs")
		curve := rapid.SliceOfN(rapid.Float64Range(0, 1), 0, 50).Draw(t, "curve")
		e := &train.Event{
			Epoch: rapid.IntRange(1, epochs).Draw(t, "epoch"), Epochs: epochs, Batch: 1, Batches: rapid.IntRange(1, 1e6).Draw(t, "batches"),
			Logs: logs, Seconds: rapid.Float64Range(0.01, 1e5).Draw(t, "seconds"),
		}
		width := rapid.IntRange(40, 200).Draw(t, "width")
		line := epochLine(e, width, curve)
		if n := utf8.RuneCountInString(line); n > width || strings.Contains(line, "\n") {
			t.Fatalf("%d columns of %d: %q", n, width, line)
		}
		if !strings.Contains(line, fmt.Sprintf("%d/%d - ", e.Epoch, e.Epochs)) {
			t.Fatalf("no epoch in %q", line)
		}
		if at := strings.IndexAny(line, "▁▂▃▄▅▆▇█"); at >= 0 && line[at:] != sparkline(curve, utf8.RuneCountInString(line[at:])) {
			t.Fatalf("the curve at the end of %q is not that of %v", line, curve)
		}
		p := &Progress{texts: 20_000}
		if n := utf8.RuneCountInString(p.tail(e, width-leastBar)); n > width-leastBar {
			t.Fatalf("the bar's tail has %d columns of %d", n, width-leastBar)
		}
	})
}

// TestProgressOnTerminal plays two epochs to a terminal of 80 columns.
func TestProgressOnTerminal(t *testing.T) {
	var out bytes.Buffer
	p := &Progress{out: &out, width: 80, score: "accuracy"}
	const batches = 6
	for epoch := 1; epoch <= 2; epoch++ {
		e := &train.Event{Epoch: epoch, Epochs: 2, Batches: batches, Logs: someLogs}
		for b := 1; b <= batches; b++ {
			e.Batch, e.Seconds = b, float64(b)
			if err := p.Handle(e); err != nil {
				t.Fatal(err)
			}
			time.Sleep(100 * time.Millisecond)
		}
		e.Kind = train.EpochEnd
		if err := p.Handle(e); err != nil {
			t.Fatal(err)
		}
	}
	p.Close()
	text := regexp.MustCompile(`\x1b\[[0-9;]*m`).ReplaceAllString(out.String(), "")
	lines := strings.Split(text, "\n")
	if len(lines) != 3 || lines[2] != "" {
		t.Fatalf("lines are %q", lines)
	}
	bar := regexp.MustCompile(`^Epoch \d/2 \[=*>?\.*\] ETA: \ds - loss: 0\.5807 - accuracy: 0\.7169$`)
	for i, line := range lines[:2] {
		redrawn := strings.Split(line, "\r")
		if last := redrawn[len(redrawn)-1]; last != fmt.Sprintf("%d/2 - 6.0s - loss: 0.5807, val 0.4945 - accuracy: 0.7169, val 0.7600 %s", i+1, "▁▁"[:3*(i+1)]) {
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

func TestSparkline(t *testing.T) {
	for want, values := range map[string][]float64{
		"▁▃█": {0.1, 0.3, 0.8}, "▁": {2}, "▁▁": {2, 2}, "█▁": {0, 5, 1},
	} {
		if got := sparkline(values, 2+strings.Count(want, "▃")); got != want {
			t.Errorf("of %v it is %s, want %s", values, got, want)
		}
	}
}
