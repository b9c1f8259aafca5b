package safefile

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pkg/errors"
)

// TestWrite holds that a file is replaced whole or stays as it was, and that
// nothing is left beside it.
func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	text := func(s string, err error) func(io.Writer) error {
		return func(w io.Writer) error {
			io.WriteString(w, s)
			return err
		}
	}
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"first", nil, "first"},
		{"second", nil, "second"},
		{"failed", errors.New("half written"), "second"},
	} {
		err := Write(path, text(c.name, c.err))
		if errors.Cause(err) != c.err {
			t.Errorf("%s: error %v, want %v", c.name, err, c.err)
		}
		if err != nil && !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %q does not name the file", c.name, err)
		}
		if got, _ := os.ReadFile(path); string(got) != c.want {
			t.Errorf("%s: the file holds %q, want %q", c.name, got, c.want)
		}
		if files, _ := os.ReadDir(dir); len(files) != 1 {
			t.Errorf("%s: %d files in the folder, want 1", c.name, len(files))
		}
	}
	if err := Write(filepath.Join(path, "below"), text("x", nil)); err == nil {
		t.Error("a path below a file was written")
	}
}
