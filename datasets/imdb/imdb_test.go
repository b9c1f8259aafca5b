package imdb

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/datasets"
	"unroll/internal/filetest"
)

// tiny is a dataset in which every kind of file appears that must not be read.
var tiny = map[string]string{
	"train/pos/10_9.txt":    "ten",
	"train/pos/9_7.txt":     "nine",
	"train/neg/0_1.txt":     "zero, a rating of 1",
	"train/neg/5_10.txt":    "a rating of 10, yet the folder decides",
	"test/pos/1_8.txt":      "tab\there, <br /> Ünïcode",
	"test/neg/2_2.txt":      "",
	"train/unsup/3_0.txt":   "unlabelled",
	"train/labeledBow.feat": "9 0:9",
	"train/urls_pos.txt":    "http",
	"train/pos/._10_9.txt":  "resource fork",
	"train/pos/notes.txt":   "no number",
	"train/pos/+1_1.txt":    "no number either",
	"train/pos/1_1.txt.bak": "backup",
	"train/pos/1-1.txt":     "hyphen",
	"README":                "text",
	"imdb.vocab":            "the",
}

var tinyReviews = &Reviews{
	Name: "imdb",
	Records: []datasets.Record{
		{ID: "train/pos/9_7", Text: "nine", Label: Positive, Part: "train"},
		{ID: "train/pos/10_9", Text: "ten", Label: Positive, Part: "train"},
		{ID: "train/neg/0_1", Text: "zero, a rating of 1", Label: Negative, Part: "train"},
		{ID: "train/neg/5_10", Text: "a rating of 10, yet the folder decides", Label: Negative, Part: "train"},
		{ID: "test/pos/1_8", Text: "tab\there, <br /> Ünïcode", Label: Positive, Part: "test"},
		{ID: "test/neg/2_2", Label: Negative, Part: "test"},
	},
}

// withoutFiles returns records without the path they were read from.
func withoutFiles(records []datasets.Record) []datasets.Record {
	records = slices.Clone(records)
	for i := range records {
		records[i].File = ""
	}
	return records
}

// tarball packs files under prefix, in the order of names reversed, so that the
// reader has something to sort.
func tarball(t testing.TB, prefix string, files map[string]string) []byte {
	t.Helper()
	names := slices.Sorted(maps.Keys(files))
	slices.Reverse(names)
	var entries []tar.Header
	for _, name := range names {
		entries = append(entries, tar.Header{Name: prefix + name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(files[name]))})
	}
	return filetest.Gzip(t, filetest.Tar(t, entries, func(i int) string { return files[names[i]] }))
}

