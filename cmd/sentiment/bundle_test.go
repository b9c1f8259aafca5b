package main

import (
	"bufio"
	"encoding/binary"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// bundledProgram writes the test's executable with a model of the shared run inside.
func bundledProgram(t *testing.T, args ...string) string {
	t.Helper()
	app := filepath.Join(t.TempDir(), "app")
	succeed(t, "", append([]string{"bundle", sharedRun(t), "--out", app}, args...)...)
	return app
}

// alone is a command line of a program, elsewhere and without a PATH.
func alone(t *testing.T, program string, args ...string) *exec.Cmd {
	t.Helper()
	c := exec.Command(program, args...)
	c.Dir, c.Env = t.TempDir(), []string{asProgram + "=1"}
	return c
}

// runAlone runs it to its end.
func runAlone(t *testing.T, stdin, program string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	c := alone(t, program, args...)
	var out, err strings.Builder
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader(stdin), &out, &err
	if e := c.Run(); e != nil && c.ProcessState == nil {
		t.Fatal(e)
	}
	return c.ProcessState.ExitCode(), out.String(), err.String()
}

// TestBundle runs a program with a model inside: it says of texts what the folder says.
func TestBundle(t *testing.T) {
	app := bundledProgram(t, "--model", "embedding")
	dir := filepath.Join(sharedRun(t), "embedding")
	for _, c := range []struct {
		args, plain []string
		stdin       string
	}{
		{args: []string{"predict", "a wonderful film", "a dull story"}, plain: []string{"predict", dir, "a wonderful film", "a dull story"}},
		{args: []string{"predict", "--json", "--explain"}, plain: []string{"predict", "--json", "--explain", dir}, stdin: "a dull story\n"},
		{args: []string{"predict", "--", "-- dull"}, plain: []string{"predict", dir, "--", "-- dull"}},
		{args: []string{"words", "good", "bad"}, plain: []string{"words", dir, "good", "bad"}},
		{args: []string{"summary"}, plain: []string{"summary", dir}},
		{args: []string{"summary", "--model", "bow"}, plain: []string{"summary", "--model", "bow"}},
		{args: []string{"evaluate", "--split", "test"}, plain: []string{"evaluate", dir, "--split", "test"}},
		{args: []string{"evaluate", dir}, plain: []string{"evaluate", dir}},
	} {
		status, stdout, stderr := runAlone(t, c.stdin, app, c.args...)
		if status != exitOK || stderr != "" {
			t.Errorf("%q: status %d, stderr %q", c.args, status, stderr)
		}
		if want := succeed(t, c.stdin, c.plain...); stdout != want {
			t.Errorf("%q prints %q, want %q", c.args, stdout, want)
		}
	}
	// A program with a model inside is a model's folder for another one.
	if got, want := succeed(t, "", "predict", app, "a dull story"), succeed(t, "", "predict", dir, "a dull story"); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for _, args := range [][]string{nil, {"--help"}, {"--version"}} {
		status, stdout, stderr := runAlone(t, "", app, args...)
		if status != exitOK || stderr != "" || !strings.Contains(stdout, "embedding: labels negative, positive") {
			t.Errorf("%q: status %d, stdout %q, stderr %q", args, status, stdout, stderr)
		}
	}
	if _, stdout, _ := runAlone(t, "", app, "predict", "--help"); !strings.Contains(stdout, "app predict [TEXT...] [flags]") || !strings.Contains(stdout, "app predict \"a wonderful film\"") {
		t.Errorf("the help of predict is %q", stdout)
	}
	for _, c := range []struct {
		want string
		args []string
	}{
		{"app: --encoding has no effect on texts from the command line\n", []string{"predict", "--encoding", "latin1", "dull"}},
		{"app: unknown command \"dull\", see app --help\n", []string{"dull"}},
		{"-- app predict", []string{"predict", "-dull"}},
		{"app: words: an argument is missing, usage: app words WORD... [flags]\n", []string{"words"}},
	} {
		status, _, stderr := runAlone(t, "", app, c.args...)
		if status != exitUsage || !strings.Contains(strings.Replace(stderr, "--: app", "-- app", 1), c.want) {
			t.Errorf("%q: status %d, stderr %q, want %q", c.args, status, stderr, c.want)
		}
	}
}

// TestBundleNGrams: n-grams are found within the program, and what a program writes of them
// is what the folder holds.
func TestBundleNGrams(t *testing.T) {
	dir, app := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "app")
	succeed(t, "", "train", "--quiet", "--data", "sample", "--model", "ngrams", "--out", dir)
	succeed(t, "", "bundle", dir, "--out", app)
	for _, args := range [][]string{{"a wonderful film"}, {"--json", "--explain", "a dull story, 영화"}, strings.Fields(strings.Repeat("a wonderful film ", 50))} {
		status, stdout, stderr := runAlone(t, "", app, append([]string{"predict"}, args...)...)
		if want := succeed(t, "", append([]string{"predict", dir}, args...)...); status != exitOK || stdout != want || stderr != "" {
			t.Errorf("%q: status %d, stdout %q, stderr %q, want %q", args, status, stdout, stderr, want)
		}
	}
	small, smaller := filepath.Join(dir, "small"), filepath.Join(t.TempDir(), "smaller")
	succeed(t, "", "shrink", filepath.Join(dir, "ngrams"), "--out", small)
	if status, _, stderr := runAlone(t, "", app, "shrink", "--out", smaller); status != exitOK || stderr != "" {
		t.Fatalf("status %d, stderr %q", status, stderr)
	}
	for _, name := range []string{"grams.bin", "weights.safetensors"} {
		one, err := os.ReadFile(filepath.Join(small, name))
		if err != nil {
			t.Fatal(err)
		}
		if two, err := os.ReadFile(filepath.Join(smaller, name)); err != nil || string(one) != string(two) {
			t.Errorf("%s: %d bytes, want the same %d; %v", name, len(two), len(one), err)
		}
	}
}

