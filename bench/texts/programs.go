package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/pkg/errors"

	"unroll/bench/internal/report"
)

//go:embed peer.py
var script string

const install = `Nothing is compared: %v.

On Debian and Ubuntu both programs are installed by

    apt-get install fasttext python3-sklearn

Another Python that has scikit-learn is named by -python.
`

// errMissing says that one of the other programs is not installed.
var errMissing = errors.New("not installed")

// versions are those of the other programs.
type versions struct {
	FastText string `json:"-"`
	Python   string `json:"python"`
	SKLearn  string `json:"sklearn"`
	Missing  string `json:"missing"` // there is no scikit-learn

	path string // of the Python that has it
}

// findPeers looks for fastText in the PATH and for a Python with scikit-learn: the one
// that was asked for, or else the system's, where Debian installs python3-sklearn, or else
// the first of the PATH.
func findPeers(ctx context.Context, python string) (v versions, err error) {
	if _, err := exec.LookPath("fasttext"); err != nil {
		return v, errors.Wrap(errMissing, "fastText")
	}
	pythons := []string{python}
	if python == "" {
		pythons = []string{"/usr/bin/python3", "python3"}
	}
	for _, p := range pythons {
		out, err := output(exec.CommandContext(ctx, p, "-c", script, "versions"))
		if err := ctx.Err(); err != nil {
			return v, err
		}
		if v = (versions{path: p}); err == nil && json.Unmarshal(out, &v) == nil && v.Missing == "" && v.SKLearn != "" {
			v.FastText = "of unknown version" // it does not tell
			if out, err := output(exec.CommandContext(ctx, "dpkg-query", "-W", "-f", "${Version}", "fasttext")); err == nil {
				v.FastText = string(out)
			}
			return v, nil
		}
	}
	return v, errors.Wrap(errMissing, "scikit-learn")
}

// result is what a program reached on a set.
type result struct {
	Accuracy float64 `json:"accuracy"`
	Texts    int     `json:"texts"` // that it was tested on
	Seconds  float64 `json:"-"`
}

func (r *result) String() string {
	return fmt.Sprintf("%.4f (%s)", r.Accuracy, report.Duration(r.Seconds))
}

// program is one of those that are compared.
type program struct {
	name string
	ours bool
	on   func(set) bool // whether it runs on a set
	run  func(context.Context, *config, set) (*result, error)
}

var programs = []program{
	{"`sentiment train`", true, all, sentiment("auto")},
	{"`sentiment train --model ngrams`", true, set.reviews, sentiment("ngrams")},
	{"fastText, bigrams", false, all, fastText},
	{"tf-idf of words 1–2, LogisticRegression", false, all, scikit("tfidf")},
	{"tf-idf of words 1–2 and characters 2–5, LinearSVC", false, func(s set) bool { return !s.reviews() }, scikit("svc")},
	{"NB-weighted words 1–3, LogisticRegression", false, all, scikit("nb")},
}

func all(set) bool { return true }

// sentiment runs our program with one model.
func sentiment(model string) func(context.Context, *config, set) (*result, error) {
	return func(ctx context.Context, c *config, s set) (*result, error) {
		dir := filepath.Join(c.dir, "run")
		defer os.RemoveAll(dir)
		args := []string{"train", "--quiet", "--model", model, "--out", dir, "--data", s.files[0]}
		if !s.reviews() {
			args = append(args, "--text-column", "text", "--label-column", "label", "--test-data", s.files[1])
		}
		start := time.Now()
		if _, err := output(exec.CommandContext(ctx, c.sentiment, args...)); err != nil {
			return nil, err
		}
		seconds := time.Since(start).Seconds()
		data, err := os.ReadFile(filepath.Join(dir, "results.json"))
		if err != nil {
			return nil, errors.WithStack(err)
		}
		r, err := parseResults(data)
		if err != nil {
			return nil, err
		}
		r.Seconds = seconds
		return r, nil
	}
}

// parseResults takes the accuracy on the test texts out of a results.json of one model.
func parseResults(data []byte) (*result, error) {
	var r struct {
		Experiments []struct {
			TestSamples int `json:"test_samples"`
			Test        struct{ Accuracy *float64 }
		}
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, errors.Wrap(err, "results.json")
	}
	if len(r.Experiments) != 1 || r.Experiments[0].Test.Accuracy == nil {
		return nil, errors.Errorf("results.json: want one model with its accuracy on test texts, found %d models", len(r.Experiments))
	}
	return &result{Accuracy: *r.Experiments[0].Test.Accuracy, Texts: r.Experiments[0].TestSamples}, nil
}

