package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/cmd/sentiment/internal/run"
)

// priced is a table whose label is told by the price alone, or by the region of those
// without a price; in between some texts have neither.
func priced(rows int, label func(class, i int) string) string {
	r := rand.New(rand.NewPCG(1, 2))
	b := strings.Builder{}
	b.WriteString("price,text,region,label\n")
	for i := range rows {
		class := i % 2
		price := fmt.Sprintf("%.1f", 1000+float64(20*class)+r.Float64())
		if i%5 == 0 {
			price = []string{"", "NA"}[i/5%2]
		}
		fmt.Fprintf(&b, "%s,the words of number %d,%s,%s\n", price, r.IntN(9), []string{"north", "south"}[class], label(class, i))
	}
	return b.String()
}

func named(class, _ int) string { return []string{"dear", "cheap"}[class] }

// learnPriced are the flags that learn of such a table.
func learnPriced(data, out string, more ...string) []string {
	return append([]string{"train", "--quiet", "--data", data, "--out", out, "--number-column", "price", "--category-column", "region", "--epochs", "20", "--lr", "0.05", "--maxlen", "6"}, more...)
}

const besideModels = "onehot,gru,conv,bow,ngrams"

// TestColumnsBeside: each kind of model learns of the columns what the text does not tell;
// evaluate, predict and compare read them again, and what is missing or unknown is told.
func TestColumnsBeside(t *testing.T) {
	dir := t.TempDir()
	data, out := writeFile(t, filepath.Join(dir, "d.csv"), priced(200, named)), filepath.Join(dir, "run")
	status, _, stderr := command("", learnPriced(data, out, "--model", besideModels)...)
	if status != exitOK || stderr != "warning: column price: missing in 40 of 200 texts: the mean of the training texts stands for it\n" {
		t.Fatalf("status %d, stderr %q", status, stderr)
	}
	results := readResults(t, out).Experiments
	if len(results) != 5 {
		t.Fatalf("%d results", len(results))
	}
	for _, e := range results {
		if e.Evaluate["accuracy"] < 0.95 {
			t.Errorf("%s: accuracy %v", e.Name, e.Evaluate["accuracy"])
		}
		model := filepath.Join(out, e.Name)
		_, stdout, _ := command("", "evaluate", model, "--json")
		var again struct{ Scores run.Scores }
		if err := json.Unmarshal([]byte(stdout), &again); err != nil || e.Name != "ngrams" && again.Scores["accuracy"] != e.Evaluate["accuracy"] {
			t.Errorf("%s: evaluate %q, trained %v, error %v", e.Name, stdout, e.Evaluate, err)
		}
		// The same text, on the command line, of standard input, and in files of two formats.
		cheap := []string{"--column", "price=1020.5", "--column", "region=south"}
		one := succeed(t, "", append([]string{"predict", model, "the words of number 3"}, cheap...)...)
		if !strings.HasPrefix(one, "cheap  ") {
			t.Errorf("%s: %q", e.Name, one)
		}
		if in := succeed(t, "the words of number 3\n", append([]string{"predict", model}, cheap...)...); in != one {
			t.Errorf("%s: of standard input %q, want %q", e.Name, in, one)
		}
		table := writeFile(t, filepath.Join(dir, "new.csv"), "region,text,price\nsouth,the words of number 3,1020.5\n")
		lines := writeFile(t, filepath.Join(dir, "new.jsonl"), `{"region":"south","price":1020.50,"text":"the words of number 3"}`+"\n")
		for _, file := range []string{table, lines} {
			if of := succeed(t, "", "predict", model, "--data", file); of != one {
				t.Errorf("%s: of %s %q, want %q", e.Name, file, of, one)
			}
		}
		status, stdout, stderr := command("", "predict", model, "--json", "--explain", "the words", "--column", "region=west")
		var answer struct {
			Gaps    []struct{ Column, Value string }
			Columns []struct {
				Column string
				Push   float64
			}
		}
		if err := json.Unmarshal([]byte(stdout), &answer); err != nil || status != exitOK || len(answer.Gaps) != 2 || answer.Gaps[1].Value != "west" || len(answer.Columns) != 2 || answer.Columns[0].Push != 0 {
			t.Errorf("%s: %q, error %v", e.Name, stdout, err)
		}
		for _, want := range []string{"column price: missing in 1 of 1 text: the mean of the training texts stands for it", `column region: unknown in 1 of 1 text, the first is "west"`} {
			if !strings.Contains(stderr, want) {
				t.Errorf("%s: stderr %q, want %q", e.Name, stderr, want)
			}
		}
		if why := succeed(t, "", append([]string{"predict", "--explain", model, "the words of number 3"}, cheap...)...); !strings.Contains(why, "column price ") {
			t.Errorf("%s: %q", e.Name, why)
		}
		if about := succeed(t, "", "summary", model); !strings.Contains(about, "beside      price (a number, mean 1010, deviation 10") || !strings.Contains(about, "region (north, south)") {
			t.Error(about)
		}
	}
	report, err := os.ReadFile(filepath.Join(out, run.ReportFile))
	if err != nil || !strings.Contains(string(report), "column price") {
		t.Errorf("the report does not name the column, error %v", err)
	}
	if status, _, stderr := command("", "compare", "--out", filepath.Join(dir, "c.html"), "--data", data, out); status != exitOK {
		t.Error(stderr)
	}
	for name, flags := range map[string][]string{"gru": {"--epochs", "1"}, "ngrams": nil} {
		more := filepath.Join(dir, "more", name)
		if status, _, stderr := command("", append([]string{"train", "--quiet", "--from", filepath.Join(out, name), "--data", data, "--out", more}, flags...)...); status != exitOK || readResults(t, more).Experiments[0].Evaluate["accuracy"] < 0.95 {
			t.Errorf("going on with %s: status %d, stderr %q", name, status, stderr)
		}
	}
}

