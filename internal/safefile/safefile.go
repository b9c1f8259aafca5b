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
	buf := bufio.NewWriter(f)
	if err := write(buf); err != nil {
		return err
	}
	if err := buf.Flush(); err != nil {
		return err
	}
	if err := f.Chmod(mode); err != nil {
		return err
	}
	return Commit(f, path)
}

// Commit syncs and closes f and gives it its final name.
func Commit(f *os.File, path string) error {
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	// Syncing the folder makes the rename last through a power cut. Not every
	// file system can, and the file itself is safe already.
	if dir, err := os.Open(filepath.Dir(path)); err == nil {
		_ = dir.Sync()
		dir.Close()
	}
	return nil
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
