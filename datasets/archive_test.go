package datasets

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"unroll/internal/filetest"
)

// What a file is does not depend on its name.
func TestRecordsByContent(t *testing.T) {
	dir := t.TempDir()
	for content, c := range map[string]struct {
		data []byte
		want string
	}{
		"CSV":                {[]byte("text,label\ngood,pos\n"), "good pos"},
		"CSV in gzip":        {filetest.Gzip(t, []byte("text,label\ngood,pos\n")), "good pos"},
		"TSV":                {[]byte("text\tlabel\ngood\tpos\n"), "good pos"},
		"JSON lines":         {[]byte("{\"text\":\"good\",\"label\":\"pos\"}\n"), "good pos"},
		"fastText":           {[]byte("__label__pos good\n"), "good pos"},
		"fastText in gzip":   {filetest.Gzip(t, []byte("__label__pos good\n")), "good pos"},
		"an archive":         {filetest.TarOf(t, "a/pos/1.txt", "good"), "good pos"},
		"an archive in gzip": {filetest.Gzip(t, filetest.TarOf(t, "a/pos/1", "good", "a/.DS_Store", "x", "__MACOSX/pos/1.txt", "x")), "good pos"},
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
		"BZh91AY":      "it is compressed with bzip2, want text: unpack it first",
		"PAR1\x15\x04": "it is a Parquet file, want text: save it as CSV",
		"PK\x03\x04" + strings.Repeat("x", 26) + "mimetypeapplication/vnd.oasis.opendocument.spreadsheet": "it is an OpenDocument spreadsheet, want text: save it as CSV",
		"PK\x05\x06" + strings.Repeat("\x00", 18):                                                         "it is an empty zip archive, want text",
		"\x04\x22\x4d\x18d":   "it is compressed with LZ4, want text: unpack it first",
		"SQLite format 3\x00": "it is an SQLite database, want text",
		string(filetest.TarOf(t, "reviews.csv", "text,label")): "it holds no texts, want DIR/CLASS/*.txt, CLASS/*.txt or {train,test}/CLASS/*.txt; it has 1 .csv",
	} {
		got := readAll(t, []string{"-"}, RecordOptions{Stdin: strings.NewReader(data)})
		if got.Error != "standard input: "+want {
			t.Errorf("%.20q: %s, want %s", data, got.Error, want)
		}
	}
}

// A text may begin like something else.
func TestRecordsNotForeign(t *testing.T) {
	for _, text := range []string{"BZhang is good", "Rar! That was good", "GIF8 is no format", "%PDF is one", "PAR18 is good", "PK is good"} {
		got := readAll(t, []string{"-"}, RecordOptions{Format: "fasttext", NoLabels: true, Stdin: strings.NewReader(text + "\n")})
		if got.Error != "" || len(got.Records) != 1 || got.Records[0].Text != text {
			t.Errorf("%q: %+v", text, got)
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
	if s := strings.Join(ids, ", "); s != "c/1.txt one, c/2.TXT two, c/3 three, c/4 four, c/4.txt four again, d/1 one of d" || got.Error != "" {
		t.Errorf("records %s, error %s", s, got.Error)
	}
	want := dir + ": 3 files skipped (1 .md, 2 .pdf): texts end in .txt or have no extension|" + dir + ": notes skipped because it is in no class folder"
	if strings.Join(notes, "|") != want {
		t.Errorf("notes %q, want %q", notes, want)
	}
}

func FuzzRecordsArchive(f *testing.F) {
	f.Add(filetest.TarOf(f, "a/pos/1.txt", "good", "a/neg/2", "bad"), false)
	f.Add(filetest.TarOf(f, "./train/pos/1.TXT", "don\x92t", "./test/x.csv", "a,b"), true)
	f.Add(filetest.TarOf(f, "a/__MACOSX/._1.txt", "\x00", "a/b/c/d.txt", ""), false)
	f.Add(filetest.Gzip(f, filetest.TarOf(f, "a/pos/1.txt", "good")), false)
	f.Fuzz(func(t *testing.T, data []byte, noLabels bool) {
		checkRecords(t, data, RecordOptions{Format: "folder", NoLabels: noLabels})
	})
}
