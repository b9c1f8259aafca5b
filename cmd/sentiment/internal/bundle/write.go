package bundle

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"os"

	"github.com/pkg/errors"

	"unroll/internal/safefile"
)

// File is a file of a model's folder.
type File struct {
	Name string
	Data []byte
}

// Program is what a model is put behind: a build of this program.
type Program struct {
	Kind Kind
	f    *os.File
	size int64
}

// OpenProgram opens a build of this program for a model. One that holds a model already is
// taken without it. What is no such build is an error that names the path.
func OpenProgram(path string) (*Program, error) {
	f, err := safefile.Open(path)
	if err != nil {
		return nil, errors.WithStack(err)
	}
	p, err := program(f)
	if err != nil {
		f.Close()
		return nil, errors.WithMessage(err, path)
	}
	return p, nil
}

func program(f *os.File) (*Program, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is no file")
	}
	at, err := find(f, info.Size())
	if err != nil {
		return nil, err
	}
	if at.length == 0 && info.Size() > at.program {
		return nil, errors.Errorf("%d bytes follow the program, such as a signature: want it as it was built", info.Size()-at.program)
	}
	marked, err := contains(io.NewSectionReader(f, 0, at.program), mark)
	if err != nil {
		return nil, err
	}
	if !marked {
		return nil, errors.New("it is no build of this version of the program")
	}
	return &Program{Kind: at.kind, f: f, size: at.program}, nil
}

// contains reports whether what is in what r reads.
func contains(r io.Reader, what []byte) (bool, error) {
	buf := make([]byte, 1<<20)
	kept := 0
	for {
		n, err := r.Read(buf[kept:])
		have := buf[:kept+n]
		if bytes.Contains(have, what) {
			return true, nil
		}
		if err == io.EOF {
			return false, nil
		} else if err != nil {
			return false, err
		}
		kept = copy(buf, have[max(0, len(have)-len(what)+1):])
	}
}

// Close closes the file.
func (p *Program) Close() error { return p.f.Close() }

// Write writes the program with files behind it to path, as a file that can be run. A file
// that is there is replaced, whole or not at all. It returns the number of bytes.
func (p *Program) Write(path string, all []File) (size int64, err error) {
	var files bytes.Buffer
	if err := pack(&files, p.size+headSize, all); err != nil {
		return 0, err
	}
	head := makeHead(int64(files.Len()), crc32.Checksum(files.Bytes(), castagnoli))
	err = safefile.WriteProgram(path, func(w io.Writer) error {
		n, err := io.Copy(w, io.NewSectionReader(p.f, 0, p.size))
		if err == nil && n < p.size {
			err = errCut // while it was read
		}
		size = n
		for _, data := range [][]byte{head, files.Bytes(), head} {
			if err == nil {
				_, err = w.Write(data)
			}
			size += int64(len(data))
		}
		return err
	})
	return size, err
}

// aligned is where files begin in the program: at multiples of it, so that numbers in them
// are read in place.
const aligned = 64

// pack writes a zip of files as they are, with the same bytes each time. It will begin at
// start in the program.
func pack(out *bytes.Buffer, start int64, all []File) error {
	z := zip.NewWriter(out)
	for _, f := range all {
		if err := z.Flush(); err != nil {
			return errors.WithMessage(err, f.Name)
		}
		const header, extra = 30, 4 // of a file, and of an extra field of zeros, as zipalign has it
		at := start + int64(out.Len()+header+len(f.Name)+extra)
		padding := make([]byte, extra+int(-at&(aligned-1)))
		binary.LittleEndian.PutUint16(padding, 0xD935)
		binary.LittleEndian.PutUint16(padding[2:], uint16(len(padding)-extra))
		size := uint64(len(f.Data))
		// Raw, for no length and sum follow it then, which would be counted in the next place.
		to, err := z.CreateRaw(&zip.FileHeader{
			Name: f.Name, Method: zip.Store, Extra: padding,
			CRC32: crc32.ChecksumIEEE(f.Data), CompressedSize64: size, UncompressedSize64: size,
		})
		if err != nil {
			return errors.WithMessage(err, f.Name)
		}
		if _, err := to.Write(f.Data); err != nil {
			return errors.WithMessage(err, f.Name)
		}
	}
	return errors.WithStack(z.Close())
}
