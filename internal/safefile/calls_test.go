package safefile

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/pkg/errors"
)

// TestEveryCallMayFail lets each call of a Write fail in turn: the file is as it was, the
// error names it and its reason, and nothing is left beside it.
func TestEveryCallMayFail(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	long := strings.Repeat("new", 5000) // several writes
	text := func(s string) func(io.Writer) error {
		return func(w io.Writer) error {
			_, err := io.WriteString(w, s)
			return err
		}
	}
	seen := map[string]bool{}
	for at := 0; ; at++ {
		if err := Write(path, text("old")); err != nil {
			t.Fatal(err)
		}
		n, failed := 0, ""
		restore := Inject(func(call, _ string) error {
			if n++; n-1 == at {
				failed = call
				return syscall.ENOSPC
			}
			return nil
		})
		err := Write(path, text(long))
		restore()
		if failed == "" {
			break // all have failed once
		}
		seen[failed] = true
		want := "old"
		if failed == CallSettle { // which not every system can
			want = long
		} else if err == nil || !strings.Contains(err.Error(), path) || !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%s fails: error %v", failed, err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s fails: the file holds %d bytes, want %d, error %v", failed, len(got), len(want), err)
		}
		if files, _ := os.ReadDir(dir); len(files) != 1 {
			t.Errorf("%s fails: %d files in the folder, want 1", failed, len(files))
		}
	}
	for _, call := range []string{CallCreate, CallWrite, CallChmod, CallSync, CallClose, CallRename, CallSettle} {
		if !seen[call] {
			t.Errorf("%s is not a call of Write", call)
		}
	}
}

// TestCallsMayFail: each of the other calls is made, and fails when it is told to.
func TestCallsMayFail(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	calls := map[string]func() error{
		"rename": func() error { return Rename(at("a"), at("b")) },
		"folder": func() error { return Mkdir(at("c")) },
		"deep":   func() error { return MkdirAll(at("d/e")) },
		"temp": func() error {
			_, err := MkdirTemp(dir, "t")
			return err
		},
		"link": func() error { return Symlink("b", at("l")) },
		"create": func() error {
			f, err := Create(at("f"), false)
			if err == nil {
				err = f.Close()
			}
			return err
		},
	}
	if err := os.WriteFile(at("a"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, call := range calls {
		restore := Inject(func(string, string) error { return syscall.EIO })
		if err := call(); !errors.Is(err, syscall.EIO) {
			t.Errorf("%s: error %v", name, err)
		}
		restore()
		if err := call(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if files, _ := os.ReadDir(dir); len(files) != 6 {
		t.Errorf("%d files, want 6", len(files))
	}
	if _, err := Create(at("f"), false); !errors.Is(err, os.ErrExist) {
		t.Errorf("a file that is there is made, error %v", err)
	}
}
