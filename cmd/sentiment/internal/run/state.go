package run

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/pkg/errors"

	"unroll/cmd/sentiment/internal/corpus"
	"unroll/internal/jsonfile"
	"unroll/internal/safefile"
	"unroll/train"
)

const (
	// StateFile holds a run's settings from its first moment, and in the end that it
	// is finished.
	StateFile = "run.json"
	// checkpointsDir holds a folder of checkpoints for each model while the run
	// is not finished.
	checkpointsDir = "checkpoints"
	// cacheDir holds the ids of texts that were read from files.
	cacheDir = "cache"
	// eventsDir holds the event files for TensorBoard.
	eventsDir = "tensorboard"
)

// runState is the content of StateFile.
type runState struct {
	Version  int    `json:"version"`
	Settings Plan   `json:"settings"`
	Finished bool   `json:"finished"`
	Command  string `json:"command,omitempty"` // that began it
	Process  int    `json:"process,omitempty"` // that trains, or did until it was killed

	Data []corpus.Digest `json:"data,omitempty"` // what its texts were read from
}

const runVersion = 1

// load reads the settings of the run in r.Resume.
func (r *Run) load() (finished bool, err error) {
	path := filepath.Join(r.Dir, StateFile)
	var state runState
	err = jsonfile.Read(safefile.Disk, path, runVersion, &state)
	if errors.Is(err, fs.ErrNotExist) {
		return false, errors.Errorf("--resume %s is not a run: there is no %s", r.Resume, path)
	}
	if err != nil {
		return false, errors.WithMessagef(err, "--resume %s", r.Resume)
	}
	r.Plan, r.Command, r.digests, r.process = state.Settings, state.Command, state.Data, state.Process
	return state.Finished, nil
}

func (r *Run) write(finished bool) error {
	state := runState{Version: runVersion, Settings: r.Plan, Finished: finished, Command: r.Command, Data: r.digests}
	if !finished {
		state.Process = os.Getpid()
	}
	return jsonfile.Write(filepath.Join(r.Dir, StateFile), state)
}

// finish marks the run as finished. Of its checkpoints the last ones are in the
// models' folders.
func (r *Run) finish() error {
	if err := r.write(true); err != nil {
		return err
	}
	return r.clean()
}

// clean removes what a finished run has no use for.
func (r *Run) clean() error {
	r.sweep("new") // of publish
	return errors.Wrap(os.RemoveAll(filepath.Join(r.Dir, checkpointsDir)), "remove the checkpoints")
}

// checkpointing says when checkpoints are written into a folder.
func (r *Run) checkpointing(place string) *train.Checkpointing {
	c := &train.Checkpointing{Dir: filepath.Join(r.Dir, checkpointsDir, place), Every: r.CheckpointEvery}
	if c.Every == 0 {
		c.Every, c.Interval = 100, 10*time.Second
	}
	return c
}

// checkpoint returns where an experiment is to go on, nil at its start.
func (r *Run) checkpoint(place string) (*train.Checkpoint, error) {
	c, err := r.latest(place)
	if c == nil || err != nil {
		return nil, err
	}
	for _, err := range c.PassedOver {
		r.warn("%v; going on from %s, which is older", err, c.Path)
	}
	if c.Kernels() != train.Kernels() {
		fmt.Fprintf(r.Err, "warning: %s was computed with the kernels %q, this machine has %q: the last bits will differ\n", c.Path, c.Kernels(), train.Kernels())
	}
	if c.Epoch() < r.Epochs && !c.Stopped() {
		fmt.Fprintf(r.Say, "Continuing after epoch %d, batch %d.\n", c.Epoch(), c.Batch())
	}
	return c, nil
}
