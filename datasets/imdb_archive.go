package datasets

import (
	"archive/tar"
	"bufio"
	"compress/flate"
	"compress/gzip"
	"context"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"unroll/internal/input"
)

// readArchive reads the dataset from a gzip-compressed tar archive.
func readArchive(ctx context.Context, r io.Reader) (*Corpus, error) {
	in := bufio.NewReaderSize(input.Until(ctx, r), 1<<20)
	if magic, err := in.Peek(2); err == nil && string(magic) != "\x1f\x8b" {
		return nil, errors.New("it is not a gzip-compressed tar archive (.tar.gz)")
	}
	zr, err := gzip.NewReader(in)
	if err != nil {
		return nil, archiveError(err)
	}
	var s shelf
	tr := tar.NewReader(zr)
	for {
		header, err := tr.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, archiveError(err)
		}
		if leavesFolder(header.Name) {
			return nil, errors.Errorf("its entry %q lies outside the archive's own folder, so it is refused", header.Name)
		}
		folder, file := reviewEntry(header.Name)
		number, ok := reviewNumber(file)
		if folder < 0 || !ok || header.Typeflag != tar.TypeReg {
			continue
		}
		if header.Size > maxReview {
			return nil, errors.Errorf("its entry %q is %d bytes large, too large for a review", header.Name, header.Size)
		}
		text, err := io.ReadAll(tr)
		if err != nil {
			return nil, archiveError(err)
		}
		s.add(folder, number, file, string(text))
	}
	// The checksum of gzip is at its end, behind the end of the tar archive.
	if _, err := io.Copy(io.Discard, zr); err != nil {
		return nil, archiveError(err)
	}
	return s.corpus()
}

// reviewEntry splits the name of an entry, whatever it starts with, into the index
// of its folder in reviewFolders, -1 if it is none of them, and its file name.
func reviewEntry(name string) (folder int, file string) {
	parts := strings.Split(path.Clean(name), "/")
	if len(parts) < 3 {
		return -1, ""
	}
	tail := parts[len(parts)-3:]
	return slices.Index(reviewFolders[:], tail[0]+"/"+tail[1]), tail[2]
}

// leavesFolder reports whether an entry points out of the folder that it would be
// unpacked to. Nothing is unpacked here, but an archive with such an entry was
// made to do harm, and its texts are not to be trusted either.
func leavesFolder(name string) bool {
	name = strings.ReplaceAll(name, `\`, "/")
	drive := len(name) >= 2 && name[1] == ':'
	return path.IsAbs(name) || drive || slices.Contains(strings.Split(name, "/"), "..")
}

// archiveError puts the errors of gzip and tar into words.
func archiveError(err error) error {
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), err == io.EOF:
		return errors.New("the archive is cut short")
	case errors.Is(err, tar.ErrHeader):
		return errors.New("it is gzip-compressed, but what is inside is not a tar archive or is damaged")
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.As(err, &corrupt):
		return errors.Errorf("the archive is damaged (%v)", err)
	}
	return err
}
