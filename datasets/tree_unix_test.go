//go:build unix

package datasets

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"archive/tar"

	"unroll/internal/filetest"
)

// oddFolder has texts of two classes, links of all kinds, and what must never be opened.
func oddFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "") // the path of a socket is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	outside := t.TempDir()
	filetest.Write(t, outside, map[string]string{"secret.txt": "secret", "class/1.txt": "secret"})
	filetest.Write(t, dir, map[string]string{"pos/1.txt": "good", "neg/1.txt": "bad", "notes.md": "x"})
	for name, to := range map[string]string{
		"neg/2.txt":      "../pos/1.txt", // stays inside
		"again":          "pos",
		"loop":           ".",
		"neg/loop":       "..",
		"neg/round.txt":  "round.txt", // leads to itself
		"pos/out.txt":    filepath.Join(outside, "secret.txt"),
		"pos/up.txt":     "../../" + filepath.Base(outside) + "/secret.txt",
		"pos/zero.txt":   "/dev/zero",
		"pos/inside.txt": filepath.Join(dir, "pos", "1.txt"), // absolute
		"class":          filepath.Join(outside, "class"),
		"pos/topipe.txt": "pipe.txt",
	} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"pos/pipe.txt", "pipe", "neg/.hidden"} {
		if err := syscall.Mkfifo(filepath.Join(dir, name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l, err := net.Listen("unix", filepath.Join(dir, "neg", "socket"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return dir
}

// TestFoldersOpenOnlyFiles: what is no regular file of the folder is passed over, counted
// and named, and a pipe or a device without end is not waited for.
func TestFoldersOpenOnlyFiles(t *testing.T) {
	dir := oddFolder(t)
	for _, noLabels := range []bool{false, true} {
		var notes []string
		got := readAll(t, []string{dir}, RecordOptions{NoLabels: noLabels, SkipBad: 1, Note: func(line string) { notes = append(notes, strings.TrimPrefix(line, dir+": ")) }})
		var ids []string
		for _, r := range got.Records {
			ids = append(ids, r.ID+" "+r.Text)
		}
		if s := strings.Join(ids, ", "); s != "again/1.txt good, neg/1.txt bad, neg/2.txt good, pos/1.txt good" || got.Error != "" {
			t.Errorf("no labels %t: records %s, error %s", noLabels, s, got.Error)
		}
		if len(got.Skipped) != 1 || got.Skipped[0] != dir+": neg/round.txt: too many levels of symbolic links" {
			t.Errorf("no labels %t: skipped %q", noLabels, got.Skipped)
		}
		if want := "5 links out of the folder, 3 named pipes, 1 socket skipped, the first is class"; !slices.Contains(notes, want) {
			t.Errorf("no labels %t: notes %q, want %q", noLabels, notes, want)
		}
	}
}

// TestFoldersOfNothingToOpen: where nothing can be read, the error says what there was.
func TestFoldersOfNothingToOpen(t *testing.T) {
	dir := t.TempDir()
	filetest.Write(t, dir, map[string]string{"pos/x.md": "x"})
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "pos", "1.txt")); err != nil {
		t.Fatal(err)
	}
	got := readAll(t, []string{dir}, RecordOptions{})
	if want := dir + ": it holds no texts, want CLASS/*.txt or {train,test}/CLASS/*.txt; it has 1 .md, 1 link out of the folder"; got.Error != want {
		t.Errorf("error %s, want %s", got.Error, want)
	}
}

// TestTreeOpensWithoutWaiting: what takes the place of a file after it was looked at is
// not waited for, and not read.
func TestTreeOpensWithoutWaiting(t *testing.T) {
	dir := oddFolder(t)
	tr, err := openTree(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.close()
	for name, want := range map[string]string{
		"pos/pipe.txt": "not a regular file", "pos/topipe.txt": "not a regular file", "neg/socket": "", "pos/zero.txt": "escapes", "class/1.txt": "escapes",
	} {
		if data, err := tr.text(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, error %v, want %q", name, data, err, want)
		}
	}
}

// TestArchivesReadOnlyFiles: entries that are no files are counted and named.
func TestArchivesReadOnlyFiles(t *testing.T) {
	entries := []tar.Header{
		{Name: "a/pos/1.txt", Typeflag: tar.TypeReg, Size: 1}, {Name: "a/neg/1.txt", Typeflag: tar.TypeReg, Size: 1},
		{Name: "a/neg/", Typeflag: tar.TypeDir}, {Name: "a/.hidden", Typeflag: tar.TypeFifo},
		{Name: "a/pos/2.txt", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"},
	}
	odd := []tar.Header{
		{Name: "a/pos/3.txt", Typeflag: tar.TypeLink, Linkname: "a/pos/1.txt"}, {Name: "a/pos/4.txt", Typeflag: tar.TypeFifo},
		{Name: "a/pos/5", Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 5},
	}
	for want, entries := range map[string][]tar.Header{
		"standard input: a/pos/2.txt skipped because it is a link":                          entries,
		"standard input: 1 device, 2 links, 1 named pipe skipped, the first is a/pos/2.txt": slices.Concat(entries, odd),
	} {
		var notes []string
		data := filetest.Tar(t, entries, func(i int) string { return strings.Repeat("x", int(entries[i].Size)) })
		got := readAll(t, []string{"-"}, RecordOptions{Stdin: bytes.NewReader(data), Note: func(line string) { notes = append(notes, line) }})
		if len(got.Records) != 2 || got.Error != "" || !slices.Equal(notes, []string{want}) {
			t.Errorf("%d records, error %s, notes %q, want %q", len(got.Records), got.Error, notes, want)
		}
	}
}
