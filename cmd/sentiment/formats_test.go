package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"unroll/cmd/sentiment/internal/run"
	"unroll/datasets/imdb"
	"unroll/datasets/inspect"
)

// Each writer makes a small dataset in a folder, and returns its path and what
// must be told to read it.
var formats = map[string]struct {
	write   func(t *testing.T, dir string) (path string, flags []string)
	text    string // one to predict
	verdict string // what is said of it
}{
	"CSV": {func(t *testing.T, dir string) (string, []string) {
		var b strings.Builder
		w := csv.NewWriter(&b)
		write := func(row ...string) {
			if err := w.Write(row); err != nil {
				t.Fatal(err)
			}
		}
		write("id", "review", "sentiment")
		for i, r := range imdb.Sample(1).Records[:600] {
			write(strconv.Itoa(i), r.Text+"\nBy \"a viewer\", of course.", r.Label[:3])
		}
		w.Flush()
		return writeFile(t, filepath.Join(dir, "reviews.csv"), b.String()), nil
	}, "a splendid film, wonderful", `^(neg|pos)  0\.\d{4}  a splendid film, wonderful\n$`},
	"TSV of three classes": {func(t *testing.T, dir string) (string, []string) {
		var b strings.Builder
		for i := range 300 {
			fmt.Fprintf(&b, "%s\t%s\n", threeClasses[i%3], ticket(i))
		}
		return writeFile(t, filepath.Join(dir, "tickets.tsv"), b.String()), []string{"--text-column", "2", "--label-column", "1", "--header", "no"}
	}, "my invoice is wrong", `^billing  0\.\d{4}  my invoice is wrong\n$`},
	"JSON lines": {func(t *testing.T, dir string) (string, []string) {
		var b strings.Builder
		for i := range 300 {
			doc, err := json.Marshal(map[string]any{"ticket": map[string]any{"body": ticket(i)}, "queue": threeClasses[i%3]})
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, "%s\n", doc)
		}
		return writeFile(t, filepath.Join(dir, "tickets.jsonl"), b.String()), []string{"--text-column", "ticket.body", "--label-column", "queue"}
	}, "the login page crashes", `^support  0\.\d{4}  the login page crashes\n$`},
	"folder of Korean texts": {func(t *testing.T, dir string) (string, []string) {
		good, bad := []string{"정말 재미있는 영화", "감동적인 이야기", "최고의 연기"}, []string{"지루한 영화", "실망스러운 이야기", "최악의 연기"}
		for i := range 60 {
			writeFile(t, filepath.Join(dir, "영화", "좋아요", fmt.Sprintf("%d.txt", i)), fmt.Sprintf("%s 그리고 %s %d", good[i%3], good[i/3%3], i))
			writeFile(t, filepath.Join(dir, "영화", "싫어요", fmt.Sprintf("%d.txt", i)), fmt.Sprintf("%s 그리고 %s %d", bad[i%3], bad[i/3%3], i))
		}
		return filepath.Join(dir, "영화"), nil
	}, "지루한 이야기", `^싫어요  0\.\d{4}  지루한 이야기\n$`},
}

var threeClasses = []string{"billing", "sales", "support"}

// ticket is a text of class i mod 3.
func ticket(i int) string {
	of := [][]string{
		{"my invoice is wrong", "please refund the payment", "the invoice was paid twice"},
		{"what does the large plan cost", "send me an offer for ten seats", "do you give a discount"},
		{"the login page crashes", "an error when I upload a file", "the page does not load"},
	}[i%3]
	return fmt.Sprintf("%s, %s, number %d", of[i/3%3], []string{"thanks", "please help", "it is urgent"}[i/9%3], i)
}

