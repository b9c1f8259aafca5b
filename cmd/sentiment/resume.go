package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/pkg/errors"
	"github.com/spf13/pflag"

	"unroll/internal/jsonfile"
	"unroll/internal/safefile"
	"unroll/train"
)

const (
	// runFile holds a run's settings from its first moment.
	runFile = "run.json"
	// checkpointsDir holds a folder of checkpoints for each model while the run
	// is not finished.
	checkpointsDir = "checkpoints"
	// cacheDir holds the ids of texts that were read from files.
	cacheDir = "cache"
	// inputFile holds the texts of standard input. See called.
	inputFile = "standard-input"
	// eventsDir holds the event files for TensorBoard.
	eventsDir = "tensorboard"
)

// runSettings are what a run needs to go on.
type runSettings struct {
	dataSettings
	textSettings
	Models          string `json:"models"`
	RNN             string `json:"rnn"`
	Epochs          int    `json:"epochs"`
	Folds           int    `json:"folds,omitempty"`
	Batch           int    `json:"batch"`
	Seed            uint64 `json:"seed"`
	CheckpointEvery int    `json:"checkpoint_every,omitempty"`
	Vectors         string `json:"vectors,omitempty"`
	Frozen          bool   `json:"frozen,omitempty"`

	Optimizer   string  `json:"optimizer,omitempty"` // the experiment's own if empty
	Rate        float64 `json:"lr,omitempty"`        // the optimizer's own if 0
	Schedule    string  `json:"schedule,omitempty"`
	Clip        float64 `json:"clip,omitempty"`
	EarlyStop   int     `json:"early_stop,omitempty"` // epochs of patience
	Best        bool    `json:"best,omitempty"`       // the weights of the best epoch are saved
	TensorBoard bool    `json:"tensorboard,omitempty"`
}

// runState is the content of runFile.
type runState struct {
	Version  int         `json:"version"`
	Settings runSettings `json:"settings"`
	Finished bool        `json:"finished"`
	Command  string      `json:"command,omitempty"` // that began it
}

const runVersion = 1

// onlyResume refuses flags beside --resume.
func onlyResume(flags *pflag.FlagSet) (err error) {
	flags.Visit(func(f *pflag.Flag) {
		if !slices.Contains([]string{"resume", "epochs", "quiet", "json"}, f.Name) && err == nil {
			err = usagef("--%s cannot be given with --resume: a run goes on in its own settings, but for --epochs", f.Name)
		}
	})
	return err
}

// load reads the settings of the run in f.resume.
func (f *trainFlags) load() (finished bool, err error) {
	path := filepath.Join(f.out, runFile)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, errors.Errorf("--resume %s: no run, there is no %s", f.resume, path)
	}
	if err != nil {
		return false, errors.Wrap(err, "--resume")
	}
	var head struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return false, errors.Wrapf(err, "%s: damaged", path)
	}
	if head.Version < 1 || head.Version > runVersion {
		return false, errors.Errorf("%s: version %d, this program reads up to %d", path, head.Version, runVersion)
	}
	var state runState
	state.Settings.SkipTop = -1 // runs that began before there was such a flag
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&state); err != nil {
		return false, errors.Wrapf(err, "%s: damaged", path)
	}
	f.runSettings, f.command = state.Settings, state.Command
	return state.Finished, nil
}

func (f *trainFlags) write(finished bool) error {
	return jsonfile.Write(filepath.Join(f.out, runFile), runState{runVersion, f.runSettings, finished, f.command})
}

// keepInput copies standard input, which can be read but once, into a file of
// the folder out.
func (a *app) keepInput(s *dataSettings, out string) error {
	for _, list := range []paths{s.Data, s.ValidationData, s.TestData} {
		for i, path := range list {
			if path != "-" {
				continue
			}
			kept := filepath.Join(out, inputFile)
			err := safefile.Write(kept, func(w io.Writer) error {
				_, err := io.Copy(w, a.in)
				return err
			})
			if err != nil {
				return errors.WithMessage(err, "standard input")
			}
			if list[i], err = filepath.Abs(kept); err != nil {
				return errors.Wrap(err, "standard input")
			}
		}
	}
	return nil
}

// finish marks the run as finished. Of its checkpoints the last ones are in the
// models' folders.
func (f *trainFlags) finish() error {
	if err := f.write(true); err != nil {
		return err
	}
	return errors.Wrap(os.RemoveAll(filepath.Join(f.out, checkpointsDir)), "remove the checkpoints")
}

// checkpointing says when checkpoints are written into a folder.
func (f *trainFlags) checkpointing(place string) *train.Checkpointing {
	c := &train.Checkpointing{Dir: filepath.Join(f.out, checkpointsDir, place), Every: f.CheckpointEvery}
	if c.Every == 0 {
		c.Every, c.Interval = 100, 10*time.Second
	}
	return c
}

// checkpoint returns where an experiment is to go on, nil at its start.
func (a *app) checkpoint(f *trainFlags, place string) (*train.Checkpoint, error) {
	c, err := f.latest(place)
	if c == nil || err != nil {
		return nil, err
	}
	if c.Kernels() != train.Kernels() {
		fmt.Fprintf(a.err, "warning: %s was computed by the kernels %q, this machine has %q: the last bits will differ\n", c.Path, c.Kernels(), train.Kernels())
	}
	if c.Epoch() < f.Epochs && !c.Stopped() {
		fmt.Fprintf(a.say, "Going on after epoch %d, batch %d.\n", c.Epoch(), c.Batch())
	}
	return c, nil
}
