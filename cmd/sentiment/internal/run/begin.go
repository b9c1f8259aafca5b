package run

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pkg/errors"

	"unroll/cmd/sentiment/internal/corpus"
	"unroll/internal/filelock"
	"unroll/internal/safefile"
)

const (
	// RunsDir holds a folder for each run that has no --out.
	RunsDir = "runs"
	// latestLink, in RunsDir, is a link to the newest of them.
	latestLink = "latest"
)

// Latest is the path by which the newest run is found.
var Latest = filepath.Join(RunsDir, latestLink)

// begin makes a new run's folder and keeps other trainings out of it until release
// is called. undo takes away what the run has made, unless there is something to go
// on with. A folder that holds a run already is refused: no run overwrites another.
func (r *Run) begin(chosen []Model) (undo, release func(), err error) {
	dated := r.Dir == ""
	if dated {
		r.Dir = RunsDir
	}
	remove, err := MakeFolder(r.Dir)
	if err != nil {
		remove()
		return nil, nil, errors.WithMessagef(err, "--out %s", r.Dir)
	}
	if dated {
		sweepInputs()
		if r.Dir, err = datedFolder(time.Now()); err != nil {
			remove()
			return nil, nil, errors.Wrap(err, "a new run's folder")
		}
		removeRuns := remove
		remove = func() {
			_ = os.Remove(r.Dir)
			removeRuns()
		}
	}
	if release, err = r.lock(); err != nil {
		return nil, nil, errors.WithMessagef(err, "--out %s", r.Dir) // and its folder is another's
	}
	if err := r.refuse(chosen); err != nil {
		release()
		return nil, nil, err
	}
	var fresh []string // what a run leaves and the folder does not hold yet
	for _, path := range []string{
		filepath.Join(r.Dir, StateFile), filepath.Join(r.Dir, corpus.InputFile), filepath.Join(r.Dir, checkpointsDir), filepath.Join(r.Dir, eventsDir), r.cache(),
	} {
		if !exists(path) {
			fresh = append(fresh, path)
		}
	}
	undo = func() {
		if r.checkpointed() {
			return
		}
		for _, path := range fresh {
			_ = os.RemoveAll(path)
		}
		remove()
	}
	return undo, release, r.absolute()
}

// datedFolder makes a folder for a run that begins now.
func datedFolder(now time.Time) (string, error) {
	for n := 1; ; n++ {
		dir := filepath.Join(RunsDir, now.Format("2006-01-02T15-04-05"))
		if n > 1 {
			dir += "-" + strconv.Itoa(n)
		}
		if err := safefile.Mkdir(dir); !errors.Is(err, fs.ErrExist) {
			return dir, err
		}
	}
}

// lock keeps other trainings out of the run's folder, and removes the files that one which
// was killed had begun to write.
func (r *Run) lock() (release func(), err error) {
	release, err = filelock.Try(r.Dir)
	switch {
	case err != nil:
	case release == nil:
		by := ""
		other := Run{Resume: r.Dir, Dir: r.Dir}
		if _, err := other.load(); err == nil && other.process > 0 {
			by = fmt.Sprintf(", process %d,", other.process)
		}
		err = errors.Errorf("another training%s is writing to it", by)
	default:
		r.sweep(StateFile)
		corpus.SweepInput(r.Dir)
		r.sweepCache()
	}
	return release, err
}

// stale is how long a file of the cache that runs share was not written to if its writer was
// killed: one that lives writes all the time.
const stale = time.Hour

// sweepCache removes what killed processes had begun to write into the cache.
func (r *Run) sweepCache() {
	entries, _ := os.ReadDir(r.cache())
	own := filepath.Dir(r.cache()) == r.Dir
	for _, e := range entries {
		if info, err := e.Info(); err == nil && strings.HasPrefix(e.Name(), ".") && (own || time.Since(info.ModTime()) > stale) {
			_ = os.Remove(filepath.Join(r.cache(), e.Name()))
		}
	}
}

// sweepInputs removes what runs that were killed while they took in standard input have
// left in folders of their own: such a run cannot be gone on with.
func sweepInputs() {
	entries, _ := os.ReadDir(RunsDir)
	for _, e := range entries {
		dir := filepath.Join(RunsDir, e.Name())
		if !e.IsDir() || exists(filepath.Join(dir, StateFile)) {
			continue
		}
		if release, err := filelock.Try(dir); err == nil && release != nil {
			if corpus.SweepInput(dir) {
				_ = os.Remove(dir) // unless it holds something else
			}
			release()
		}
	}
}

