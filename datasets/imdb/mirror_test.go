package imdb

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pkg/errors"

	"unroll/internal/filetest"
)

// tinyModule serves the tiny dataset as a Go module on the loopback interface and
// points the go command there, with an empty module cache.
func tinyModule(t *testing.T) goModule {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("SKIPPED: the Go module source is NOT tested, for there is no go command")
	}
	m := goModule{command: "go", path: "example.com/reviews", version: "v1.0.0", size: "1 kB", connect: 20 * time.Second}
	files := map[string]string{"go.mod": "module example.com/reviews\n"}
	for name, text := range tiny {
		files["datasets/"+name] = text
	}
	archive, sum := moduleZip(t, m.path+"@"+m.version+"/", files)
	m.sum = sum
	mux := http.NewServeMux()
	answer := func(name string, data []byte) {
		mux.HandleFunc("/example.com/reviews/@v/"+name, func(w http.ResponseWriter, _ *http.Request) { w.Write(data) })
	}
	answer("list", []byte("v1.0.0\n"))
	answer("v1.0.0.info", []byte(`{"Version": "v1.0.0", "Time": "2020-01-01T00:00:00Z"}`))
	answer("v1.0.0.mod", []byte(files["go.mod"]))
	answer("v1.0.0.zip", archive)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	emptyModuleCache(t, server.URL)
	return m
}

func emptyModuleCache(t *testing.T, proxy string) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("GOMODCACHE", dir)
	t.Setenv("GOPROXY", proxy)
	t.Setenv("GONOPROXY", "none")
	t.Setenv("GOSUMDB", "off")
	// Go's module cache is read-only, which would keep TempDir from removing it.
	t.Cleanup(func() {
		filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				os.Chmod(path, 0o755)
			}
			return err
		})
	})
}

// moduleZip returns a module's zip and its hash as it stands in go.sum: SHA-256 of
// the lines "SHA-256 of the file, two spaces, name", sorted by name.
func moduleZip(t *testing.T, prefix string, files map[string]string) (data []byte, sum string) {
	t.Helper()
	var buf bytes.Buffer
	zw := zip.NewWriter(&buf)
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := zw.Create(prefix + name)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, files[name])
		fmt.Fprintf(h, "%x  %s\n", sha256.Sum256([]byte(files[name])), prefix+name)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes(), "h1:" + base64.StdEncoding.EncodeToString(h.Sum(nil))
}

func TestModule(t *testing.T) {
	m := tinyModule(t)
	// None of the user's settings and files may be in the way, or be touched.
	home := t.TempDir()
	filetest.Write(t, home, map[string]string{"go.mod": "not a go.mod\n", "go.work": "nor this\n"})
	t.Chdir(home)
	t.Setenv("TMPDIR", home)
	t.Setenv("GOFLAGS", "-mod=vendor")
	t.Setenv("GO111MODULE", "off")

	if dir, err := m.cached(t.Context()); err == nil {
		t.Fatalf("cached at %s before it was fetched", dir)
	}
	var lines []string
	dir, err := m.fetch(t.Context(), func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) })
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) != 1 || !strings.Contains(lines[0], "example.com/reviews@v1.0.0 (1 kB) to "+os.Getenv("GOMODCACHE")) {
		t.Errorf("announced as %q", lines)
	}
	if cached, err := m.cached(t.Context()); err != nil || cached != dir {
		t.Errorf("cached at %q, %v, want %q", cached, err, dir)
	}
	c, err := Read(t.Context(), filepath.Join(dir, "datasets"))
	if err != nil {
		t.Fatal(err)
	}
	c.Source, c.Records = "", withoutFiles(c.Records)
	if diff := cmp.Diff(tinyReviews, c); diff != "" {
		t.Errorf("reviews (-want +got):\n%s", diff)
	}
	if files, _ := os.ReadDir(home); len(files) != 2 {
		t.Errorf("files are left behind: %v", files)
	}
	right := m.sum
	m.sum = "h1:another"
	if _, err := m.cached(t.Context()); err == nil || !strings.Contains(err.Error(), "has the hash "+right+", want h1:another") {
		t.Errorf("a wrong hash: error %v", err)
	}
}

func TestModuleFails(t *testing.T) {
	m := tinyModule(t)
	check := func(m goModule, want string) {
		t.Helper()
		if _, err := m.fetch(t.Context(), noLog); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v, want %q in one line", err, want)
		}
	}
	absent := m
	absent.command = "no-such-go-command"
	check(absent, `the command "no-such-go-command" is not installed here`)
	other := m
	other.version = "v1.0.1"
	check(other, "404 Not Found")

	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer silent.Close()
	t.Setenv("GOPROXY", silent.URL)
	slow := m
	slow.connect = 300 * time.Millisecond
	check(slow, "no answer within 300ms")
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := m.fetch(ctx, noLog); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want context.DeadlineExceeded", err)
	}
	t.Setenv("GOPROXY", "off")
	check(m, "GOPROXY=off")
}

func TestOneLine(t *testing.T) {
	const message = "go: downloading example.com/x v1.0.0\ngo: it failed:\n\tfor a reason\n\n"
	if got, want := oneLine(message), "it failed:; for a reason"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
