package safefile

import (
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"testing/fstest"
)

// TestReadFile: regular files of the size that is allowed, and links to them, are read;
// everything else is an error that names the path.
func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	for name, text := range map[string]string{"empty": "", "small": "12345"} {
		if err := os.WriteFile(at(name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("small", at("link")); err != nil {
		t.Skipf("*** NO LINKS CAN BE MADE HERE, SO THAT FILES ARE NOT READ THROUGH THEM: %v ***", err)
	}
	if err := os.Symlink("link2", at("link2")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(at("folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	// A file of many bytes that takes no place.
	if err := os.WriteFile(at("huge"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(at("huge"), 5<<30); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		most int64
		want string // the text, or what the error says if it begins with "!"
	}{
		{"empty", 0, ""},
		{"small", 5, "12345"},
		{"small", math.MaxInt64, "12345"},
		{"small", 4, "!it has 5 bytes, more than the 4 that are read"},
		{"link", 5, "12345"},
		{"link2", 5, "!link2"},
		{"none", 5, "!none"},
		{"folder", 5, "!it is a folder"},
		{"huge", Room(), "!it has 5368709120 bytes, more than the"},
	} {
		for i, read := range []func() ([]byte, error){
			func() ([]byte, error) { return ReadFile(at(c.name), c.most) },
			func() ([]byte, error) { return ReadFS(Disk, at(c.name), c.most) },
			func() ([]byte, error) { return ReadFS(os.DirFS(dir), c.name, c.most) },
		} {
			data, err := read()
			if want, bad := strings.CutPrefix(c.want, "!"); bad {
				if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), c.name) {
					t.Errorf("%s, way %d: error %v, want one with %q", c.name, i, err, want)
				}
			} else if err != nil || string(data) != c.want {
				t.Errorf("%s, way %d: %q, error %v, want %q", c.name, i, data, err, c.want)
			}
		}
	}
	if _, err := ReadFS(fstest.MapFS{"a": {Data: make([]byte, 6)}}, "a", 5); err == nil {
		t.Error("a large file is read from a file system")
	}
}

// TestRoom: a process that may take little reads no large files.
func TestRoom(t *testing.T) {
	old := debug.SetMemoryLimit(1 << 30)
	defer debug.SetMemoryLimit(old)
	if got := Room(); got != 1<<29 {
		t.Errorf("room for %d bytes, want %d", got, 1<<29)
	}
}
