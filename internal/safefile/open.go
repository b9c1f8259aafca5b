package safefile

import (
	"io"
	"io/fs"
	"math"
	"os"
	"runtime/debug"

	"github.com/pkg/errors"

	"unroll/internal/large"
)

// Why a file is not read.
var (
	errFolder     = errors.New("it is a folder")
	errNotRegular = errors.New("it is not a regular file but a pipe, a device or a socket")
)

// MostSettings is how many bytes the files may have that hold settings, not numbers or
// words: a thousand times what the program writes.
const MostSettings = 64 << 20

// Open opens a regular file for reading, or the one that a link points to. Anything else
// is an error at once: a pipe that nobody writes to would be waited for, a device may have
// no end, and one that is only opened may already act.
func Open(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if err := regular(info); err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	f, err := os.OpenFile(path, os.O_RDONLY|nonblocking, 0)
	if err != nil {
		return nil, err
	}
	// The path may have been given another file since.
	if info, err = f.Stat(); err == nil {
		err = regular(info)
	}
	if err != nil {
		f.Close()
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return f, nil
}

func regular(info fs.FileInfo) error {
	switch {
	case info.Mode().IsRegular():
		return nil
	case info.IsDir():
		return errFolder
	}
	return errNotRegular
}

// Room is how many bytes a file may have that is read whole: half of the memory that the
// process may take, see debug.SetMemoryLimit, and no more than 4 GiB.
func Room() int64 { return min(4<<30, debug.SetMemoryLimit(-1)/2) }

// ReadFile reads a regular file of so many bytes at most.
func ReadFile(path string, most int64) ([]byte, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil {
		err = fits(path, info.Size(), most)
	}
	if err != nil {
		return nil, err
	}
	data := large.Make[byte](int(info.Size()))
	n, err := io.ReadFull(f, data)
	if err == io.ErrUnexpectedEOF || n == 0 && err == io.EOF { // it became shorter
		err = nil
	}
	return data[:n], err
}

// ReadFS reads a regular file of so many bytes at most from a file system.
func ReadFS(fsys fs.FS, path string, most int64) ([]byte, error) {
	info, err := fs.Stat(fsys, path)
	if err != nil {
		return nil, err
	}
	if err := regular(info); err != nil {
		return nil, &fs.PathError{Op: "read", Path: path, Err: err}
	}
	if err := fits(path, info.Size(), most); err != nil {
		return nil, err
	}
	data, err := fs.ReadFile(fsys, path)
	if err == nil {
		err = fits(path, int64(len(data)), most)
	}
	return data, err
}

func fits(path string, size, most int64) error {
	if most = min(most, math.MaxInt); size > most {
		return &fs.PathError{Op: "read", Path: path, Err: errors.Errorf("it has %d bytes, more than the %d that are read", size, most)}
	}
	return nil
}
