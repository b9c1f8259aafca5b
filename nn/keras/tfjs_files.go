package keras

import (
	"io"
	"io/fs"
)

// tfjsFile is a file of weights.
type tfjsFile struct {
	name string
	size int64
}

// tfjsFiles reads files one after the other, of which one is open at a time.
type tfjsFiles struct {
	folder fs.FS
	files  []tfjsFile // that are left
	at     int64      // in the first of them, before it is open, or behind it
	open   fs.File
}

// Read implements io.Reader.
func (r *tfjsFiles) Read(b []byte) (int, error) {
	for {
		if r.open == nil {
			if err := r.next(); err != nil {
				return 0, err
			}
		}
		n, err := r.open.Read(b)
		if n > 0 || err != nil && err != io.EOF || len(b) == 0 {
			return n, err
		}
		if err == io.EOF {
			r.close()
			r.files, r.at = r.files[1:], 0
		}
	}
}

// next opens the file that holds what is read next.
func (r *tfjsFiles) next() (err error) {
	for len(r.files) > 0 && r.at >= r.files[0].size {
		r.at -= r.files[0].size
		r.files = r.files[1:]
	}
	if len(r.files) == 0 {
		return io.ErrUnexpectedEOF
	}
	if r.open, err = r.folder.Open(r.files[0].name); err != nil {
		r.open = nil
		return err
	}
	if s, ok := r.open.(io.Seeker); ok {
		_, err = s.Seek(r.at, io.SeekStart)
	} else {
		_, err = io.CopyN(io.Discard, r.open, r.at)
	}
	return err
}

func (r *tfjsFiles) close() {
	if r.open != nil {
		r.open.Close()
		r.open = nil
	}
}
