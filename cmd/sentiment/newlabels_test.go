package main

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"unroll/cmd/sentiment/internal/run"
)

// shares are what a model says of a text, by class.
func shares(t *testing.T, dir, text string) map[string]float64 {
	t.Helper()
	m, err := run.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	a, err := m.Classify(context.Background(), text)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]float64{}
	for _, c := range a[0].Probabilities {
		all[c.Class] = c.Probability
	}
	return all
}

// TestNewLabels: a model of two classes, and one of three, get one more, which they learn,
// and do not forget the others.
func TestNewLabels(t *testing.T) {
	words := map[string]string{"plum": "sweet", "lemon": "sour", "apple": "crisp", "fig": "soft", "chili": "stale"}
	for _, old := range [][]string{{"plum", "lemon"}, {"plum", "lemon", "apple"}} {
		first := produce(t, 120, words, old...)
		next := produce(t, 120, words, append(old, "chili")...)
		for _, model := range []string{"ngrams", "embedding"} {
			from, dir := filepath.Join(t.TempDir(), "old"), filepath.Join(t.TempDir(), "new")
			args := []string{"train", "--data", first, "--model", model, "--out", from}
			more := []string{"train", "--from", from, "--data", next, "--new-labels", "--out", dir}
			if model == "embedding" {
				args, more = append(args, "--lr", "0.02"), append(more, "--lr", "0.02", "--epochs", "30")
			}
			succeed(t, "", args...)
			if out := succeed(t, "", more...); !strings.Contains(out, "New labels: chili.") {
				t.Errorf("train prints\n%s", out)
			}
			r := resultOf(t, dir)
			if was, is := r.Before["accuracy"], r.Evaluate["accuracy"]; !(was < 0.9 && is > 0.9) {
				t.Errorf("%d classes, %s: accuracy before %v, after %v", len(old), model, was, is)
			}
			for _, class := range append(old, "chili") {
				if got := labelOf(t, dir, "the "+words[class]+" one of day 3 is round"); got != class {
					t.Errorf("%d classes, %s: %s is %s", len(old), model, class, got)
				}
			}
		}
	}
}

// TestNewLabelsBeforeTraining: the probabilities of the old classes are nearly what they
// were where nothing is learned yet.
func TestNewLabelsBeforeTraining(t *testing.T) {
	from, dir := filepath.Join(sharedRun(t), "embedding"), filepath.Join(t.TempDir(), "new")
	data := writeFile(t, filepath.Join(t.TempDir(), "n.csv"), "label,text\n"+strings.Repeat("positive,good\nnegative,dull\nmixed,good and dull\n", 10))
	succeed(t, "", "train", "--from", from, "--data", data, "--new-labels", "--epochs", "1", "--lr", "1e-30", "--out", dir)
	for _, text := range []string{"a wonderful film", "dull", "the plot"} {
		was, is := plainShares(t, from, text), plainShares(t, filepath.Join(dir, "embedding"), text)
		for class, p := range was {
			if math.Abs(p-is[class]) > 0.01 {
				t.Errorf("%q: %s had %v, has %v", text, class, p, is[class])
			}
		}
		if p, ok := is["mixed"]; !ok || p > 0.01 {
			t.Errorf("%q: %v", text, is)
		}
	}
}

// plainShares are the probabilities that a model's network gives, before they are calibrated
// on the texts of one training or another.
func plainShares(t *testing.T, dir, text string) map[string]float64 {
	all, sum := shares(t, dir, text), 0.0
	if factor := taskOf(t, dir).Factor; factor != 0 {
		for class, p := range all {
			all[class] = math.Pow(p, 1/factor)
			sum += all[class]
		}
		for class := range all {
			all[class] /= sum
		}
	}
	return all
}

// TestNewLabelsRefuses: labels are named and the flag with them, what cannot get more
// outputs is refused, and classes that may be forgotten are told of.
func TestNewLabelsRefuses(t *testing.T) {
	from := filepath.Join(sharedRun(t), "onehot")
	write := func(rows string) string {
		return writeFile(t, filepath.Join(t.TempDir(), "n.csv"), "label,text\n"+strings.Repeat(rows, 10))
	}
	numbers := filepath.Join(t.TempDir(), "numbers")
	succeedQuietly(t, "train", "--data", write("1,small\n9,large\n"), "--regression", "--out", numbers)
	odd := write("positive,good\nodd,dull\neven,fine\n")
	for _, c := range []struct {
		status int
		want   string
		args   []string
	}{
		{exitFailure, "the labels even, odd are none of the model's classes, negative, positive; --new-labels adds them", []string{"--from", from, "--data", odd}},
		{exitUsage, "--new-labels has no effect without --from", []string{"--data", odd, "--new-labels"}},
		{exitUsage, "--new-labels cannot be used with --from " + numbers + ", a model of numbers", []string{"--from", numbers, "--data", odd, "--new-labels"}},
	} {
		status, stdout, stderr := command("", append(append([]string{"train"}, c.args...), "--out", filepath.Join(t.TempDir(), "out"))...)
		checkFailure(t, status, c.status, stdout, stderr, c.want)
	}
	dir := filepath.Join(t.TempDir(), "out")
	status, stdout, stderr := command("", "train", "--from", from, "--data", odd, "--new-labels", "--epochs", "1", "--out", dir)
	if status != exitOK || !strings.Contains(stdout, "New labels: even, odd.") || !strings.Contains(stderr, "none of the new texts to train on is of negative: the model may forget what it is") {
		t.Errorf("status %d, %q\n%s", status, stderr, stdout)
	}
	if _, err := os.Stat(filepath.Join(dir, "onehot")); err != nil {
		t.Error(err)
	}
}
