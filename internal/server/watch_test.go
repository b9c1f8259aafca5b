package server

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestWatch reloads when a file has changed and is written no more.
func TestWatch(t *testing.T) {
	dir := t.TempDir()
	loads := make(chan struct{}, 100)
	s, _ := started(t, Config{Load: func(context.Context) ([]Model, error) {
		loads <- struct{}{}
		return []Model{newFake("one")}, nil
	}})
	<-loads
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s.Watch(ctx, 5*time.Millisecond, dir)
	if err := os.WriteFile(filepath.Join(dir, "weights"), []byte("new"), 0o600); err != nil {
		t.Fatal(err)
	}
	<-loads
	time.Sleep(50 * time.Millisecond)
	if n := len(loads); n != 0 {
		t.Errorf("%d loads more", n)
	}
}

// TestWatchLink: a link to a folder is looked through, and to where it points now.
func TestWatchLink(t *testing.T) {
	dir := t.TempDir()
	link, file := filepath.Join(dir, "link"), filepath.Join("one", "weights")
	for _, name := range []string{"one", "two"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("one", link); err != nil {
		t.Skipf("SKIPPED: links are NOT tested: %v", err)
	}
	loads := make(chan struct{}, 100)
	s, _ := started(t, Config{Load: func(context.Context) ([]Model, error) {
		loads <- struct{}{}
		return []Model{newFake("one")}, nil
	}})
	<-loads
	s.Watch(t.Context(), 5*time.Millisecond, link)
	if err := os.WriteFile(filepath.Join(dir, file), []byte("new"), 0o600); err != nil {
		t.Fatal(err)
	}
	<-loads
	if err := os.Remove(link); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("two", link); err != nil {
		t.Fatal(err)
	}
	<-loads
}

// TestWatchWhileLoading: what is changed while the first models are read is read
// again.
func TestWatchWhileLoading(t *testing.T) {
	file := filepath.Join(t.TempDir(), "weights")
	loads := make(chan struct{}, 100)
	s, err := New(Config{Load: func(context.Context) ([]Model, error) {
		loads <- struct{}{}
		if len(loads) == 1 {
			if err := os.WriteFile(file, []byte("new"), 0o600); err != nil {
				t.Error(err)
			}
		}
		return []Model{newFake("one")}, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	s.Watch(t.Context(), 5*time.Millisecond, filepath.Dir(file))
	if err := s.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(10 * time.Second); len(loads) < 2; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it was loaded once")
		}
	}
}

// TestLooks: what is still being written is not read, what has changed is once.
func TestLooks(t *testing.T) {
	l := looks{known: "a", before: "a"}
	for i, c := range []struct {
		look    string
		changed bool
	}{
		{"a", false}, {"b", false}, {"c", false}, {"c", true}, {"c", false},
		{"b", false}, {"c", false}, {"c", false}, {"a", false}, {"a", true}, {"a", false},
	} {
		if got := l.changed(c.look); got != c.changed {
			t.Errorf("look %d, %s: %t", i, c.look, got)
		}
	}
}

// TestLookAtPipe: what is watched is looked at, not opened: a pipe that nobody writes
// to would be waited for.
func TestLookAtPipe(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "weights")
	if out, err := exec.Command("mkfifo", pipe).CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: pipes are NOT tested: %v %s", err, out)
	}
	if got := look([]string{dir, pipe, "/dev/zero"}); strings.Count(got, "weights") != 2 || !strings.Contains(got, "/dev/zero") {
		t.Errorf("a look sees %s", got)
	}
}
