package datasets

import (
	"cmp"
	"context"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"unroll/internal/input"
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
	texts := classTexts{o: o}
	for _, f := range folders {
		files, err := list(filepath.Join(dir, f.part, f.class), false)
		if err != nil {
			yield(row{}, errors.Wrap(input.Reason(err), path.Join(f.part, f.class)))
			return
		}
		for _, file := range files {
			if err := ctx.Err(); err != nil {
				yield(row{}, err)
				return
			}
			if !texts.isText(file) {
				continue
			}
			data, err := readText(filepath.Join(dir, f.part, f.class, file))
			if !yield(texts.row(f, file, data, err), nil) {
				return
			}
		}
	}
	if err := texts.walk(ctx, dir, folders); err != nil {
		yield(row{}, err)
		return
	}
	if err := texts.end(dir, "CLASS/*.txt"); err != nil {
		yield(row{}, err)
	}
}

// walk counts the files below dir that are in none of the given folders.
func (t *classTexts) walk(ctx context.Context, dir string, folders []classFolder) error {
	read := map[string]bool{}
	for _, f := range folders {
		read[path.Join(".", f.part, f.class)] = true
	}
	return fs.WalkDir(os.DirFS(dir), ".", func(name string, e fs.DirEntry, err error) error {
		switch hidden := name != "." && isHidden(path.Base(name)); {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil || hidden && e.IsDir():
			return fs.SkipDir // what cannot be listed is not read either
		case hidden || !e.Type().IsRegular() || read[path.Dir(name)]:
		case t.isText(path.Base(name)):
			t.outside(name)
		}
		return nil
	})
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

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
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
