package imdb

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pkg/errors"

	"unroll/internal/filetest"
)

// payload is long enough for several reads.
var payload = bytes.Repeat([]byte("0123456789abcdef"), 20000)

// serve answers every request with handle and returns the download of payload
// from there.
func serve(t *testing.T, handle http.HandlerFunc) *download {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	sum := sha256.Sum256(payload)
	return &download{
		what:    "IMDB reviews",
		url:     server.URL + "/archive",
		size:    int64(len(payload)),
		sha256:  hex.EncodeToString(sum[:]),
		connect: 5 * time.Second,
		stall:   5 * time.Second,
	}
}

func withRanges(w http.ResponseWriter, r *http.Request) {
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(payload))
}

func withoutRanges(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Length", fmt.Sprint(len(payload)))
	w.Write(payload)
}

func noLog(string, ...any) {}

func checkFile(t *testing.T, path string, want []byte) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Error(err)
	} else if !bytes.Equal(got, want) {
		t.Errorf("%s has %d bytes, or other bytes than the %d wanted", path, len(got), len(want))
	}
}

func checkMissing(t *testing.T, path string) {
	t.Helper()
	if _, err := os.Stat(path); err == nil {
		t.Errorf("%s exists", path)
	}
}

func TestDownload(t *testing.T) {
	third := len(payload) / 3
	for name, c := range map[string]struct {
		handle http.HandlerFunc
		part   []byte
		first  int // where the progress must begin
	}{
		"fresh":             {withRanges, nil, 0},
		"resumed":           {withRanges, payload[:third], third},
		"no ranges":         {withoutRanges, payload[:third], 0},
		"complete part":     {withRanges, payload, len(payload)},
		"part is too large": {withRanges, append(bytes.Clone(payload), 'x'), 0},
		"wrong range": {func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Range") != "" {
				w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-9/%d", len(payload)))
				w.WriteHeader(http.StatusPartialContent)
				w.Write(payload[:10])
				return
			}
			withoutRanges(w, r)
		}, payload[:third], 0},
		"range refused": {func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Range") != "" {
				w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
				return
			}
			withoutRanges(w, r)
		}, payload[:third], 0},
		"unknown length": {func(w http.ResponseWriter, r *http.Request) {
			for chunk := range slices.Chunk(payload, 10000) {
				w.Write(chunk)
				w.(http.Flusher).Flush()
			}
		}, nil, 0},
		"labelled as compressed": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			withoutRanges(w, r)
		}, nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			d := serve(t, c.handle)
			path := filepath.Join(t.TempDir(), "new", "archive")
			if c.part != nil {
				filetest.Write(t, filepath.Dir(path), map[string]string{"archive.part": string(c.part)})
			}
			var lines []string
			last := int64(-1)
			err := d.fetch(t.Context(), path,
				func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) },
				func(done, total int64) {
					if last == -1 && (done <= int64(c.first) || done > int64(c.first)+1<<16) {
						t.Errorf("progress begins with %d, want a little more than %d", done, c.first)
					}
					if done <= last || total != d.size {
						t.Errorf("progress %d of %d after %d", done, total, last)
					}
					last = done
				})
			if err != nil {
				t.Fatal(err)
			}
			checkFile(t, path, payload)
			checkMissing(t, path+".part")
			if c.first < len(payload) {
				if last != d.size {
					t.Errorf("progress ends at %d of %d", last, d.size)
				}
				if len(lines) != 1 || !strings.Contains(lines[0], d.url+" (0.3 MB) to "+filepath.Dir(path)) {
					t.Errorf("announced as %q", lines)
				}
			}
			if err := d.fetch(t.Context(), path, func(string, ...any) { t.Error("downloaded again") }, nil); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestDownloadFails(t *testing.T) {
	half := len(payload) / 2
	hang := func(w http.ResponseWriter, r *http.Request) {
		// The client leaves early; a server that waits for it must end with the test.
		select {
		case <-r.Context().Done():
		case <-time.After(5 * time.Second):
		}
	}
	for name, c := range map[string]struct {
		handle http.HandlerFunc
		want   string
		part   []byte // left for the next time
	}{
		"not found": {http.NotFound, "answered 404 Not Found", nil},
		"other bytes": {func(w http.ResponseWriter, r *http.Request) {
			w.Write(bytes.ToUpper(payload))
		}, "has SHA-256 ", nil},
		"too many bytes": {func(w http.ResponseWriter, r *http.Request) {
			w.(http.Flusher).Flush()
			w.Write(payload)
			w.Write(payload)
		}, "has SHA-256 ", nil},
		"other size": {func(w http.ResponseWriter, r *http.Request) {
			w.Write([]byte("<html>please log in</html>"))
		}, "offers 26 bytes, want 320000", nil},
		"cut short": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(payload)))
			w.Write(payload[:half])
		}, "the download stopped after 160000 of 320000 bytes: unexpected EOF", payload[:half]},
		"cut short, unknown length": {func(w http.ResponseWriter, r *http.Request) {
			w.(http.Flusher).Flush()
			w.Write(payload[:half])
		}, "the download stopped after 160000 of 320000 bytes: unexpected EOF", payload[:half]},
		"no answer": {hang, "did not answer within 100ms", nil},
		"stalls": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(payload)))
			w.Write(payload[:half])
			w.(http.Flusher).Flush()
			hang(w, r)
		}, "stopped after 160000 of 320000 bytes: 127.0.0.1", payload[:half]},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := serve(t, c.handle)
			d.connect, d.stall = 5*time.Second, 200*time.Millisecond
			if name == "no answer" {
				d.connect = 100 * time.Millisecond
			}
			path := filepath.Join(t.TempDir(), "archive")
			err := d.fetch(t.Context(), path, noLog, nil)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
			if strings.Contains(c.want, "SHA-256") && (err == nil || !strings.Contains(err.Error(), d.sha256)) {
				t.Errorf("the error does not name the digest wanted: %v", err)
			}
			checkMissing(t, path)
			if c.part == nil {
				checkMissing(t, path+".part")
			} else {
				checkFile(t, path+".part", c.part)
			}
		})
	}
}

