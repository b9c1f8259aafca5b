package imdb

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/pkg/errors"

	"unroll/internal/filetest"
)

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
