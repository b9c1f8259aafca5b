//go:build unix

package safefile

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestOpenRefuses: a pipe, a device and a socket are refused, and not waited for; so are
// links to them.
func TestOpenRefuses(t *testing.T) {
	dir, err := os.MkdirTemp("", "") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	pipe, socket, link := filepath.Join(dir, "pipe"), filepath.Join(dir, "socket"), filepath.Join(dir, "link")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := os.Symlink("/dev/zero", link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{pipe, socket, link, "/dev/zero", "/dev/null"} {
		if f, err := Open(path); err == nil || !strings.Contains(err.Error(), "not a regular file") || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v", path, err)
			f.Close()
		}
		if _, err := ReadFS(Disk, path, 10); err == nil {
			t.Errorf("%s is read", path)
		}
		// What takes the file's place after it was looked at is not waited for either.
		if f, err := os.OpenFile(path, os.O_RDONLY|nonblocking, 0); err == nil {
			f.Close()
		}
	}
}
