package safefile

import (
	"io"
	"io/fs"
	"math"
	"os"

	"unroll/internal/large"
)

// Disk is the machine's files by their usual paths, absolute ones too, for what is
// read from an fs.FS.
var Disk interface {
	fs.ReadFileFS
	fs.StatFS
} = disk{}

type disk struct{}

// Open implements fs.FS.
func (disk) Open(path string) (fs.File, error) { return os.Open(path) }

// ReadFile implements fs.ReadFileFS.
func (disk) ReadFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() < 1<<20 || info.Size() > math.MaxInt {
		return os.ReadFile(path)
	}
	data := large.Make[byte](int(info.Size()))
	n, err := io.ReadFull(f, data)
	if err == io.ErrUnexpectedEOF { // it became shorter
		err = nil
	}
	return data[:n], err
}

// Stat implements fs.StatFS.
func (disk) Stat(path string) (fs.FileInfo, error) { return os.Stat(path) }
