package datasets

import (
	"bytes"
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"unroll/internal/filetest"
)

// Numbered names are in a strict order, whatever they are.
func TestCompareNumbered(t *testing.T) {
	for _, names := range [][]string{
		{"", "0", "00", "01", "1", "9_7", "10_9", "10_10", "a", "a2", "a10", "b"},
		{"img12.png", "img012.txt", "img12a", "img99999999999999999999999"},
	} {
		for i := range names {
			for j := range names {
				if got, want := compareNumbered(names[i], names[j]), cmp.Compare(i, j); got != want {
					t.Errorf("%q to %q: %d, want %d", names[i], names[j], got, want)
				}
			}
		}
	}
	name := rapid.StringOfN(rapid.RuneFrom([]rune("0019a_")), 0, 6, -1)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := name.Draw(t, "a"), name.Draw(t, "b"), name.Draw(t, "c")
		ab, bc, ac := compareNumbered(a, b), compareNumbered(b, c), compareNumbered(a, c)
		if ab != -compareNumbered(b, a) || (ab == 0) != (a == b) || ab <= 0 && bc <= 0 && ac > 0 {
			t.Fatalf("%q %q %q: %d %d %d", a, b, c, ab, bc, ac)
		}
	})
}

// FuzzRecordsFolder reads a folder on disk. Its files are given as lines, a name and a
// text each; an archive of them holds the same records.
func FuzzRecordsFolder(f *testing.F) {
	f.Add("pos/1.txt good\nneg/2 bad\nneg/2.txt bad too\n", false, "")
	f.Add("train/pos/1.TXT don\x92t\ntest/neg/x.csv a,b\ntrain/README x\ntrain/neg/3.txt \xff\xfea\x00", true, "")
	f.Add("pos/1.txt good\n0\r x\nneg/a.b\rc x\n", false, "")
	f.Add("a/b/c/d.txt x\n__MACOSX/._1.txt \x00\na/.b.txt x\nunsup/1.txt x\n", false, "latin1")
	f.Fuzz(func(t *testing.T, files string, noLabels bool, encoding string) {
		dir := t.TempDir()
		var packed []string
		for i, line := range strings.Split(files, "\n") {
			name, text, _ := strings.Cut(line, " ")
			if !filepath.IsLocal(name) || i > 20 {
				continue
			}
			path := filepath.Join(dir, name)
			_, err := os.Lstat(path)
			if err == nil || os.MkdirAll(filepath.Dir(path), 0o755) != nil || os.WriteFile(path, []byte(text), 0o644) != nil {
				continue // not every name is one of a file
			}
			packed = append(packed, "top/"+filepath.ToSlash(filepath.Clean(name)), text)
		}
		o := RecordOptions{NoLabels: noLabels, Encoding: encoding}
		folder := readFuzzed(t, []string{dir}, o)
		if noLabels {
			return // texts beside the classes are read from folders alone
		}
		o.Stdin = bytes.NewReader(filetest.TarOf(t, packed...))
		archive := readFuzzed(t, []string{"-"}, o)
		for id, r := range archive {
			if of, ok := folder[id]; ok && (of.Text != r.Text || of.Label != r.Label || of.Part != r.Part) {
				t.Errorf("%+v in the archive is %+v in the folder", r, of)
			}
		}
	})
}
