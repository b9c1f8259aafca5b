package main

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"unroll/cmd/sentiment/internal/run"
	"unroll/nn/onnx/onnxtest"
	"unroll/train/classifier"
)

// messy are texts of which each step to ids has something to do.
var messy = []string{
	"A wonderful café, and a GREAT story!", "dull", "", "the acting isn't good; the plot is worse 세계", strings.Repeat("good and bad, 3.14 ", 300),
	"안녕하세요 세계, 정말 재미있는 영화였어요!", "世界 ひらがな カタカナ ไทย 😀👍🏽 ‼\ufe0f", "cafe\u0301 ÀÉ İstanbul ΣΊΣΥΦΟΣ ﬁne x²", "<br />a <b>good</b> film &amp; more &#233; 1 < 2\u00a0\u2003.",
	"\t \n", "!!! ...", "one part\n\u2029\nanother part", "a\x1cb\u0085c\ufeffd \u2028 e",
}

// runtimeModels trains each of the program's models on texts in several writings.
func runtimeModels(t *testing.T, more ...string) (dir string, all []run.Model) {
	t.Helper()
	dir, all = filepath.Join(t.TempDir(), "run"), slices.Clone(run.Models)
	if raced { // the same code runs for all
		all = slices.DeleteFunc(all, func(e run.Model) bool { return e.Name != "embedding" && e.Name != "ngrams" })
	}
	table := "text,label\n" + strings.Repeat("\"A wonderful, great story!\",good\n정말 재미있는 영화였어요,good\nthe plot is dull,bad\nbad acting 😀 and café,bad\na great film,good\n지루한 영화,bad\n", 12)
	data := writeFile(t, filepath.Join(t.TempDir(), "t.csv"), table)
	succeedQuietly(t, tiny(dir, append([]string{"--data", data, "--split", "random", "--budget", "0.01", "--model", strings.Join(run.Names(all), ",")}, more...)...)...)
	return dir, all
}

// TestExportForONNXRuntime: in Node and in Python the programs that are written for ONNX
// Runtime give the answers of each model.
func TestExportForONNXRuntime(t *testing.T) {
	trained, all := runtimeModels(t)
	for _, of := range all {
		t.Run(of.Name, func(t *testing.T) {
			model := filepath.Join(trained, of.Name)
			out, printed := exportedTo(t, model, "onnx")
			if !strings.HasPrefix(printed, "Exported "+model+":\n  "+filepath.Join(out, "model.onnx")) {
				t.Errorf("it prints\n%s", printed)
			}
			if strings.Contains(printed, "calibrated") {
				t.Errorf("the probabilities are not calibrated in the graph:\n%s", printed)
			}
			t.Run("import", func(t *testing.T) { checkBack(t, model, out) })
			t.Run("Python", func(t *testing.T) { checkPython(t, model, out) })
			t.Run("JavaScript", func(t *testing.T) { checkInRuntime(t, model, out) })
			if of.Name == "embedding" || of.Name == "ngrams" {
				t.Run("Go", func(t *testing.T) { checkGo(t, model, out) })
			}
		})
	}
}

