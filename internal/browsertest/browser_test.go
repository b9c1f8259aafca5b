package browsertest

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestBrowser tells with -v which browser the other tests use, or why none.
func TestBrowser(t *testing.T) {
	ctx := New(t)
	if err := show(ctx); err != nil {
		t.Error(err)
	}
}

// What is called a browser and is none gives an error with the reason, soon.
func TestBroken(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("SKIPPED, NO SHELL HERE: that a broken browser is passed over is not tested")
	}
	for name, script := range map[string]string{
		"ends":     "#!/bin/sh\nexit 0\n",
		"fails":    "#!/bin/sh\necho 'it is to be installed by snap' >&2\nexit 1\n",
		"hangs":    "#!/bin/sh\nsleep 20\n",
		"chatters": "#!/bin/sh\nwhile :; do echo chatter >&2; sleep 1; done\n",
		"garbage":  "\x7fELF and no more",
		"loader":   "#!/no/such/interpreter\n",
		"protocol": "#!/bin/sh\nprintf 'no JSON\\0' >&4\nsleep 20\n",
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			if err := os.WriteFile(path, []byte(script), 0o755); err != nil {
				t.Fatal(err)
			}
			_, _, err := start([]string{path}, 2*time.Second)
			if err == nil || !strings.Contains(err.Error(), path) {
				t.Errorf("the error is %v, want one that names %s", err, path)
			} else {
				t.Log(err)
			}
		})
	}
	t.Run("absent", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		_, _, err := start([]string{"chromium"}, 2*time.Second)
		if err == nil || !strings.Contains(err.Error(), "apt-get install chromium") {
			t.Errorf("the error is %v", err)
		}
	})
}

func TestMajor(t *testing.T) {
	for product, want := range map[string]int{
		"HeadlessChrome/156.0.8078.108": 156, "Chrome/98.0.4758.102": 98, "Chrome/128": 128, "": 0, "Chrome": 0, "Chrome/x.1": 0,
	} {
		if got := major(product); got != want {
			t.Errorf("the major version of %q is %d, want %d", product, got, want)
		}
	}
}
