//go:build unix

package input

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"github.com/pkg/errors"
)

// TestWaiting: bytes and errors come as they are.
func TestWaiting(t *testing.T) {
	text := strings.Repeat("0123456789", 20_000)
	if err := iotest.TestReader(Waiting(t.Context(), iotest.DataErrReader(strings.NewReader(text))), []byte(text)); err != nil {
		t.Error(err)
	}
	late := errors.New("late")
	got, err := io.ReadAll(Waiting(t.Context(), io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(late))))
	if string(got) != "abc" || err != late {
		t.Errorf("%q, error %v", got, err)
	}
}

// TestWaitingEnds: who waits for an idle pipe, to open it or to read from it, ends with
// the context.
func TestWaitingEnds(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go cancel()
	if _, err := Open(ctx, pipe); !errors.Is(err, context.Canceled) {
		t.Errorf("opening a pipe that nobody writes to: error %v", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	w, err := os.OpenFile(pipe, os.O_RDWR, 0) // as reader and writer, it does not wait
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	f, err := Open(ctx, pipe)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := w.WriteString("abc"); err != nil {
		t.Fatal(err)
	}
	var p [10]byte
	if n, err := f.Read(p[:]); n != 3 || err != nil {
		t.Errorf("%d bytes, error %v", n, err)
	}
	go cancel()
	for range 2 {
		if _, err := f.Read(p[:]); !errors.Is(err, context.Canceled) {
			t.Errorf("reading from an idle pipe: error %v", err)
		}
	}
}

// TestOpen: files and links to them are read, folders are not.
func TestOpen(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	if err := os.WriteFile(path, []byte("text"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("a", link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{path, link} {
		f, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(f); string(got) != "text" || err != nil {
			t.Errorf("%q, error %v", got, err)
		}
		f.Close()
	}
	for _, path := range []string{dir, filepath.Join(dir, "none")} {
		if _, err := Open(t.Context(), path); err == nil {
			t.Errorf("%s is opened", path)
		}
	}
}
