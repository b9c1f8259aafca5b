package datasets

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

var tinyCorpus = &Corpus{
	Name: "imdb",
	Train: []Review{
		{"train/pos/9_7", "nine", 1},
		{"train/pos/10_9", "ten", 1},
		{"train/neg/0_1", "zero, a rating of 1", 0},
		{"train/neg/5_10", "a rating of 10, yet the folder decides", 0},
	},
	Test: []Review{
		{"test/pos/1_8", "tab\there, <br /> Ünïcode", 1},
		{"test/neg/2_2", "", 0},
	},
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
	return packed(t, entries, func(i int) string { return files[names[i]] })
}

func packed(t testing.TB, entries []tar.Header, content func(i int) string) []byte {
	t.Helper()
	var buf bytes.Buffer
	zw := gzip.NewWriter(&buf)
	tw := tar.NewWriter(zw)
	for i := range entries {
		if err := tw.WriteHeader(&entries[i]); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(tw, content(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := tw.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func checkTiny(t *testing.T, path, source string) {
	t.Helper()
	c, err := ReadIMDB(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if c.Source != source {
		t.Errorf("source is %q, want %q", c.Source, source)
	}
	c.Source = ""
	if diff := cmp.Diff(tinyCorpus, c); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func TestReadIMDBFolder(t *testing.T) {
	dir := t.TempDir()
	root := filepath.Join(dir, "aclImdb")
	filetest.Write(t, root, tiny)
	if err := os.Mkdir(filepath.Join(root, "train/unsup/7_7.txt"), 0o755); err != nil {
		t.Fatal(err)
	}
	checkTiny(t, root, "folder "+root)
	checkTiny(t, dir, "folder "+root)
}

func TestReadIMDBArchive(t *testing.T) {
	for _, prefix := range []string{"aclImdb/", "./aclImdb/", "", "some/where/aclImdb/"} {
		path := filepath.Join(t.TempDir(), "any name")
		if err := os.WriteFile(path, tarball(t, prefix, tiny), 0o644); err != nil {
			t.Fatal(err)
		}
		checkTiny(t, path, "archive "+path)
	}
}

func TestReadIMDBRefuses(t *testing.T) {
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
	reg := func(name string) tar.Header { return tar.Header{Name: name, Typeflag: tar.TypeReg} }
	twice := packed(t, []tar.Header{reg("a/train/pos/1_1.txt"), reg("b/train/pos/1_1.txt"), reg("train/neg/1_1.txt"),
		reg("test/pos/1_1.txt"), reg("test/neg/1_1.txt")}, func(int) string { return "" })
	links := packed(t, []tar.Header{{Name: "train/pos/1_1.txt", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}},
		func(int) string { return "" })
	const outside = "lies outside the archive's own folder, so it is refused"
	for _, c := range []struct{ path, want string }{
		{filepath.Join(dir, "none"), "there is no such file or folder"},
		{put("empty", nil), "the file is empty"},
		{put("text", []byte("hello")), "it is not a gzip-compressed tar archive (.tar.gz)"},
		{put("zip", []byte("PK\x03\x04....")), "it is not a gzip-compressed tar archive (.tar.gz)"},
		{put("byte", []byte("\x1f")), "the archive is cut short"},
		{put("magic", []byte("\x1f\x8b")), "the archive is cut short"},
		{put("damaged head", []byte("\x1f\x8b\x00\x00\x00\x00\x00\x00\x00\x00")), "the archive is damaged (gzip: invalid header)"},
		{put("gzip", text.Bytes()), "it is gzip-compressed, but what is inside is not a tar archive or is damaged"},
		{put("half", good[:len(good)/2]), "the archive is cut short"},
		{put("footer", good[:len(good)-4]), "the archive is cut short"},
		{put("flipped", flipped), "the archive is damaged (gzip: invalid checksum)"},
		{put("dots", with("../../etc/x", "")), `its entry "aclImdb/../../etc/x" ` + outside},
		{put("inner dots", with("train/pos/../neg/1_1.txt", "")), outside},
		{put("backslashes", with(`..\x`, "")), outside},
		{put("absolute", tarball(t, "/", tiny)), outside},
		{put("drive", tarball(t, `C:\`, tiny)), outside},
		{put("large", with("train/pos/1_1.txt", strings.Repeat("x", maxReview+1))), `its entry "aclImdb/train/pos/1_1.txt" is 1048577 bytes large, too large for a review`},
		{put("no reviews", tarball(t, "", map[string]string{"README": "x"})), "it holds no reviews, want {train,test}/{pos,neg}/ID_RATING.txt"},
		{put("links", links), "it holds no reviews, want"},
		{put("no neg", without("train/neg")), "it holds no reviews in train/neg"},
		{put("no test", without("test/")), "it holds no reviews in test/pos, test/neg"},
		{put("twice", twice), "it holds train/pos/1_1.txt twice"},
		{t.TempDir(), "it holds no reviews, want"},
		{os.DevNull, "it is neither a folder nor a file"},
		{filepath.Join(put("file", nil), "below"), "not a directory"},
	} {
		corpus, err := ReadIMDB(t.Context(), c.path)
		if err == nil || corpus != nil || !strings.HasPrefix(err.Error(), "reading IMDB reviews from "+c.path+": ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", filepath.Base(c.path), err, c.want)
		} else if strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: the error has several lines: %v", filepath.Base(c.path), err)
		}
	}
}

func TestReadIMDBFolderRefuses(t *testing.T) {
	large := maps.Clone(tiny)
	large["test/neg/3_3.txt"] = strings.Repeat("x", maxReview+1)
	dir := t.TempDir()
	filetest.Write(t, dir, large)
	if _, err := ReadIMDB(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "too large for a review") {
		t.Errorf("a large file: error %v", err)
	}
	dir = t.TempDir()
	filetest.Write(t, dir, tiny)
	odd := filepath.Join(dir, "test/neg/3_3.txt")
	if err := os.Mkdir(odd, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadIMDB(t.Context(), dir); err == nil || !strings.Contains(err.Error(), odd+" is not a regular file") {
		t.Errorf("a folder named like a review: error %v", err)
	}
	dir = t.TempDir()
	filetest.Write(t, dir, map[string]string{"train/pos/1_1.txt": "", "train/neg/1_1.txt": "", "test/neg/1_1.txt": ""})
	if _, err := ReadIMDB(t.Context(), dir); err == nil || !strings.HasSuffix(err.Error(), "it holds no reviews in test/pos") {
		t.Errorf("a missing folder: error %v", err)
	}
	if runtime.GOOS != "windows" && os.Getuid() != 0 {
		locked := filepath.Join(dir, "train", "pos")
		os.Chmod(locked, 0)
		defer os.Chmod(locked, 0o755)
		if _, err := ReadIMDB(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("an unreadable folder: error %v", err)
		}
	}
}

func TestReadIMDBCancelled(t *testing.T) {
	dir := t.TempDir()
	filetest.Write(t, dir, tiny)
	archive := filepath.Join(t.TempDir(), "tiny.tar.gz")
	if err := os.WriteFile(archive, tarball(t, "", tiny), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, path := range []string{dir, archive} {
		if _, err := ReadIMDB(ctx, path); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error %v, want context.Canceled", path, err)
		}
	}
}

func TestLabels(t *testing.T) {
	if got := Labels(tinyCorpus.Train); !slices.Equal(got, []float32{1, 1, 0, 0}) {
		t.Errorf("Labels = %v", got)
	}
}

// The fuzzed bytes are the tar archive; compressing them here lets the fuzzer reach
// further than it would through gzip's checksum.
func FuzzReadArchive(f *testing.F) {
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
			var buf bytes.Buffer
			zw, _ := gzip.NewWriterLevel(&buf, gzip.NoCompression)
			zw.Write(data)
			zw.Close()
			data = buf.Bytes()
		}
		c, err := readArchive(context.Background(), bytes.NewReader(data))
		if err == nil && (len(c.Train) < 2 || len(c.Test) < 2) {
			t.Errorf("an incomplete corpus: %+v", c)
		}
	})
}
