package cache

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/pkg/errors"

	"unroll/internal/input"
	"unroll/internal/safefile"
)

// Key names what samples are made of: the settings, as JSON, and the
// content of the files at paths, in their order; of a folder, that of all files
// below it with their names. The key is another one as soon as a byte of these
// is. A path may be a link; of links in a folder the paths that they hold count, for
// datasets.Records follows those alone that stay in it. Of pipes, devices and sockets in it
// only the names count, and one as a path is an error: they are never opened.
//
// The files are read whole. Size and time would be known at once, but not tell:
// archives, rsync and version control restore times, an edit may keep the size,
// and a clock may be of whole seconds. A wrong cache trains a wrong model without
// a word, and SHA-256 is as fast as most disks.
func Key(ctx context.Context, paths []string, settings any) (string, error) {
	doc, err := json.Marshal(settings)
	if err != nil {
		return "", errors.Wrap(err, "the settings as JSON")
	}
	h := sha256.New()
	field(h, string(doc))
	for _, path := range paths {
		field(h, "\x00") // no name is that
		root, err := filepath.EvalSymlinks(path)
		if err != nil {
			return "", errors.Wrapf(input.Reason(err), "reading %s", path)
		}
		err = filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
			name := filepath.ToSlash(strings.TrimPrefix(file, root))
			switch {
			case err != nil || entry.IsDir():
			case entry.Type().IsRegular() || file == root:
				err = hashFile(ctx, h, file, name)
			default:
				to, _ := os.Readlink(file) // "" of what is no link
				field(h, name)
				field(h, "link "+to)
			}
			return errors.Wrapf(input.Reason(err), "reading %s", file)
		})
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// hashFile hashes a file's name and content.
func hashFile(ctx context.Context, h hash.Hash, path, name string) error {
	f, err := safefile.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	field(h, name)
	content := sha256.New()
	// A buffer larger than io.Copy's saves time where a read has a price.
	if _, err := io.CopyBuffer(content, input.Until(ctx, f), make([]byte, 1<<20)); err != nil {
		return err
	}
	field(h, string(content.Sum(nil)))
	return nil
}

// field hashes a text with its length, so that no two lists of texts are one.
func field(h hash.Hash, s string) {
	h.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(s))))
	io.WriteString(h, s)
}
