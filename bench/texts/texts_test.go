package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// put writes empty files, or those with content where a name has "=".
func put(t *testing.T, names ...string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, name := range names {
		name, content, _ := strings.Cut(name, "=")
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestFind(t *testing.T) {
	dir := put(t, "trec_train.tsv.gz", "trec_test.tsv.gz", "mr_train.tsv.gz", "mine_train.tsv.gz", "mine_test.tsv.gz", "more_test.tsv.gz", "notes.txt")
	sets, left, err := find(dir, filepath.Join(dir, "notes.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range sets {
		names = append(names, s.name)
		if s.reviews() != (s.name == "imdb") {
			t.Errorf("files of %s are %v", s.name, s.files)
		}
	}
	if want := []string{"imdb", "trec", "mine"}; !slices.Equal(names, want) {
		t.Errorf("sets are %v, want %v", names, want)
	}
	want := []string{
		"mr is left out: there is no mr_test.tsv.gz",
		"subj is left out: there is no subj_train.tsv.gz and no subj_test.tsv.gz",
		"sms is left out: there is no sms_train.tsv.gz and no sms_test.tsv.gz",
		"nsmc is left out: there is no nsmc_train.tsv.gz and no nsmc_test.tsv.gz",
		"more is left out: there is no more_train.tsv.gz",
	}
	if !slices.Equal(left, want) {
		t.Errorf("left out are\n%s", strings.Join(left, "\n"))
	}
	if _, _, err := find(filepath.Join(dir, "none"), ""); err == nil {
		t.Error("no error for a folder that is not there")
	}
}

// TestNothingGiven: it says how to give texts, and that is no error.
func TestNothingGiven(t *testing.T) {
	for _, c := range []config{{}, {reviews: filepath.Join(t.TempDir(), "aclImdb.tar.gz")}, {texts: t.TempDir()}} {
		var out strings.Builder
		c.err = &out
		if err := run(t.Context(), &c, nil); err != nil || !strings.Contains(out.String(), "TEXTS=folder REVIEWS=aclImdb.tar.gz") {
			t.Errorf("%+v: error %v, printed %q", c, err, &out)
		}
	}
	if err := run(t.Context(), &config{}, []string{"trec"}); err == nil || !strings.Contains(err.Error(), `"trec"`) {
		t.Errorf("error of an argument is %v", err)
	}
}

// TestMissing: where fastText or scikit-learn is missing, it says how both are installed,
// leaves the results as they are, and that is no error.
func TestMissing(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("SKIPPED, NO SHELL HERE: nothing that needs a stand-in for fastText is tested")
	}
	reviews := filepath.Join(put(t, "aclImdb.tar.gz"), "aclImdb.tar.gz")
	for _, path := range []string{
		"",
		put(t, "fasttext=#!/bin/sh\n", "python3=#!/bin/sh\necho '{\"missing\": \"No module named sklearn\"}'\n"),
		put(t, "fasttext=#!/bin/sh\n", "python3=#!/bin/sh\nexit 1\n"),
	} {
		t.Setenv("PATH", path)
		results := filepath.Join(put(t, "RESULTS.md=old"), "RESULTS.md")
		var out strings.Builder
		c := &config{reviews: reviews, results: results, python: filepath.Join(path, "python3"), err: &out}
		want := "scikit-learn: not installed"
		if path == "" {
			want = "fastText: not installed"
		}
		err := run(t.Context(), c, nil)
		if err != nil || !strings.Contains(out.String(), want) || !strings.Contains(out.String(), "apt-get install fasttext python3-sklearn") {
			t.Errorf("PATH %q: error %v, printed %q", path, err, &out)
		}
		if data, err := os.ReadFile(results); err != nil || string(data) != "old" {
			t.Errorf("PATH %q: the results are %q, error %v", path, data, err)
		}
	}
}

func TestVersions(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("SKIPPED, NO SHELL HERE: nothing that needs a stand-in for Python is tested")
	}
	dir := put(t, "fasttext=#!/bin/sh\n", "dpkg-query=#!/bin/sh\nprintf 0.9.2\n",
		"mine=#!/bin/sh\necho '{\"python\": \"3.11.2\", \"sklearn\": \"1.2.1\"}'\n")
	t.Setenv("PATH", dir)
	python := filepath.Join(dir, "mine")
	v, err := findPeers(t.Context(), python)
	if want := (versions{FastText: "0.9.2", Python: "3.11.2", SKLearn: "1.2.1", path: python}); err != nil || v != want {
		t.Errorf("versions are %+v, error %v, want %+v", v, err, want)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := findPeers(ctx, python); !errors.Is(err, context.Canceled) {
		t.Errorf("error after an interrupt is %v", err)
	}
}

func TestBusy(t *testing.T) {
	for loadavg, want := range map[string]string{
		"1.93 2.00 2.10 1/200 7\n":  "1.93",
		"21.43 2.00 2.10 1/200 7\n": "21.43: **the machine was busy, and the times are too long**",
	} {
		if got := busy(loadavg, 2); got != want {
			t.Errorf("%q is %q, want %q", loadavg, got, want)
		}
	}
}

func TestParseResults(t *testing.T) {
	r, err := parseResults([]byte(`{"experiments": [{"name": "auto", "test_samples": 500, "evaluate": {"accuracy": 0.5}, "test": {"loss": null, "accuracy": 0.914}}]}`))
	if err != nil || *r != (result{Accuracy: 0.914, Texts: 500}) {
		t.Errorf("result is %+v, error %v", r, err)
	}
	for _, bad := range []string{`{`, `{"experiments": []}`, `{"experiments": [{"name": "auto"}]}`} {
		if _, err := parseResults([]byte(bad)); err == nil || !strings.Contains(err.Error(), "results.json") {
			t.Errorf("%s: error is %v", bad, err)
		}
	}
}

func TestScore(t *testing.T) {
	r, err := score("__label__a one two\n__label__b \n__label__a\n__label__b x\n", "__label__a\n__label__b\n__label__b\n__label__b\n")
	if err != nil || *r != (result{Accuracy: 0.75, Texts: 4}) {
		t.Errorf("result is %+v, error %v", r, err)
	}
	if _, err := score("__label__a one\n__label__b two\n", "__label__a\n"); err == nil {
		t.Error("no error where a label is missing")
	}
}

// some is what was measured where the archive of the reviews and one set are there.
func some() measured {
	m := measured{sets: []set{{"imdb", []string{"a"}}, {"trec", []string{"b", "c"}}}}
	for p, program := range programs {
		row := make([]*result, 2)
		for s, set := range m.sets {
			if program.on(set) {
				row[s] = &result{Accuracy: 0.9 - 0.01*float64(p) + 0.02*float64(s), Texts: 100, Seconds: 12}
			}
		}
		m.results = append(m.results, row)
	}
	return m
}

func TestTable(t *testing.T) {
	const want = `| program | imdb | trec | mean | mean of trec |
| --- | ---: | ---: | ---: | ---: |
| ` + "`sentiment train`" + ` | 0.9000 (12.0 s) | 0.9200 (12.0 s) | 0.9100 | 0.9200 |
| ` + "`sentiment train --model ngrams`" + ` | 0.8900 (12.0 s) | – | – | – |
| fastText, bigrams | 0.8800 (12.0 s) | 0.9000 (12.0 s) | 0.8900 | 0.9000 |
| tf-idf of words 1–2, LogisticRegression | 0.8700 (12.0 s) | 0.8900 (12.0 s) | 0.8800 | 0.8900 |
| tf-idf of words 1–2 and characters 2–5, LinearSVC | – | 0.8800 (12.0 s) | – | 0.8800 |
| NB-weighted words 1–3, LogisticRegression | 0.8500 (12.0 s) | 0.8700 (12.0 s) | 0.8600 | 0.8700 |
| best of the others | 0.8800 | 0.9000 | 0.8900 | 0.9000 |
`
	if got := some().table().String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	small := measured{sets: some().sets[1:]}
	for _, row := range some().results {
		small.results = append(small.results, row[1:])
	}
	small.results[4][0].Accuracy = 0.95 // the best of the others need not be the first
	got := small.table().String()
	if strings.Contains(got, "ngrams") || strings.Contains(got, "mean of") || !strings.Contains(got, "| best of the others | 0.9500 | 0.9500 |") {
		t.Errorf("got\n%s", got)
	}
}

func TestWrite(t *testing.T) {
	m := some()
	m.results[2][1].Texts = 99
	got := write("Machine: M\n", []string{"mr is left out: there is no mr_test.tsv.gz"}, m)
	for _, want := range []string{
		"## Texts\n\n`make peers-text", "\n\nMachine: M\n\n| program |", "\n- mr is left out: there is no mr_test.tsv.gz\n",
		"\n\n- of trec `sentiment train` was tested on 100 texts and fastText, bigrams on 99\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestReplace(t *testing.T) {
	const section = "## Texts\n\nnew\n"
	for old, want := range map[string]string{
		"":                                      section,
		"# Results\n":                           "# Results\n\n" + section,
		"## Engine\n\ne\n\n## Peers\n\np\n":     "## Engine\n\ne\n\n" + section + "\n## Peers\n\np\n",
		"# R\n\n## Texts\n\nold\n\n### x\n":     "# R\n\n" + section,
		"## Texts\n\nold\n\n## Peers\n\np\n":    section + "\n## Peers\n\np\n",
		"# R\n\n## Peers\n\np\n\n## Texts\no\n": "# R\n\n## Peers\n\np\n\n" + section,
		"# R\n\n### Texts\n\np\n":               "# R\n\n### Texts\n\np\n\n" + section,
	} {
		got := replace(old, section)
		if got != want {
			t.Errorf("%q becomes\n%q, want\n%q", old, got, want)
		}
		if again := replace(got, section); again != got {
			t.Errorf("%q becomes\n%q when it is written once more", got, again)
		}
	}
}

// TestKept: make results keeps the section, and what is before and after it.
func TestKept(t *testing.T) {
	sed, err := exec.LookPath("sed")
	if err != nil {
		t.Skip("SKIPPED, NO SED HERE: whether make results keeps the section is not tested")
	}
	recipe, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`sed -n '([^']*)' bench/RESULTS.md`).FindSubmatch(recipe)
	if found == nil {
		t.Fatal("the recipe of make results has no sed")
	}
	results, err := os.ReadFile("../RESULTS.md")
	if err != nil {
		t.Fatal(err)
	}
	const section = "## Texts\n\nnew\n"
	cmd := exec.Command(sed, "-n", strings.ReplaceAll(string(found[1]), "$$", "$"))
	cmd.Stdin = strings.NewReader(replace(string(results), section))
	out, err := cmd.Output()
	if err != nil || !strings.HasPrefix(string(out), "## Engine\n") || !strings.HasSuffix(string(out), "\n\n"+section+"\n") {
		t.Errorf("error %v, kept is\n%s", err, out)
	}
}
