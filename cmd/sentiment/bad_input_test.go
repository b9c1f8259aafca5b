package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"unroll/internal/filetest"
)

// TestUsage holds mistakes in the command line to status 2.
func TestUsage(t *testing.T) {
	run := copyRun(t)
	before := snapshot(t, run)
	model := filepath.Join(run, "embedding")
	for _, c := range []struct {
		args  []string
		wants []string
	}{
		{[]string{"trian"}, []string{`"trian"`, "train?"}},
		{[]string{"xyzzy"}, []string{`unknown command "xyzzy"`}},
		{[]string{"--nonsense"}, []string{"--nonsense"}},
		{tiny(run, "--nonsense"), []string{"--nonsense"}},
		{tiny(run, "more"), []string{"train", `"more"`}},
		{[]string{"summary", "model.keras", "more"}, []string{"summary", `"more"`}},
		{[]string{"evaluate"}, []string{"evaluate", "argument is missing"}},
		{[]string{"evaluate", model, "more"}, []string{"evaluate", `"more"`}},
		{[]string{"words", model}, []string{"words", "argument is missing"}},
		{[]string{"evaluate", ""}, []string{"evaluate", "the first argument is empty", "DIR"}},
		{[]string{"compare", run, ""}, []string{"compare: the name of a folder is empty"}},
		{[]string{"predict", "", "good"}, []string{"predict", "the first argument is empty", "DIR"}},
		{[]string{"summary", ""}, []string{"summary", "the first argument is empty", "FILE"}},
		{[]string{"predict"}, []string{"predict", "argument is missing"}},
		{tiny(run, "--model", "lsmt"), []string{"--model", `"lsmt"`, "onehot, embedding"}},
		{tiny(run, "--model", "onehot,"), []string{"--model", `""`}},
		{tiny(run, "--model", ""), []string{"--model", `""`}},
		{[]string{"summary", "--model", "lsmt"}, []string{"--model", `"lsmt"`}},
		{tiny(run, "--epochs", "0"), []string{"--epochs is 0"}},
		{tiny(run, "--epochs", "-3"), []string{"--epochs is -3"}},
		{tiny(run, "--epochs", "many"), []string{"--epochs", `"many"`}},
		{tiny(run, "--batch", "0"), []string{"--batch is 0"}},
		{tiny(run, "--batch", "-1"), []string{"--batch is -1"}},
		{tiny(run, "--maxlen", "0"), []string{"--maxlen is 0"}},
		{tiny(run, "--maxlen", "-1"), []string{"--maxlen is -1"}},
		{tiny(run, "--maxlen", "1000000000"), []string{"--maxlen is 1000000000"}},
		{[]string{"summary", "--maxlen", "0"}, []string{"--maxlen is 0"}},
		{tiny(run, "--seed", "-1"), []string{"--seed", `"-1"`}},
		{tiny(run, "--rnn", "rolled"), []string{"--rnn", `"rolled"`, "auto, unrolled, looped or fused"}},
		{tiny(run, "--data", ""), []string{"--data is empty"}},
		{tiny(run, "--out", ""), []string{"--out is empty"}},
		{[]string{"serve", run, "--batch", "0"}, []string{"--batch is 0"}},
		{[]string{"serve", run, "--max-texts", "5000"}, []string{"--queue is 4096", "--max-texts, 5000"}},
		{[]string{"serve", run, "--timeout", "0s"}, []string{"--timeout is 0s"}},
		{[]string{"serve", run, "--watch", "-1s"}, []string{"--watch is -1s"}},
		{[]string{"data", "sample", "--examples", "-1"}, []string{"--examples is -1"}},
		{[]string{"evaluate", model, "--data", ""}, []string{"--data is empty"}},
		{[]string{"evaluate", model, "--split", "train"}, []string{"--split", `"train"`, "validation, test or all"}},
		{[]string{"words", "--nearest", "0", model, "good"}, []string{"--nearest is 0"}},
		{[]string{"words", model, "good", "--nearest", "0"}, []string{"--nearest is 0"}},
		{[]string{"words", model, "-good"}, []string{"words", "-good", "after --: sentiment"}},
		{[]string{"predict", model, "--jsno", "a text"}, []string{"predict", "--jsno", "after --: sentiment"}},
		{[]string{"predict", model, "--- a film"}, []string{"predict", "--- a film", "after --: sentiment"}},
		{[]string{"predict", model, "a text", "--data", "x.csv"}, []string{"predict", "--data and the text"}},
	} {
		t.Run(c.wants[0], func(t *testing.T) {
			status, stdout, stderr := command("", c.args...)
			checkFailure(t, status, exitUsage, stdout, stderr, c.wants...)
		})
	}
	checkUnchanged(t, run, before)
}

