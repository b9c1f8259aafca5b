//go:build unix

package cache

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"unroll/internal/filetest"
)

// TestKeyOpensOnlyFiles: what is no regular file of a folder is not opened, but its name,
// and where a link leads, make the key another one.
func TestKeyOpensOnlyFiles(t *testing.T) {
	dir := t.TempDir()
	filetest.Write(t, dir, map[string]string{"pos/1.txt": "good"})
	key := func() string {
		t.Helper()
		k, err := Key(t.Context(), []string{dir}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	seen := map[string]bool{key(): true}
	different := func(what string) {
		t.Helper()
		if k := key(); seen[k] {
			t.Errorf("%s leaves the key as it was", what)
		} else {
			seen[k] = true
		}
	}
	pipe, link := filepath.Join(dir, "pos", "pipe.txt"), filepath.Join(dir, "link")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	different("a pipe")
	for _, to := range []string{"/dev/zero", ".", "link", "nowhere"} {
		os.Remove(link)
		if err := os.Symlink(to, link); err != nil {
			t.Fatal(err)
		}
		different("a link to " + to)
	}
	for _, path := range []string{pipe, "/dev/zero"} {
		if _, err := Key(t.Context(), []string{path}, nil); err == nil || !strings.Contains(err.Error(), path+": it is not a regular file") {
			t.Errorf("%s: error %v", path, err)
		}
	}
}
