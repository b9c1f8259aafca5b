// Package terminal is what people see of a training and of answers: progress, curves
// and colours where there is a terminal, and plain lines where there is none.
package terminal

import (
	"io"
	"os"

	"github.com/pkg/errors"
	"golang.org/x/term"
)

// Output is standard output. After a failed write it writes no more, and keeps that
// error.
type Output struct {
	io.Writer
	Err error
}

// Write implements io.Writer.
func (o *Output) Write(p []byte) (n int, err error) {
	if o.Err == nil {
		n, err = o.Writer.Write(p)
		o.Err = errors.Wrap(err, "standard output")
	}
	return n, o.Err
}

// file returns the terminal that w is, nil if it is none.
func file(w io.Writer) *os.File {
	if o, ok := w.(*Output); ok {
		w = o.Writer
	}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return f
	}
	return nil
}

// usualWidth is that of a terminal which does not tell its own.
const usualWidth = 80

// Width returns the columns of a terminal; 0 if w is none.
func Width(w io.Writer) int {
	f := file(w)
	if f == nil {
		return 0
	}
	if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
		return width
	}
	return usualWidth
}

// Colors reports whether w shows colours: a terminal, unless NO_COLOR is set.
func Colors(w io.Writer) bool {
	return file(w) != nil && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}
