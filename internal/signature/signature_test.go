package signature

import (
	"crypto/ed25519"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"unroll/internal/safefile"
)

// keys makes a pair of keys.
func keys(t testing.TB) (ed25519.PrivateKey, ed25519.PublicKey) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return private, public
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// folder makes a run of two models, and signs it.
func folder(t *testing.T, key ed25519.PrivateKey) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	for _, name := range []string{"results.json", "a/model.json", "a/weights", "b/model.json", "cache/ids", ".lock", "a/.hidden/x"} {
		put(t, filepath.Join(dir, name), "content of "+name)
	}
	if n, err := Sign(dir, key, "cache"); err != nil || n != 4 {
		t.Fatalf("%d files, error %v", n, err)
	}
	return dir
}

// TestSigned: files are read as they were signed, from a run, from one of its models, and
// below either as the root of a file system.
func TestSigned(t *testing.T) {
	private, public := keys(t)
	dir := folder(t, private)
	for _, name := range []string{"results.json", "a/model.json", "a/weights", "b/model.json"} {
		for where, f := range map[string]struct {
			base fs.FS
			path string
		}{
			"disk": {safefile.Disk, filepath.Join(dir, filepath.FromSlash(name))},
			"root": {os.DirFS(dir), name},
			"deep": {os.DirFS(filepath.Dir(dir)), "run/" + name},
		} {
			data, err := fs.ReadFile(NewFS(f.base, public), f.path)
			if err != nil || string(data) != "content of "+name {
				t.Errorf("%s of %s: %q, error %v", name, where, data, err)
			}
		}
	}
	// Signing again, after a change, replaces the signature.
	put(t, filepath.Join(dir, "b/model.json"), "new")
	if _, err := Sign(dir, private, "cache"); err != nil {
		t.Fatal(err)
	}
	if data, err := NewFS(safefile.Disk, public).ReadFile(filepath.Join(dir, "b/model.json")); err != nil || string(data) != "new" {
		t.Errorf("%q, error %v", data, err)
	}
}

// TestRefused: what was not signed, or not so, is not read.
func TestRefused(t *testing.T) {
	private, public := keys(t)
	_, other := keys(t)
	for what, c := range map[string]struct {
		change func(dir string)
		key    ed25519.PublicKey
		want   string
	}{
		"a changed file":       {func(dir string) { put(t, dir+"/a/model.json", "content of a/model.jsom") }, public, "has changed since it was signed"},
		"an empty file":        {func(dir string) { put(t, dir+"/a/model.json", "") }, public, "has changed since it was signed"},
		"another file's":       {func(dir string) { put(t, dir+"/a/model.json", "content of b/model.json") }, public, "has changed since it was signed"},
		"another key":          {func(string) {}, other, "not made with the key that is required"},
		"no signature":         {func(dir string) { os.Remove(dir + "/" + File) }, public, "it is not signed: there is no " + File},
		"an empty signature":   {func(dir string) { put(t, dir+"/"+File, "") }, public, "damaged"},
		"a file that is gone":  {func(dir string) { os.Remove(dir + "/b/model.json") }, public, `b/model.json" was signed and is gone`},
		"a model that is gone": {func(dir string) { os.RemoveAll(dir + "/b") }, public, `b/model.json" was signed and is gone`},
		"a name left out": {func(dir string) {
			doc, err := os.ReadFile(dir + "/" + File)
			if err != nil {
				t.Fatal(err)
			}
			put(t, dir+"/"+File, strings.Replace(string(doc), `"a/model.json"`, `"c/model.json"`, 1))
		}, public, "damaged, or edited"},
		"a signature beside the model that does not name it": {func(dir string) {
			put(t, dir+"/a/"+File, "{}")
		}, public, File},
	} {
		dir := folder(t, private)
		c.change(dir)
		f := NewFS(safefile.Disk, c.key)
		path := filepath.Join(dir, "a", "model.json")
		if data, err := f.ReadFile(path); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %q, error %v, want %q", what, data, err, c.want)
		}
		if in, err := f.Open(path); err == nil {
			t.Errorf("%s is opened", what)
			in.Close()
		}
	}
	dir := folder(t, private)
	put(t, filepath.Join(dir, "a", "grams.bin"), "added")
	for name, want := range map[string]string{"a/grams.bin": "does not name it", "cache/ids": "does not name it", ".lock": "does not name it", "c/none": "no such file"} {
		if _, err := NewFS(safefile.Disk, public).ReadFile(filepath.Join(dir, name)); err == nil || runtime.GOOS != "windows" && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", name, err, want)
		}
	}
	if err := os.Symlink("model.json", filepath.Join(dir, "a", "link")); err == nil {
		if _, err := Sign(dir, private); err == nil || !strings.Contains(err.Error(), "link") {
			t.Errorf("a link is signed with error %v", err)
		}
	}
}
