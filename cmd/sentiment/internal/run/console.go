package run

import (
	"fmt"
	"io"

	"unroll/cmd/sentiment/internal/corpus"
	"unroll/internal/show"
	"unroll/train"
)

// Console is what a run tells, and to whom.
type Console struct {
	corpus.Console
	Out io.Writer // results
	Say io.Writer // how it goes on
	// Event, if not nil, takes the same as objects for JSON; then Out has nothing.
	Event func(any) error
	// Progress shows the epochs of a training on so many texts, by a score.
	Progress func(score string, texts int) Progress
	Version  string // of the program, for the report
}

// Progress shows epochs while they run.
type Progress interface {
	train.Callback
	// Resume tells of the epochs before a checkpoint, nil if there is none.
	Resume(c *train.Checkpoint)
	Close()
}

func (c *Console) warn(format string, args ...any) {
	fmt.Fprintf(c.Err, "warning: %s\n", show.OneLine(fmt.Sprintf(format, args...)))
}

func (c *Console) event(e any) error {
	if c.Event == nil {
		return nil
	}
	return c.Event(e)
}

// Run is a run of some models, with the folder that it is in.
type Run struct {
	Plan
	Console
	Dir     string // "" for a new one in RunsDir
	Resume  string // a folder or link to go on in
	Command string // that does the run again
	More    bool   // the plan's Epochs are to be those of the run that is resumed

	// Begun is set once there is something to go on with after an interruption.
	Begun bool
}
