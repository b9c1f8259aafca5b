package datasets

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/pkg/errors"

	"unroll/internal/filetest"
)

// Where reading fails, the failure is the error, and the row that it cuts is not
// given, nor taken for a bad one.
func TestRecordsReadErrors(t *testing.T) {
	for _, c := range []struct{ format, data, want string }{
		{"csv", "text,label\ngood,1\nbad,0", "row 3: "},
		{"csv", "text,label\ngood,1\n\"bad", "row 3: "},
		{"csv", "text,label\ngood,1\n\"bad\"x", "row 3: "},
		{"csv", "text,label\ngood,1\n\"a\nbad\"x", "row 3: "},
		{"csv", "\"te", ""},
		{"csv", "", ""},
		{"tsv", "text\tlabel\ngood\t1\nbad\t0", "row 3: "},
		{"jsonl", "{\"text\": \"good\", \"label\": 1}\n{\"text\": \"bad\", \"label\": 0}", "line 2: "},
		{"fasttext", "__label__1 good\n__label__0 bad", "line 2: "},
	} {
		in := io.MultiReader(strings.NewReader(c.data), iotest.ErrReader(errors.New("the line is dead")))
		got := readAll(t, []string{"-"}, RecordOptions{Format: c.format, SkipBad: 9, Stdin: in})
		if got.Error != "standard input: "+c.want+"the line is dead" || len(got.Skipped) > 0 || len(got.Records) != min(1, len(c.want)) {
			t.Errorf("%s %q: %+v", c.format, c.data, got)
		}
	}
}

// A compressed file that is cut anywhere gives an error, never fewer records.
func TestRecordsCutAnywhere(t *testing.T) {
	for _, name := range []string{"reviews.csv.gz", "reviews.csv.zst", "imdb.tar.gz", "imdb.tar.zst"} {
		data, err := os.ReadFile("testdata/records/" + name)
		if err != nil {
			t.Fatal(err)
		}
		o := RecordOptions{SkipBad: 99}
		if strings.Contains(name, ".csv") {
			o.Format = "csv"
		}
		for n := range data {
			o.Stdin = bytes.NewReader(data[:n])
			if got := readAll(t, []string{"-"}, o); got.Error == "" {
				t.Errorf("%s, %d bytes of %d: no error but %d records", name, n, len(data), len(got.Records))
			}
		}
	}
}

func TestRecordsOddFiles(t *testing.T) {
	dir := t.TempDir()
	filetest.Write(t, dir, map[string]string{"c/1.txt": "good", "c/2.txt": "large", "other.txt": "target"})
	if err := os.Truncate(filepath.Join(dir, "c", "2.txt"), MaxRow+1); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{"c/3.txt": "../other.txt", "c/4.txt": "nowhere", "c/5.txt": "../d.txt", "linked": "c"} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "c", "6.txt"), 0o755); err != nil {
		t.Fatal(err)
	}
	got := readAll(t, []string{dir}, RecordOptions{SkipBad: 99})
	var ids []string
	for _, r := range got.Records {
		ids = append(ids, r.ID+" "+r.Text)
	}
	if s := strings.Join(ids, ", "); s != "c/1.txt good, c/3.txt target, linked/1.txt good, linked/3.txt target" {
		t.Errorf("records %s", s)
	}
	if len(got.Skipped) != 6 || got.Error != "" {
		t.Fatalf("%q, %s", got.Skipped, got.Error)
	}
	for i, want := range []string{"c/2.txt: a row is larger than 16 MiB", "c/4.txt: no such file or directory", "c/5.txt: no such file or directory"} {
		if got.Skipped[i] != dir+": "+want {
			t.Errorf("%s, want %s", got.Skipped[i], want)
		}
	}
}

func TestRecordsOddArchives(t *testing.T) {
	texts := []string{"good", strings.Repeat("x", MaxRow+1), "bad"}
	var entries []tar.Header
	for i, text := range texts {
		entries = append(entries, tar.Header{Name: "a/c/" + string(rune('1'+i)) + ".txt", Typeflag: tar.TypeReg, Size: int64(len(text))})
	}
	link := tar.Header{Name: "a/c/4.txt", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}
	data := filetest.Gzip(t, filetest.Tar(t, append(entries, link), func(i int) string { return append(texts, "")[i] }))
	got := readAll(t, []string{"-"}, RecordOptions{SkipBad: 1, Stdin: bytes.NewReader(data)})
	if len(got.Records) != 2 || len(got.Skipped) != 1 || got.Skipped[0] != "standard input: c/2.txt: a row is larger than 16 MiB" || got.Error != "" {
		t.Errorf("a large text: %q, %s, %d records", got.Skipped, got.Error, len(got.Records))
	}
	plain, err := os.ReadFile("testdata/records/korean.tar")
	if err != nil {
		t.Fatal(err)
	}
	header := bytes.LastIndex(plain, []byte("ustar"))
	plain[header-20] ^= 1
	got = readAll(t, []string{"-"}, RecordOptions{Stdin: bytes.NewReader(plain)})
	if got.Error != "standard input: the archive is damaged (archive/tar: invalid tar header)" {
		t.Errorf("a damaged archive: %s", got.Error)
	}
	got = readAll(t, []string{"-"}, RecordOptions{Stdin: bytes.NewReader(plain[:header])})
	if got.Error != "standard input: the archive is cut short" {
		t.Errorf("a cut archive: %s", got.Error)
	}
}

func TestRecordsCancelled(t *testing.T) {
	for _, path := range []string{"testdata/records/reviews.csv", "testdata/records/imdb", "testdata/records/imdb.tar.zst"} {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for _, err := range Records(ctx, []string{path}, RecordOptions{}) {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s: error %v, want context.Canceled", path, err)
			}
		}
	}
}
