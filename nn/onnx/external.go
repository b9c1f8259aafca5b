package onnx

import (
	"io/fs"
	"path"
	"strconv"
	"strings"
	"unicode"

	"github.com/pkg/errors"

	"unroll/internal/safefile"
)

// beside reads the values of tensors in files below a folder, each file once.
func beside(fsys fs.FS, dir string) outside {
	files := map[string][]byte{}
	return func(entries []stringEntry) ([]byte, error) {
		location, offset, length := "", int64(0), int64(-1)
		for _, e := range entries {
			var err error
			switch e.Key {
			case "location":
				location = e.Value
			case "offset":
				offset, err = strconv.ParseInt(e.Value, 10, 64)
			case "length":
				length, err = strconv.ParseInt(e.Value, 10, 64)
			case "checksum":
			default:
				return nil, errors.Errorf("its values are in another file by %q = %q, which cannot be represented", e.Key, e.Value)
			}
			if err != nil {
				return nil, errors.Errorf("its values are in another file at %s %q", e.Key, e.Value)
			}
		}
		if !fs.ValidPath(location) || strings.ContainsFunc(location, unicode.IsControl) {
			return nil, errors.Errorf("its values are in %q, which is no path below the model's folder", location)
		}
		data, ok := files[location]
		if !ok {
			var err error
			if data, err = safefile.ReadFS(fsys, path.Join(dir, location), safefile.Room()); err != nil {
				return nil, errors.Wrap(err, "its values are in another file")
			}
			files[location] = data
		}
		if length < 0 {
			length = int64(len(data)) - offset
		}
		if offset < 0 || length < 0 || offset > int64(len(data)) || length > int64(len(data))-offset {
			return nil, errors.Errorf("its values are %d bytes at %d of %q, which has %d", length, offset, location, len(data))
		}
		return data[offset : offset+length], nil
	}
}
