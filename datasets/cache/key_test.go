package cache

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"unroll/internal/filetest"
)

func TestSourceKey(t *testing.T) {
	dir := t.TempDir()
	filetest.Write(t, dir, map[string]string{"pos/1.txt": "good", "pos/2.txt": "fine", "neg/1.txt": "bad"})
	a := filepath.Join(dir, "pos", "1.txt")
	key := func(settings any, paths ...string) string {
		t.Helper()
		k, err := Key(t.Context(), paths, settings)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	first := key(map[string]int{"words": 100, "skip": 20}, dir, a)
	if again := key(map[string]int{"skip": 20, "words": 100}, dir, a); again != first {
		t.Error("the same source has two keys")
	}
	seen := map[string]string{first: "first"}
	different := func(what, k string) {
		t.Helper()
		if old, ok := seen[k]; ok {
			t.Errorf("%s has the key of %s", what, old)
		}
		seen[k] = what
	}
	different("another setting", key(map[string]int{"words": 101, "skip": 20}, dir, a))
	different("another order", key(map[string]int{"words": 100, "skip": 20}, a, dir))
	different("one path", key(map[string]int{"words": 100, "skip": 20}, dir))
	different("no path", key(map[string]int{"words": 100, "skip": 20}))
	different("an empty path's folder", key(nil, t.TempDir()))
	different("no settings", key(nil))

	// The same size at the same time is another content still.
	info, err := os.Stat(a)
	if err != nil {
		t.Fatal(err)
	}
	filetest.Write(t, dir, map[string]string{"pos/1.txt": "goof"})
	if err := os.Chtimes(a, info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	different("another content", key(map[string]int{"words": 100, "skip": 20}, dir, a))
	if err := os.Rename(filepath.Join(dir, "neg"), filepath.Join(dir, "negative")); err != nil {
		t.Fatal(err)
	}
	different("another name", key(map[string]int{"words": 100, "skip": 20}, dir, a))

	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err == nil && key(nil, link) != key(nil, dir) {
		t.Error("a link to a folder has another key than the folder")
	}
	if _, err := Key(t.Context(), []string{filepath.Join(dir, "none")}, nil); err == nil || !strings.HasPrefix(err.Error(), "reading "+dir) {
		t.Errorf("a missing path: error %v", err)
	}
	if _, err := Key(t.Context(), nil, func() {}); err == nil {
		t.Error("settings that are no JSON have a key")
	}
}
