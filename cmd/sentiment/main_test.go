package main

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// trainedRun is a run that the tests share; they do not change it.
var trainedRun struct {
	dir, stdout, stderr string
	status              int
}

// asProgram makes the test's executable be the program, for tests that kill it.
const asProgram = "SENTIMENT_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		crash()
		main()
	}
	if what := os.Getenv(asHostile); what != "" {
		os.Exit(attack(what))
	}
	os.Exit(func() int {
		tmp, err := os.MkdirTemp("", "sentiment-test.")
		if err != nil {
			return 1
		}
		defer os.RemoveAll(tmp)
		r := &trainedRun
		r.dir = filepath.Join(tmp, "a", "run")
		r.status, r.stdout, r.stderr = command("", tiny(r.dir, "--epochs", "2")...)
		return m.Run()
	}())
}

// tiny is the command line of a training that takes a moment, unless more says
// otherwise. Without out it is a run of its own below the working folder.
func tiny(out string, more ...string) []string {
	args := []string{"train"}
	for _, f := range [][]string{{"--epochs", "1"}, {"--maxlen", "10"}, {"--batch", "64"}, {"--out", out}, {"--data", "sample"}, {"--model", "onehot,embedding"}} {
		if f[0] == "--model" && slices.Contains(more, "--from") {
			continue
		}
		if at := slices.Index(more, f[0]); at >= 0 && f[0] != "--data" { // which may be given again
			f, more = more[at:at+2], slices.Delete(slices.Clone(more), at, at+2)
		} else if at >= 0 || f[1] == "" {
			continue
		}
		args = append(args, f...)
	}
	return append(args, more...)
}

func command(stdin string, args ...string) (status int, stdout, stderr string) {
	var out, err bytes.Buffer
	status = execute(context.Background(), args, strings.NewReader(stdin), &out, &err)
	return status, out.String(), err.String()
}

// sharedRun returns the folder of the shared run.
func sharedRun(t *testing.T) string {
	t.Helper()
	if trainedRun.status != exitOK {
		t.Fatalf("training ended with status %d: %s", trainedRun.status, trainedRun.stderr)
	}
	return trainedRun.dir
}

// copyRun returns a copy of the shared run for a test to spoil.
func copyRun(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	if err := os.CopyFS(dir, os.DirFS(sharedRun(t))); err != nil {
		t.Fatal(err)
	}
	return dir
}

// succeed runs a command line that must end well, and returns its output.
func succeed(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	status, stdout, stderr := command(stdin, args...)
	if status != exitOK || stderr != "" {
		t.Fatalf("%q: status %d, stderr %q", args, status, stderr)
	}
	return stdout
}

// snapshot returns the paths below dir, hidden ones too, with their content.
func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			files[path] = "folder"
			return err
		}
		data, err := os.ReadFile(path)
		files[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// checkFailure holds what a command printed to the rule for errors: one line
// that names the thing and the reason, and nothing that looks like success.
// systemCall matches errors that are not put into a user's words.
var systemCall = regexp.MustCompile(`strconv\.|invalid argument "|\b(open|stat|lstat|mkdir|read|readlink|readdirent|rename|symlink) [^ ]+: `)

func checkFailure(t *testing.T, gotStatus, wantStatus int, stdout, stderr string, wants ...string) {
	t.Helper()
	if gotStatus != wantStatus {
		t.Errorf("status %d, want %d", gotStatus, wantStatus)
	}
	if !strings.HasPrefix(stderr, "sentiment: ") || strings.Count(stderr, "\n") != 1 || !strings.HasSuffix(stderr, "\n") {
		t.Errorf("stderr is %q, want one line", stderr)
	}
	for _, w := range wants {
		if !strings.Contains(stderr, w) {
			t.Errorf("stderr is %q, want %q in it", stderr, w)
		}
	}
	if raw := systemCall.FindString(stderr); raw != "" {
		t.Errorf("stderr is %q, which has the words of a library, %q", stderr, raw)
	}
	if stdout != "" {
		t.Errorf("stdout is %q, want nothing", stdout)
	}
}

func checkUnchanged(t *testing.T, dir string, before map[string]string) {
	t.Helper()
	if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
		t.Errorf("%s has changed (-before +after):\n%s", dir, diff)
	}
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"help"}, {"help", "train"}, {"predict", "-h"}} {
		if out := succeed(t, "", args...); !strings.Contains(out, "Usage:\n  sentiment") {
			t.Errorf("%q printed %q", args, out)
		}
	}
}
