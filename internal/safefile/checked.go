package safefile

import "io/fs"

// Checker is a file system that has compared what it holds with a checksum.
type Checker interface {
	fs.FS
	// Checked reports whether that is true of a file.
	Checked(path string) bool
}

// Checked reports whether a file system has compared a file with a checksum, so that who
// reads it need not look at all of it to do so again.
func Checked(fsys fs.FS, path string) bool {
	c, ok := fsys.(Checker)
	return ok && c.Checked(path)
}
