package safefile

import (
	"io/fs"
	"os"
)

// Disk is the machine's files by their usual paths, absolute ones too, for what is
// read from an fs.FS: regular files of no more than Room.
var Disk interface {
	fs.ReadFileFS
	fs.StatFS
} = disk{}

type disk struct{}

// Open implements fs.FS.
func (disk) Open(path string) (fs.File, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err // and no *os.File of nil
	}
	return f, nil
}

// ReadFile implements fs.ReadFileFS.
func (disk) ReadFile(path string) ([]byte, error) { return ReadFile(path, Room()) }

// Stat implements fs.StatFS.
func (disk) Stat(path string) (fs.FileInfo, error) { return os.Stat(path) }
