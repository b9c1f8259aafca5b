package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"unroll/cmd/sentiment/internal/run"
)

// TestEachRunHasItsFolder: what was trained stays as it is, and the link names the
// newest run, from its first moment on.
func TestEachRunHasItsFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	train := func(more ...string) []string {
		args := []string{"train", "--model", "bow"}
		for _, f := range [][]string{{"--data", "sample"}, {"--epochs", "1"}} {
			if !slices.Contains(more, f[0]) {
				args = append(args, f...)
			}
		}
		return append(args, more...)
	}
	newest := func() string {
		t.Helper()
		to, err := os.Readlink(latest)
		if err != nil {
			t.Fatal(err)
		}
		return filepath.Join(run.RunsDir, to)
	}
	out := succeed(t, "", train()...)
	first := newest()
	if !regexp.MustCompile(`^runs/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d$`).MatchString(filepath.ToSlash(first)) || !strings.Contains(out, " are in "+first) {
		t.Errorf("the run is in %s, and it says\n%s", first, out)
	}
	before := snapshot(t, first)
	for range 3 { // some of them within a second
		last := newest()
		succeed(t, "", train()...)
		if newest() == last {
			t.Errorf("two runs are in %s", last)
		}
	}
	checkUnchanged(t, first, before)
	succeed(t, "", "predict", filepath.Join(latest, "bow"), "a wonderful film")

	// A run that fails is gone again, and one that is interrupted is found.
	last := newest()
	if status, _, _ := command("", train("--data", "nosuch.csv")...); status == exitOK || newest() != last {
		t.Errorf("status %d, and the newest run is %s", status, newest())
	}
	if runs, err := filepath.Glob(filepath.Join(run.RunsDir, "*")); err != nil || len(runs) != 5 {
		t.Errorf("there are %v, want four runs and the link", runs)
	}
	interrupted(t, "", "Epoch 3/5", train("--epochs", "5", "--checkpoint-every", "1")...)
	cut := newest()
	if !strings.Contains(succeed(t, "", "train", "--resume", latest), " are in "+cut) {
		t.Errorf("%s does not go on in %s", latest, cut)
	}
	// With a folder of its own name the run is elsewhere, and the link as it was.
	succeed(t, "", train("--out", "mine")...)
	if newest() != cut {
		t.Errorf("--out moves the link to %s", newest())
	}
}

// TestRunsAreNotOverwritten by another with the same --out.
func TestRunsAreNotOverwritten(t *testing.T) {
	t.Chdir(t.TempDir())
	run := copyRun(t)
	folds := filepath.Join(t.TempDir(), "folds")
	succeed(t, "", tiny(folds, "--folds", "2", "--model", "bow")...)
	user := t.TempDir()
	writeFile(t, filepath.Join(user, "report.html"), "mine")
	writeFile(t, filepath.Join(user, "cache", "mine.txt"), "mine")
	for dir, want := range map[string]string{run: "holds a run", folds: "holds a run", user: "report.html already exists"} {
		before := snapshot(t, dir)
		for _, more := range [][]string{nil, {"--folds", "2"}, {"--model", "bow"}, {"--data", "-"}} {
			status, stdout, stderr := command("text,label\na,b\n", tiny(dir, more...)...)
			checkFailure(t, status, exitFailure, stdout, stderr, "--out "+dir, want, "another --out")
		}
		checkUnchanged(t, dir, before)
	}
	before := snapshot(t, run)
	status, stdout, stderr := command("", "probe", "--data", "sample", "--model", "bow", "--out", run)
	checkFailure(t, status, exitFailure, stdout, stderr, "--out "+run, "holds a run")
	checkUnchanged(t, run, before)
	// A run that fails takes nothing with it that it has not made.
	if err := os.Remove(filepath.Join(user, "report.html")); err != nil {
		t.Fatal(err)
	}
	before = snapshot(t, user)
	status, stdout, stderr = command("", tiny(user, "--data", "nosuch.csv")...)
	checkFailure(t, status, exitFailure, stdout, stderr, "nosuch.csv")
	checkUnchanged(t, user, before)

	status, stdout, stderr = command("", tiny(latest)...)
	checkFailure(t, status, exitUsage, stdout, stderr, latest, "link to the newest run")
}

// TestFolderInPlaceOfTheLink, of an earlier version of the program.
func TestFolderInPlaceOfTheLink(t *testing.T) {
	t.Chdir(t.TempDir())
	writeFile(t, filepath.Join(latest, "results.json"), "old")
	status, stdout, stderr := command("", "train", "--data", "sample", "--model", "bow", "--epochs", "1")
	if status != exitOK || !strings.HasPrefix(stderr, "warning: "+latest+" could not be linked to the run in ") || strings.Count(stderr, "\n") != 1 || !strings.Contains(stdout, "Models, curves") {
		t.Errorf("status %d, stderr %q", status, stderr)
	}
	if diff := cmp.Diff(map[string]string{latest: "folder", filepath.Join(latest, "results.json"): "old"}, snapshot(t, latest)); diff != "" {
		t.Error(diff)
	}
}

// TestOneTrainingInAFolder refuses a second one while the first is at work, whether
// new or resumed.
func TestOneTrainingInAFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	begun, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	out := &cancelAt{text: "Epoch 1/1", cancel: func() { once.Do(func() { close(begun); <-goOn }) }}
	done := make(chan int)
	go func() {
		done <- execute(ctx, tiny(dir, "--model", "bow"), strings.NewReader(""), out, out)
	}()
	<-begun
	for _, args := range [][]string{tiny(dir), {"train", "--resume", dir}} {
		status, stdout, stderr := command("", args...)
		checkFailure(t, status, exitFailure, stdout, stderr, dir, fmt.Sprintf("another training, process %d, is writing to it", os.Getpid()))
	}
	close(goOn)
	if status := <-done; status != exitOK {
		t.Errorf("the first ends with status %d", status)
	}
	succeed(t, "", "predict", filepath.Join(dir, "bow"), "a wonderful film")
}

// TestLeftovers: what a killed run had begun to write is removed by the next, and nothing
// else is.
func TestLeftovers(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	left := []string{".standard-input.123", ".run.json.7", ".new.8/new/results.json"}
	for _, name := range append(left, ".mine.1", "new.8") {
		writeFile(t, filepath.Join(dir, name), "begun")
	}
	succeed(t, "label,text\n"+strings.Repeat("good,a fine film\nbad,a dull film\n", 20), "train", "--data", "-", "--model", "bow", "--epochs", "1", "--out", dir)
	for _, name := range left {
		if _, err := os.Stat(filepath.Join(dir, name)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is still there, error %v", name, err)
		}
	}
	for _, name := range []string{".mine.1", "new.8", "standard-input", "bow/model.json"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}
