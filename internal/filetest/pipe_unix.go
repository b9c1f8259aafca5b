//go:build unix

package filetest

import (
	"syscall"
	"testing"
)

// Pipe makes a pipe that nobody writes to.
func Pipe(t testing.TB, path string) {
	t.Helper()
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
}
