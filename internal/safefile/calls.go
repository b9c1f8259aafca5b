package safefile

import (
	"io"
	"os"
	"sync/atomic"
)

// Calls of the system by which something is written.
const (
	CallCreate = "create" // a file
	CallWrite  = "write"
	CallChmod  = "chmod"
	CallSync   = "sync"
	CallClose  = "close"
	CallRename = "rename" // a file or a folder
	CallFolder = "folder" // which is made
	CallLink   = "link"   // which is made
	CallSettle = "settle" // what was renamed in a folder, on the disk
)

// hook is asked before each call.
var hook atomic.Pointer[func(call, path string) error]

// Inject has f asked before each call by which this package writes, in every goroutine of
// the process, until restore is called. An error that f returns is that of the call, which is
// not made; of a CallWrite half the bytes are written. It is for tests of what becomes of
// files when a disk is full or broken, or a process ends.
func Inject(f func(call, path string) error) (restore func()) {
	old := hook.Swap(&f)
	return func() { hook.Store(old) }
}

func ask(call, path string) error {
	if f := hook.Load(); f != nil {
		if err := (*f)(call, path); err != nil {
			return &os.PathError{Op: call, Path: path, Err: err}
		}
	}
	return nil
}

// To returns a writer to f that Inject knows of.
func To(f *os.File) io.Writer { return asking{f} }

type asking struct{ f *os.File }

// Write implements io.Writer.
func (a asking) Write(p []byte) (int, error) {
	if err := ask(CallWrite, a.f.Name()); err != nil {
		n, _ := a.f.Write(p[:len(p)/2])
		return n, err
	}
	return a.f.Write(p)
}

// Rename is os.Rename.
func Rename(from, to string) error {
	if err := ask(CallRename, to); err != nil {
		return err
	}
	return os.Rename(from, to)
}

// Mkdir is os.Mkdir.
func Mkdir(path string) error {
	if err := ask(CallFolder, path); err != nil {
		return err
	}
	return os.Mkdir(path, 0o755)
}

// MkdirAll is os.MkdirAll.
func MkdirAll(path string) error {
	if _, err := os.Stat(path); err == nil {
		return os.MkdirAll(path, 0o755) // which makes nothing, or tells that it is a file
	}
	if err := ask(CallFolder, path); err != nil {
		return err
	}
	return os.MkdirAll(path, 0o755)
}

// MkdirTemp is os.MkdirTemp.
func MkdirTemp(dir, pattern string) (string, error) {
	if err := ask(CallFolder, dir); err != nil {
		return "", err
	}
	return os.MkdirTemp(dir, pattern)
}

// Symlink is os.Symlink.
func Symlink(to, path string) error {
	if err := ask(CallLink, path); err != nil {
		return err
	}
	return os.Symlink(to, path)
}

// Create makes a file to write to, which may be there only if also is set: then it is
// written to at its end.
func Create(path string, also bool) (*os.File, error) {
	how := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if also {
		how = os.O_WRONLY | os.O_CREATE | os.O_APPEND
	}
	if err := ask(CallCreate, path); err != nil {
		return nil, err
	}
	return os.OpenFile(path, how, 0o644)
}

// Sync brings what was written to f to the disk.
func Sync(f *os.File) error {
	if err := ask(CallSync, f.Name()); err != nil {
		return err
	}
	return f.Sync()
}