func writeFile(t testing.TB, path, content string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestBadData(t *testing.T) {
	run := copyRun(t)
	before := snapshot(t, run)
	tmp := t.TempDir()
	whole, err := os.ReadFile(archive(t, aclImdb(t, 10)))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, path, want string
	}{
		{"missing", filepath.Join(tmp, "missing"), "no such file or folder"},
		{"empty folder", t.TempDir(), "it holds no texts"},
		{"other folder", run, "it holds no texts"},
		{"half a dataset", filepath.Join(writeFile(t, filepath.Join(tmp, "half", "train", "pos", "1_1.txt"), "x"), "../../.."), "train/neg"},
		{"empty file", writeFile(t, filepath.Join(tmp, "empty.tar.gz"), ""), "empty"},
		{"other file", writeFile(t, filepath.Join(tmp, "other.tar.gz"), "a text"), "not a gzip-compressed tar archive"},
		{"truncated", writeFile(t, filepath.Join(tmp, "cut.tar.gz"), string(whole[:len(whole)/2])), "cut short"},
		{"few reviews", aclImdb(t, 2), "4 training texts, want at least 5"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, stdout, stderr := command("", tiny(filepath.Join(t.TempDir(), "run"), "--data", c.path)...)
			checkFailure(t, status, exitFailure, stdout, stderr, c.path, c.want)
			status, stdout, stderr = command("", "evaluate", filepath.Join(run, "onehot"), "--data", c.path, "--split", "validation")
			checkFailure(t, status, exitFailure, stdout, stderr, c.path, c.want)
			// A folder that the failed run made is gone again.
			fresh := filepath.Join(tmp, "fresh", "run")
			command("", tiny(fresh, "--data", c.path)...)
			if _, err := os.Stat(filepath.Dir(fresh)); !os.IsNotExist(err) {
				t.Errorf("%s was left behind", filepath.Dir(fresh))
			}
		})
	}
	checkUnchanged(t, run, before)
}

func TestBadOut(t *testing.T) {
	tmp := t.TempDir()
	file := writeFile(t, filepath.Join(tmp, "file"), "mine")
	// A folder that happens to have a model's name.
	writeFile(t, filepath.Join(tmp, "work", "embedding", "thesis.txt"), "mine")
	before := snapshot(t, tmp)
	for out, want := range map[string]string{
		file:                               "not a directory",
		filepath.Join(file, "below"):       "not a directory",
		filepath.Join(file, "far", "down"): "not a directory",
		filepath.Join(tmp, "work"):         "already exists",
	} {
		status, stdout, stderr := command("", tiny(out)...)
		checkFailure(t, status, exitFailure, stdout, stderr, "--out "+out, want)
	}
	checkUnchanged(t, tmp, before)
}

func TestBadModelFolder(t *testing.T) {
	commands := func(dir string) [][]string {
		return [][]string{{"evaluate", dir}, {"words", dir, "good"}, {"predict", dir, "good"}, {"predict", dir}}
	}
	for _, file := range []string{"model.json", "weights.safetensors", "vocabulary.json", "settings.json", "task.json"} {
		for _, damage := range []string{"missing", "empty", "half"} {
			t.Run(file+" "+damage, func(t *testing.T) {
				run := copyRun(t)
				dir := filepath.Join(run, "embedding")
				path := filepath.Join(dir, file)
				info, err := os.Stat(path)
				if err != nil {
					t.Fatal(err)
				}
				switch damage {
				case "missing":
					err = os.Remove(path)
				case "empty":
					err = os.Truncate(path, 0)
				case "half":
					err = os.Truncate(path, info.Size()/2)
				}
				if err != nil {
					t.Fatal(err)
				}
				before := snapshot(t, run)
				for _, args := range commands(dir) {
					status, stdout, stderr := command("a good film\n", args...)
					checkFailure(t, status, exitFailure, stdout, stderr, path)
				}
				checkUnchanged(t, run, before)
			})
		}
	}
	run := sharedRun(t)
	for dir, want := range map[string]string{
		filepath.Join(run, "nothing"):      "does not exist",
		filepath.Join(run, "results.json"): "not a folder",
		t.TempDir():                        "model.json",
	} {
		for _, args := range commands(dir) {
			status, stdout, stderr := command("a good film\n", args...)
			checkFailure(t, status, exitFailure, stdout, stderr, dir, want)
		}
	}
}

