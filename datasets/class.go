package datasets

import (
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"unroll/internal/show"
)

// classFolder is a folder of texts. Its part or class is "" if there is none.
type classFolder struct{ part, class string }

// path is the folder's own below that of all, "." for the same.
func (f classFolder) path() string { return path.Join(".", f.part, f.class) }

// classTexts makes rows of the files of class folders, on disk or in an archive, and
// counts what is to be told of them.
type classTexts struct {
	o         RecordOptions
	texts     int
	strays    int             // texts in no class folder
	stray     string          // the first of them
	others    map[string]int  // files that are no texts, by extension or name
	odd       map[string]int  // what is neither a file nor a folder, by what it is
	firstOdd  string          // the first of these
	encodings map[string]int  // texts by what is said of their encoding
	ids       map[string]bool // of an archive, which may hold a file twice
}

// about are files without extension that tell of texts and are none.
var about = []string{"README", "LICENSE", "LICENCE", "COPYING", "NOTICE", "AUTHORS"}

// isText reports whether a file is a text: its name ends in .txt, in any case, or has
// no extension. Those that are none are counted.
func (t *classTexts) isText(file string) bool {
	kind := strings.ToLower(path.Ext(file))
	if slices.Contains(about, file) {
		kind = file
	}
	if kind == "" || kind == ".txt" {
		return true
	}
	if t.others == nil {
		t.others = map[string]int{}
	}
	t.others[kind]++
	return false
}

// outside counts a text that is in no class folder.
func (t *classTexts) outside(name string) {
	if t.strays++; t.strays == 1 {
		t.stray = show.Quoted(name)[0]
	}
}

// passOver counts what is not opened.
func (t *classTexts) passOver(name, what string) {
	if t.odd == nil {
		t.odd, t.firstOdd = map[string]int{}, show.Quoted(name)[0]
	}
	t.odd[what]++
}

// row is the row of a text, or of the error with which its reading ended.
func (t *classTexts) row(f classFolder, file string, data []byte, err error) row {
	t.texts++
	name := path.Join(f.part, f.class, file)
	r := row{Record: Record{ID: name, Label: f.class, Part: f.part}, file: name, bad: err}
	if err == nil {
		var say string
		if r.Text, say, r.bad = decodeText(data, t.o.Encoding); say != "" {
			if t.encodings == nil {
				t.encodings = map[string]int{}
			}
			t.encodings[say]++
		}
	}
	if t.ids != nil {
		if t.ids[name] {
			r.bad = errors.New("the archive holds it twice")
		}
		t.ids[name] = true
	}
	return r
}

// end tells what was counted in path. It errs if there were no texts.
func (t *classTexts) end(path, want string) error {
	n, others := listCounts(t.others)
	strays := show.Plural(t.strays, "text") + " in no class folder"
	if t.texts == 0 {
		if t.strays > 0 {
			others = strings.TrimSuffix(strays+", "+others, ", ")
		}
		if _, odd := listOdd(t.odd); odd != "" {
			others = strings.TrimPrefix(others+", "+odd, ", ")
		}
		if others != "" {
			others = "; it has " + others
		}
		return errors.Errorf("it holds no texts, want %s or {train,test}/CLASS/*.txt%s", want, others)
	}
	if n > 0 {
		t.o.note(path, show.Plural(n, "file")+" skipped ("+others+"): texts end in .txt or have no extension")
	}
	switch {
	case t.strays == 1:
		t.o.note(path, t.stray+" skipped because it is in no class folder")
	case t.strays > 1:
		t.o.note(path, strays+" skipped, the first is "+t.stray)
	}
	switch n, odd := listOdd(t.odd); n {
	case 0:
	case 1:
		t.o.note(path, t.firstOdd+" skipped because it is a "+strings.TrimPrefix(odd, "1 "))
	default:
		t.o.note(path, odd+" skipped, the first is "+t.firstOdd)
	}
	for _, say := range slices.Sorted(maps.Keys(t.encodings)) {
		t.o.note(path, show.Plural(t.encodings[say], "text")+": "+say)
	}
	return nil
}

// listOdd lists what was not opened: 1 device, 2 links out of the folder.
func listOdd(counts map[string]int) (all int, list string) {
	var parts []string
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		n := counts[what]
		all += n
		if noun, of, cut := strings.Cut(what, " o"); cut && n > 1 { // out of, of
			what = noun + "s o" + of
		} else if n > 1 {
			what += "s"
		}
		parts = append(parts, strconv.Itoa(n)+" "+what)
	}
	return all, strings.Join(parts, ", ")
}

func listCounts(counts map[string]int) (all int, list string) {
	var parts []string
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		all += counts[what]
		parts = append(parts, strconv.Itoa(counts[what])+" "+show.Quoted(what)[0])
	}
	return all, strings.Join(parts, ", ")
}

// isHidden tells what the user of a file manager does not see.
func isHidden(name string) bool {
	return strings.HasPrefix(name, ".") || name == "__MACOSX" || name == "Thumbs.db" || name == "desktop.ini"
}