// scikit runs a pipeline of peer.py.
func scikit(pipeline string) func(context.Context, *config, set) (*result, error) {
	return func(ctx context.Context, c *config, s set) (*result, error) {
		start := time.Now()
		out, err := output(exec.CommandContext(ctx, c.path, append([]string{"-c", script, pipeline}, s.files...)...))
		if err != nil {
			return nil, err
		}
		r := &result{Seconds: time.Since(start).Seconds()}
		return r, errors.Wrap(json.Unmarshal(out, r), "peer.py")
	}
}

// epochs are those that fastText may train.
var epochs = []int{10, 25}

// fastText chooses among epochs on a fifth of the training texts, and then trains on all
// of them. The time of choosing is not counted.
func fastText(ctx context.Context, c *config, s set) (*result, error) {
	dir, err := os.MkdirTemp(c.dir, "fasttext-")
	if err != nil {
		return nil, errors.WithStack(err)
	}
	defer os.RemoveAll(dir)
	in := func(name string) string { return filepath.Join(dir, name) }
	start := time.Now()
	if _, err := output(exec.CommandContext(ctx, c.path, append([]string{"-c", script, "lines", dir}, s.files...)...)); err != nil {
		return nil, err
	}
	reading := time.Since(start).Seconds()

	data, err := os.ReadFile(in("train.txt"))
	if err != nil {
		return nil, errors.WithStack(err)
	}
	lines := strings.SplitAfter(strings.TrimSuffix(string(data), "\n"), "\n") // in random order
	for name, part := range map[string][]string{"fit.txt": lines[len(lines)/5:], "held.txt": lines[:len(lines)/5]} {
		if err := os.WriteFile(in(name), []byte(strings.Join(part, "")), 0o600); err != nil {
			return nil, errors.WithStack(err)
		}
	}
	best, most := 0, math.Inf(-1)
	for _, n := range epochs {
		r, err := superviseAndTest(ctx, in("fit.txt"), in("held.txt"), n)
		if err != nil {
			return nil, err
		}
		if r.Accuracy > most {
			best, most = n, r.Accuracy
		}
	}
	start = time.Now()
	r, err := superviseAndTest(ctx, in("train.txt"), in("test.txt"), best)
	if err != nil {
		return nil, err
	}
	r.Seconds = reading + time.Since(start).Seconds()
	return r, nil
}

// superviseAndTest trains fastText on a file of lines and tests it on another.
func superviseAndTest(ctx context.Context, train, test string, epochs int) (*result, error) {
	model := filepath.Join(filepath.Dir(train), "model")
	_, err := output(exec.CommandContext(ctx, "fasttext", "supervised", "-input", train, "-output", model,
		"-wordNgrams", "2", "-dim", "10", "-lr", "0.5", "-epoch", strconv.Itoa(epochs), "-seed", "1",
		"-thread", strconv.Itoa(runtime.NumCPU()), "-verbose", "0"))
	if err != nil {
		return nil, err
	}
	found, err := output(exec.CommandContext(ctx, "fasttext", "predict", model+".bin", test))
	if err != nil {
		return nil, err
	}
	want, err := os.ReadFile(test)
	if err != nil {
		return nil, errors.WithStack(err)
	}
	return score(string(want), string(found))
}

// score compares the labels at the beginnings of two texts' lines.
func score(want, found string) (*result, error) {
	w := strings.Split(strings.TrimSuffix(want, "\n"), "\n")
	f := strings.Split(strings.TrimSuffix(found, "\n"), "\n")
	if len(w) != len(f) {
		return nil, errors.Errorf("fasttext predict: %d labels for %d texts", len(f), len(w))
	}
	right := 0
	for i := range w {
		label, _, _ := strings.Cut(w[i], " ")
		if label == strings.TrimSpace(f[i]) {
			right++
		}
	}
	return &result{Accuracy: float64(right) / float64(len(w)), Texts: len(w)}, nil
}

// output runs a program and returns what it prints. Its error tells the last that it
// wrote to standard error.
func output(cmd *exec.Cmd) ([]byte, error) {
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
		return nil, errors.Wrapf(err, "%s: %s", filepath.Base(cmd.Path), lines[len(lines)-1])
	}
	return out, nil
}