// TestFormats: a dataset in each format trains, evaluates and predicts by one
// command each, the model that it gives knows its labels, and reading it again
// takes the encoded texts.
func TestFormats(t *testing.T) {
	for name, format := range formats {
		t.Run(name, func(t *testing.T) {
			path, flags := format.write(t, t.TempDir())
			t.Chdir(t.TempDir())
			out := latest
			args := append([]string{"train", "--data", path, "--model", "bow,embedding", "--epochs", "30", "--batch", "16", "--maxlen", "30", "--lr", "0.02"}, flags...)
			first := succeed(t, "", args...)
			if !strings.HasPrefix(first, "Data: "+path+", ") || !strings.Contains(first, " to validate on, 0 to test on.\n") {
				t.Errorf("the output begins\n%.300s", first)
			}
			for _, e := range readResults(t, out).Experiments {
				if acc := e.Evaluate["accuracy"]; acc < 0.6 || e.Test != nil {
					t.Errorf("%s: accuracy %g, test %v", e.Name, acc, e.Test)
				}
			}
			model := filepath.Join(out, "bow")
			line := regexp.MustCompile(`^bow on \d+ validation texts \(.*\): loss \d\.\d{4}, accuracy [01]\.\d{4} \([01]\.\d{4} to [01]\.\d{4}\)\n`)
			if got := succeed(t, "", "evaluate", model, "--report"); !line.MatchString(got) || !strings.Contains(got, "true \\ predicted") {
				t.Errorf("evaluate prints\n%s", got)
			}
			all := succeed(t, "", append([]string{"evaluate", model, "--data", path}, flags...)...)
			if !regexp.MustCompile(`^bow on \d+ texts `).MatchString(all) {
				t.Errorf("evaluate --data prints\n%s", all)
			}
			if got := succeed(t, "", "predict", model, format.text); !regexp.MustCompile(format.verdict).MatchString(got) {
				t.Errorf("predict prints %q, want %s", got, format.verdict)
			}
			lines := strings.Split(strings.TrimSpace(succeed(t, "", "predict", "--json", "--data", path, model)), "\n")
			var p struct{ ID, Label string }
			if err := json.Unmarshal([]byte(lines[0]), &p); err != nil || p.ID == "" || p.Label == "" || len(lines) < 100 {
				t.Errorf("%d lines, the first %s, error %v", len(lines), lines[0], err)
			}

			cached := snapshot(t, filepath.Join(run.RunsDir, cacheDir))
			if len(cached) != 3 {
				t.Errorf("%d files in the cache", len(cached)-1)
			}
			if again := succeed(t, "", args...); withoutTimes(again) != withoutTimes(first) {
				t.Errorf("with a cache it prints\n%s\nand without\n%s", again, first)
			}
			checkUnchanged(t, filepath.Join(run.RunsDir, cacheDir), cached)
		})
	}
}

// withoutTimes takes off what differs from run to run.
func withoutTimes(out string) string {
	out = regexp.MustCompile(`\d+\.\d+s \d+\.\d\dms/step`).ReplaceAllString(out, "")
	out = regexp.MustCompile(run.RunsDir+`/[-\dT]+`).ReplaceAllString(filepath.ToSlash(out), "")
	return regexp.MustCompile(`│ +\d+\.\d\d │`).ReplaceAllString(out, "")
}

// TestStaleCache: a file that has changed, and a damaged cache, are read anew.
func TestStaleCache(t *testing.T) {
	path, _ := formats["CSV"].write(t, t.TempDir())
	t.Chdir(t.TempDir())
	args := tiny("", "--data", path, "--model", "embedding")
	first := succeed(t, "", args...)
	cache := filepath.Join(run.RunsDir, cacheDir, "embedding"+cacheExtension)
	data, err := os.ReadFile(cache)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	writeFile(t, cache, string(data))
	if again := succeed(t, "", args...); withoutTimes(again) != withoutTimes(first) {
		t.Errorf("from a damaged cache it prints\n%s\nand before\n%s", again, first)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, path, string(text)+"601,one more,pos\n")
	if again := succeed(t, "", args...); !strings.Contains(first, "\n480 texts to train on, 120 to") || !strings.Contains(again, "\n481 texts to train on, 120 to") {
		t.Errorf("with a text more it prints\n%s\nand before\n%s", again, first)
	}
}

// TestRegression estimates numbers.
func TestRegression(t *testing.T) {
	var b strings.Builder
	b.WriteString("text,stars\n")
	for i := range 200 {
		fmt.Fprintf(&b, "%s place number %d,%d\n", []string{"awful", "poor", "fair", "good", "superb"}[i%5], i%7, 1+i%5)
	}
	path := writeFile(t, filepath.Join(t.TempDir(), "stars.csv"), b.String())
	out := filepath.Join(t.TempDir(), "run")
	succeed(t, "", "train", "--data", path, "--regression", "--model", "bow", "--epochs", "100", "--lr", "0.05", "--label-column", "stars", "--out", out)
	e := readResults(t, out).Experiments[0]
	if mae := e.Evaluate["mean_absolute_error"]; !(mae < 0.3) {
		t.Errorf("the mean absolute error is %g", mae)
	}
	got := succeed(t, "", "predict", filepath.Join(out, "bow"), "superb place")
	var stars float64
	if _, err := fmt.Sscan(got, &stars); err != nil || stars < 4 || stars > 6 {
		t.Errorf("predict prints %q", got)
	}
	report := succeed(t, "", "evaluate", "--report", filepath.Join(out, "bow"))
	if !regexp.MustCompile(`mean absolute error (?:0\.|\d\.\d+e-)(?s:.*)r2_score: (0\.9|1\.0)`).MatchString(report) {
		t.Errorf("evaluate prints\n%s", report)
	}
}

