package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"unroll/internal/signature/keyfile"
	"unroll/train/classifier"
)

// outcome is how a process of the program ended, for what holds for the process as a whole.
func outcome(t *testing.T, args ...string) (ok bool, stdout, stderr string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	status, stdout, stderr := runAlone(t, "", self, args...)
	return status == exitOK, stdout, stderr
}

// TestSign: a run that was signed is used by every command that may require it; what has
// changed since, was added or signed by others, is refused by all of them.
func TestSign(t *testing.T) {
	dir := copyRun(t)
	key := filepath.Join(t.TempDir(), "key.pem")
	if out := succeed(t, "", "sign", "--new-key", key); !strings.Contains(out, key+".pub") {
		t.Errorf("%q", out)
	}
	if out := succeed(t, "", "sign", dir, "--key", key); !strings.HasPrefix(out, "Signed ") {
		t.Errorf("%q", out)
	}
	news, written := moreTexts(t), t.TempDir()
	out := func() string { // a name that is not there yet
		written = filepath.Join(written, "a")
		if err := os.Mkdir(written, 0o755); err != nil {
			t.Fatal(err)
		}
		return filepath.Join(written, "out")
	}
	commands := func() [][]string {
		return [][]string{
			{"predict", dir, "a wonderful film"}, {"evaluate", dir}, {"words", filepath.Join(dir, "embedding"), "good"},
			{"export", filepath.Join(dir, "embedding"), "--out", out() + ".keras"},
			{"shrink", filepath.Join(dir, "embedding"), "--out", out()},
			{"bundle", filepath.Join(dir, "embedding"), "--out", out()},
			{"train", "--from", filepath.Join(dir, "embedding"), "--data", news, "--epochs", "1", "--out", out()},
			{"compare", dir, "--out", out()},
			{"serve", dir, "--addr", "127.0.0.1:0"},
		}
	}
	tested := map[string]bool{}
	for _, args := range commands() {
		tested[args[0]] = true
	}
	for _, c := range everyCommand() {
		if has := c.Flags().Lookup("require-signature") != nil; has != tested[c.Name()] && c.HasParent() {
			t.Errorf("%s: has the flag: %t, is tested: %t", c.Name(), has, tested[c.Name()])
		}
	}
	with := func(args []string, key string) []string {
		return append(args[:len(args):len(args)], "--require-signature", key)
	}
	for _, args := range commands()[:7] { // a server would go on
		if ok, _, stderr := outcome(t, with(args, key+".pub")...); !ok {
			t.Errorf("%q: %s", args, stderr)
		}
	}
	public, err := keyfile.Public(key + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	load := func(dir string) error { // as a program of one's own does
		m, err := classifier.LoadSigned(dir, public)
		if err == nil {
			err = m.Close()
		}
		return err
	}
	if err := load(filepath.Join(dir, "embedding")); err != nil {
		t.Error(err)
	}
	refused := func(want string) {
		t.Helper()
		for _, args := range commands() {
			ok, stdout, stderr := outcome(t, with(args, key+".pub")...)
			if ok || !strings.Contains(stderr, want) {
				t.Errorf("%q: ended well: %t, stdout %q, stderr %q, want %q", args, ok, stdout, stderr, want)
			}
		}
	}
	// The values of settings.json and task.json may be others, with a checksum that is right.
	task := filepath.Join(dir, "embedding", "task.json")
	edit(t, task, `"negative"`, `"nagative"`)
	for _, args := range commands()[:2] {
		if ok, _, stderr := outcome(t, with(args, key+".pub")...); ok || !strings.Contains(stderr, task+": it has changed since it was signed") {
			t.Errorf("%q: %t, %s", args, ok, stderr)
		}
	}
	if err := load(filepath.Join(dir, "embedding")); err == nil || !strings.Contains(err.Error(), "it has changed since it was signed") {
		t.Errorf("error %v", err)
	}
	succeed(t, "", "sign", dir, "--key", key)
	succeed(t, "", "sign", "--new-key", key+"2")
	if ok, _, stderr := outcome(t, with(commands()[0], key+"2.pub")...); ok || !strings.Contains(stderr, "was not made with the key that is required") {
		t.Errorf("another key: %s", stderr)
	}
	if err := os.Remove(filepath.Join(dir, "signature.json")); err != nil {
		t.Fatal(err)
	}
	refused("it is not signed")
}

// TestSignRefuses wrong command lines and folders.
func TestSignRefuses(t *testing.T) {
	dir := copyRun(t)
	key := filepath.Join(t.TempDir(), "key.pem")
	succeed(t, "", "sign", "--new-key", key)
	for _, c := range []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{"sign"}, exitUsage, "want the folder to sign"},
		{[]string{"sign", dir}, exitUsage, "--key is missing"},
		{[]string{"sign", dir, "--new-key", "k"}, exitUsage, "leave out " + dir},
		{[]string{"sign", "--new-key", "k", "--key", key}, exitUsage, "--new-key has no effect with --key"},
		{[]string{"sign", dir, "--key", key + ".pub"}, exitUsage, "it holds a PUBLIC KEY, want a PRIVATE KEY"},
		{[]string{"sign", dir, "--key", "none"}, exitUsage, "none: no such file"},
		{[]string{"sign", "--new-key", key}, exitFailure, "is there already"},
		{[]string{"sign", t.TempDir(), "--key", key}, exitFailure, "holds neither a model nor a run"},
		{[]string{"predict", dir, "a", "--require-signature", key}, exitUsage, "it holds a PRIVATE KEY, want a PUBLIC KEY"},
		{[]string{"predict", dir, "a", "--require-signature", "none"}, exitUsage, "none: no such file"},
		{[]string{"train", "--data", "sample", "--require-signature", key + ".pub"}, exitUsage, "--require-signature has no effect without --from"},
	} {
		status, stdout, stderr := command("", c.args...)
		checkFailure(t, status, c.status, stdout, stderr, c.want)
	}
}
