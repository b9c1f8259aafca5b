package bundle

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/pkg/errors"

	"unroll/internal/large"
	"unroll/internal/safefile"
)

// Files are the machine's files by their usual paths, and those within programs: of a
// program app that holds a model, "app/model.json" is one.
// After RequireSignature only files that were signed are read.
var Files interface {
	fs.ReadFileFS
	fs.ReadDirFS
	fs.StatFS
	safefile.Checker
} = guarded{}

type files struct{}

// Open implements fs.FS.
func (files) Open(path string) (fs.File, error) {
	f, err := safefile.Disk.Open(path)
	if err == nil {
		return f, nil
	}
	if in, e := within(path); in != nil || e != nil {
		return in, e
	}
	return nil, err
}

// Checked implements safefile.Checker: a model's checksum is compared when it is found.
func (files) Checked(path string) bool {
	if _, err := safefile.Disk.Stat(path); err == nil {
		return false
	}
	p, err := look(filepath.Clean(filepath.Dir(path)))
	return p.length > 0 && err == nil
}

// ReadFile implements fs.ReadFileFS.
func (x files) ReadFile(path string) ([]byte, error) {
	data, err := safefile.Disk.ReadFile(path)
	if err == nil {
		return data, nil
	}
	in, e := within(path)
	if in == nil && e == nil {
		return nil, err
	}
	if e != nil {
		return nil, e
	}
	defer in.Close()
	info, e := in.Stat()
	if e != nil {
		return nil, e
	}
	if info.Size() >= leastMapped {
		if data, ok := ownInPlace(path); ok {
			return data, nil
		}
	}
	data = large.Make[byte](int(info.Size()))
	if _, e := io.ReadFull(in, data); e != nil {
		return nil, &fs.PathError{Op: "read", Path: path, Err: e}
	}
	// The sum of the file is checked at its end.
	if _, e := in.Read(make([]byte, 1)); e != io.EOF {
		return nil, &fs.PathError{Op: "read", Path: path, Err: e}
	}
	return data, nil
}

// Stat implements fs.StatFS.
func (files) Stat(path string) (fs.FileInfo, error) {
	info, err := safefile.Disk.Stat(path)
	if err == nil {
		return info, nil
	}
	in, e := within(path)
	if in == nil && e == nil {
		return nil, err
	}
	if e != nil {
		return nil, e
	}
	defer in.Close()
	return in.Stat()
}

// ReadDir implements fs.ReadDirFS. A program with a model is a folder.
func (files) ReadDir(path string) ([]fs.DirEntry, error) {
	p, err := look(path)
	if p.length == 0 || err != nil {
		if err == nil {
			return os.ReadDir(path)
		}
		return nil, err
	}
	f, err := safefile.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := p.zip(f)
	if err != nil {
		return nil, err
	}
	return fs.ReadDir(z, ".")
}

// within opens a file that is in a program; it returns nil if its folder is no program with
// a model.
func within(path string) (fs.File, error) {
	program, name := filepath.Split(path)
	p, err := look(filepath.Clean(program))
	if p.length == 0 || err != nil {
		return nil, err
	}
	f, err := safefile.Open(filepath.Clean(program))
	if err != nil {
		return nil, err
	}
	z, err := p.zip(f)
	if err == nil {
		var in fs.File
		if in, err = z.Open(name); err == nil {
			return opened{in, f}, nil
		}
	}
	f.Close()
	if errors.Is(err, fs.ErrNotExist) {
		err = fs.ErrNotExist
	}
	return nil, &fs.PathError{Op: "open", Path: path, Err: err}
}

// opened is a file in a program.
type opened struct {
	fs.File
	program *os.File
}

// Close implements fs.File.
func (o opened) Close() error {
	err := o.File.Close()
	if e := o.program.Close(); err == nil {
		err = e
	}
	return err
}

// seen are the programs that were looked into, by path: each is checked once.
var seen sync.Map

type sight struct {
	size int64
	when time.Time
	place
}

// look returns where the model of a program is; of a length of 0 if the path is no
// program, or has none.
func look(path string) (place, error) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return place{}, nil
	}
	if old, ok := seen.Load(path); ok {
		if s := old.(sight); s.size == info.Size() && s.when.Equal(info.ModTime()) {
			return s.place, nil
		}
	}
	f, err := safefile.Open(path)
	if err != nil {
		return place{}, nil
	}
	defer f.Close()
	if _, _, err := image(f); err != nil {
		return place{}, nil
	}
	p, err := find(f, info.Size())
	if err != nil {
		return p, errors.WithMessage(err, path)
	}
	seen.Store(path, sight{info.Size(), info.ModTime(), p})
	return p, nil
}

// Holds reports whether a path is that of a program with a model inside. What is damaged is
// an error.
func Holds(path string) (bool, error) {
	p, err := look(path)
	return p.length > 0, err
}

// Own is the path of the running program if it has a model inside, else "".
func Own() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", nil // without a path there is nothing to look into
	}
	holds, err := Holds(path)
	if !holds {
		path = ""
	}
	return path, err
}