// TestBundleAgain: a program with a model inside writes others, with the same bytes as the
// program without.
func TestBundleAgain(t *testing.T) {
	first, again := bundledProgram(t), filepath.Join(t.TempDir(), "new", "again")
	if status, _, stderr := runAlone(t, "", first, "bundle", "--out", again); status != exitOK || stderr != "" {
		t.Fatalf("status %d, stderr %q", status, stderr)
	}
	one, err := os.ReadFile(first)
	if err != nil {
		t.Fatal(err)
	}
	if two, err := os.ReadFile(again); err != nil || string(two) != string(one) {
		t.Errorf("%d bytes, want the same %d; %v", len(two), len(one), err)
	}
}

// TestBundleServes asks a served model over HTTP.
func TestBundleServes(t *testing.T) {
	c := alone(t, bundledProgram(t, "--model", "embedding"), "serve", "--addr", "127.0.0.1:0")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer c.Wait()
	defer c.Process.Kill()
	line, err := bufio.NewReader(out).ReadString('\n')
	at := regexp.MustCompile(`http://\S+`).FindString(line)
	if err != nil || at == "" {
		t.Fatalf("it prints %q, %v", line, err)
	}
	for path, body := range map[string]string{"/v1/predict": `{"texts":["a wonderful film"]}`, "/v1/models": "", "/v1/models/embedding/history": ""} {
		var answer *http.Response
		if body == "" {
			answer, err = http.Get(at + path)
		} else {
			answer, err = http.Post(at+path, "application/json", strings.NewReader(body))
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode != http.StatusOK || !strings.Contains(string(text), "accuracy") && !strings.Contains(string(text), `"model":"embedding"`) {
			t.Errorf("%s: status %d, %v, %s", path, answer.StatusCode, err, text)
		}
	}
}

// TestBundleDamaged: a changed or shortened program says so in one line, whatever it is
// asked.
func TestBundleDamaged(t *testing.T) {
	app := bundledProgram(t)
	whole, err := os.ReadFile(app)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func([]byte) []byte
		want   string
	}{
		"flipped": {func(b []byte) []byte { b[len(b)-2000] ^= 1; return b }, "it was changed after it was written"},
		"cut":     {func(b []byte) []byte { return b[:len(b)-2000] }, "the model inside is cut short"},
	} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, c.change([]byte(string(whole))), 0o755); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{nil, {"predict", "a dull story"}, {"--version"}} {
			status, stdout, stderr := runAlone(t, "", path, args...)
			if status != exitFailure || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, c.want) {
				t.Errorf("%s: %q: status %d, stdout %q, stderr %q", name, args, status, stdout, stderr)
			}
		}
		status, stdout, stderr := command("", "predict", path, "a dull story")
		checkFailure(t, status, exitFailure, stdout, stderr, path, c.want)
	}
}

