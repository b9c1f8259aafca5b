package safefile

import (
	"io/fs"
	"os"
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
func (disk) ReadFile(path string) ([]byte, error) { return os.ReadFile(path) }

// Stat implements fs.StatFS.
func (disk) Stat(path string) (fs.FileInfo, error) { return os.Stat(path) }
