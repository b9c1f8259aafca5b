package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestOffline takes every source of the reviews away: a proxy that refuses, an
// empty cache, and no Go module proxy.
func TestOffline(t *testing.T) {
	tmp := t.TempDir()
	for _, proxy := range []string{"HTTPS_PROXY", "https_proxy"} {
		t.Setenv(proxy, "http://127.0.0.1:1")
	}
	for _, no := range []string{"NO_PROXY", "no_proxy"} {
		t.Setenv(no, "")
	}
	t.Setenv("HOME", tmp) // where macOS keeps its caches
	t.Setenv("XDG_CACHE_HOME", filepath.Join(tmp, "cache"))
	t.Setenv("LocalAppData", filepath.Join(tmp, "cache"))
	t.Setenv("GOMODCACHE", filepath.Join(tmp, "modules"))
	t.Setenv("GOPROXY", "off")
	start := time.Now()

	out := filepath.Join(tmp, "run")
	status, stdout, stderr := command("", tiny(out, "--data", "auto", "--model", "embedding")...)
	if status != exitOK || !strings.HasPrefix(stdout, "Data: sample, ") {
		t.Errorf("status %d, stdout %q", status, stdout)
	}
	for _, want := range []string{"official archive: ", "Go module: ", "\n*** Using the built-in SAMPLE "} {
		if !strings.Contains(stderr, want) {
			t.Errorf("no %q in stderr:\n%s", want, stderr)
		}
	}
	if r := readResults(t, out); r.Data != "sample" {
		t.Errorf("results are of %q, want sample", r.Data)
	}
	// The saved model is evaluated on what it was trained on, without a search.
	succeed(t, "", "evaluate", filepath.Join(out, "embedding"))

	folder := t.TempDir()
	before := snapshot(t, folder)
	status, stdout, stderr = command("", tiny(filepath.Join(folder, "another"), "--data", "imdb")...)
	lines := strings.Split(strings.TrimSpace(stderr), "\n")
	checkFailure(t, status, exitFailure, stdout, lines[len(lines)-1]+"\n", "IMDB reviews", "official archive: ", "Go module: ")
	checkUnchanged(t, folder, before)
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("that took %v", took)
	}
}

// aclImdb makes a tiny dataset in the form of the original: n reviews in each
// of its four folders.
func aclImdb(t *testing.T, n int) (folder string) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), "aclImdb")
	for _, half := range []string{"train", "test"} {
		for class, word := range map[string]string{"pos": "wonderful", "neg": "dreadful"} {
			dir := filepath.Join(folder, half, class)
			if err := os.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			for i := range n {
				text := "a b c d e f g h i j k l m n o p q r s t u v w x y z this film is " + word
				if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d_1.txt", i)), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	return folder
}

// archive packs a folder as the original is packed.
func archive(t *testing.T, folder string) (path string) {
	t.Helper()
	var buf bytes.Buffer
	zw := gzip.NewWriter(&buf)
	tw := tar.NewWriter(zw)
	if err := tw.AddFS(os.DirFS(filepath.Dir(folder))); err != nil {
		t.Fatal(err)
	}
	if err := tw.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "reviews.tar.gz")
	if err := os.WriteFile(path, buf.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDataPath(t *testing.T) {
	folder := aclImdb(t, 10)
	for _, data := range []string{folder, archive(t, folder)} {
		dir := t.TempDir()
		out := succeed(t, "", tiny(dir, "--data", data)...)
		if want := "16 reviews to train on, 4 to validate on, 20 to test on."; !strings.Contains(out, want) || !strings.Contains(out, data) {
			t.Errorf("output has no %q or %q:\n%s", want, data, out)
		}
		if r := readResults(t, dir); r.Data != "imdb" {
			t.Errorf("results are of %q, want imdb", r.Data)
		}
		// The saved model remembers where its reviews are.
		out = succeed(t, "", "evaluate", filepath.Join(dir, "embedding"))
		if !strings.HasPrefix(out, "embedding on 4 validation reviews (imdb): loss ") {
			t.Errorf("evaluate printed %q", out)
		}
	}
}
