package datasets

import (
	"archive/tar"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// archive reads a tar archive of a folder of class folders.
func (o RecordOptions) archive(name string, s *source, yield func(row, error) bool) {
	found, split := "", false
	texts := classTexts{o: o, ids: map[string]bool{}}
	tr := tar.NewReader(s.in)
	for {
		header, err := tr.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			yield(row{}, s.tarError(err))
			return
		}
		if leavesFolder(header.Name) {
			yield(row{}, errors.Errorf("its entry %q lies outside the archive's own folder, so it is refused", header.Name))
			return
		}
		f, file, ok := classEntry(header.Name)
		if header.Typeflag != tar.TypeReg || file == "" || !texts.take(file, ok) {
			continue
		}
		if found != "" && split != (f.part != "") {
			yield(row{}, errors.Errorf("of its entries %q and %q only one is in a folder train or test", found, header.Name))
			return
		}
		found, split = header.Name, f.part != ""
		var data []byte
		large := errRowSize
		if header.Size <= maxRow {
			if data, err = io.ReadAll(tr); err != nil {
				yield(row{}, s.tarError(err))
				return
			}
			large = nil
		}
		if !yield(texts.row(f, file, data, large), nil) {
			return
		}
	}
	// The checksum of gzip is at its end, behind the end of the tar archive.
	if _, err := io.Copy(io.Discard, s.in); err != nil {
		yield(row{}, err)
		return
	}
	if err := texts.end(name, "DIR/CLASS/*.txt"); err != nil {
		yield(row{}, err)
	}
}

// classEntry splits the name of an archive's entry, which is of a class if it is
// in {train,test}/CLASS or DIR/CLASS, where DIR may be a dot. Hidden files have no
// name.
func classEntry(name string) (f classFolder, file string, ok bool) {
	names := strings.Split(name, "/")
	for _, part := range names {
		if isHidden(part) && part != "." {
			return f, "", false
		}
	}
	n := len(names)
	if n < 3 {
		return f, names[n-1], false
	}
	if names[0] == "." && n > 3 {
		names, n = names[1:], n-1
	}
	top, class, file := names[n-3], names[n-2], names[n-1]
	f.class = class
	if top == "train" || top == "test" {
		f.part = top
	}
	isClass := class != unlabelled && class != "train" && class != "test"
	return f, file, isClass && (n == 3 || f.part != "")
}

func (s *source) tarError(err error) error {
	switch {
	case s.err != nil && s.err != io.EOF:
		return s.err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the archive is cut short")
	}
	return errors.Errorf("the archive is damaged (%v)", err)
}

// leavesFolder reports whether an entry points out of the folder that it would be
// unpacked to. Nothing is unpacked here, but an archive with such an entry was
// made to do harm, and its texts are not to be trusted either.
func leavesFolder(name string) bool {
	name = strings.ReplaceAll(name, `\`, "/")
	drive := len(name) >= 2 && name[1] == ':'
	return path.IsAbs(name) || drive || slices.Contains(strings.Split(name, "/"), "..")
}
