package datasets

import (
	"cmp"
	"context"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"unroll/internal/input"
	"unroll/internal/show"
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
	var seen fileTally
	found := false
	for _, f := range folders {
		files, err := list(filepath.Join(dir, f.part, f.class), false)
		if err != nil {
			yield(row{}, errors.Wrap(input.Reason(err), path.Join(f.part, f.class)))
			return
		}
		bare := map[string]bool{}
		for _, file := range files {
			bare[file] = path.Ext(file) == ""
		}
		for _, file := range files {
			if err := ctx.Err(); err != nil {
				yield(row{}, err)
				return
			}
			if !isTextFile(file) {
				seen.other(file)
				continue
			}
			found = true
			r := f.row(file, bare[strings.TrimSuffix(file, ".txt")] && path.Ext(file) != "")
			data, err := readText(filepath.Join(dir, f.part, f.class, file))
			if r.bad = err; err == nil {
				r.Text, r.bad = seen.decode(data, o.Encoding)
			}
			if !yield(r, nil) {
				return
			}
		}
	}
	if !found {
		yield(row{}, errors.Errorf("it holds no texts, want CLASS/*.txt or {train,test}/CLASS/*.txt%s", seen.instead()))
		return
	}
	seen.tell(o, dir)
}

// classFolder is a folder of texts. Its part or class is "" if there is none.
type classFolder struct{ part, class string }

// row is the row of one of the folder's files, without the text. Its ID is without
// .txt, unless there is a twin that has none.
func (f classFolder) row(file string, twin bool) row {
	name := file
	if !twin {
		name = strings.TrimSuffix(file, ".txt")
	}
	return row{Record: Record{ID: path.Join(f.part, f.class, name), Label: f.class, Part: f.part}, file: path.Join(f.part, f.class, file)}
}

// isTextFile reports whether a file in a class folder is a text by its name: that ends
// in .txt, or has no extension.
func isTextFile(file string) bool {
	ext := path.Ext(file)
	return ext == "" || strings.EqualFold(ext, ".txt")
}

// isHidden tells what the user of a file manager does not see.
func isHidden(name string) bool {
	return strings.HasPrefix(name, ".") || name == "__MACOSX" || name == "Thumbs.db" || name == "desktop.ini"
}

// fileTally counts what is to be told of the files of a folder.
type fileTally struct {
	others    map[string]int // files that are no texts, by extension
	encodings map[string]int // texts by what is said of their encoding
}

func (t *fileTally) other(file string) {
	if t.others == nil {
		t.others = map[string]int{}
	}
	t.others[strings.ToLower(path.Ext(file))]++
}

func (t *fileTally) decode(data []byte, encoding string) (string, error) {
	text, say, err := decodeText(data, encoding)
	if say != "" {
		if t.encodings == nil {
			t.encodings = map[string]int{}
		}
		t.encodings[say]++
	}
	return text, err
}

func listCounts(counts map[string]int) (all int, list string) {
	var parts []string
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		all += counts[what]
		parts = append(parts, strconv.Itoa(counts[what])+" "+what)
	}
	return all, strings.Join(parts, ", ")
}

// tell says what was counted in path.
func (t *fileTally) tell(o RecordOptions, path string) {
	if n, list := listCounts(t.others); n > 0 {
		o.note(path, show.Plural(n, "file")+" passed over ("+list+"): texts are .txt or without extension")
	}
	for _, say := range slices.Sorted(maps.Keys(t.encodings)) {
		o.note(path, show.Plural(t.encodings[say], "text")+": "+say)
	}
}

// instead is what there is in place of texts.
func (t *fileTally) instead() string {
	if _, list := listCounts(t.others); list != "" {
		return "; it has " + list
	}
	return ""
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
			return nil, errors.Wrap(input.Reason(err), cmp.Or(part, "listing it"))
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

// list lists the class folders or else the files in dir, in order.
func list(dir string, folders bool) (names []string, err error) {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		name := e.Name()
		isFolder := e.IsDir() || e.Type()&os.ModeSymlink != 0 && isDir(filepath.Join(dir, name))
		if isFolder == folders && !isHidden(name) && !(folders && name == unlabelled) {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, compareNumbered)
	return names, err
}

func readText(path string) ([]byte, error) {
	// Opening a named pipe would wait for its writer, so look first.
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, input.Reason(err)
	case !info.Mode().IsRegular():
		return nil, errors.New("it is not a regular file")
	case info.Size() > maxRow:
		return nil, errRowSize
	}
	data, err := os.ReadFile(path)
	return data, input.Reason(err)
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
