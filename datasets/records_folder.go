package datasets

import (
	"archive/tar"
	"cmp"
	"context"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// unlabelled is the folder of aclImdb that is no class.
const unlabelled = "unsup"

// folder reads the texts of dir, whose folders are their classes.
func (o RecordOptions) folder(ctx context.Context, dir string, yield func(row, error) bool) {
	folders, err := o.classFolders(dir)
	if err != nil {
		yield(row{}, err)
		return
	}
	found := false
	for _, f := range folders {
		files, err := list(filepath.Join(dir, f.part, f.class), false)
		if err != nil {
			yield(row{}, errors.Wrap(reason(err), path.Join(f.part, f.class)))
			return
		}
		for _, file := range files {
			if err := ctx.Err(); err != nil {
				yield(row{}, err)
				return
			}
			found = true
			r := f.row(file)
			r.Text, r.bad = readText(filepath.Join(dir, f.part, f.class, file))
			if !yield(r, nil) {
				return
			}
		}
	}
	if !found {
		yield(row{}, errors.New("it holds no texts, want CLASS/*.txt or {train,test}/CLASS/*.txt"))
	}
}

// classFolder is a folder of texts. Its part or class is "" if there is none.
type classFolder struct{ part, class string }

// row is the row of one of the folder's files, without the text.
func (f classFolder) row(file string) row {
	return row{Record: Record{ID: path.Join(f.part, f.class, strings.TrimSuffix(file, ".txt")), Label: f.class, Part: f.part}}
}

// classFolders lists the class folders of dir in order. Where no labels are needed,
// the texts that lie outside of classes count too.
func (o RecordOptions) classFolders(dir string) (folders []classFolder, err error) {
	var parts []string
	for _, part := range []string{"train", "test"} {
		if isDir(filepath.Join(dir, part)) {
			parts = append(parts, part)
		}
	}
	if parts == nil {
		parts = []string{""}
	}
	for _, part := range parts {
		classes, err := list(filepath.Join(dir, part), true)
		if err != nil {
			return nil, errors.Wrap(reason(err), cmp.Or(part, "listing it"))
		}
		if o.NoLabels {
			folders = append(folders, classFolder{part, ""})
		}
		for _, class := range classes {
			folders = append(folders, classFolder{part, class})
		}
	}
	return folders, nil
}

// list lists the class folders or else the text files in dir, in order.
func list(dir string, folders bool) (names []string, err error) {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		name := e.Name()
		isFolder := e.IsDir() || e.Type()&os.ModeSymlink != 0 && isDir(filepath.Join(dir, name))
		fits := strings.HasSuffix(name, ".txt")
		if folders {
			fits = name != unlabelled
		}
		if fits && isFolder == folders && !strings.HasPrefix(name, ".") {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, compareNumbered)
	return names, err
}

func readText(path string) (string, error) {
	// Opening a named pipe would wait for its writer, so look first.
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return "", reason(err)
	case !info.Mode().IsRegular():
		return "", errors.New("it is not a regular file")
	case info.Size() > maxRow:
		return "", errRowSize
	}
	data, err := os.ReadFile(path)
	return strings.TrimPrefix(string(data), "\uFEFF"), reason(err)
}

// archive reads a tar archive of such a folder.
func archive(s *source, yield func(row, error) bool) {
	found, split := "", false
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
		if !ok || header.Typeflag != tar.TypeReg {
			continue
		}
		if found != "" && split != (f.part != "") {
			yield(row{}, errors.Errorf("of its entries %q and %q only one is in train or test", found, header.Name))
			return
		}
		found, split = header.Name, f.part != ""
		r := f.row(file)
		if header.Size > maxRow {
			r.bad = errRowSize
		} else {
			data, err := io.ReadAll(tr)
			if err != nil {
				yield(row{}, s.tarError(err))
				return
			}
			r.Text = strings.TrimPrefix(string(data), "\uFEFF")
		}
		if !yield(r, nil) {
			return
		}
	}
	// The checksum of gzip is at its end, behind the end of the tar archive.
	if _, err := io.Copy(io.Discard, s.in); err != nil {
		yield(row{}, err)
		return
	}
	if found == "" {
		yield(row{}, errors.New("it holds no texts, want DIR/CLASS/*.txt or {train,test}/CLASS/*.txt"))
	}
}

// classEntry splits the name of an archive's entry, which is of a text if it ends
// in {train,test}/CLASS/FILE.txt or is DIR/CLASS/FILE.txt, where DIR may be a dot.
func classEntry(name string) (f classFolder, file string, ok bool) {
	names := strings.Split(name, "/")
	n := len(names)
	if n < 3 || !strings.HasSuffix(name, ".txt") {
		return f, "", false
	}
	if names[0] == "." && n > 3 {
		names, n = names[1:], n-1
	}
	top, class, file := names[n-3], names[n-2], names[n-1]
	for _, hidden := range names {
		if strings.HasPrefix(hidden, ".") && hidden != "." {
			return f, "", false
		}
	}
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

// compareNumbered orders names by their bytes, runs of digits by their numbers.
func compareNumbered(a, b string) int {
	x, y := a, b
	for x != "" && y != "" {
		m, n := digits(x), digits(y)
		if m == 0 || n == 0 {
			if x[0] != y[0] {
				return cmp.Compare(x[0], y[0])
			}
			x, y = x[1:], y[1:]
			continue
		}
		p, q := strings.TrimLeft(x[:m], "0"), strings.TrimLeft(y[:n], "0")
		if c := cmp.Or(cmp.Compare(len(p), len(q)), cmp.Compare(p, q)); c != 0 {
			return c
		}
		x, y = x[m:], y[n:]
	}
	return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(a, b))
}

// digits is the length of the run of digits that s begins with.
func digits(s string) int { return len(s) - len(strings.TrimLeft(s, "0123456789")) }
