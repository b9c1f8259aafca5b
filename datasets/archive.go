package datasets

import (
	"archive/tar"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// archive reads a tar archive of class folders, or of a folder of them. Which of the
// two it is the entries tell, so the texts of the first folder may have to be held
// until then.
type archive struct {
	texts classTexts
	yield func(row, error) bool
	depth depth // at which texts are, 0 while it is not known
	first entry // that was given
	held  []entry
	size  int // of them, in bytes
}

// entry is a file of an archive.
type entry struct {
	name string // in the archive
	classFolder
	file string
	data []byte
	err  error
}

// depth is how deep a text lies.
type depth int

const (
	elsewhere depth = iota
	inTop           // CLASS/FILE
	inFolder        // DIR/CLASS/FILE or {train,test}/CLASS/FILE
)

// mostHeld is how many bytes of texts are held.
const mostHeld = 4 * MaxRow

// oddEntries are the kinds of entries that hold no text.
var oddEntries = map[byte]string{
	tar.TypeLink: "link", tar.TypeSymlink: "link", tar.TypeFifo: "named pipe", tar.TypeChar: "device", tar.TypeBlock: "device",
}

// archive reads a tar archive of texts.
func (o RecordOptions) archive(name string, s *source, yield func(row, error) bool) {
	a := archive{texts: classTexts{o: o, ids: map[string]bool{}}, yield: yield}
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
		e, depth := newEntry(header.Name)
		if odd, isOdd := oddEntries[header.Typeflag]; isOdd && e.file != "" {
			a.texts.passOver(header.Name, odd)
		}
		if header.Typeflag != tar.TypeReg || e.file == "" || !a.texts.isText(e.file) {
			continue
		}
		if a.takes(depth) {
			e.err = errRowSize
			if header.Size <= MaxRow {
				if e.data, e.err = io.ReadAll(tr); e.err != nil {
					yield(row{}, s.tarError(e.err))
					return
				}
			}
		}
		if !a.add(e, depth) {
			return
		}
	}
	// The checksum of gzip is at its end, behind the end of the tar archive.
	if _, err := io.Copy(io.Discard, s.in); err != nil {
		yield(row{}, err)
		return
	}
	a.drop() // one folder of texts has no classes
	if err := a.texts.end(name, "DIR/CLASS/*.txt, CLASS/*.txt"); err != nil {
		yield(row{}, err)
	}
}

// takes reports whether a text may be one of a class.
func (a *archive) takes(of depth) bool {
	return of != elsewhere && (a.depth == elsewhere || a.depth == of)
}

// add gives or holds a text, or counts it as one of no class. Where texts lie in two
// folders at the top, these are the classes; where one lies deeper before that, the
// folders in it are, and what was held belongs to none.
func (a *archive) add(e entry, of depth) bool {
	if !a.takes(of) {
		a.texts.outside(e.name)
		return true
	}
	switch {
	case a.depth != elsewhere:
	case of == inFolder:
		a.drop()
		a.depth = of
	case a.texts.o.NoLabels, a.size > mostHeld, len(a.held) > 0 && a.held[0].class != e.class:
		a.depth = of
		for _, held := range a.held {
			if !a.give(held) {
				return false
			}
		}
		a.held = nil
	default:
		a.held = append(a.held, e)
		a.size += len(e.data)
		return true
	}
	return a.give(e)
}

func (a *archive) give(e entry) bool {
	if a.first.name != "" && (a.first.part != "") != (e.part != "") {
		a.yield(row{}, errors.Errorf("of its entries %q and %q only one is in a folder train or test", a.first.name, e.name))
		return false
	}
	a.first = entry{name: e.name, classFolder: e.classFolder}
	return a.yield(a.texts.row(e.classFolder, e.file, e.data, e.err), nil)
}

// drop counts what is held as texts of no class.
func (a *archive) drop() {
	for _, e := range a.held {
		a.texts.outside(e.name)
	}
	a.held = nil
}

// newEntry splits the name of an archive's file, whose DIR may be a dot. Hidden files
// have no name.
func newEntry(name string) (e entry, of depth) {
	e.name = name
	names := strings.Split(name, "/")
	for _, part := range names {
		if isHidden(part) && part != "." {
			return e, elsewhere
		}
	}
	if names[0] == "." && len(names) > 3 {
		names = names[1:]
	}
	n := len(names)
	e.file = names[n-1]
	if n < 2 {
		return e, elsewhere
	}
	e.class = names[n-2]
	if n > 2 && (names[n-3] == "train" || names[n-3] == "test") {
		e.part = names[n-3]
	}
	switch {
	case slices.Contains([]string{unlabelled, "train", "test", "."}, e.class):
	case n == 2:
		return e, inTop
	case n == 3 || e.part != "":
		return e, inFolder
	}
	return e, elsewhere
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
