package datasets

import (
	"cmp"
	"context"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// unlabelled is the folder of aclImdb that is no class.
const unlabelled = "unsup"

// folder reads the texts of dir, whose folders are their classes.
func (o RecordOptions) folder(ctx context.Context, dir string, yield func(row, error) bool) {
	t, err := openTree(dir)
	if err != nil {
		yield(row{}, err)
		return
	}
	defer t.close()
	folders, err := o.classFolders(t)
	if err != nil {
		yield(row{}, err)
		return
	}
	texts := classTexts{o: o}
	for _, f := range folders {
		if !texts.folder(ctx, t, f, yield) {
			return
		}
	}
	if err := texts.walk(ctx, t, folders); err != nil {
		yield(row{}, err)
		return
	}
	if err := texts.end(dir, "CLASS/*.txt"); err != nil {
		yield(row{}, err)
	}
}

// folder reads the texts of a class folder; false ends the reading.
func (c *classTexts) folder(ctx context.Context, t tree, f classFolder, yield func(row, error) bool) bool {
	files, err := t.list(f.path(), false)
	var here tree // by which files are opened faster than by the way from the top
	if err == nil {
		here, err = t.folder(f.path())
	}
	if err != nil {
		yield(row{}, errors.Wrap(err, f.path()))
		return false
	}
	defer here.close()
	for _, file := range files {
		if err := ctx.Err(); err != nil {
			yield(row{}, err)
			return false
		}
		if !c.isText(file) {
			continue
		}
		data, err := here.text(file)
		if escapes(err) { // from the class folder, but perhaps not from all of it
			data, err = t.text(path.Join(f.path(), file))
		}
		if !yield(c.row(f, file, data, err), nil) {
			return false
		}
	}
	return true
}

// walk counts the files of a folder that are in none of the given folders, and what may
// not be opened anywhere in it.
func (c *classTexts) walk(ctx context.Context, t tree, folders []classFolder) error {
	read := map[string]bool{}
	for _, f := range folders {
		read[f.path()] = true
	}
	return fs.WalkDir(t.root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		hidden := name != "." && isHidden(path.Base(name))
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil || hidden && e.IsDir():
			return fs.SkipDir // what cannot be listed is not read either
		case hidden || e.IsDir():
			return nil
		}
		mode, odd := t.look(path.Dir(name), e)
		switch {
		case odd != "":
			c.passOver(name, odd)
		case !mode.IsRegular() || read[path.Dir(name)]:
		case c.isText(path.Base(name)):
			c.outside(name)
		}
		return nil
	})
}

// classFolders lists the class folders of a folder in order. Where no labels are needed,
// the texts that lie outside of classes count too.
func (o RecordOptions) classFolders(t tree) (folders []classFolder, err error) {
	var parts []string
	for _, part := range []string{"train", "test"} {
		if t.isFolder(part) {
			parts = append(parts, part)
		}
	}
	if parts == nil {
		parts = []string{""}
	}
	for _, part := range parts {
		classes, err := t.list(cmp.Or(part, "."), true)
		if err != nil {
			return nil, errors.Wrap(err, cmp.Or(part, "listing it"))
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

// list lists the class folders or else the files in a folder, in order.
func (t tree) list(dir string, folders bool) (names []string, err error) {
	entries, err := t.entries(dir)
	for _, e := range entries {
		name := e.Name()
		if isHidden(name) || folders && name == unlabelled {
			continue
		}
		if mode, odd := t.look(dir, e); odd == "" && mode.IsDir() == folders {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, compareNumbered)
	return names, err
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
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
