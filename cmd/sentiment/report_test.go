package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"unroll/cmd/sentiment/internal/run"
	"unroll/internal/jsonfile"
	"unroll/internal/report"
)

// TestReport: what the report of the shared run tells is what its results do.
func TestReport(t *testing.T) {
	dir := sharedRun(t)
	r, err := run.ReadReport(dir)
	if err != nil {
		t.Fatal(err)
	}
	results := readResults(t, dir)
	told := r.Runs[0]
	if len(r.Runs) != 1 || len(told.Experiments) != 2 || told.Seed != 42 || !strings.HasPrefix(told.Command, "sentiment train --") || len(told.Classes) != 2 {
		t.Fatalf("run %+v", told)
	}
	for i, e := range told.Experiments {
		want := results.Experiments[i]
		if e.Name != want.Name || float64(e.Test.Score) != want.Test["accuracy"] || e.Test.Samples != 1000 || len(e.Curves.ValLoss) != 2 {
			t.Errorf("%s: test %+v, want %v", e.Name, e.Test, want.Test)
		}
		var of, right float64
		for c, row := range e.Confusion {
			for given, n := range row {
				of += n
				if c == given {
					right += n
				}
			}
		}
		if of != 1000 || right/of != want.Test["accuracy"] || e.ROC == nil || e.ROC.AUC < 0.3 {
			t.Errorf("%s: %g right of %g, ROC %+v", e.Name, right, of, e.ROC)
		}
		if last := e.ROC.Points[len(e.ROC.Points)-1]; e.ROC.Points[0] != [2]float64{} || last != [2]float64{1, 1} {
			t.Errorf("%s: the ROC curve goes from %v to %v", e.Name, e.ROC.Points[0], last)
		}
		if len(e.Wrong) != examplesShown || len(e.Unsure) != examplesShown || len(e.Layers) < 2 || !strings.HasPrefix(e.Diagram, "<svg") {
			t.Errorf("%s: %d and %d examples, %d layers, a diagram %.20q", e.Name, len(e.Wrong), len(e.Unsure), len(e.Layers), e.Diagram)
		}
		for _, x := range e.Wrong {
			if x.True == x.Predicted || x.Text == "" || x.Probability < 0.5 || len(x.Words) == 0 {
				t.Errorf("%s: a wrong example is %+v", e.Name, x)
			}
		}
	}
	page, err := os.ReadFile(filepath.Join(dir, run.ReportFile))
	if err != nil || !strings.Contains(string(page), "<title>") {
		t.Errorf("%d bytes, error %v", len(page), err)
	}
}

// TestCompare makes one page of two runs, and refuses what cannot be compared.
func TestCompare(t *testing.T) {
	other, out := filepath.Join(t.TempDir(), "other"), filepath.Join(t.TempDir(), "compare.html")
	succeed(t, "", tiny(other, "--model", "bow", "--seed", "3")...)
	printed := succeed(t, "", "compare", "--out", out, sharedRun(t), other)
	page, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"bow", "embedding", "2 runs compared"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("no %q in the page", want)
		}
	}
	if strings.Count(printed, "\n│") != 4 || !strings.Contains(printed, "The report is "+out+".") {
		t.Errorf("it prints\n%s", printed)
	}
	empty := t.TempDir()
	status, stdout, stderr := command("", "compare", "--out", out, sharedRun(t), empty)
	checkFailure(t, status, exitFailure, stdout, stderr, empty+": not a run with a report")
	numbers := filepath.Join(t.TempDir(), "numbers")
	if err := os.Mkdir(numbers, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := jsonfile.Write(filepath.Join(numbers, run.ReportData), report.Report{Version: report.Version, Score: report.Measure{Name: "mean_absolute_error", Lower: true}}); err != nil {
		t.Fatal(err)
	}
	status, stdout, stderr = command("", "compare", "--out", out, sharedRun(t), numbers)
	checkFailure(t, status, exitFailure, stdout, stderr, "cannot be compared")
}

// TestExplain: the words of a bag push as its coefficients say, in text and as
// JSON.
func TestExplain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	succeed(t, "", tiny(dir, "--model", "bow", "--epochs", "20")...)
	out := succeed(t, "", "predict", "--explain", filepath.Join(dir, "bow"), "a wonderful film, a dull story")
	if !regexp.MustCompile(`story  \| without text: (posi|nega)tive \d\.\d{4}; for positive, from [+-]\d\.\d\d: `).MatchString(out) || !strings.Contains(out, "; against: ") || !strings.Contains(out, "dull -") || strings.Contains(out, "\x1b") {
		t.Errorf("it prints\n%s", out)
	}
}

func TestCommandLine(t *testing.T) {
	a := &app{}
	c := a.trainCommand()
	if err := c.ParseFlags([]string{"--data", "my file.csv", "--data", "b.csv", "--epochs", "3", "--quiet", "--html"}); err != nil {
		t.Fatal(err)
	}
	if got, want := commandLine(c.Flags()), "sentiment train --data 'my file.csv' --data b.csv --epochs 3 --html"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
