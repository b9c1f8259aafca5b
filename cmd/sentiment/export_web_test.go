package main

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"unroll/cmd/sentiment/internal/run"
	"unroll/nn/keras"
)

// tfjsFolder names the variable of the folder in which npm installed TensorFlow.js.
const tfjsFolder = "UNROLL_TFJS"

// TestExportForAWebPage: TensorFlow.js gives the answers of each model that it can load.
func TestExportForAWebPage(t *testing.T) {
	trained, all := filepath.Join(t.TempDir(), "run"), exported()
	if raced { // the same code runs for all
		all = all[:2]
	}
	succeed(t, "", tiny(trained, "--model", strings.Join(run.Names(all), ","), "--tokenizer", "words", "--normalize", "NFC", "--oov-buckets", "3", "--skip-top", "0")...)
	for _, of := range all {
		t.Run(of.Name, func(t *testing.T) {
			model, out := filepath.Join(trained, of.Name), filepath.Join(t.TempDir(), "made", "page")
			args := []string{"export", model, "--format", "tfjs", "--out", out}
			if of.Name == "gru" {
				status, stdout, stderr := command("", args...)
				checkFailure(t, status, exitFailure, stdout, stderr, `layer "gru": reset_after of a GRU is true, and TensorFlow.js knows false alone`)
				if _, err := os.Lstat(filepath.Dir(out)); err == nil {
					t.Errorf("%s was left behind", out)
				}
				return
			}
			if printed := succeed(t, "", args...); !strings.HasPrefix(printed, "Exported "+model+":\n  "+filepath.Join(out, "model.json")) {
				t.Errorf("it prints\n%s", printed)
			}
			if _, err := keras.Load(filepath.Join(out, "model.json")); err != nil {
				t.Error(err)
			}
			checkInNode(t, model, out)
		})
	}
}

// checkInNode holds the module of a folder to the answers of its model.
func checkInNode(t *testing.T, model, dir string) {
	t.Helper()
	installed := os.Getenv(tfjsFolder)
	if installed == "" {
		t.Skipf("*** %s NAMES NO FOLDER WITH TENSORFLOW.JS: it is not asked to predict ***", tfjsFolder)
	}
	if err := os.Symlink(filepath.Join(installed, "node_modules"), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "ask.mjs"), `
import {readFile} from "node:fs/promises";
import {load} from "./predict.mjs";
const predict = await load(async (url) => new Response(await readFile(new URL(url))));
console.log("answers " + JSON.stringify(await predict(process.argv.slice(2))));
`)
	texts := []string{"A wonderful café, and a great story!", "dull", "", "the acting isn't good; the plot is worse 세계", strings.Repeat("good and bad ", 30)}
	printed, err := exec.Command("node", append([]string{filepath.Join(dir, "ask.mjs")}, texts...)...).CombinedOutput()
	_, answers, ok := strings.Cut(string(printed), "answers ")
	if err != nil || !ok {
		t.Fatalf("%v: %s", err, printed)
	}
	var got []struct {
		Text, Label string
		Probability float64
	}
	if err := json.NewDecoder(strings.NewReader(answers)).Decode(&got); err != nil || len(got) != len(texts) {
		t.Fatalf("%v: %s", err, answers)
	}
	m, err := run.Load(model)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	want, err := m.Classify(context.Background(), texts...)
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range want {
		if g := got[i]; g.Text != texts[i] || g.Label != w.Label || math.Abs(g.Probability-w.Probability) > 1e-5 {
			t.Errorf("%q: %+v, want %s %v", texts[i], g, w.Label, w.Probability)
		}
	}
}

// TestExportForAWebPageRefused: nothing in a folder is touched.
func TestExportForAWebPageRefused(t *testing.T) {
	model, dir := filepath.Join(sharedRun(t), "embedding"), t.TempDir()
	writeFile(t, filepath.Join(dir, "mine"), "mine")
	for _, c := range []struct {
		out    string
		status int
		want   string
	}{
		{"", exitUsage, "export: --out is missing, want the name of a folder"},
		{filepath.Join(dir, "m.keras"), exitUsage, "--format tfjs writes a folder, want its name, or say --format keras"},
		{dir, exitFailure, dir + " is not empty: choose another --out"},
		{filepath.Join(dir, "mine"), exitFailure, "not a directory"},
	} {
		before := snapshot(t, dir)
		status, stdout, stderr := command("", "export", model, "--format", "tfjs", "--out", c.out)
		checkFailure(t, status, c.status, stdout, stderr, c.want)
		checkUnchanged(t, dir, before)
	}
}