// checkInRuntime holds the module in a folder to the answers of its model.
func checkInRuntime(t *testing.T, model, dir string) {
	t.Helper()
	onnxtest.Skip(t)
	if err := os.Symlink(filepath.Join(os.Getenv(onnxtest.Folder), "node_modules"), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "ask.mjs"), `
import {readFileSync} from "node:fs";
import {load} from "./predict.mjs";
const predict = await load(), texts = JSON.parse(readFileSync(0, "utf8"));
const all = await predict(texts), one = [];
for (const text of texts) one.push(...await predict([text]));
console.log(JSON.stringify({all, one}));
`)
	c := exec.Command("node", filepath.Join(dir, "ask.mjs"))
	in, err := json.Marshal(messy)
	if err != nil {
		t.Fatal(err)
	}
	c.Stdin = strings.NewReader(string(in))
	var stderr strings.Builder
	c.Stderr = &stderr
	printed, err := c.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	type answer struct {
		Text, Label   string
		Labels        []string
		Probability   float64
		Value         float64
		Probabilities []float64
	}
	var got struct{ All, One []answer }
	if err := json.Unmarshal(printed, &got); err != nil || len(got.All) != len(messy) || len(got.One) != len(messy) {
		t.Fatalf("%v: %s", err, printed)
	}
	worst := 0.0
	for i, w := range answersTo(t, model) {
		for _, g := range []answer{got.All[i], got.One[i]} {
			d := math.Max(math.Abs(g.Probability-w.Probability), math.Abs(g.Value-w.Value)/math.Max(1, math.Abs(w.Value)))
			if w.Labels != nil {
				d = 0
				for k, c := range w.Probabilities {
					d = math.Max(d, math.Abs(c.Probability-g.Probabilities[k]))
				}
			}
			worst = math.Max(worst, d)
			if g.Text != messy[i] || w.Labels == nil && g.Label != w.Label || !slices.Equal(g.Labels, w.Labels) || !(d <= 1e-5) {
				t.Errorf("%q: %+v, want %+v", messy[i], g, w)
			}
		}
	}
	t.Logf("the largest difference is %.1e", worst)
}

// answersTo are a model's to the messy texts.
func answersTo(t *testing.T, model string) []classifier.Answer {
	t.Helper()
	m, err := run.Load(model)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	answers, err := m.Classify(context.Background(), messy...)
	if err != nil {
		t.Fatal(err)
	}
	return answers
}

// TestExportForONNXRuntimeTasks: of several classes, labels and numbers, of characters, of a
// small file.
func TestExportForONNXRuntimeTasks(t *testing.T) {
	rows := []string{"\"A wonderful, great story!\"", "정말 재미있는 영화였어요", "the plot is dull", "bad acting 😀 and café", "a great film", "지루한 영화"}
	table := func(targets ...string) string {
		text := "text,label\n"
		for range 12 {
			for i, s := range rows {
				text += s + "," + targets[i%len(targets)] + "\n"
			}
		}
		return writeFile(t, filepath.Join(t.TempDir(), "t.csv"), text)
	}
	for name, args := range map[string][]string{
		"classes": {"--data", table(`"say ""no"""`, "<ä>", "\\n"), "--model", "gru,ngrams"},
		"labels":  {"--data", table("a;b", "c", "b", "a;c", "a", ""), "--label-delimiter", ";", "--model", "bow,ngrams"},
		"numbers": {"--data", table("1000", "1002", "1007", "1001"), "--regression", "--model", "conv,ngrams"},
		"jamo":    {"--data", table("a", "b"), "--model", "bow,ngrams", "--tokenizer", "chars", "--normalize", "NFKD", "--oov-buckets", "3"},
		"kept":    {"--data", table("a", "b"), "--model", "embedding,ngrams", "--tokenizer", "marks", "--case", "keep", "--padding", "post", "--truncating", "post", "--maxlen", "5"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			succeedQuietly(t, tiny(dir, append(args, "--split", "random", "--budget", "0.01")...)...)
			dirs, err := run.ModelDirs(dir)
			if err != nil {
				t.Fatal(err)
			}
			if name == "jamo" {
				succeedQuietly(t, "shrink", filepath.Join(dir, "ngrams"), "--out", filepath.Join(dir, "small"))
				dirs = append(dirs, filepath.Join(dir, "small"))
			}
			for _, model := range dirs {
				out, _ := exportedTo(t, model, "onnx")
				t.Run(filepath.Base(model)+"/import", func(t *testing.T) { checkBack(t, model, out) })
				t.Run(filepath.Base(model)+"/Python", func(t *testing.T) { checkPython(t, model, out) })
				t.Run(filepath.Base(model)+"/JavaScript", func(t *testing.T) { checkInRuntime(t, model, out) })
			}
		})
	}
}
