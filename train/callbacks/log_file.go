package callbacks

import (
	"bytes"
	"io"
	"os"

	"github.com/pkg/errors"

	"unroll/internal/safefile"
	"unroll/train"
)

// openLog makes the file of a log at the start of Fit, and returns the whole lines
// of one that is gone on with: of a run that is resumed, or of an earlier run if
// also is set. What a process that was killed left of its last line is cut off.
func openLog(path string, e *train.Event, also bool) ([]byte, error) {
	if e.Step == 0 && !also {
		return nil, errors.WithStack(os.WriteFile(path, nil, 0o644))
	}
	text, err := safefile.ReadFile(path, safefile.Room())
	if os.IsNotExist(err) {
		return nil, errors.WithStack(os.WriteFile(path, nil, 0o644))
	}
	if err != nil {
		return nil, errors.WithStack(err)
	}
	whole := text[:bytes.LastIndexByte(text, '\n')+1]
	return whole, rewrite(path, text, whole)
}

// goesOn reports whether the file's last lines are known to be of this run. In a
// file of several runs they may be another's while this one is in its first epoch.
func goesOn(e *train.Event, also bool) bool { return e.Step > 0 && (!also || e.Epoch > 1) }

// linesBefore returns how many of a log's n lines, the first of which are its
// head, stay when the run goes on with the given epoch: the last ones that are of
// this epoch or later, in their order, are written again. Lines of a run before
// this one stay.
func linesBefore(n, head, epoch int, of func(i int) (int, bool)) int {
	after := 0 // the epoch of the line below
	for ; n > head; n-- {
		at, ok := of(n - 1)
		if !ok || at < epoch || after > 0 && at >= after {
			break
		}
		after = at
	}
	return n
}

// rewrite replaces a file as a whole, if its text changes.
func rewrite(path string, from, to []byte) error {
	if bytes.Equal(from, to) {
		return nil
	}
	return safefile.Write(path, func(w io.Writer) error {
		_, err := w.Write(to)
		return err
	})
}

// appendTo adds text to a file and brings it to the disk. A pipe or a terminal has
// none.
func appendTo(path, text string) error {
	f, err := safefile.Create(path, true)
	if err != nil {
		return errors.WithStack(err)
	}
	_, err = io.WriteString(safefile.To(f), text)
	if info, statErr := f.Stat(); err == nil && statErr == nil && info.Mode().IsRegular() {
		err = safefile.Sync(f)
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return errors.WithStack(err)
}
