package datasets

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"

	"github.com/pkg/errors"

	"unroll/internal/input"
)

// tree is a folder that is given as data. Names below it have slashes. Links in it are
// followed where they stay inside, and what a link inside leads to is read again under
// its name, as a copy would be. Nothing but regular files and folders is ever opened: a
// pipe would be waited for, a device may have no end, and a link that leads out may lead
// to what the owner of the folder must not read.
type tree struct{ root *os.Root }

func openTree(dir string) (tree, error) {
	root, err := os.OpenRoot(dir)
	return tree{root}, input.Reason(err)
}

// folder is a folder of the tree as one of its own.
func (t tree) folder(name string) (tree, error) {
	root, err := t.root.OpenRoot(name)
	return tree{root}, input.Reason(err)
}

func (t tree) close() { t.root.Close() }

// open opens a regular file or a folder. What it is was looked at before, and may be
// something else by now: so it opens without waiting, and looks again.
func (t tree) open(name string) (*os.File, fs.FileInfo, error) {
	f, err := t.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, input.Reason(err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		err = errors.New("it is not a regular file")
	}
	if err != nil {
		f.Close()
		return nil, nil, input.Reason(err)
	}
	return f, info, nil
}

// text reads a text.
func (t tree) text(name string) ([]byte, error) {
	f, info, err := t.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info.Size() > MaxRow {
		return nil, errRowSize
	}
	var b bytes.Buffer
	b.Grow(int(info.Size()) + bytes.MinRead) // so much is what ReadFrom wants to see the end
	if _, err := b.ReadFrom(io.LimitReader(f, MaxRow+1)); err != nil {
		return nil, input.Reason(err)
	}
	if b.Len() > MaxRow { // it grows
		return nil, errRowSize
	}
	return b.Bytes(), nil
}

// entries lists a folder.
func (t tree) entries(name string) ([]fs.DirEntry, error) {
	f, _, err := t.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	entries, err := f.ReadDir(-1)
	return entries, input.Reason(err)
}

// isFolder reports whether there is a folder of that name, or a link to one inside.
func (t tree) isFolder(name string) bool {
	info, err := t.root.Stat(name)
	return err == nil && info.IsDir()
}

// escapes reports whether a name was refused because a link in it leads out of the folder.
// That error has no name of its own.
func escapes(err error) bool {
	return err != nil && strings.Contains(err.Error(), "path escapes from parent")
}

// look tells the mode of what an entry of the folder dir is or links to. odd is what it is
// called if it is neither a file nor a folder that may be opened. A link to nothing is
// taken for a file, whose reading will fail.
func (t tree) look(dir string, e fs.DirEntry) (mode fs.FileMode, odd string) {
	mode = e.Type()
	if mode&fs.ModeSymlink != 0 {
		info, err := t.root.Stat(path.Join(dir, e.Name()))
		switch {
		case escapes(err):
			return mode, "link out of the folder"
		case err != nil:
			return 0, ""
		}
		mode = info.Mode().Type()
	}
	switch {
	case mode.IsDir(), mode.IsRegular():
		return mode, ""
	case mode&fs.ModeNamedPipe != 0:
		return mode, "named pipe"
	case mode&fs.ModeSocket != 0:
		return mode, "socket"
	case mode&fs.ModeDevice != 0:
		return mode, "device"
	}
	return mode, "file of an unusual kind"
}
