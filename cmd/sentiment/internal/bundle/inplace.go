package bundle

import (
	"archive/zip"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pkg/errors"

	"unroll/internal/safefile"
)

// zip is the zip of the files in a program. None may be larger than it says.
func (p place) zip(program io.ReaderAt) (*zip.Reader, error) {
	z, err := zip.NewReader(io.NewSectionReader(program, p.start(), p.length), p.length)
	if err != nil {
		return nil, err
	}
	for _, f := range z.File {
		if f.Method != zip.Store || f.UncompressedSize64 != f.CompressedSize64 || f.UncompressedSize64 > uint64(p.length) {
			return nil, errors.Errorf("%s in it is compressed, want it as it is", f.Name)
		}
	}
	return z, nil
}

// leastMapped is the size of a file from which on it is worth to be read in place.
const leastMapped = 1 << 20

// ownInPlace returns a file of the running program, see inPlace. It is for that alone, which
// nobody can change or cut without ending it, whether its model is mapped or not.
func ownInPlace(path string) (data []byte, ok bool) {
	program, name := filepath.Split(path)
	program = filepath.Clean(program)
	if own, err := os.Executable(); err != nil || own != program {
		return nil, false
	}
	data, err := inPlace(program, name)
	return data, err == nil
}

// inPlace returns a file in a program where it lies, of which no more is read than is looked
// at. What is written into it is the caller's own. It errs on a system that maps no files.
func inPlace(program, name string) ([]byte, error) {
	p, err := look(program)
	if err != nil {
		return nil, err
	}
	f, err := safefile.Open(program)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := p.zip(f)
	if err != nil {
		return nil, err
	}
	for _, in := range z.File {
		if in.Name != name {
			continue
		}
		at, err := in.DataOffset()
		if err != nil {
			return nil, err
		}
		size := int64(in.UncompressedSize64) // p.length at most, see zip
		if size == 0 || at < 0 || at > p.length-size {
			return nil, errors.Errorf("%s lies nowhere", name)
		}
		return mapped(f, p.start()+at, int(size))
	}
	return nil, fs.ErrNotExist
}
