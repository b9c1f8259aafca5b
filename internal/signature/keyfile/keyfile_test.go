package keyfile

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestKeys: what is no key, or the wrong one, is refused by its path; a key is not
// overwritten, and is its owner's alone.
func TestKeys(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "key.pem")
	if public, err := New(path); err != nil || public != path+".pub" {
		t.Fatalf("%s, error %v", public, err)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, error %v", info.Mode(), err)
	}
	if _, err := New(path); err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("error %v", err)
	}
	for name, text := range map[string]string{"empty": "", "odd": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{
		"none": "no such file", "empty": "it holds no key in PEM", "key.pem": "it holds a PRIVATE KEY, want a PUBLIC KEY", "odd": "asn1", ".": "it is a folder",
	} {
		if _, err := Public(filepath.Join(dir, name)); err == nil || runtime.GOOS != "windows" && !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), dir) {
			t.Errorf("%s: error %v, want %q", name, err, want)
		}
	}
	if _, err := Private(path + ".pub"); err == nil || !strings.Contains(err.Error(), "it holds a PUBLIC KEY, want a PRIVATE KEY") {
		t.Errorf("error %v", err)
	}
}

// TestOpenSSL: keys of openssl are read, and it reads ours.
func TestOpenSSL(t *testing.T) {
	tool, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("*** OPENSSL IS NOT INSTALLED: keys are not exchanged with it ***")
	}
	run := func(args ...string) {
		t.Helper()
		if out, err := exec.Command(tool, args...).CombinedOutput(); err != nil {
			t.Fatalf("openssl %q: %v: %s", args, err, out)
		}
	}
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	run("genpkey", "-algorithm", "ed25519", "-out", at("theirs"))
	run("pkey", "-in", at("theirs"), "-pubout", "-out", at("theirs.pub"))
	private, err := Private(at("theirs"))
	if err != nil {
		t.Fatal(err)
	}
	public, err := Public(at("theirs.pub"))
	if err != nil || !public.Equal(private.Public()) {
		t.Errorf("error %v", err)
	}
	run("genpkey", "-algorithm", "RSA", "-out", at("rsa"))
	if _, err := Private(at("rsa")); err == nil || !strings.Contains(err.Error(), "want Ed25519") {
		t.Errorf("error %v", err)
	}
	if _, err := New(at("key.pem")); err != nil {
		t.Fatal(err)
	}
	run("pkey", "-in", at("key.pem"), "-noout")
	run("pkey", "-pubin", "-in", at("key.pem.pub"), "-noout")
}
