package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/cmd/sentiment/internal/corpus"
	"unroll/cmd/sentiment/internal/run"
	"unroll/internal/show"
	"unroll/nn"
)

func TestSummary(t *testing.T) {
	both := succeed(t, "", "summary")
	for _, want := range []string{
		"Total params: 4,289\n", "Total params: 32,337\n", "simple_rnn (SimpleRNN)", "embedding (Embedding)", "(None, 100, 32)", "dense (Dense)",
	} {
		if !strings.Contains(both, want) {
			t.Errorf("no %q in\n%s", want, both)
		}
	}
	if strings.Contains(strings.ToLower(both), "one_hot") {
		t.Errorf("the input encoding is a row:\n%s", both)
	}
	one := succeed(t, "", "summary", "--model", "onehot", "--maxlen", "7")
	if strings.Contains(one, "embedding") || !strings.HasPrefix(both, one) {
		t.Errorf("onehot alone is\n%s", one)
	}
}

// TestEvaluate compares a model that was saved and loaded with what its
// training found, to the last bit.
func TestEvaluate(t *testing.T) {
	shared := sharedRun(t)
	for _, e := range readResults(t, shared).Experiments {
		dir := filepath.Join(shared, e.Name)
		for split, want := range map[string]run.Scores{"validation": e.Evaluate, "test": e.Test} {
			line := fmt.Sprintf("%s on %s %s reviews (sample): loss %.4f, accuracy %.4f (%v)\n",
				e.Name, show.Thousands(map[string]int{"validation": e.ValidationSamples, "test": 1000}[split]), split, want["loss"], want["accuracy"], map[string]*run.Interval{"validation": e.EvaluateInterval, "test": e.TestInterval}[split])
			for _, more := range [][]string{nil, {"--data", "sample"}} {
				if got := succeed(t, "", append([]string{"evaluate", dir, "--split", split}, more...)...); got != line {
					t.Errorf("%q, want %q", got, line)
				}
			}
		}
		printed := fmt.Sprintf("Validation: loss %.4f, accuracy %.4f. Test: loss %.4f, accuracy %.4f.\n",
			e.Evaluate["loss"], e.Evaluate["accuracy"], e.Test["loss"], e.Test["accuracy"])
		if !strings.Contains(trainedRun.stdout, printed) {
			t.Errorf("training did not print %q", printed)
		}
		s, err := run.Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		d, err := corpus.Open(context.Background(), s.Settings, corpus.Console{Err: io.Discard})
		if err != nil {
			t.Fatal(err)
		}
		set, err := d.ReadFor(context.Background(), s.Settings, s.Model, false)
		if err != nil {
			t.Fatal(err)
		}
		rows, _, err := set.Part(corpus.Validation.String(), s.Settings, s.Seed)
		if err != nil {
			t.Fatal(err)
		}
		trainer, err := run.Compile(s.Task(), s.Net(), nil, nn.Auto, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer trainer.Close()
		got, err := run.Evaluate(context.Background(), trainer, set.Data(s.Name(), s.Task(), rows, nil), s.Batch)
		if err != nil || !cmp.Equal(got, e.Evaluate) {
			t.Errorf("%s: the loaded model has %v, the trained one %v (%v)", e.Name, got, e.Evaluate, err)
		}
	}
}

func TestWords(t *testing.T) {
	dir := filepath.Join(sharedRun(t), "embedding")
	out := succeed(t, "", "words", "--nearest", "3", dir, "Good", "bad", "boring")
	lines := strings.Split(out, "\n")
	for i, word := range []string{"good", "bad", "boring"} {
		line := regexp.MustCompile(`^` + word + ` *(  \S+ -?\d\.\d\d){3}$`)
		if !line.MatchString(lines[i]) {
			t.Errorf("line %q, want %v", lines[i], line)
		}
	}
	if n := strings.Count(out, " 1.00 "); n != 3 {
		t.Errorf("%d ones in the table, want 3 on its diagonal:\n%s", n, out)
	}
	if one := succeed(t, "", "words", dir, "good"); strings.Contains(one, "│") {
		t.Errorf("a table for a single word:\n%s", one)
	}
	many := succeed(t, "", "words", "--nearest", "100", dir, "good")
	for line := range strings.Lines(many) {
		if len([]rune(line)) > 81 {
			t.Errorf("line of more than 80 columns: %q", line)
		}
	}
}

func TestPredict(t *testing.T) {
	dir := filepath.Join(sharedRun(t), "embedding")
	texts := []string{"a wonderful film", "this was a bad and boring movie"}
	fromArgs := succeed(t, "", append([]string{"predict", dir}, texts...)...)
	line := regexp.MustCompile(`^(positive|negative)  (\d\.\d{4})  (.*)$`)
	for i, l := range strings.Split(strings.TrimSuffix(fromArgs, "\n"), "\n") {
		m := line.FindStringSubmatch(l)
		if m == nil || m[3] != texts[i] || m[2] < "0.5000" { // the label's own, which is the likelier one
			t.Errorf("line %q for %q", l, texts[i])
		}
	}
	for _, stdin := range []string{
		strings.Join(texts, "\n") + "\n",
		texts[0] + "\r\n\t" + texts[1], // DOS ends, none at the end
	} {
		if got := succeed(t, stdin, "predict", dir); got != fromArgs {
			t.Errorf("from standard input %q, from arguments %q", got, fromArgs)
		}
	}
	if got := succeed(t, "", "predict", dir); got != "" {
		t.Errorf("%q from nothing", got)
	}
	many := strings.Repeat(texts[0]+"\n", 3*predictBatch+1)
	want := strings.Repeat(strings.SplitAfter(fromArgs, "\n")[0], 3*predictBatch+1)
	if got := succeed(t, many, "predict", dir); got != want {
		t.Errorf("%d lines differ from as many single ones", 3*predictBatch+1)
	}
	if got := succeed(t, "", "predict", dir, "good\nline\ttwo"); !strings.HasSuffix(got, "  good line two\n") {
		t.Errorf("a text of two lines gives %q", got)
	}
}

// TestDashes gives texts that begin with dashes, from arguments as from
// standard input.
func TestDashes(t *testing.T) {
	dir := filepath.Join(sharedRun(t), "embedding")
	for _, text := range []string{"--- a good film", "-good", "--good", "- good", "--help me, a bad film", "-h is good"} {
		want := succeed(t, text+"\n", "predict", dir)
		for _, args := range [][]string{{"predict", dir, "--", text}, {"predict", "--", dir, text}} {
			if got := succeed(t, "", args...); got != want || !strings.HasSuffix(got, "  "+text+"\n") {
				t.Errorf("%q gives %q, want %q", args, got, want)
			}
		}
		status, stdout, stderr := command("", "predict", dir, text)
		checkFailure(t, status, exitUsage, stdout, stderr, "after --: sentiment")
	}
	if a, b := succeed(t, "", "words", dir, "--", "-good"), succeed(t, "", "words", dir, "good"); a != b {
		t.Errorf("words -good gives %q, words good %q", a, b)
	}
}

// TestFlagsStandAnywhere: before the folder, between it and the texts, and after.
func TestFlagsStandAnywhere(t *testing.T) {
	shared := sharedRun(t)
	dir := filepath.Join(shared, "embedding")
	for _, c := range []struct{ flags, args []string }{
		{[]string{"--json"}, []string{"predict", dir, "a good film", "a bad film"}},
		{[]string{"--explain", "--json"}, []string{"predict", dir, "a good film"}},
		{[]string{"--nearest", "2"}, []string{"words", dir, "good", "bad"}},
		{[]string{"--split=test", "--json"}, []string{"evaluate", shared}},
	} {
		want := succeed(t, "", slices.Concat(c.args[:1], c.flags, c.args[1:])...)
		for at := 2; at <= len(c.args); at++ {
			if got := succeed(t, "", slices.Concat(c.args[:at], c.flags, c.args[at:])...); got != want {
				t.Errorf("%v at %d: %q, want %q", c.flags, at, got, want)
			}
		}
	}
}
