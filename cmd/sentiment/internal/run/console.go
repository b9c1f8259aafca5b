package run

import (
	"fmt"
	"io"

	"unroll/cmd/sentiment/internal/corpus"
	"unroll/internal/show"
)

// Console is what a run tells, and to whom.
type Console struct {
	corpus.Console
	Out io.Writer // results
	Say io.Writer // how it goes on
	// Event, if not nil, takes the same as objects for JSON; then Out has nothing.
	Event   func(any) error
	Version string // of the program, for the report
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
	// DataChanged goes on with files that are not what they were when the run began.
	DataChanged bool

	// Begun is set once there is something to go on with after an interruption.
	Begun bool

	digests []corpus.Digest // of the files that the run began with
	process int             // that trains in the folder
}
