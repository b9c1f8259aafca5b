package run

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/pkg/errors"

	"unroll/internal/safefile"
)

// MakeFolder is os.MkdirAll. remove takes away what it made, as far as that is
// empty.
func MakeFolder(path string) (remove func(), err error) {
	var made []string
	for dir := filepath.Clean(path); ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		made = append(made, dir)
	}
	remove = func() {
		for _, dir := range made {
			_ = os.Remove(dir)
		}
	}
	return remove, safefile.MkdirAll(path)
}

// publish replaces entries of the folder out by those that write makes in
// another. On any error the old ones are as they were.
func publish(out string, write func(dir string) error) (err error) {
	defer func() { err = errors.WithMessagef(err, "save %s", out) }()
	remove, err := MakeFolder(out)
	defer func() {
		if err != nil {
			remove()
		}
	}()
	if err != nil {
		return cause(err)
	}
	// Beside their places, so that they can be renamed.
	tmp, err := safefile.MkdirTemp(out, ".new.*")
	if err != nil {
		return cause(err)
	}
	fresh, old := filepath.Join(tmp, "new"), filepath.Join(tmp, "old")
	defer func() {
		os.RemoveAll(fresh)
		if err == nil {
			os.RemoveAll(old)
		}
		os.Remove(old) // not if something in it could not be put back
		os.Remove(tmp)
	}()
	for _, dir := range []string{fresh, old} {
		if err := safefile.Mkdir(dir); err != nil {
			return err
		}
	}
	if err := write(fresh); err != nil {
		return unmoved{err, fresh, out}
	}
	entries, err := os.ReadDir(fresh)
	if err != nil {
		return err
	}
	for i, e := range entries {
		if err := replace(out, fresh, old, e.Name()); err != nil {
			for _, e := range entries[:i] {
				restore(out, old, e.Name())
			}
			return err
		}
	}
	safefile.Settle(out)
	return nil
}

// unmoved is an error of what was to be moved from a folder to another: it names the
// place that the user knows.
type unmoved struct {
	error
	from, to string
}

// Error implements error.
func (e unmoved) Error() string { return strings.ReplaceAll(e.error.Error(), e.from, e.to) }

// Unwrap returns the error as it was.
func (e unmoved) Unwrap() error { return e.error }

// cause is an error without the path, where that is temporary or told already.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// replace moves out/name into old, if there is one, and fresh/name to its place.
func replace(out, fresh, old, name string) error {
	err := safefile.Rename(filepath.Join(out, name), filepath.Join(old, name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := safefile.Rename(filepath.Join(fresh, name), filepath.Join(out, name)); err != nil {
		restore(out, old, name)
		return err
	}
	return nil
}

// restore undoes replace. What it cannot put back stays in old.
func restore(out, old, name string) {
	_ = os.RemoveAll(filepath.Join(out, name))
	_ = safefile.Rename(filepath.Join(old, name), filepath.Join(out, name))
}
