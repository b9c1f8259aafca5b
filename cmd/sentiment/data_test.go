package main

import (
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

	before := snapshot(t, out)
	status, stdout, stderr = command("", tiny(out, "--data", "imdb")...)
	lines := strings.Split(strings.TrimSpace(stderr), "\n")
	checkFailure(t, status, exitFailure, stdout, lines[len(lines)-1]+"\n", "IMDB reviews", "official archive: ", "Go module: ")
	checkUnchanged(t, out, before)
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("that took %v", took)
	}
}
