package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"unroll/cmd/sentiment/internal/run"
)

// labelledTickets are made-up texts with a word for each of their labels, which may be none.
func labelledTickets(n int) (texts []string, labels [][]string) {
	r := rand.New(rand.NewPCG(1, 18))
	signs := [][2]string{{"billing", "invoice"}, {"bug", "crash"}, {"delivery", "parcel"}}
	for range n {
		words := strings.Fields("please look at it today")
		of := []string{}
		for _, s := range signs {
			if r.IntN(3) == 0 {
				of, words = append(of, s[0]), append(words, s[1])
			}
		}
		r.Shuffle(len(words), func(a, b int) { words[a], words[b] = words[b], words[a] })
		texts, labels = append(texts, strings.Join(words, " ")), append(labels, of)
	}
	return texts, labels
}

// ticketFile writes them as a table, with a semicolon between labels.
func ticketFile(t *testing.T, n int) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("text,labels\n")
	texts, labels := labelledTickets(n)
	for i, text := range texts {
		fmt.Fprintf(&b, "%s,%s\n", text, strings.Join(labels[i], "; "))
	}
	return writeFile(t, filepath.Join(t.TempDir(), "tickets.csv"), b.String())
}

const noLabel = "(none)  -  "

// TestSeveralLabels: n-grams and a network learn several labels a text, and each command
// that uses a model does so with them.
func TestSeveralLabels(t *testing.T) {
	path, dir := ticketFile(t, 300), filepath.Join(t.TempDir(), "run")
	printed := succeed(t, "", "train", "--data", path, "--label-delimiter", ";", "--test-data", ticketFile(t, 80), "--model", "bow,ngrams",
		"--epochs", "30", "--lr", "0.02", "--out", dir)
	for _, want := range []string{"any number of 3 labels: billing, bug, delivery", "micro F1", "val f1", "test f1", "f1_score_macro", "subset accuracy", "A threshold for each label"} {
		if !strings.Contains(printed, want) {
			t.Errorf("no %q in\n%s", want, printed)
		}
	}
	for _, model := range []string{"bow", "ngrams"} {
		at := filepath.Join(dir, model)
		out := succeed(t, "", "predict", at, "an invoice and a crash", "a parcel", "please look at it")
		for i, want := range []string{"billing, bug  ", "delivery  ", noLabel} {
			if line := strings.Split(out, "\n")[i]; !strings.HasPrefix(line, want) {
				t.Errorf("%s: %q, want %q", model, line, want)
			}
		}
		out = succeed(t, "", "evaluate", "--split", "test", "--report", at)
		for _, want := range []string{"f1 score micro", "delivery", "micro avg", "macro avg", "samples avg"} {
			if !strings.Contains(out, want) {
				t.Errorf("%s: no %q in\n%s", model, want, out)
			}
		}
		var answer struct {
			Labels        []string
			Probabilities []struct {
				Class       string
				Probability float64
			}
			Label *string
			Class string
			Words []struct{ Push float64 }
		}
		if err := json.Unmarshal([]byte(succeed(t, "", "predict", "--json", "--explain", at, "an invoice")), &answer); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(answer.Labels, []string{"billing"}) || len(answer.Probabilities) != 3 || answer.Label != nil || answer.Class != "billing" || len(answer.Words) == 0 {
			t.Errorf("%s: %+v", model, answer)
		}
	}
	var results run.Results
	data, err := os.ReadFile(filepath.Join(dir, "results.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &results); err != nil {
		t.Fatal(err)
	}
	for _, e := range results.Experiments {
		if f1 := e.Test["f1_score_micro"]; f1 < 0.9 {
			t.Errorf("%s: micro F1 %v on the test texts", e.Name, f1)
		}
	}
	page, err := os.ReadFile(filepath.Join(dir, "report.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"f1 score micro", "samples avg", "(none)", "On <bdi>"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("no %q in the report", want)
		}
	}
	if strings.Contains(string(page), "Rows of a matrix") {
		t.Error("the report tells of a confusion matrix")
	}
	if out := succeed(t, "", "compare", "--out", filepath.Join(t.TempDir(), "c.html"), dir); !strings.Contains(out, "test f1_score_micro") {
		t.Errorf("compare prints\n%s", out)
	}
	if out := succeedQuietly(t, "train", "--from", filepath.Join(dir, "bow"), "--data", path, "--label-delimiter", ";", "--epochs", "1", "--out", filepath.Join(t.TempDir(), "more")); !strings.Contains(out, "val f1") {
		t.Errorf("going on prints\n%s", out)
	}
	url, stop := serving(t, filepath.Join(dir, "bow"))
	defer stop()
	response, err := http.Post(url+"/v1/predict", "application/json", strings.NewReader(`{"texts":["an invoice and a crash","it"]}`))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var served struct {
		Predictions []struct{ Labels []string }
	}
	if err := json.NewDecoder(response.Body).Decode(&served); err != nil {
		t.Fatal(err)
	}
	if p := served.Predictions; len(p) != 2 || !slices.Equal(p[0].Labels, []string{"billing", "bug"}) || p[1].Labels == nil || len(p[1].Labels) != 0 {
		t.Errorf("the server answers %+v", served)
	}
	status, stdout, stderr := command("", "train", "--from", filepath.Join(dir, "ngrams"), "--data", path, "--label-delimiter", ";", "--out", filepath.Join(t.TempDir(), "no"))
	checkFailure(t, status, exitFailure, stdout, stderr, "a model of n-grams for several labels a text does not go on")
	out := filepath.Join(t.TempDir(), "keras")
	succeed(t, "", "export", filepath.Join(dir, "bow"), "--out", filepath.Join(out, "m.keras"))
	program, err := os.ReadFile(filepath.Join(out, "predict.py"))
	if err != nil || !strings.Contains(string(program), "thresholds = [0.") || !strings.Contains(string(program), "if q > t]") {
		t.Errorf("error %v, the program is\n%s", err, program)
	}
}

// TestSeveralLabelsFormats: lists in JSON and several labels in fastText are told without
// a flag; folds validate on each text; data describes them.
func TestSeveralLabelsFormats(t *testing.T) {
	texts, labels := labelledTickets(120)
	var lines, fast strings.Builder
	for i, text := range texts {
		doc, _ := json.Marshal(map[string]any{"text": text, "labels": labels[i]})
		fmt.Fprintf(&lines, "%s\n", doc)
		if len(labels[i]) > 0 {
			fmt.Fprintf(&fast, "__label__%s %s\n", strings.Join(labels[i], " __label__"), text)
		}
	}
	path := writeFile(t, filepath.Join(t.TempDir(), "t.jsonl"), lines.String())
	out := succeedQuietly(t, "train", "--data", path, "--model", "embedding,ngrams", "--epochs", "2", "--folds", "3", "--out", filepath.Join(t.TempDir(), "folds"))
	if !strings.Contains(out, "val f1 score micro") {
		t.Errorf("folds print\n%s", out)
	}
	out = succeed(t, "", "data", path)
	if !strings.Contains(out, "Labels per text: mean ") || !strings.Contains(out, "no label ") || !strings.Contains(out, "│ texts    │   120 │") {
		t.Errorf("data prints\n%s", out)
	}
	// The model that suits the texts is one of several labels, too.
	auto := filepath.Join(t.TempDir(), "auto")
	out = succeed(t, "", "train", "--data", path, "--budget", "5", "--out", auto)
	if !strings.Contains(out, "micro F1") || !strings.Contains(out, "conv") {
		t.Errorf("auto prints\n%s", out)
	}
	if out := succeed(t, "", "predict", auto, "a crash of the parcel"); !strings.HasPrefix(out, "bug, delivery  ") {
		t.Errorf("auto predicts %q", out)
	}
	fastText := writeFile(t, filepath.Join(t.TempDir(), "t.txt"), fast.String())
	dir := filepath.Join(t.TempDir(), "fast")
	succeedQuietly(t, "train", "--data", fastText, "--model", "ngrams", "--out", dir)
	if out := succeed(t, "", "predict", dir, "a crash of the parcel"); !strings.HasPrefix(out, "bug, delivery  ") {
		t.Errorf("predict prints %q", out)
	}
	// A label of the texts to measure on that the model does not know is left out.
	other := writeFile(t, filepath.Join(t.TempDir(), "o.jsonl"), `{"text":"an invoice","labels":["billing","praise"]}`+"\n"+`{"text":"a crash","labels":["bug"]}`+"\n")
	status, stdout, stderr := command("", "evaluate", dir, "--data", other)
	if status != 0 || !strings.Contains(stdout, "subset accuracy 1.0000") || !strings.Contains(stderr, `labels that are not among the model's classes: "praise" (1 text); these labels are left out`) {
		t.Errorf("status %d, %s%s", status, stdout, stderr)
	}
}

func TestSeveralLabelsRefused(t *testing.T) {
	path := ticketFile(t, 60)
	list := writeFile(t, filepath.Join(t.TempDir(), "t.jsonl"), strings.Repeat(`{"text":"a","labels":["1","2"]}`+"\n"+`{"text":"b","labels":["1"]}`+"\n", 5))
	one := writeFile(t, filepath.Join(t.TempDir(), "one.csv"), "text,label\n"+strings.Repeat("a,x\nb,\n", 5))
	alike := writeFile(t, filepath.Join(t.TempDir(), "alike.csv"), "text,label\n"+strings.Repeat("a,x;y\nb,y;x\n", 10))
	classes := filepath.Join(t.TempDir(), "classes")
	succeedQuietly(t, "train", "--data", writeFile(t, filepath.Join(t.TempDir(), "c.csv"), "text,label\n"+strings.Repeat("a,1\nb,2\n", 10)), "--model", "bow", "--epochs", "1", "--out", classes)
	for _, c := range []struct {
		status int
		want   string
		args   []string
	}{
		{exitUsage, "--regression takes one number as label and cannot be used with --label-delimiter", []string{"train", "--data", path, "--label-delimiter", ";", "--regression"}},
		{exitFailure, "it states several labels (1, 2), and --regression takes one number", []string{"train", "--data", list, "--regression"}},
		{exitFailure, `"x" is the only label of all 10 texts`, []string{"train", "--data", one, "--label-delimiter", ";"}},
		{exitFailure, "all training texts have the same labels", []string{"train", "--data", alike, "--label-delimiter", ";"}},
		{exitFailure, "--class-weight cannot be used with several labels a text", []string{"train", "--data", path, "--label-delimiter", ";", "--class-weight", "balanced"}},
		{exitFailure, "the model says one thing of each text", []string{"evaluate", classes, "--data", list}},
		{exitUsage, "--label-delimiter has no effect on the movie reviews", []string{"train", "--data", "sample", "--label-delimiter", ";"}},
		{exitFailure, "suspects: they are found among texts of one label each", []string{"data", path, "--label-delimiter", ";", "--suspects"}},
		{exitUsage, "unknown flag: --label-delimiter", []string{"predict", classes, "--data", path, "--label-delimiter", ";"}},
		{exitUsage, "columns and labels cannot have the same", []string{"train", "--data", path, "--delimiter", ";", "--label-delimiter", ";"}},
	} {
		if c.args[0] == "train" {
			c.args = append(c.args, "--out", filepath.Join(t.TempDir(), "out"))
		}
		status, stdout, stderr := command("", c.args...)
		checkFailure(t, status, c.status, stdout, stderr, c.want)
	}
}
