package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/cheggaaa/pb/v3"
	"golang.org/x/term"

	"unroll/train"
)

// progress shows the epochs as Keras does: on a terminal a bar while one runs,
// and everywhere a line when it has ended.
type progress struct {
	out   io.Writer
	width int // of the terminal in columns; 0 if it is none
	bar   *pb.ProgressBar
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
	if e.Kind == train.EpochEnd {
		return p.epoch(e)
	}
	if p.width == 0 {
		return nil
	}
	if p.bar == nil {
		if _, err := fmt.Fprintf(p.out, "Epoch %d/%d\n", e.Epoch, e.Epochs); err != nil {
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
	p.bar.Set("tail", fmt.Sprintf("ETA: %.0fs - %s", left, listed(now)))
	p.bar.SetCurrent(int64(e.Batch))
	return nil
}

// epoch replaces the bar by the epoch's line.
func (p *progress) epoch(e *train.Event) error {
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
		parts = append(parts, fmt.Sprintf("%s: %.4f", name, s[name]))
	}
	return strings.Join(parts, " - ")
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

// close ends a bar that is shown.
func (p *progress) close() {
	if p.bar != nil {
		p.bar.Finish()
		p.bar = nil
	}
}