// TestColumnsBesideResume: a run that is interrupted goes on with its columns, and folds
// each learn their own.
func TestColumnsBesideResume(t *testing.T) {
	dir := t.TempDir()
	data := writeFile(t, filepath.Join(dir, "d.csv"), priced(100, named))
	whole, cut := filepath.Join(dir, "whole"), filepath.Join(dir, "cut")
	args := func(out string) []string {
		all := learnPriced(data, out, "--model", "onehot,embedding", "--checkpoint-every", "2")
		return slices.DeleteFunc(all, func(a string) bool { return a == "--quiet" })
	}
	if status, _, stderr := command("", args(whole)...); status != exitOK {
		t.Fatal(stderr)
	}
	interrupted(t, "", "Epoch 7/20", args(cut)...)
	if status, _, stderr := command("", "train", "--resume", cut); status != exitOK {
		t.Fatal(stderr)
	}
	if diff := cmp.Diff(weights(t, whole), weights(t, cut)); diff != "" {
		t.Error(diff)
	}
	if status, stdout, stderr := command("", learnPriced(data, filepath.Join(dir, "folds"), "--model", "bow,ngrams", "--folds", "3")...); status != exitOK || !strings.Contains(stdout, "ngrams") {
		t.Errorf("folds: %q, %q", stdout, stderr)
	}
}

// TestColumnsBesideRegression: numbers are estimated from a number beside the text.
func TestColumnsBesideRegression(t *testing.T) {
	dir := t.TempDir()
	data := writeFile(t, filepath.Join(dir, "d.csv"), priced(200, func(class, i int) string { return fmt.Sprint(500 * class) }))
	out := filepath.Join(dir, "run")
	if status, _, stderr := command("", learnPriced(data, out, "--model", "bow", "--regression")...); status != exitOK {
		t.Fatal(stderr)
	}
	if e := readResults(t, out).Experiments[0].Evaluate["mean_absolute_error"]; e > 50 {
		t.Errorf("mean absolute error %v", e)
	}
	if got := succeed(t, "", "predict", filepath.Join(out, "bow"), "the words", "--column", "price=1020", "--column", "region=south", "--explain"); !strings.Contains(got, "column price +") {
		t.Error(got)
	}
}

// TestColumnsBesideRefused: what cannot be done says so in one line.
func TestColumnsBesideRefused(t *testing.T) {
	dir := t.TempDir()
	data, out := writeFile(t, filepath.Join(dir, "d.csv"), priced(60, named)), filepath.Join(dir, "run")
	if status, _, stderr := command("", learnPriced(data, out, "--model", "bow")...); status != exitOK {
		t.Fatal(stderr)
	}
	model, fresh := filepath.Join(out, "bow"), filepath.Join(dir, "fresh")
	third := writeFile(t, filepath.Join(dir, "third.csv"), priced(60, func(_, i int) string { return []string{"dear", "cheap", "fair"}[i%3] }))
	bad := writeFile(t, filepath.Join(dir, "bad.csv"), strings.Replace(priced(60, named), "10", "ten", 1))
	if status, _, stderr := command("", "serve", out, "--addr", "127.0.0.1:0"); status != exitFailure || !strings.HasSuffix(stderr, "bow: the model takes price, region beside a text, which requests do not have: use predict\n") {
		t.Errorf("serve: status %d, stderr %q", status, stderr)
	}
	for _, c := range []struct {
		status int
		want   string
		args   []string
	}{
		{exitFailure, "the model takes price, region beside a text, and what is exported reads texts alone", []string{"export", model, "--out", filepath.Join(dir, "m.keras")}},
		{exitFailure, "bow takes price, region beside a text: such a model cannot be shrunk", []string{"shrink", model, "--out", filepath.Join(dir, "small")}},
		{exitFailure, "takes price, region beside a text: such a model cannot get more classes", []string{"train", "--from", model, "--data", third, "--new-labels", "--quiet", "--out", fresh}},
		{exitUsage, `--column is "prize=3", want NAME=VALUE of one of the model's columns, price, region`, []string{"predict", model, "a", "--column", "prize=3"}},
		{exitUsage, `--column price: "three" is not a number`, []string{"predict", model, "a", "--column", "price=three"}},
		{exitUsage, "--column price is given twice", []string{"predict", model, "a", "--column", "price=3", "--column", "price=4"}},
		{exitUsage, "--column has no effect with --data", []string{"predict", model, "--data", data, "--column", "price=3"}},
		{exitUsage, "--column has no effect on a model that takes no columns beside a text", []string{"predict", sharedRun(t), "a", "--column", "price=3"}},
		{exitFailure, `bad.csv: row 3 (line 3): column price: "ten`, learnPriced(bad, fresh, "--model", "bow")},
		{exitFailure, `it has no column "weight"`, append(learnPriced(data, fresh, "--model", "bow"), "--number-column", "weight")},
		{exitUsage, `the column "price" is given as --number-column and as --category-column`, append(learnPriced(data, fresh, "--model", "bow"), "--category-column", "price")},
		{exitFailure, `the column "label" is the label`, append(learnPriced(data, fresh, "--model", "bow"), "--label-column", "label", "--category-column", "label")},
		{exitUsage, "--number-column has no effect on the movie reviews", tiny(fresh, "--number-column", "price")},
		{exitUsage, "--number-column has no effect with --from", []string{"train", "--from", model, "--data", data, "--number-column", "price"}},
	} {
		status, stdout, stderr := command("", c.args...)
		checkFailure(t, status, c.status, stdout, stderr, c.want)
	}
}
