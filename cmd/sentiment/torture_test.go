package main

import (
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The tests of TestTorture… do to the program what a bad day does. Without these flags each
// does it a few times; "make torture" goes on for as long as it is told.
var (
	torture     = flag.Duration("torture", 0, "how `long` the tortures go on, all together")
	tortureSeed = flag.Uint64("torture.seed", 1, "`seed` of what happens when")
)

// tortures is how many tests share the time of -torture.
const tortures = 8

// rounds calls f so often, and with -torture until its time is over.
func rounds(t *testing.T, least int, f func(round int, r *rand.Rand)) {
	t.Helper()
	if raced || testing.Short() {
		least = min(least, 2)
	}
	begun, n := time.Now(), 0
	for ; !t.Failed() && (n < least || time.Since(begun) < *torture/tortures); n++ {
		f(n, rand.New(rand.NewPCG(*tortureSeed, uint64(n))))
	}
	t.Logf("%d rounds, seed %d", n, *tortureSeed)
}

// tortured is a training of a table, with all that a run writes while it goes on: a cache,
// checkpoints, events.
func tortured(table, out string, more ...string) []string {
	if len(more) > 0 { // a model that has no epochs
		return append([]string{"train", "--data", table, "--out", out}, more...)
	}
	args := tiny(out, "--checkpoint-every", "4", "--tensorboard")
	for i := range args {
		if args[i] == "sample" {
			args[i] = table
		}
	}
	return args
}

// tableOfTexts writes some texts with labels into a file.
func tableOfTexts(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("text,label\n")
	for i := range 120 {
		fmt.Fprintf(&b, "a %s film %d,%s\n", []string{"wonderful", "dull"}[i%2], i/10, []string{"positive", "negative"}[i%2])
	}
	return writeFile(t, filepath.Join(t.TempDir(), "texts.csv"), b.String())
}

// reference is what the training ends in that nothing happens to.
func reference(t *testing.T, table string) map[string]string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	succeed(t, "", tortured(table, dir)...)
	return weights(t, dir)
}

// process is the program in a process of its own.
func process(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self, args...)
	c.Env = append(append(os.Environ(), asProgram+"=1"), env...)
	return c
}

// next is the command line that goes on with a training that was cut off: --resume, or from
// the start where it had not begun.
func next(table, dir string, more ...string) []string {
	if _, err := os.Stat(filepath.Join(dir, runFile)); err != nil {
		return tortured(table, dir, more...)
	}
	return []string{"train", "--resume", dir}
}

// finish brings a training to its end that something happened to, and holds it to the bits
// of one to which nothing did. Nothing that was begun is left over.
func finish(t *testing.T, what, table, dir string, want map[string]string, more ...string) {
	t.Helper()
	status, stdout, stderr := command("", next(table, dir, more...)...)
	if status != exitOK {
		t.Fatalf("%s: status %d, stdout %q, stderr %q", what, status, stdout, stderr)
	}
	if diff := cmp.Diff(want, weights(t, dir)); diff != "" {
		t.Errorf("%s: the run has other bits: %s", what, diff)
	}
	_ = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			t.Error(err)
		} else if name := e.Name(); strings.HasPrefix(name, ".") && name != ".lock" {
			t.Errorf("%s: %s is left", what, path)
		}
		return nil
	})
	if _, err := os.Stat(filepath.Join(dir, checkpointsDir)); err == nil {
		t.Errorf("%s: the checkpoints are left", what)
	}
}

// after is a moment within so many milliseconds.
func after(r *rand.Rand, most int) <-chan time.Time {
	return time.After(time.Duration(r.IntN(most*1000)) * time.Microsecond)
}
