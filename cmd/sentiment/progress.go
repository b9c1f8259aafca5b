package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/cheggaaa/pb/v3"
	"golang.org/x/term"

	"unroll/nn"
	"unroll/train"
)

// progress shows the epochs as Keras does: on a terminal a bar while one runs,
// with the curve of the score so far above it, and everywhere a line when it has
// ended.
type progress struct {
	out   io.Writer
	width int    // of the terminal in columns; 0 if it is none
	score string // of which the curve is
	texts int    // that an epoch trains on
	bar   *pb.ProgressBar
	curve []float64
}

const (
	barTemplate = `{{counters . "%s/%s"}} {{bar . "[" "=" ">" "." "]"}} - {{string . "tail"}}`
	fullBar     = "[==============================]"
	barColumns  = 80 // of the whole line, where the terminal is as wide
)

// columns returns the width of a terminal; 0 if w is none.
func columns(w io.Writer) int {
	if o, ok := w.(*output); ok {
		w = o.Writer
	}
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
		return width
	}
	return barColumns
}

// hook is a train.Hook.
func (p *progress) hook(e *train.Event) error {
	switch {
	case e.Kind == train.EpochEnd:
		return p.epoch(e)
	case e.Kind != train.BatchEnd || p.width == 0:
		return nil
	}
	if p.bar == nil {
		head := fmt.Sprintf("Epoch %d/%d", e.Epoch, e.Epochs)
		if len(p.curve) > 0 {
			head += fmt.Sprintf("  val_%s %s %s", p.score, sparkline(p.curve, curveColumns), figure(p.curve[len(p.curve)-1]))
		}
		if _, err := fmt.Fprintln(p.out, head); err != nil {
			return err
		}
		p.bar = pb.ProgressBarTemplate(barTemplate).New(e.Batches).SetWriter(p.out).
			Set(pb.Terminal, true).Set(pb.ReturnSymbol, "\r").SetWidth(min(p.width, barColumns)).Start()
	}
	left := e.Seconds / float64(e.Batch) * float64(e.Batches-e.Batch)
	now := scores{} // and not what an earlier epoch was validated with
	for name, v := range e.Logs {
		if !strings.HasPrefix(name, "val_") {
			now[name] = v
		}
	}
	tail := fmt.Sprintf("ETA: %.0fs - %s", left, listed(now))
	if rate := float64(p.texts) * float64(e.Batch) / float64(e.Batches) / e.Seconds; p.texts > 0 && len(tail) <= tailColumns {
		tail = fmt.Sprintf("%s/s - %s", nn.Thousands(int(rate)), tail)
	}
	p.bar.Set("tail", tail)
	p.bar.SetCurrent(int64(e.Batch))
	return nil
}

const (
	curveColumns = 30
	tailColumns  = 50 // with which the texts a second still leave room for a bar
)

// sparkline draws the last values of a curve in a line of blocks, the least of
// them lowest.
func sparkline(values []float64, columns int) string {
	const blocks = "▁▂▃▄▅▆▇█"
	values = values[max(0, len(values)-columns):]
	low, high := slices.Min(values), slices.Max(values)
	var b strings.Builder
	for _, v := range values {
		height := 0
		if high > low {
			height = int(math.Round(7 * (v - low) / (high - low)))
		}
		b.WriteRune([]rune(blocks)[height])
	}
	return b.String()
}

// epoch replaces the bar by the epoch's line.
func (p *progress) epoch(e *train.Event) error {
	p.point(e.Logs)
	head := fmt.Sprintf("Epoch %d/%d - ", e.Epoch, e.Epochs)
	if p.bar != nil {
		p.bar.Set(pb.CleanOnFinish, true)
		p.close()
		head = ""
	}
	_, err := fmt.Fprintln(p.out, head+epochLine(e, p.width))
	return err
}

// listed writes scores as Keras does.
func listed(s scores) string {
	h := train.History{Epochs: []train.Epoch{{Logs: train.Logs(s)}}}
	var parts []string
	for _, name := range h.Names() {
		parts = append(parts, name+": "+figure(s[name]))
	}
	return strings.Join(parts, " - ")
}

// figure writes a score as Keras does: small ones with an exponent.
func figure(v float64) string {
	if v != 0 && math.Abs(v) < 1e-3 {
		return fmt.Sprintf("%.4e", v)
	}
	return fmt.Sprintf("%.4f", v)
}

// epochLine says how an epoch went, with as much of Keras's line as fits: the
// scores at least. No width is any width, and a plain line.
func epochLine(e *train.Event, width int) string {
	scores := listed(scores(e.Logs))
	digits := 0
	if e.Seconds < 10 {
		digits = 1
	}
	seconds := fmt.Sprintf("%.*fs", digits, e.Seconds)
	steps := fmt.Sprintf("%d/%d", e.Batches, e.Batches)
	each := fmt.Sprintf("%.2fms/step", 1000*e.Seconds/float64(e.Batches))
	if width == 0 {
		return strings.Join([]string{seconds + " " + each, scores}, " - ")
	}
	for _, line := range []string{
		steps + " " + fullBar + " - " + seconds + " " + each + " - " + scores,
		steps + " - " + seconds + " " + each + " - " + scores,
	} {
		if len(line) <= width {
			return line
		}
	}
	return seconds + " - " + scores
}

// resume begins the curve with the epochs before a checkpoint, nil if there is none.
func (p *progress) resume(c *train.Checkpoint) {
	if c == nil {
		return
	}
	for _, e := range c.History().Epochs {
		p.point(e.Logs)
	}
}

// point adds an epoch to the curve.
func (p *progress) point(logs train.Logs) {
	if v, ok := logs["val_"+p.score]; ok && !math.IsNaN(v) && !math.IsInf(v, 0) {
		p.curve = append(p.curve, v)
	}
}

// close ends a bar that is shown.
func (p *progress) close() {
	if p.bar != nil {
		p.bar.Finish()
		p.bar = nil
	}
}
