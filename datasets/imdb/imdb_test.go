package imdb

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pkg/errors"

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

func TestReadRefuses(t *testing.T) {
	dir := t.TempDir()
	put := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	with := func(name, text string) []byte {
		files := maps.Clone(tiny)
		files[name] = text
		return tarball(t, "aclImdb/", files)
	}
	without := func(prefixes ...string) []byte {
		files := maps.Clone(tiny)
		maps.DeleteFunc(files, func(name, _ string) bool {
			return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(name, p) })
		})
		return tarball(t, "aclImdb/", files)
	}
	var text bytes.Buffer
	zw := gzip.NewWriter(&text)
	zw.Write(bytes.Repeat([]byte("no tar archive. "), 100))
	zw.Close()
	good := tarball(t, "aclImdb/", tiny)
	flipped := bytes.Clone(good)
	flipped[len(flipped)-6] ^= 1 // in gzip's checksum
	packed := func(entries []tar.Header, content func(int) string) []byte {
		return filetest.Gzip(t, filetest.Tar(t, entries, content))
	}
	reg := func(name string) tar.Header { return tar.Header{Name: name, Typeflag: tar.TypeReg} }
	twice := packed([]tar.Header{reg("a/train/pos/1_1.txt"), reg("b/train/pos/1_1.txt"), reg("train/neg/1_1.txt"),
		reg("test/pos/1_1.txt"), reg("test/neg/1_1.txt")}, func(int) string { return "" })
	links := packed([]tar.Header{{Name: "train/pos/1_1.txt", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}},
		func(int) string { return "" })
	const outside = "lies outside the archive's own folder, so it is refused"
	for _, c := range []struct{ path, want string }{
		{filepath.Join(dir, "none"), "no such file or directory"},
		{put("empty", nil), "it is empty"},
		{put("text", []byte("hello")), "it is neither a folder nor a tar archive of one"},
		{put("zip", []byte("PK\x03\x04....")), "it is a zip archive or a spreadsheet, want text"},
		{put("byte", []byte("\x1f")), "it is neither a folder nor a tar archive of one"},
		{put("magic", []byte("\x1f\x8b")), "the file is cut short"},
		{put("damaged head", []byte("\x1f\x8b\x00\x00\x00\x00\x00\x00\x00\x00")), "the file is damaged (gzip: invalid header)"},
		{put("gzip", text.Bytes()), "it is neither a folder nor a tar archive of one"},
		{put("half", good[:len(good)/2]), "the file is cut short"},
		{put("footer", good[:len(good)-4]), "the file is cut short"},
		{put("flipped", flipped), "the file is damaged (gzip: invalid checksum)"},
		{put("dots", with("../../etc/x", "")), `its entry "aclImdb/../../etc/x" ` + outside},
		{put("inner dots", with("train/pos/../neg/1_1.txt", "")), outside},
		{put("backslashes", with(`..\x`, "")), outside},
		{put("absolute", tarball(t, "/", tiny)), outside},
		{put("drive", tarball(t, `C:\`, tiny)), outside},
		{put("large", with("train/pos/1_1.txt", strings.Repeat("x", 16<<20+1))), "train/pos/1_1.txt: a row is larger than 16 MiB"},
		{put("no reviews", tarball(t, "", map[string]string{"README": "x"})), "it holds no texts, want DIR/CLASS/*.txt"},
		{put("links", links), "it holds no texts, want"},
		{put("others", tarball(t, "", map[string]string{"train/pos/first.txt": "x"})), "it holds no reviews, want {train,test}/{pos,neg}/ID_RATING.txt"},
		{put("no neg", without("train/neg")), "it holds no reviews in train/neg"},
		{put("no test", without("test/")), "it holds no reviews in test/pos, test/neg"},
		{put("twice", twice), "train/pos/1_1.txt: the archive holds it twice"},
		{t.TempDir(), "it holds no texts, want"},
		{os.DevNull, "it is empty"},
		{filepath.Join(put("file", nil), "below"), "not a directory"},
	} {
		reviews, err := Read(t.Context(), c.path)
		if err == nil || reviews != nil || !strings.HasPrefix(err.Error(), "reading IMDB reviews: "+c.path+": ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", filepath.Base(c.path), err, c.want)
		} else if strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: the error has several lines: %v", filepath.Base(c.path), err)
		}
	}
}

func TestReadFolderRefuses(t *testing.T) {
	large := maps.Clone(tiny)
	large["test/neg/3_3.txt"] = strings.Repeat("x", 16<<20+1)
	dir := t.TempDir()
	filetest.Write(t, dir, large)
	if _, err := Read(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "test/neg/3_3.txt: a row is larger than 16 MiB") {
		t.Errorf("a large file: error %v", err)
	}
	dir = t.TempDir()
	filetest.Write(t, dir, tiny)
	odd := filepath.Join(dir, "test/neg/3_3.txt")
	if err := os.Symlink(t.TempDir(), odd+"x"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", odd); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "test/neg/3_3.txt: no such file or directory") {
		t.Errorf("a link to nothing: error %v", err)
	}
	dir = t.TempDir()
	filetest.Write(t, dir, map[string]string{"train/pos/1_1.txt": "", "train/neg/1_1.txt": "", "test/neg/1_1.txt": ""})
	if _, err := Read(t.Context(), dir); err == nil || !strings.HasSuffix(err.Error(), "it holds no reviews in test/pos") {
		t.Errorf("a missing folder: error %v", err)
	}
	if runtime.GOOS != "windows" && os.Getuid() != 0 {
		locked := filepath.Join(dir, "train", "pos")
		os.Chmod(locked, 0)
		defer os.Chmod(locked, 0o755)
		if _, err := Read(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("an unreadable folder: error %v", err)
		}
	}
}

func TestReadCancelled(t *testing.T) {
	dir := t.TempDir()
	filetest.Write(t, dir, tiny)
	archive := filepath.Join(t.TempDir(), "tiny.tar.gz")
	if err := os.WriteFile(archive, tarball(t, "", tiny), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, path := range []string{dir, archive} {
		if _, err := Read(ctx, path); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error %v, want context.Canceled", path, err)
		}
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
