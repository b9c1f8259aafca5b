// Package safefile replaces files so that a reader, or a crash, sees the old
// content or the new and never a part.
package safefile

import (
	"bufio"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pkg/errors"
)

// Write replaces the file at path by what write produces. The content is
// written beside it, synced and renamed; on any error the old file is as it
// was and nothing is left beside it.
func Write(path string, write func(io.Writer) error) error {
	return writeMode(path, 0o644, write)
}

// WriteProgram is Write of a file that can be run.
func WriteProgram(path string, write func(io.Writer) error) error {
	return writeMode(path, 0o755, write)
}

func writeMode(path string, mode fs.FileMode, write func(io.Writer) error) (err error) {
	if err := ask(CallCreate, path); err != nil {
		return errors.Wrapf(reason(err), "write %s", path)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return errors.Wrapf(reason(err), "write %s", path)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
			err = errors.Wrapf(reason(err), "write %s", path)
		}
	}()
	buf := bufio.NewWriter(To(f))
	if err := write(buf); err != nil {
		return err
	}
	if err := buf.Flush(); err != nil {
		return err
	}
	if err := ask(CallChmod, path); err != nil {
		return err
	}
	if err := f.Chmod(mode); err != nil {
		return err
	}
	return Commit(f, path)
}

// Commit syncs and closes f and gives it its final name.
func Commit(f *os.File, path string) error {
	if err := Sync(f); err != nil {
		return err
	}
	if err := ask(CallClose, f.Name()); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := Rename(f.Name(), path); err != nil {
		return err
	}
	Settle(filepath.Dir(path))
	return nil
}

// Settle makes what was renamed in a folder last through a power cut. Not every file system
// can, and the files themselves are safe already.
func Settle(path string) {
	if ask(CallSettle, path) != nil {
		return
	}
	if dir, err := os.Open(path); err == nil {
		_ = dir.Sync()
		dir.Close()
	}
}

// reason strips the path of the temporary file, which means nothing to anybody.
func reason(err error) error {
	var p *fs.PathError
	var l *os.LinkError
	switch {
	case errors.As(err, &p):
		return p.Err
	case errors.As(err, &l):
		return l.Err
	}
	return err
}
