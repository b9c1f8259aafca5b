package keras

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"regexp"

	"github.com/pkg/errors"

	"unroll/internal/show"
)

// The beginnings of files.
var (
	hdf5Magic = []byte("\x89HDF\r\n\x1a\n")
	zipMagic  = []byte("PK\x03\x04")
)

// foreign are files that are often taken for Keras's, by how they begin.
var foreign = []struct{ begins, is string }{
	{"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19", "a model of PyTorch, in its old format"},
	{"\x80\x02", pickled}, {"\x80\x03", pickled}, {"\x80\x04", pickled}, {"\x80\x05", pickled},
	{"\x1f\x8b", "compressed by gzip: unpack it first"},
	{"\x93NUMPY", "a NumPy array, and no model"},
	{"PK\x05\x06", "an empty zip archive"},
	{"<", "a page of the web, and no model: was it downloaded as a page?"},
}

const pickled = "a Python pickle; a model is read from what model.save writes, .keras or .h5"

var (
	pointer  = regexp.MustCompile(`^version https://git-lfs\.[^\n]*\n(?:[^\n]*\n)*?size (\d+)`)
	lfsBegin = []byte("version https://git-lfs.")
)

// whatIsIt says what a file is that is neither an archive nor HDF5.
func whatIsIt(r io.ReaderAt, size int64) error {
	head := make([]byte, min(size, 1024))
	if _, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return errors.Wrap(err, "read")
	}
	if size == 0 {
		return errors.New("the file is empty")
	}
	if bytes.HasPrefix(head, lfsBegin) {
		of := ""
		if m := pointer.FindSubmatch(head); m != nil {
			var n int64
			if _, err := fmt.Sscan(string(m[1]), &n); err == nil {
				of = " of " + show.Bytes(n)
			}
		}
		return errors.Errorf("this is a Git LFS pointer to a model%s, not the model: fetch it with \"git lfs pull\"", of)
	}
	for _, f := range foreign {
		if bytes.HasPrefix(head, []byte(f.begins)) {
			return errors.Errorf("this is %s", f.is)
		}
	}
	switch text := bytes.TrimSpace(head); {
	case len(head) > 8 && string(head[4:8]) == "TFL3":
		return errors.New("this is a model of TensorFlow Lite, which cannot be read")
	case len(head) > 9 && head[8] == '{' && bytes.Equal(head[5:8], []byte{0, 0, 0}):
		return errors.New("this is a safetensors file, of weights without Keras's layout")
	case bytes.HasPrefix(text, []byte("{")):
		return errors.New("this is JSON, but not of a model of Keras's or TensorFlow.js's")
	}
	return errors.New("this is no file of Keras's: neither a .keras archive nor HDF5")
}

// folder says what a folder is.
func folder(fsys fs.FS, path string) error {
	for _, f := range []struct{ file, is string }{
		{"saved_model.pb", "a SavedModel of TensorFlow, which cannot be read: load it in Keras 2 and save it as .keras or .h5"},
		{"keras_metadata.pb", "a SavedModel of TensorFlow, which cannot be read: load it in Keras 2 and save it as .keras or .h5"},
		{"weights.safetensors", "a model of this module: use nn.Load"},
		{"config.json", "the unpacked content of a .keras archive: zip it again, without a folder around it"},
	} {
		if _, err := fs.Stat(fsys, join(path, f.file)); err == nil {
			return errors.Errorf("this folder is %s", f.is)
		}
	}
	return errors.New("this is a folder, and no model of Keras's")
}

// isTFJS reports whether a folder is a model of TensorFlow.js, and of nothing else.
func isTFJS(fsys fs.FS, path string) bool {
	has := func(file string) bool {
		_, err := fs.Stat(fsys, join(path, file))
		return err == nil
	}
	return has(modelJSON) && !has("saved_model.pb") && !has("weights.safetensors")
}

func join(dir, file string) string {
	if dir == "." || dir == "" {
		return file
	}
	return dir + "/" + file
}
