// Package signature signs the files of a folder, and reads files that were signed.
package signature

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"unroll/internal/jsonfile"
	"unroll/internal/safefile"
)

// File is the name of the file that signs its neighbours, and what is in the folders beside
// it.
const File = "signature.json"

const version = 1

// signed is the content of File.
type signed struct {
	Version   int               `json:"version"`
	Files     map[string]string `json:"files"`     // the SHA-256 of each, by its path below the folder, with slashes
	Signature string            `json:"signature"` // Ed25519 (RFC 8032) of message, in base64
}

// message is what is signed: a line for each file, in the order of their paths. It begins
// with a line that no other use of a key begins with.
func (s signed) message() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "unroll folder %d\n", s.Version)
	for _, name := range slices.Sorted(maps.Keys(s.Files)) {
		fmt.Fprintf(&b, "%s %q\n", s.Files[name], name)
	}
	return b.Bytes()
}

// Sign writes File into the folder dir: a signature of its files and of those in its
// folders, but for the folders skip at its top, and what begins with a dot. It returns how
// many files are signed. Anything but files and folders is an error.
func Sign(dir string, key ed25519.PrivateKey, skip ...string) (int, error) {
	s := signed{Version: version, Files: map[string]string{}}
	err := filepath.WalkDir(dir, func(at string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, at)
		switch {
		case err != nil:
			return err
		case name == "." || name == File:
			return nil
		case e.IsDir() && (slices.Contains(skip, name) || strings.HasPrefix(e.Name(), ".")):
			return fs.SkipDir
		case e.IsDir() || strings.HasPrefix(e.Name(), "."):
			return nil
		case !e.Type().IsRegular():
			return errors.Errorf("%s: it is neither a file nor a folder, and cannot be signed", at)
		}
		data, err := safefile.ReadFile(at, safefile.Room())
		s.Files[filepath.ToSlash(name)] = sum(data)
		return err
	})
	if err != nil {
		return 0, errors.WithMessage(err, "sign")
	}
	s.Signature = base64.StdEncoding.EncodeToString(ed25519.Sign(key, s.message()))
	return len(s.Files), jsonfile.Write(filepath.Join(dir, File), s)
}

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}

// FS reads files of folders that were signed with a key, and refuses all others. Each file
// is compared with the signature as it is read, so that none can be changed in between.
type FS struct {
	base fs.FS
	key  ed25519.PublicKey
}

// NewFS returns an FS of the files of base, whose paths are those of the machine or with
// slashes.
func NewFS(base fs.FS, key ed25519.PublicKey) *FS { return &FS{base, key} }

// ReadFile implements fs.ReadFileFS.
func (f *FS) ReadFile(name string) ([]byte, error) {
	data, err := safefile.ReadFS(f.base, name, safefile.Room())
	if err != nil {
		return nil, err
	}
	if err := f.check(name, data); err != nil {
		return nil, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	return data, nil
}

// check looks for the signature beside a file and in the folder above.
func (f *FS) check(name string, data []byte) error {
	name = filepath.ToSlash(name)
	dir, base := path.Split(name)
	dir = path.Clean(dir)
	s, err := f.signed(dir)
	if above := path.Join(dir, ".."); errors.Is(err, fs.ErrNotExist) && path.Base(dir) != "." && path.Base(dir) != ".." {
		base = path.Join(path.Base(dir), base)
		s, err = f.signed(above)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.Errorf("it is not signed: there is no %s beside it or in the folder above", File)
	case err != nil:
		return err
	case s.Files[base] == "":
		return errors.Errorf("it is not signed: %s does not name it", File)
	case s.Files[base] != sum(data):
		return errors.New("it has changed since it was signed")
	}
	return nil
}

func (f *FS) signed(dir string) (s signed, err error) {
	at := path.Join(dir, File)
	if err := jsonfile.Read(f.base, at, version, &s); err != nil {
		return s, err
	}
	signature, err := base64.StdEncoding.DecodeString(s.Signature)
	if err != nil || !ed25519.Verify(f.key, s.message(), signature) {
		return s, errors.Errorf("%s was not made with the key that is required", at)
	}
	// Less than was signed may be another model than was meant, too.
	for _, name := range slices.Sorted(maps.Keys(s.Files)) {
		if _, err := fs.Stat(f.base, path.Join(dir, name)); err != nil {
			return s, errors.Errorf("%q was signed and is gone", path.Join(dir, name))
		}
	}
	return s, nil
}

// Open implements fs.FS.
func (f *FS) Open(name string) (fs.File, error) {
	info, err := fs.Stat(f.base, name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return f.base.Open(name)
	}
	data, err := f.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return &file{bytes.NewReader(data), info}, nil
}

// file is one that was compared with its signature.
type file struct {
	*bytes.Reader
	info fs.FileInfo
}

// Stat implements fs.File.
func (f *file) Stat() (fs.FileInfo, error) { return f.info, nil }

// Close implements fs.File.
func (f *file) Close() error { return nil }

// Stat implements fs.StatFS. Whether there is a file is not signed, what it holds is.
func (f *FS) Stat(name string) (fs.FileInfo, error) { return fs.Stat(f.base, name) }
