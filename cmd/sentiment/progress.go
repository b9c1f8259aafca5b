package main

import (
	"fmt"
	"io"
	"os"

	"github.com/cheggaaa/pb/v3"
	"golang.org/x/term"

	"unroll/train"
)

// progress shows the epochs as Keras does: a bar while one runs, on a
// terminal; elsewhere a line when it has ended.
type progress struct {
	out io.Writer
	tty bool
	bar *pb.ProgressBar
}

const barTemplate = `{{counters . }} {{bar . "[" "=" ">" "." "]"}} - {{string . "tail"}}`

func newProgress(out io.Writer) *progress { return &progress{out: out, tty: terminal(out)} }

func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

func (p *progress) hook(e *train.Event) error {
	scores := fmt.Sprintf("loss: %.4f - accuracy: %.4f", e.Logs["loss"], e.Logs["accuracy"])
	if e.Kind == train.EpochEnd {
		tail := fmt.Sprintf("%.1fs %.2fms/step - %s - val_loss: %.4f - val_accuracy: %.4f",
			e.Seconds, 1000*e.Seconds/float64(e.Batches), scores, e.Logs["val_loss"], e.Logs["val_accuracy"])
		if p.bar == nil {
			_, err := fmt.Fprintf(p.out, "Epoch %d/%d - %s\n", e.Epoch, e.Epochs, tail)
			return err
		}
		p.bar.Set("tail", tail)
		p.close()
		return nil
	}
	if !p.tty {
		return nil
	}
	if p.bar == nil {
		fmt.Fprintf(p.out, "Epoch %d/%d\n", e.Epoch, e.Epochs)
		p.bar = pb.ProgressBarTemplate(barTemplate).New(e.Batches).SetWriter(p.out).Start()
	}
	p.bar.Set("tail", fmt.Sprintf("%.0fs - %s", e.Seconds, scores))
	p.bar.SetCurrent(int64(e.Batch))
	return nil
}

// close ends a bar that is shown.
func (p *progress) close() {
	if p.bar != nil {
		p.bar.Finish()
		p.bar = nil
	}
}
