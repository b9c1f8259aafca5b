package run

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pkg/errors"
)

// TestPublishFails breaks off in the writing, and in the moving: a file cannot
// go where something in its way cannot be moved.
func TestPublishFails(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "a", "old.txt"), "old")
	writeFile(t, filepath.Join(dir, "b"), "old")
	before := snapshot(t, dir)
	err := publish(dir, func(fresh string) error {
		writeFile(t, filepath.Join(fresh, "a", "new.txt"), "new")
		return errors.New("disk on fire")
	})
	if err == nil || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "disk on fire") {
		t.Errorf("error is %v", err)
	}
	checkUnchanged(t, dir, before)

	err = publish(dir, func(fresh string) error {
		writeFile(t, filepath.Join(fresh, "a", "new.txt"), "new")
		writeFile(t, filepath.Join(fresh, "b"), "new")
		writeFile(t, filepath.Join(fresh, "c"), "new")
		// In the way of b.
		writeFile(t, filepath.Join(filepath.Dir(fresh), "old", "b", "x"), "")
		return nil
	})
	if err == nil {
		t.Error("no error")
	}
	for path, want := range before {
		if want == "folder" {
			continue
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s holds %q (%v), want %q", path, got, err, want)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "c")); !os.IsNotExist(err) {
		t.Error("a new entry was left behind")
	}
	if _, err := os.Stat(filepath.Join(dir, "a", "new.txt")); !os.IsNotExist(err) {
		t.Error("a new folder was left behind")
	}
}

func TestGain(t *testing.T) {
	for _, c := range []struct{ from, to, points, relative float64 }{
		{0.5, 0.75, 25, 0.5},
		{0.8, 0.6, -20, -0.25},
		{0, 0.5, 50, 0}, // and not infinite, which is not JSON
	} {
		got := differ(c.from, c.to)
		if d := got.Points - c.points; d > 1e-9 || d < -1e-9 {
			t.Errorf("%v: %g points, want %g", c, got.Points, c.points)
		}
		if d := got.Relative - c.relative; d > 1e-9 || d < -1e-9 {
			t.Errorf("%v: relative %g, want %g", c, got.Relative, c.relative)
		}
	}
}
