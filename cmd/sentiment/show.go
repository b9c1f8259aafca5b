package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cheggaaa/pb/v3"
	"golang.org/x/term"

	"unroll/cmd/sentiment/internal/run"
	"unroll/internal/show"
	"unroll/train"
)

// progress shows the epochs, one line for each: on a terminal a bar while it runs,
// and everywhere, when it has ended, its scores as Keras writes them. On a terminal
// the curve of the score so far stands behind them.
type progress struct {
	out   io.Writer
	width int    // of the terminal in columns; 0 if it is none
	score string // of which the curve is
	texts int    // that an epoch trains on
	bar   *pb.ProgressBar
	curve []float64
}

const (
	fullBar    = "[==============================]"
	barColumns = 80 // of the whole line, where the terminal is as wide
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

// Handle implements train.Callback.
func (p *progress) Handle(e *train.Event) error {
	switch {
	case e.Kind == train.EpochEnd:
		return p.epoch(e)
	case e.Kind != train.BatchEnd || p.width == 0:
		return nil
	}
	columns := min(p.width, barColumns)
	if p.bar == nil {
		template := fmt.Sprintf(`Epoch %d/%d {{bar . "[" "=" ">" "." "]"}} {{string . "tail"}}`, e.Epoch, e.Epochs)
		p.bar = pb.ProgressBarTemplate(template).New(e.Batches).SetWriter(p.out).
			Set(pb.Terminal, true).Set(pb.ReturnSymbol, "\r").SetWidth(columns).Start()
	}
	p.bar.Set("tail", p.tail(e, columns-leastBar-len(fmt.Sprintf("Epoch %d/%d ", e.Epoch, e.Epochs))))
	p.bar.SetCurrent(int64(e.Batch))
	return nil
}

// leastBar is how many columns a bar is left, with the space behind it.
const leastBar = 8

// tail is what stands behind the bar: the texts a second, the time that is left and
// the scores so far, as much of it as there are columns for.
func (p *progress) tail(e *train.Event, columns int) string {
	now := run.Scores{} // and not what an earlier epoch was validated with
	for name, v := range e.Logs {
		if !strings.HasPrefix(name, "val_") {
			now[name] = v
		}
	}
	left := fmt.Sprintf("ETA: %.0fs", e.Seconds/float64(e.Batch)*float64(e.Batches-e.Batch))
	loss := run.Scores{"loss": now["loss"]}.Listed()
	choice := []string{left + " - " + now.Listed(), left + " - " + loss, left}
	if rate := float64(p.texts) * float64(e.Batch) / float64(e.Batches) / e.Seconds; p.texts > 0 {
		choice = append([]string{fmt.Sprintf("%s/s - %s", show.Thousands(int(rate)), choice[0])}, choice...)
	}
	return widest(choice, columns)
}

// widest returns the first of the lines that has at most so many columns, else the
// beginning of the last one.
func widest(lines []string, columns int) string {
	last := ""
	for _, line := range lines {
		if last = line; utf8.RuneCountInString(line) <= columns {
			return line
		}
	}
	return string([]rune(last)[:max(0, columns)])
}

// A curve shows shortCurve epochs, or all, where the terminal has room for so many,
// and longCurve at the most.
const (
	shortCurve = 8
	longCurve  = 30
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
	if p.bar != nil {
		p.bar.Set(pb.CleanOnFinish, true)
		p.Close()
	}
	_, err := fmt.Fprintln(p.out, epochLine(e, p.width, p.curve))
	return err
}

// epochLine says how an epoch went, with as much of Keras's line as the width has
// room for, and the end of the curve. A width of 0 is that of no terminal: a plain
// line of any length, without a curve.
func epochLine(e *train.Event, width int, curve []float64) string {
	digits := 0
	if e.Seconds < 10 {
		digits = 1
	}
	epoch := fmt.Sprintf("%d/%d", e.Epoch, e.Epochs)
	seconds := fmt.Sprintf("%.*fs", digits, e.Seconds)
	each := fmt.Sprintf("%s %.2fms/step", seconds, 1000*e.Seconds/float64(e.Batches))
	all := run.Scores(e.Logs).Listed()
	if width == 0 {
		return fmt.Sprintf("Epoch %s - %s - %s", epoch, each, all)
	}
	pairs := paired(run.Scores(e.Logs))
	long := []string{
		fmt.Sprintf("Epoch %s - %d/%d %s - %s - %s", epoch, e.Batches, e.Batches, fullBar, each, all),
		fmt.Sprintf("Epoch %s - %s - %s", epoch, each, all),
		fmt.Sprintf("Epoch %s - %s - %s", epoch, seconds, all),
		fmt.Sprintf("%s - %s - %s", epoch, seconds, strings.Join(pairs, " - ")),
	}
	room := min(len(curve), shortCurve)
	for _, line := range long {
		if left := width - utf8.RuneCountInString(line) - 1; left >= room && room > 0 {
			return line + " " + sparkline(curve, min(left, longCurve))
		}
	}
	for n := len(pairs); n > 0; n-- { // scores before curves
		long = append(long, epoch+" - "+strings.Join(pairs[:n], " - "))
	}
	return widest(long, width)
}

// paired writes each score with the validation's behind it: loss: 0.58, val 0.49.
func paired(s run.Scores) []string {
	h := train.History{Epochs: []train.Epoch{{Logs: train.Logs(s)}}}
	var pairs []string
	for _, name := range h.Names() {
		base := strings.TrimPrefix(name, "val_")
		if _, both := s[base]; base != name && both {
			continue
		}
		pair := name + ": " + show.Score(s[name])
		if v, ok := s["val_"+name]; ok {
			pair += ", val " + show.Score(v)
		}
		pairs = append(pairs, pair)
	}
	return pairs
}

// Resume begins the curve with the epochs before a checkpoint, nil if there is none.
func (p *progress) Resume(c *train.Checkpoint) {
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

// Close ends a bar that is shown.
func (p *progress) Close() {
	if p.bar != nil {
		p.bar.Finish()
		p.bar = nil
	}
}

// colors reports whether w shows colours: a terminal, unless NO_COLOR is set.
func colors(w io.Writer) bool {
	if o, ok := w.(*output); ok {
		w = o.Writer
	}
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}