// TestBundleFor takes a program of another platform, of which there are only headers here.
func TestBundleFor(t *testing.T) {
	app := bundledProgram(t)
	whole, err := os.ReadFile(app)
	if err != nil {
		t.Fatal(err)
	}
	mark := whole[strings.LastIndex(string(whole), "\x00\xffunroll: here is a model"):][:27]
	le := binary.LittleEndian
	windows := make([]byte, 300)
	copy(windows, "MZ")
	le.PutUint32(windows[0x3c:], 64)
	copy(windows[64:], "PE\x00\x00")
	le.PutUint16(windows[64+6:], 1)
	le.PutUint16(windows[64+24:], 0x20b)
	le.PutUint32(windows[64+24+16:], 100)
	le.PutUint32(windows[64+24+20:], 200)
	mac := make([]byte, 300)
	copy(mac, "\xcf\xfa\xed\xfe")
	le.PutUint32(mac[16:], 1)
	le.PutUint32(mac[20:], 72)
	le.PutUint32(mac[32:], 0x19)
	le.PutUint32(mac[36:], 72)
	le.PutUint64(mac[32+40:], 200)
	le.PutUint64(mac[32+48:], 100)
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "other"), string(mac))
	copy(windows[220:], mark)
	copy(mac[220:], mark)
	exe, darwin, script := filepath.Join(dir, "base.exe"), filepath.Join(dir, "base"), filepath.Join(dir, "script")
	writeFile(t, exe, string(windows))
	writeFile(t, darwin, string(mac))
	writeFile(t, script, "#!/bin/sh\n")
	out := filepath.Join(dir, "out.exe")
	if got := succeed(t, "", "bundle", sharedRun(t), "--base", exe, "--out", out); !strings.HasPrefix(got, out+": ") {
		t.Errorf("it prints %q", got)
	}
	if got := succeed(t, "", "bundle", sharedRun(t), "--base", darwin, "--out", filepath.Join(dir, "mac")); !strings.Contains(got, "codesign cannot sign it") {
		t.Errorf("it prints %q", got)
	}
	want := succeed(t, "", "predict", sharedRun(t), "a dull story")
	if got := succeed(t, "", "predict", out, "a dull story"); got != want {
		t.Errorf("the model inside says %q, want %q", got, want)
	}
	for _, c := range []struct {
		status int
		want   string
		args   []string
	}{
		{exitFailure, script + ": it is no executable of 64 bits for Linux, macOS or Windows", []string{"--base", script}},
		{exitFailure, "it is no build of this version of the program", []string{"--base", filepath.Join(dir, "other")}},
		{exitFailure, "nowhere", []string{"--base", filepath.Join(dir, "nowhere")}},
		{exitUsage, "Windows runs files that end in .exe", []string{"--base", exe}},
		{exitUsage, "--model lstm: " + sharedRun(t) + " holds embedding, onehot", []string{"--model", "lstm"}},
		{exitFailure, "already exists: choose another --out", []string{"--out", out}},
	} {
		args := append([]string{"bundle", sharedRun(t)}, c.args...)
		if c.args[0] != "--out" {
			args = append(args, "--out", filepath.Join(dir, "none"))
		}
		status, stdout, stderr := command("", args...)
		checkFailure(t, status, c.status, stdout, stderr, c.want)
	}
	if _, err := os.Stat(filepath.Join(dir, "none")); err == nil {
		t.Error("a refused program was written")
	}
}
