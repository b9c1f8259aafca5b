package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/pkg/errors"

	"unroll/internal/filelock"
)

const (
	// runsDir holds a folder for each run that has no --out.
	runsDir = "runs"
	// latestLink, in runsDir, is a link to the newest of them.
	latestLink = "latest"
)

// latest is the path by which the newest run is found.
var latest = filepath.Join(runsDir, latestLink)

// begin makes a new run's folder and keeps other trainings out of it until release
// is called. undo takes away what the run has made, unless there is something to go
// on with. A folder that holds a run already is refused: no run overwrites another.
func (f *trainFlags) begin(chosen []experiment) (undo, release func(), err error) {
	dated := f.out == ""
	if dated {
		f.out = runsDir
	}
	remove, err := makeFolder(f.out)
	if err != nil {
		remove()
		return nil, nil, errors.WithMessagef(err, "--out %s", f.out)
	}
	if dated {
		if f.out, err = datedFolder(time.Now()); err != nil {
			remove()
			return nil, nil, errors.Wrap(err, "a new run's folder")
		}
		removeRuns := remove
		remove = func() {
			_ = os.Remove(f.out)
			removeRuns()
		}
	}
	if release, err = f.lock(); err != nil {
		return nil, nil, errors.WithMessage(err, "--out") // and its folder is another's
	}
	if err := f.refuse(chosen); err != nil {
		release()
		return nil, nil, err
	}
	var fresh []string // what a run leaves and the folder does not hold yet
	for _, path := range []string{
		filepath.Join(f.out, runFile), filepath.Join(f.out, inputFile), filepath.Join(f.out, checkpointsDir), filepath.Join(f.out, eventsDir), f.cache(),
	} {
		if !exists(path) {
			fresh = append(fresh, path)
		}
	}
	undo = func() {
		if f.checkpointed() {
			return
		}
		for _, path := range fresh {
			_ = os.RemoveAll(path)
		}
		remove()
	}
	return undo, release, f.absolute()
}

// datedFolder makes a folder for a run that begins now.
func datedFolder(now time.Time) (string, error) {
	for n := 1; ; n++ {
		dir := filepath.Join(runsDir, now.Format("2006-01-02T15-04-05"))
		if n > 1 {
			dir += "-" + strconv.Itoa(n)
		}
		if err := os.Mkdir(dir, 0o755); !errors.Is(err, fs.ErrExist) {
			return dir, err
		}
	}
}

// lock keeps other trainings out of the run's folder.
func (f *trainFlags) lock() (release func(), err error) {
	release, err = filelock.Try(f.out)
	if err == nil && release == nil {
		err = errors.Errorf("%s: another training is writing into it", f.out)
	}
	return release, err
}

// refuse returns an error if the folder holds what the run would overwrite.
func (f *trainFlags) refuse(chosen []experiment) error {
	if exists(filepath.Join(f.out, runFile)) {
		other := trainFlags{resume: f.out, out: f.out}
		if finished, err := other.load(); err == nil && !finished {
			return errors.Errorf("--out %s: it holds a run that is not finished: go on with it by --resume %s, or give another --out", f.out, f.out)
		}
		return errors.Errorf("--out %s: it holds a run: give another --out, or none for a new folder in %s", f.out, runsDir)
	}
	for _, name := range append(names(chosen), resultsFile, reportFile, reportData, checkpointsDir) {
		if path := filepath.Join(f.out, name); exists(path) {
			return errors.Errorf("--out %s: %s is there already: give another --out", f.out, path)
		}
	}
	return nil
}

// cache is the folder for the ids of texts. Runs in runsDir share it.
func (f *trainFlags) cache() string {
	if filepath.Dir(f.out) == runsDir {
		return filepath.Join(runsDir, cacheDir)
	}
	return filepath.Join(f.out, cacheDir)
}

// checkpointed reports whether the run has computed something to go on with.
func (f *trainFlags) checkpointed() bool {
	models, _ := filepath.Glob(filepath.Join(f.out, checkpointsDir, "*", "*.ckpt"))
	folds, _ := filepath.Glob(filepath.Join(f.out, checkpointsDir, "*", "*", "*.ckpt"))
	return len(models)+len(folds) > 0
}

// absolute makes the paths of the settings such that the run can be gone on with
// from elsewhere.
func (f *trainFlags) absolute() error {
	for _, list := range []paths{f.Data, f.ValidationData, f.TestData, {f.Vectors}} {
		for i, path := range list {
			if path == "" || slices.Contains([]string{"auto", "imdb", "sample", "-"}, path) {
				continue
			}
			abs, err := filepath.Abs(path)
			if err != nil {
				return errors.Wrap(err, path)
			}
			list[i] = abs
		}
	}
	return nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// link makes the latest link name a run's folder if that is beside it, at once for
// those who read it. back makes it name what it did before, unless a later run has
// taken it.
func link(dir string) (back func(), err error) {
	back = func() {}
	if filepath.Dir(dir) != runsDir {
		return back, nil
	}
	before, err := os.Readlink(latest)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return back, errors.Errorf("%s is there already and is no link: move it away", latest)
	}
	name := filepath.Base(dir)
	if err := pointTo(name); err != nil {
		return back, err
	}
	return func() {
		if now, _ := os.Readlink(latest); now != name {
			return
		}
		if before == "" {
			_ = os.Remove(latest)
		} else {
			_ = pointTo(before)
		}
	}, nil
}

func pointTo(name string) error {
	fresh := filepath.Join(runsDir, fmt.Sprintf(".%s.%d", latestLink, os.Getpid()))
	if err := os.Symlink(name, fresh); err != nil {
		return err
	}
	if err := os.Rename(fresh, latest); err != nil {
		_ = os.Remove(fresh)
		return err
	}
	return nil
}

// target is the folder that a path is a link to: what is done there goes on there
// when the link names another run.
func target(path string) string {
	to, err := os.Readlink(filepath.Clean(path))
	if err != nil {
		return path
	}
	if filepath.IsAbs(to) {
		return to
	}
	return filepath.Join(filepath.Dir(filepath.Clean(path)), to)
}
