package datasets

import (
	"archive/tar"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// IsIMDB tells by its content whether path is the Large Movie Review Dataset, or
// part of it, as ReadIMDB reads it: a folder or an archive whose only classes are
// pos and neg, in train and test, and whose texts are named ID_RATING.txt. What
// cannot be read is not.
func IsIMDB(ctx context.Context, path string) bool {
	if isDir(path) {
		return isIMDBFolder(path) || isIMDBFolder(filepath.Join(path, "aclImdb"))
	}
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return false
	}
	s, err := openSource(ctx, path, nil)
	if err != nil {
		return false
	}
	defer s.Close()
	block, _ := s.raw.Peek(512)
	return s.gzip && len(block) == 512 && string(block[257:262]) == "ustar" && isIMDBArchive(tar.NewReader(s.raw))
}

func isIMDBFolder(dir string) bool {
	found := false
	for _, part := range []string{"train", "test"} {
		classes, err := list(filepath.Join(dir, part), true)
		if err != nil {
			continue
		}
		for _, class := range classes {
			if class != "pos" && class != "neg" {
				return false
			}
			files, err := list(filepath.Join(dir, part, class), false)
			if err != nil || slices.ContainsFunc(files, func(file string) bool { _, ok := reviewNumber(file); return isTextFile(file) && !ok }) {
				return false
			}
			found = found || slices.ContainsFunc(files, isTextFile)
		}
	}
	return found
}

// isIMDBArchive believes the folder's name of the original, and else looks at all
// entries.
func isIMDBArchive(tr *tar.Reader) (found bool) {
	for {
		header, err := tr.Next()
		if err == io.EOF {
			return found
		}
		if err != nil {
			return found // which ReadIMDB tells of
		}
		f, file, ok := classEntry(header.Name)
		if !ok || header.Typeflag != tar.TypeReg || !isTextFile(file) {
			continue
		}
		if folder, name := reviewEntry(header.Name); folder < 0 {
			return false
		} else if _, ok := reviewNumber(name); !ok || f.part == "" {
			return false
		}
		if found = true; strings.HasPrefix(strings.TrimPrefix(header.Name, "./"), "aclImdb/") {
			return true
		}
	}
}
