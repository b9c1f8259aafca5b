package datasets

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"unroll/internal/filetest"
)

// tarOf packs files, a name and a content in turn.
func tarOf(t testing.TB, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		if err := w.WriteHeader(&tar.Header{Name: files[i], Typeflag: tar.TypeReg, Size: int64(len(files[i+1]))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(files[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipped(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What a file is does not depend on its name.
func TestRecordsByContent(t *testing.T) {
	dir := t.TempDir()
	for content, c := range map[string]struct {
		data []byte
		want string
	}{
		"CSV":                {[]byte("text,label\ngood,pos\n"), "good pos"},
		"CSV in gzip":        {gzipped(t, []byte("text,label\ngood,pos\n")), "good pos"},
		"TSV":                {[]byte("text\tlabel\ngood\tpos\n"), "good pos"},
		"JSON lines":         {[]byte("{\"text\":\"good\",\"label\":\"pos\"}\n"), "good pos"},
		"fastText":           {[]byte("__label__pos good\n"), "good pos"},
		"fastText in gzip":   {gzipped(t, []byte("__label__pos good\n")), "good pos"},
		"an archive":         {tarOf(t, "a/pos/1.txt", "good"), "good pos"},
		"an archive in gzip": {gzipped(t, tarOf(t, "a/pos/1", "good", "a/.DS_Store", "x", "__MACOSX/pos/1.txt", "x")), "good pos"},
	} {
		for _, name := range []string{"a", "a.txt", "a.csv", "a.CSV.GZ", "a.tsv", "a.json", "a.jsonl", "a.tar", "a.tgz", "a.tar.gz", "a.zst", "a.zip", "a.data"} {
			path := filepath.Join(dir, name)
			if err := os.WriteFile(path, c.data, 0o644); err != nil {
				t.Fatal(err)
			}
			got := readAll(t, []string{path}, RecordOptions{})
			if len(got.Records) != 1 || got.Error != "" || got.Records[0].Text+" "+got.Records[0].Label != c.want {
				t.Errorf("%s named %s: %+v", content, name, got)
			}
		}
	}
}

// What is no text is named.
func TestRecordsForeign(t *testing.T) {
	for data, want := range map[string]string{
		"%PDF-1.7\n":                           "it is a PDF document, want text",
		"\x89PNG\r\n\x1a\n":                    "it is an image (PNG), want text",
		"\xff\xd8\xff\xe0":                     "it is an image (JPEG), want text",
		"{\\rtf1\\ansi":                        "it is a document in RTF, want text",
		"\xd0\xcf\x11\xe0\xa1\xb1":             "it is a document of old Word or Excel, want text",
		"PK\x03\x04" + strings.Repeat("x", 40): "it is a zip archive, want text: unpack it first",
		"PK\x03\x04" + strings.Repeat("x", 40) + "word/document.xml": "it is a Word document, want text",
		"PK\x03\x04" + strings.Repeat("x", 40) + "xl/workbook.xml":   "it is an Excel workbook, want text: save it as CSV",
		"BZh91AY":             "it is compressed with bzip2, want text: unpack it first",
		"SQLite format 3\x00": "it is an SQLite database, want text",
		string(tarOf(t, "reviews.csv", "text,label")): "it holds no texts, want DIR/CLASS/*.txt or {train,test}/CLASS/*.txt; it has 1 .csv",
	} {
		got := readAll(t, []string{"-"}, RecordOptions{Stdin: strings.NewReader(data)})
		if got.Error != "standard input: "+want {
			t.Errorf("%.20q: %s, want %s", data, got.Error, want)
		}
	}
}

// In a class folder .txt in any case and files without extension are texts, and
// all others are counted.
func TestRecordsFolderFiles(t *testing.T) {
	dir := t.TempDir()
	filetest.Write(t, dir, map[string]string{
		"c/1.txt": "one", "c/2.TXT": "two", "c/3": "three", "c/4": "four", "c/4.txt": "four again", "c/5.pdf": "x", "c/6.PDF": "x", "c/7.md": "x",
		"c/.DS_Store": "x", "c/Thumbs.db": "x", "__MACOSX/1.txt": "x", "d/1": "one of d", "notes": "x",
	})
	var notes []string
	got := readAll(t, []string{dir}, RecordOptions{Note: func(line string) { notes = append(notes, line) }})
	var ids []string
	for _, r := range got.Records {
		ids = append(ids, r.ID+" "+r.Text)
	}
	if s := strings.Join(ids, ", "); s != "c/1 one, c/2.TXT two, c/3 three, c/4 four, c/4.txt four again, d/1 one of d" || got.Error != "" {
		t.Errorf("records %s, error %s", s, got.Error)
	}
	if want := dir + ": 3 files passed over (1 .md, 2 .pdf): texts are .txt or without extension"; len(notes) != 1 || notes[0] != want {
		t.Errorf("notes %q, want %q", notes, want)
	}
}

// The movie reviews are told by their folders and names, whatever else is so named.
func TestIsIMDB(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	movies := []string{"aclImdb/README", "x", "aclImdb/test/neg/0_2.txt", "bad", "aclImdb/train/pos/1_9.txt", "good"}
	for _, c := range []struct {
		path string
		want bool
	}{
		{"testdata/records/imdb", true},
		{"testdata/records/imdb.tar.gz", true},
		{"testdata/records/korean", false},
		{"testdata/records/mixed.tar.gz", false},
		{"testdata/records/reviews.csv.gz", false},
		{"nowhere", false},
		{file("reviews.bin", gzipped(t, tarOf(t, movies...))), true},
		{file("cut.tar.gz", gzipped(t, tarOf(t, movies...))[:60]), false},
		{file("news.tar.gz", gzipped(t, tarOf(t, "news/sport/1_2.txt", "x", "news/tech/1_2.txt", "x"))), false},
		{file("parts.tgz", gzipped(t, tarOf(t, "a/train/sport/1_2.txt", "x"))), false},
		{file("names.tgz", gzipped(t, tarOf(t, "a/train/pos/first.txt", "x", "a/test/neg/second.txt", "x"))), false},
		{file("three.tgz", gzipped(t, tarOf(t, "a/train/pos/1_1.txt", "x", "a/train/neutral/1_1.txt", "x"))), false},
		{file("text.tar.gz", []byte("text,label\n")), false},
	} {
		if got := IsIMDB(t.Context(), c.path); got != c.want {
			t.Errorf("%s: %t", c.path, got)
		}
	}
	for name, want := range map[string]bool{"train/pos/1_2.txt": true, "aclImdb/test/neg/1_2.txt": true, "train/pos/good.txt": false, "train/sport/1_2.txt": false} {
		dir := t.TempDir()
		filetest.Write(t, dir, map[string]string{name: "x"})
		if got := IsIMDB(t.Context(), dir); got != want {
			t.Errorf("a folder of %s: %t", name, got)
		}
	}
}

func FuzzRecordsArchive(f *testing.F) {
	f.Add(tarOf(f, "a/pos/1.txt", "good", "a/neg/2", "bad"), false)
	f.Add(tarOf(f, "./train/pos/1.TXT", "don\x92t", "./test/x.csv", "a,b"), true)
	f.Add(tarOf(f, "a/__MACOSX/._1.txt", "\x00", "a/b/c/d.txt", ""), false)
	f.Add(gzipped(f, tarOf(f, "a/pos/1.txt", "good")), false)
	f.Fuzz(func(t *testing.T, data []byte, noLabels bool) {
		checkRecords(t, data, RecordOptions{Format: "folder", NoLabels: noLabels})
	})
}