func checkTiny(t *testing.T, path, source string) {
	t.Helper()
	c, err := Read(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if c.Source != source {
		t.Errorf("source is %q, want %q", c.Source, source)
	}
	c.Source, c.Records = "", withoutFiles(c.Records)
	if diff := cmp.Diff(tinyReviews, c); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func TestReadFolder(t *testing.T) {
	dir := t.TempDir()
	root := filepath.Join(dir, "aclImdb")
	filetest.Write(t, root, tiny)
	if err := os.Mkdir(filepath.Join(root, "train/unsup/7_7.txt"), 0o755); err != nil {
		t.Fatal(err)
	}
	checkTiny(t, root, "folder "+root)
	checkTiny(t, dir, "folder "+root)
}

func TestReadArchive(t *testing.T) {
	for _, prefix := range []string{"aclImdb/", "./aclImdb/", "", "some/where/aclImdb/"} {
		path := filepath.Join(t.TempDir(), "any name")
		if err := os.WriteFile(path, tarball(t, prefix, tiny), 0o644); err != nil {
			t.Fatal(err)
		}
		checkTiny(t, path, "archive "+path)
	}
}

// The fuzzed bytes are the tar archive; compressing them here lets the fuzzer reach
// further than it would through gzip's checksum.
func FuzzRead(f *testing.F) {
	zr, err := gzip.NewReader(bytes.NewReader(tarball(f, "aclImdb/", tiny)))
	if err != nil {
		f.Fatal(err)
	}
	plain, err := io.ReadAll(zr)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(plain, true)
	f.Add(plain[:1000], true)
	f.Add([]byte("\x1f\x8b\x08\x00"), false)
	f.Fuzz(func(t *testing.T, data []byte, compress bool) {
		if compress {
			data = filetest.Gzip(t, data)
		}
		path := filepath.Join(t.TempDir(), "fuzzed")
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		all, err := Read(t.Context(), path)
		if err == nil && len(all.Records) < 4 {
			t.Errorf("an incomplete dataset: %+v", all)
		}
		found, foundErr := Find(t.Context(), path)
		if found != nil && (err != nil || !cmp.Equal(found, all)) || foundErr != nil && err == nil {
			t.Errorf("Read gives %v, %v, and Find %v, %v", all, err, found, foundErr)
		}
	})
}

// The dataset is told by its folders and names, whatever else is so named.
func TestFind(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	folder := func(files ...string) string {
		dir, all := t.TempDir(), map[string]string{}
		for _, name := range files {
			all[name] = "x"
		}
		filetest.Write(t, dir, all)
		return dir
	}
	tgz := func(files ...string) []byte { return filetest.Gzip(t, filetest.TarOf(t, files...)) }
	movies := []string{"aclImdb/README", "x", "aclImdb/test/neg/0_2.txt", "bad", "aclImdb/train/pos/1_9.txt", "good",
		"aclImdb/train/unsup/1_0.txt", "x", "aclImdb/test/pos/0_7.txt", "good", "aclImdb/train/neg/1_1.txt", "bad"}
	const records = "../testdata/records/"
	for _, c := range []struct {
		path string
		want string // part of the error, "it" if it is found, "" if it holds other texts
	}{
		{records + "imdb", "it"},
		{records + "imdb.tar.gz", "it"},
		{records + "korean", ""},
		{records + "mixed.tar.gz", ""},
		{records + "reviews.csv.gz", ""},
		{"nowhere", ""},
		{"-", ""},
		{file("reviews.bin", tgz(movies...)), "it"},
		{file("reviews.tar", filetest.TarOf(t, movies...)), "it"},
		{file("cut head.tar.gz", tgz(movies...)[:60]), ""},
		{file("cut.tar.gz", tgz(movies...)[:len(tgz(movies...))-9]), "the file is cut short"},
		{file("news.tar.gz", tgz("news/sport/1_2.txt", "x", "news/tech/1_2.txt", "x")), ""},
		{file("parts.tgz", tgz("a/train/sport/1_2.txt", "x")), ""},
		{file("names.tgz", tgz("a/train/pos/first.txt", "x", "a/test/neg/second.txt", "x")), ""},
		{file("three.tgz", tgz("a/train/pos/1_1.txt", "x", "a/train/neutral/1_1.txt", "x")), ""},
		{file("text.tar.gz", []byte("text,label\n")), ""},
		{folder("train/pos/1_2.txt"), "it holds no reviews in train/neg, test/pos, test/neg"},
		{folder("aclImdb/test/neg/1_2.txt"), "it holds no reviews in train/pos, train/neg, test/pos"},
		{folder("train/pos/good.txt"), ""},
		{folder("train/sport/1_2.txt"), ""},
		{folder("train/pos/1_2.txt", "train/neg/1_2.txt", "test/pos/1_2.txt", "test/neg/1_2.txt", "aclImdb/x"), "it"},
	} {
		found, err := Find(t.Context(), c.path)
		switch {
		case c.want == "it" && (err != nil || found == nil):
			t.Errorf("%s: not found, error %v", c.path, err)
		case c.want == "" && (err != nil || found != nil):
			t.Errorf("%s: found %v, error %v", c.path, found, err)
		case c.want != "it" && c.want != "" && (err == nil || found != nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: error %v, want %q", c.path, err, c.want)
		}
	}
}