// TestVectors starts an embedding from pretrained vectors, and leaves them as
// they are.
func TestVectors(t *testing.T) {
	path, flags := formats["JSON lines"].write(t, t.TempDir())
	vectors := writeFile(t, filepath.Join(t.TempDir(), "vectors.txt"), "invoice 1 0 0\npage 0 1 0\nnowhere 0 0 1\n")
	out := filepath.Join(t.TempDir(), "run")
	args := append([]string{"train", "--data", path, "--model", "embedding", "--epochs", "2", "--vectors", vectors, "--frozen", "--out", out}, flags...)
	printed := succeed(t, "", args...)
	for _, want := range []string{"embedding: " + vectors + ": 2 of ", "have a vector of width 3\n", "Non-trainable params: "} {
		if !strings.Contains(printed, want) {
			t.Errorf("no %q in\n%s", want, printed)
		}
	}
	got := succeed(t, "", "words", "--nearest", "1", filepath.Join(out, "embedding"), "invoice", "page")
	if !strings.Contains(got, "│ invoice │  1.00   │  0.00 │") {
		t.Errorf("the vectors have changed:\n%s", got)
	}
}

// TestWrongTexts: one line that names the place and the reason.
func TestWrongTexts(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string { return writeFile(t, filepath.Join(dir, name), content) }
	rows := "text,label\n" + strings.Repeat("a good film,pos\na bad film,neg\n", 5)
	for _, c := range []struct {
		flags  []string
		status int
		want   string
	}{
		{[]string{"--data", file("ragged.csv", rows+"one,two,three\n")}, exitFailure, "ragged.csv: row 12"},
		{[]string{"--data", file("one.csv", "text,label\na,x\nb,x\n")}, exitFailure, `all 2 texts have the label "x"`},
		{[]string{"--data", file("many.csv", "text,label\na,1\nb,2\nc,3\nd,4\n")}, exitFailure, "--regression"},
		{[]string{"--data", file("words.csv", rows), "--regression"}, exitFailure, `the label "pos" is not a number`},
		{[]string{"--data", file("columns.csv", rows), "--text-column", "body"}, exitFailure, "body"},
		{[]string{"--data", file("few.csv", "text,label\na,x\nb,y\n")}, exitFailure, "2 training texts, want at least 5"},
		{[]string{"--data", file("ok.csv", rows), "--tokenizer", "letters"}, exitUsage, `--tokenizer is "letters", want keras, words, marks, chars or bpe`},
		{[]string{"--data", "sample", "--data", dir}, exitUsage, "--data sample stands beside"},
		{[]string{"--data", "sample", "--validation", "1.5"}, exitUsage, "--validation is 1.5"},
		{[]string{"--data", "sample", "--split", "group"}, exitUsage, "--split group needs --group-column"},
		{[]string{"--data", "sample", "--folds", "1"}, exitUsage, "--folds is 1"},
		{[]string{"--data", "sample", "--frozen"}, exitUsage, "--frozen has no effect without --vectors"},
		{[]string{"--data", "sample", "--vectors", file("none.txt", "zzz 1 2\n")}, exitFailure, "none of the vocabulary's words has a vector"},
	} {
		out := filepath.Join(dir, "run")
		status, stdout, stderr := command("", tiny(out, c.flags...)...)
		if stdout != "" && strings.HasPrefix(stdout, "Data: ") {
			stdout = "" // it had begun
		}
		checkFailure(t, status, c.status, stdout, stderr, c.want)
	}
	// What a run made that failed is gone.
	out := filepath.Join(t.TempDir(), "fresh")
	status, stdout, stderr := command("text,label\na,x\n", tiny(out, "--data", "-")...)
	checkFailure(t, status, exitFailure, stdout, stderr, "all 1 texts")
	if _, err := os.Stat(out); err == nil {
		t.Errorf("%s was left behind", out)
	}
	ragged := filepath.Join(dir, "ragged.csv")
	status, stdout, stderr = command("", tiny(filepath.Join(t.TempDir(), "run"), "--data", ragged, "--skip-bad", "1")...)
	if status != exitOK || !strings.Contains(stdout, "8 texts to train on") || strings.Count(stderr, "skipped: "+ragged+": row 12") != 1 {
		t.Errorf("status %d, %s%s", status, stdout, stderr)
	}
}

// TestData shows what to know of texts.
func TestData(t *testing.T) {
	path, flags := formats["TSV of three classes"].write(t, t.TempDir())
	got := succeed(t, "", append(append([]string{"data"}, flags...), path)...)
	for _, want := range []string{"300 texts\n", "billing │", "Vocabulary: ", "No text is empty, and none occurs twice."} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	var report inspect.Report
	if err := json.Unmarshal([]byte(succeed(t, "", append(append([]string{"data", "--json"}, flags...), path)...)), &report); err != nil || report.Texts != 300 {
		t.Errorf("%+v, error %v", report, err)
	}
}