// sweep removes what a killed process had begun to write under these names.
func (r *Run) sweep(names ...string) {
	entries, _ := os.ReadDir(r.Dir)
	for _, e := range entries {
		if slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(e.Name(), "."+name+".") }) {
			_ = os.RemoveAll(filepath.Join(r.Dir, e.Name()))
		}
	}
}

// refuse returns an error if the folder holds what the run would overwrite.
func (r *Run) refuse(chosen []Model) error {
	if exists(filepath.Join(r.Dir, StateFile)) {
		other := Run{Resume: r.Dir, Dir: r.Dir}
		if finished, err := other.load(); err == nil && !finished {
			return errors.Errorf("--out %s holds an unfinished run: continue it with --resume %s, or choose another --out", r.Dir, r.Dir)
		}
		return errors.Errorf("--out %s already holds a run: choose another --out, or leave it out to get a new folder in %s", r.Dir, RunsDir)
	}
	for _, name := range append(Names(chosen), ResultsFile, ReportFile, ReportData, checkpointsDir) {
		if path := filepath.Join(r.Dir, name); exists(path) {
			return errors.Errorf("--out %s: %s already exists: choose another --out", r.Dir, path)
		}
	}
	return nil
}

// cache is the folder for the ids of texts. Runs in RunsDir share it.
func (r *Run) cache() string {
	if filepath.Dir(r.Dir) == RunsDir {
		return filepath.Join(RunsDir, cacheDir)
	}
	return filepath.Join(r.Dir, cacheDir)
}

// checkpointed reports whether the run has computed something to go on with.
func (r *Run) checkpointed() bool {
	models, _ := filepath.Glob(filepath.Join(r.Dir, checkpointsDir, "*", "*.ckpt"))
	folds, _ := filepath.Glob(filepath.Join(r.Dir, checkpointsDir, "*", "*", "*.ckpt"))
	searches, _ := filepath.Glob(filepath.Join(r.Dir, checkpointsDir, "*", trialsFile))
	inFolds, _ := filepath.Glob(filepath.Join(r.Dir, checkpointsDir, "*", "*", trialsFile))
	return len(models)+len(folds)+len(searches)+len(inFolds) > 0
}

// absolute makes the paths of the settings such that the run can be gone on with
// from elsewhere.
func (r *Run) absolute() error {
	paths := []*string{&r.Vectors, &r.From}
	for _, list := range []corpus.Paths{r.Data, r.ValidationData, r.TestData} {
		for i, path := range list {
			if !slices.Contains([]string{"auto", "imdb", "sample", "-"}, path) {
				paths = append(paths, &list[i])
			}
		}
	}
	for _, path := range paths {
		if *path == "" {
			continue
		}
		abs, err := filepath.Abs(*path)
		if err != nil {
			return errors.Wrap(err, *path)
		}
		*path = abs
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
	if filepath.Dir(dir) != RunsDir {
		return back, nil
	}
	before, err := os.Readlink(Latest)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return back, errors.Errorf("%s exists and is not a link: move it away", Latest)
	}
	name := filepath.Base(dir)
	if err := pointTo(name); err != nil {
		return back, err
	}
	return func() {
		if now, _ := os.Readlink(Latest); now != name {
			return
		}
		if before == "" {
			_ = os.Remove(Latest)
		} else {
			_ = pointTo(before)
		}
	}, nil
}

func pointTo(name string) error {
	fresh := filepath.Join(RunsDir, fmt.Sprintf(".%s.%d", latestLink, os.Getpid()))
	if err := safefile.Symlink(name, fresh); err != nil {
		return err
	}
	if err := safefile.Rename(fresh, Latest); err != nil {
		_ = os.Remove(fresh)
		return err
	}
	return nil
}

// target is the folder that a path is a link to: what is done there goes on there
// when the link names another run.
func Target(path string) string {
	to, err := os.Readlink(filepath.Clean(path))
	if err != nil {
		return path
	}
	if filepath.IsAbs(to) {
		return to
	}
	return filepath.Join(filepath.Dir(filepath.Clean(path)), to)
}
