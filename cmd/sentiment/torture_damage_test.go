package main

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// spoil changes a file as a disk, a transfer or an editor might, and returns how.
func spoil(t *testing.T, r *rand.Rand, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	how := ""
	switch kind := r.IntN(7); {
	case len(data) == 0 || kind == 0:
		data, how = append(data, make([]byte, 1+r.IntN(5000))...), "zeros at the end"
	case kind == 1:
		data, how = data[:r.IntN(len(data))], "cut"
	case kind == 2:
		from := r.IntN(len(data))
		to := min(len(data), from+1+r.IntN(512))
		clear(data[from:to])
		how = fmt.Sprintf("zeros from %d to %d", from, to)
	case kind == 3:
		from := r.IntN(len(data))
		data = slices.Delete(data, from, min(len(data), from+1+r.IntN(16)))
		how = fmt.Sprintf("bytes missing at %d", from)
	case kind == 4:
		at := r.IntN(len(data))
		data = slices.Insert(data, at, data[at:min(len(data), at+1+r.IntN(64))]...)
		how = fmt.Sprintf("bytes twice at %d", at)
	default:
		for range 1 + r.IntN(3) {
			at := r.IntN(len(data))
			data[at] ^= 1 << r.IntN(8)
			how += fmt.Sprintf("a bit at %d ", at)
		}
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return how
}

// filesOf returns the files of a folder and those below it.
func filesOf(t *testing.T, dir string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() && e.Name() != ".lock" {
			all = append(all, path)
		}
		return err
	})
	if err != nil || len(all) == 0 {
		t.Fatalf("%d files, error %v", len(all), err)
	}
	return all
}

// copied makes a copy of a folder, and removes the one before.
func copied(t *testing.T, from, to string) {
	t.Helper()
	if err := os.RemoveAll(to); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

// tells reports whether a command ended in an error that is told as it should be.
func tells(status int, stderr string) bool {
	last := stderr[strings.LastIndex(strings.TrimSuffix(stderr, "\n"), "\n")+1:]
	return status == exitFailure && strings.HasPrefix(last, "sentiment: ") && !strings.Contains(stderr, "panic") && !strings.Contains(stderr, "goroutine ")
}

// TestTortureDamage damages a file of a finished run, and asks its models: they say of texts
// what they said before, or the program says in a line what is damaged.
func TestTortureDamage(t *testing.T) {
	table := tableOfTexts(t)
	whole := filepath.Join(t.TempDir(), "run")
	succeed(t, "", tiny(whole, "--data", table, "--model", "onehot,embedding,ngrams")...)
	ask := func(dir, model string) (int, string, string) {
		return command("", "predict", "--json", "--explain", filepath.Join(dir, model), "a wonderful film", "dull", "")
	}
	said := map[string]string{}
	for _, model := range []string{"onehot", "embedding", "ngrams"} {
		_, said[model], _ = ask(whole, model)
	}
	dir := filepath.Join(t.TempDir(), "copy")
	refused := 0
	rounds(t, 60, func(_ int, r *rand.Rand) {
		copied(t, whole, dir)
		files := filesOf(t, dir)
		path := files[r.IntN(len(files))]
		how := spoil(t, r, path)
		for model, want := range said {
			status, stdout, stderr := ask(dir, model)
			if status == exitOK && stdout == want {
				continue
			}
			refused++
			if !tells(status, stderr) || !strings.Contains(stderr, filepath.Base(path)) {
				t.Errorf("%s, %s: %s: status %d, stdout %q, stderr %q", path, how, model, status, stdout, stderr)
			}
		}
	})
	t.Logf("%d times a model was refused", refused)
}

// TestTortureDamagedRuns damages a file of a run that was cut off, and goes on with it: it
// ends in the bits of one that was not cut off, or the program says in a line what is
// damaged.
func TestTortureDamagedRuns(t *testing.T) {
	table := tableOfTexts(t)
	want, calls := reference(t, table), callsOf(t, table)
	dir := filepath.Join(t.TempDir(), "copy")
	var cuts []string // the runs at some moments, to be damaged in turn
	for i := range 6 {
		cut := filepath.Join(t.TempDir(), "run")
		c := process(t, []string{crashAt + "=" + strconv.Itoa((2*i+3)*calls/15)}, tortured(table, cut)...)
		if out, _ := c.CombinedOutput(); c.ProcessState.ExitCode() != crashed {
			t.Fatalf("it ended before: %s", out)
		}
		cuts = append(cuts, cut)
	}
	ended, refused := 0, 0
	rounds(t, 12, func(round int, r *rand.Rand) {
		copied(t, cuts[round%len(cuts)], dir)
		files := filesOf(t, dir)
		path := files[r.IntN(len(files))]
		how := spoil(t, r, path)
		what := fmt.Sprintf("%s of cut %d, %s", path, round%len(cuts), how)
		status, stdout, stderr := command("", "train", "--resume", dir)
		switch {
		case status == exitOK:
			ended++
			finish(t, what, table, dir, want)
		case tells(status, stderr) && strings.Contains(stderr, filepath.Base(path)):
			refused++
		default:
			t.Errorf("%s: status %d, stdout %q, stderr %q", what, status, stdout, stderr)
		}
	})
	t.Logf("%d ended in the same bits, %d were refused", ended, refused)
}
