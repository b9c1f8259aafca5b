package imdb

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWordIndex: the file is downloaded once, and again if it is damaged.
func TestWordIndex(t *testing.T) {
	var lines []string
	f := officialIndex(Options{CacheDir: filepath.Join(t.TempDir(), "cache"), Log: func(line string) { lines = append(lines, line) }})
	if f.file.size != 1641221 || len(f.file.sha256) != 64 || f.file.what != "word index of Keras" {
		t.Errorf("%+v", f.file)
	}
	f.file = *serve(t, withRanges)
	f.file.what = "word index of Keras"
	for range 2 {
		got, err := f.read(t.Context())
		if err != nil || !bytes.Equal(got, payload) {
			t.Fatalf("%d bytes, error %v", len(got), err)
		}
	}
	path := filepath.Join(f.CacheDir, "imdb_word_index.json")
	checkFile(t, path, payload)
	if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := f.read(t.Context()); err != nil || !bytes.Equal(got, payload) {
		t.Errorf("%d bytes, error %v", len(got), err)
	}
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "downloading the word index of Keras from http://127.0.0.1") {
		t.Errorf("logged %q", lines)
	}
	f = officialIndex(Options{CacheDir: t.TempDir()})
	f.file = *serve(t, http.NotFound)
	if _, err := f.read(t.Context()); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("error %v", err)
	}
}
