package terminal

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/cheggaaa/pb/v3"

	"unroll/internal/show"
	"unroll/train"
)

// Progress shows the epochs of a training, one line for each: on a terminal a bar while
// it runs, and everywhere, when it has ended, its scores as Keras writes them. On a
// terminal the curve of the score so far stands behind them.
type Progress struct {
	out   io.Writer
	width int    // of the terminal in columns; 0 if it is none
	score string // of which the curve is
	texts int    // that an epoch trains on
	bar   *pb.ProgressBar
	curve []float64
}

// NewProgress shows on out the epochs of a training on so many texts, with the curve of
// a score.
func NewProgress(out io.Writer, score string, texts int) *Progress {
	return &Progress{out: out, width: Width(out), score: score, texts: texts}
}

var _ train.Callback = (*Progress)(nil)

// barColumns are those of a bar's whole line, where the terminal is as wide.
const barColumns = 80

// Handle implements train.Callback.
func (p *Progress) Handle(e *train.Event) error {
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
func (p *Progress) tail(e *train.Event, columns int) string {
	now := train.Logs{} // and not what an earlier epoch was validated with
	for name, v := range e.Logs {
		if !strings.HasPrefix(name, "val_") {
			now[name] = v
		}
	}
	left := fmt.Sprintf("ETA: %.0fs", e.Seconds/float64(e.Batch)*float64(e.Batches-e.Batch))
	loss := Listed(train.Logs{"loss": now["loss"]})
	choice := []string{left + " - " + Listed(now), left + " - " + loss, left}
	if rate := float64(p.texts) * float64(e.Batch) / float64(e.Batches) / e.Seconds; p.texts > 0 {
		choice = append([]string{fmt.Sprintf("%s/s - %s", show.Thousands(int(rate)), choice[0])}, choice...)
	}
	return widest(choice, columns)
}

// epoch replaces the bar by the epoch's line.
func (p *Progress) epoch(e *train.Event) error {
	p.point(e.Logs)
	if p.bar != nil {
		p.bar.Set(pb.CleanOnFinish, true)
		p.Close()
	}
	_, err := fmt.Fprintln(p.out, epochLine(e, p.width, p.curve))
	return err
}

// Resume begins the curve with the epochs before a checkpoint, nil if there is none.
func (p *Progress) Resume(c *train.Checkpoint) {
	if c == nil {
		return
	}
	for _, e := range c.History().Epochs {
		p.point(e.Logs)
	}
}

// point adds an epoch to the curve.
func (p *Progress) point(logs train.Logs) {
	if v, ok := logs["val_"+p.score]; ok && !math.IsNaN(v) && !math.IsInf(v, 0) {
		p.curve = append(p.curve, v)
	}
}

// Close ends a bar that is shown.
func (p *Progress) Close() {
	if p.bar != nil {
		p.bar.Finish()
		p.bar = nil
	}
}
