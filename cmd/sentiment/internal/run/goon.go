package run

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"github.com/pkg/errors"

	"unroll/cmd/sentiment/internal/usage"
	"unroll/train"
)

// latest returns the newest checkpoint of an experiment: of a training that is under
// way, else of one that has come to its end. It is nil if there is none.
func (r *Run) latest(place string) (*train.Checkpoint, error) {
	c, err := train.LatestCheckpoint(filepath.Join(r.Dir, checkpointsDir, place))
	if c != nil || err != nil {
		return c, err
	}
	c, err = train.ReadCheckpoint(filepath.Join(r.Dir, place, lastFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return c, err
}

// goOn makes a run that is resumed be one of other epochs, as if it had been from
// the beginning, and reports whether it is finished as it is.
func (r *Run) goOn(epochs int, finished bool) (bool, error) {
	if err := usage.Positive("epochs", epochs); err != nil {
		return false, err
	}
	if finished && r.Folds > 0 {
		return false, errors.Errorf("--epochs: the cross-validation in %s is finished and kept no models to continue", r.Dir)
	}
	chosen, err := r.models()
	if err != nil {
		return false, err
	}
	if g := r.given(chosen); g != nil {
		defer g.Close()
	}
	var places []string
	for i := range r.Folds + 1 {
		for _, e := range chosen {
			switch {
			case e.Grams: // which has no epochs: it is made anew, the same
			case i == 0:
				places = append(places, e.Name)
			default:
				places = append(places, filepath.Join(foldDir(i-1), e.Name))
			}
		}
	}
	if len(places) == 0 {
		return false, usage.Errorf("--epochs has no effect on %s, which is not trained in epochs", chosen[0].Name)
	}
	begun, left := false, false
	for _, place := range places {
		c, err := r.latest(place)
		switch {
		case err != nil:
			return false, err
		case c == nil && finished:
			return false, errors.Errorf("--epochs: %s cannot be continued: there is no %s", place, filepath.Join(r.Dir, place, lastFile))
		case c == nil:
			left = true
			continue
		case c.Epoch() > epochs || c.Epoch() == epochs && c.Batch() > 0:
			return false, usage.Errorf("--epochs is %d, but %s has already trained for %d", epochs, place, c.Epoch())
		case c.Stopped():
			fmt.Fprintf(r.Say, "%s was stopped early after epoch %d, as it would be in a run of %d epochs.\n", place, c.Epoch(), epochs)
		default:
			left = left || c.Epoch() < epochs
		}
		begun = true
	}
	if begun && slices.Contains([]string{"cosine", "linear", "restarts"}, r.Schedule) {
		fmt.Fprintf(r.Err, "warning: --schedule %s is stretched from %d to %d epochs: the weights will differ from those of a run planned for %d epochs from the start\n", r.Schedule, r.Epochs, epochs, epochs)
	}
	r.Epochs, r.Command = epochs, withEpochs(r.Command, epochs)
	return finished && !left, nil
}

var epochsFlag = regexp.MustCompile(` --epochs \d+`)

// withEpochs returns the command line of a run of other epochs.
func withEpochs(command string, epochs int) string {
	flag := " --epochs " + strconv.Itoa(epochs)
	if command == "" || epochsFlag.MatchString(command) {
		return epochsFlag.ReplaceAllString(command, flag)
	}
	return command + flag
}