// TestMixedModelFolder takes a file of each kind from another model.
func TestMixedModelFolder(t *testing.T) {
	for _, c := range []struct{ file, content, want string }{
		{"settings.json", `{"version": 4, "new": true}`, "version 4"},
		{"settings.json", `{"version": 3, "new": true}`, "damaged"},
		{"settings.json", `{"version": 3, "seed": 42}`, "damaged"},
		{"settings.json", `{"version": 2, "seed": 42}`, "an earlier version of the program"},
		{"task.json", `{"version": 3, "new": true}`, "version 3"},
		{"task.json", `{"version": 1, "new": true}`, "damaged"},
		{"task.json", `{"version": 1, "classes": ["a"]}`, "damaged"},
		{"model.json", "", "model.json"},
		{"vocabulary.json", "", "vocabulary.json"},
	} {
		dir := filepath.Join(copyRun(t), "embedding")
		if c.content == "" {
			other := t.TempDir()
			succeed(t, "", tiny(other, "--model", "embedding", "--maxlen", "5")...)
			data, err := os.ReadFile(filepath.Join(other, "embedding", c.file))
			if err != nil {
				t.Fatal(err)
			}
			c.content = string(data)
		}
		writeFile(t, filepath.Join(dir, c.file), c.content)
		status, stdout, stderr := command("", "predict", dir, "good")
		checkFailure(t, status, exitFailure, stdout, stderr, dir, c.want)
	}
}

// TestPathsThatAreNot: whatever a flag or an argument for a path is given instead, the
// error is one line that names it, in a user's words.
func TestPathsThatAreNot(t *testing.T) {
	dir := t.TempDir()
	file := writeFile(t, filepath.Join(dir, "plain.csv"), "text,label\ngood,a\nbad,b\n")
	empty := filepath.Join(dir, "empty")
	pipe := filepath.Join(dir, "pipe")
	if err := os.Mkdir(empty, 0o755); err != nil {
		t.Fatal(err)
	}
	filetest.Pipe(t, pipe)
	missing, within := filepath.Join(dir, "missing"), filepath.Join(file, "within")
	model := filepath.Join(sharedRun(t), "embedding")
	out := filepath.Join(dir, "out")
	for _, c := range []struct {
		args  []string // behind which the path comes
		paths []string
	}{
		{[]string{"evaluate"}, []string{file, missing, within, empty}},
		{[]string{"predict"}, []string{file, missing, within, empty}},
		{[]string{"serve"}, []string{file, missing, within, empty}},
		{[]string{"compare"}, []string{file, missing, within, empty}},
		{[]string{"export", "--out", filepath.Join(dir, "m.keras")}, []string{file, missing, within, empty}},
		{[]string{"summary"}, []string{file, missing, within, empty, pipe}},
		{[]string{"import", "--tokenizer", file, "--out", out}, []string{file, missing, within, empty, pipe}},
		{[]string{"import", kerasFile(t, "m.keras", 6, sigmoid), "--out", out, "--tokenizer"}, []string{file, missing, within, empty, pipe}},
		{[]string{"data"}, []string{missing, within, pipe}},
		{[]string{"predict", model, "--data"}, []string{missing, within, pipe}},
		{[]string{"evaluate", model, "--data"}, []string{missing, within, pipe}},
		{tiny(out, "--data"), []string{missing, within, pipe}},
		{tiny(out, "--data", file, "--validation-data"), []string{missing, within, pipe}},
		{tiny(out, "--data", file, "--test-data"), []string{missing, within, pipe}},
		{tiny(out, "--vectors"), []string{missing, within, empty}},
		{[]string{"train", "--resume"}, []string{file, missing, within, empty}},
		{tiny(file), nil},
		{tiny(within), nil},
		{[]string{"compare", sharedRun(t), "--out"}, []string{within, empty}},
		{[]string{"graph", "--model", "bow", "--out"}, []string{within + ".svg"}},
	} {
		for _, path := range c.paths {
			t.Run(strings.Join(c.args, " ")+" "+filepath.Base(path), func(t *testing.T) {
				status, stdout, stderr := command("", append(slices.Clone(c.args), path)...)
				checkFailure(t, status, exitFailure, stdout, stderr, path)
			})
		}
		if c.paths == nil {
			status, stdout, stderr := command("", c.args...)
			checkFailure(t, status, exitFailure, stdout, stderr, file)
		}
	}
	for _, p := range []string{file, empty} {
		status, stdout, stderr := command("", "predict", p, "a film")
		checkFailure(t, status, exitFailure, stdout, stderr, p, map[string]string{file: "not a folder", empty: "neither a model nor a run"}[p])
	}
	// One file under two names would be trained and validated on.
	link := filepath.Join(dir, "link.csv")
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	for _, again := range []string{file, link, dir + "/./plain.csv"} {
		status, stdout, stderr := command("", tiny(out, "--data", file, "--validation-data", again)...)
		checkFailure(t, status, exitUsage, stdout, stderr, again+" is given twice")
	}
}