// A part of something else is found out at the end, and the next call starts anew.
func TestDownloadWrongPart(t *testing.T) {
	d := serve(t, withRanges)
	path := filepath.Join(t.TempDir(), "archive")
	filetest.Write(t, filepath.Dir(path), map[string]string{"archive.part": "something else"})
	if err := d.fetch(t.Context(), path, noLog, nil); err == nil || !strings.Contains(err.Error(), "SHA-256") {
		t.Errorf("error %v", err)
	}
	checkMissing(t, path)
	if err := d.fetch(t.Context(), path, noLog, nil); err != nil {
		t.Error(err)
	}
	checkFile(t, path, payload)
}

func TestDownloadRefused(t *testing.T) {
	d := serve(t, withRanges)
	d.url = "http://127.0.0.1:1/archive"
	err := d.fetch(t.Context(), filepath.Join(t.TempDir(), "archive"), noLog, nil)
	if err == nil || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("error %v", err)
	}
}

func TestDownloadCancelled(t *testing.T) {
	half := len(payload) / 2
	ctx, cancel := context.WithCancel(t.Context())
	d := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Range") != "" {
			withRanges(w, r)
			return
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(payload)))
		w.Write(payload[:half])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	path := filepath.Join(t.TempDir(), "archive")
	err := d.fetch(ctx, path, noLog, func(done, _ int64) {
		if done == int64(half) {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	checkMissing(t, path)
	checkFile(t, path+".part", payload[:half])
	if err := d.fetch(t.Context(), path, noLog, nil); err != nil {
		t.Error(err)
	}
	checkFile(t, path, payload)
}

// Several at once: one downloads, the others wait and use its file.
func TestDownloadTogether(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("SKIPPED, NO FILE LOCKS HERE: that one download waits for another is not tested")
	}
	var requests atomic.Int32
	d := serve(t, func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		withRanges(w, r)
	})
	path := filepath.Join(t.TempDir(), "archive")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := d.fetch(t.Context(), path, noLog, nil); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	checkFile(t, path, payload)
	if n := requests.Load(); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}
