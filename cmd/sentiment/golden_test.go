package main

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/cmd/sentiment/internal/run"
)

var update = flag.Bool("update", false, "write the golden files of what the program prints anew")

// TestGoldenOutput holds what the program prints to golden files. Numbers that
// depend on the processor's kernels or on time are masked.
func TestGoldenOutput(t *testing.T) {
	shared := sharedRun(t)
	bow := filepath.Join(t.TempDir(), "run")
	succeed(t, "", tiny(bow, "--model", "bow", "--epochs", "20", "--maxlen", "400")...)
	for name, c := range map[string]struct {
		args  []string
		clean func(string) string
	}{
		"help":              {[]string{"--help"}, nil},
		"train_help":        {[]string{"train", "--help"}, nil},
		"serve_help":        {[]string{"serve", "--help"}, nil},
		"export_help":       {[]string{"export", "--help"}, nil},
		"bundle_help":       {[]string{"bundle", "--help"}, nil},
		"predict_help":      {[]string{"predict", "--help"}, nil},
		"import_help":       {[]string{"import", "--help"}, nil},
		"summary_help":      {[]string{"summary", "--help"}, nil},
		"summary":           {[]string{"summary", "--model", strings.Join(run.Names(run.Models), ",")}, nil},
		"data":              {[]string{"data", "sample"}, nil},
		"train":             {tiny(filepath.Join(t.TempDir(), "run"), "--epochs", "2"), masked},
		"train_quiet":       {tiny(filepath.Join(t.TempDir(), "run"), "--quiet"), masked},
		"train_json":        {tiny(filepath.Join(t.TempDir(), "run"), "--json", "--model", "embedding"), masked},
		"train_folds":       {tiny(filepath.Join(t.TempDir(), "run"), "--folds", "2", "--model", "bow"), masked},
		"evaluate_report":   {[]string{"evaluate", "--split", "test", "--report", filepath.Join(bow, "bow")}, masked},
		"predict":           {[]string{"predict", filepath.Join(shared, "embedding"), "a wonderful film", "a dull story"}, masked},
		"predict_explain":   {[]string{"predict", "--explain", filepath.Join(bow, "bow"), "a wonderful film, a dull story"}, masked},
		"predict_json":      {[]string{"predict", "--json", "--explain", filepath.Join(bow, "bow"), "a wonderful film"}, masked},
		"compare":           {[]string{"compare", "--out", filepath.Join(t.TempDir(), "c.html"), shared, bow}, masked},
		"resume_a_finished": {[]string{"train", "--resume", shared}, masked},
	} {
		t.Run(name, func(t *testing.T) {
			got := succeed(t, "", c.args...)
			if c.clean != nil {
				got = c.clean(got)
			}
			golden := filepath.Join("testdata", "golden", name+".txt")
			if *update {
				writeFile(t, golden, got)
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("-update writes it anew (-want +got):\n%s", diff)
			}
			for line := range strings.Lines(got) {
				if n := len([]rune(strings.TrimRight(line, "\n"))); n > 80 && strings.HasPrefix(line, "│") {
					t.Errorf("%d columns: %s", n, line)
				}
			}
		})
	}
}

// masked replaces temporary folders, and the digits of numbers with a point or an
// exponent, which are measured or rounded.
func masked(out string) string {
	out = regexp.MustCompile(`[^ "│\n]*/(TestGoldenOutput|sentiment-test\.)[^ ";,│\n]*`).ReplaceAllString(out, "DIR")
	out = regexp.MustCompile(`[-+]?\d+\.\d+(e-?\d+)?`).ReplaceAllString(out, "#")
	out = regexp.MustCompile(`on \d+( texts where|: p)`).ReplaceAllString(out, "on #$1") // of two models
	out = regexp.MustCompile(`│ +#`).ReplaceAllString(out, "│ #")
	out = regexp.MustCompile(`(?m)^( *(?:neg|pos)ative) +\d+ +\d+$`).ReplaceAllString(out, "$1 # #") // of a matrix
	return regexp.MustCompile(` +([│┐┤┘])`).ReplaceAllString(regexp.MustCompile(`─+`).ReplaceAllString(out, "─"), " $1")
}
