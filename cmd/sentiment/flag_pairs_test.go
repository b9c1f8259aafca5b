package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"unroll/cmd/sentiment/internal/run"
	"unroll/cmd/sentiment/internal/terminal"
	"unroll/cmd/sentiment/internal/usage"
	"unroll/datasets"
	"unroll/datasets/text"
	"unroll/internal/choice"
	"unroll/train/optimizers"
)

// A flagValue is a value of a flag.
type flagValue struct{ flag, value string }

// choices are the values of the flags that name one, and some of the numbers that
// such values may not agree with.
func choices(vectors string) (all []flagValue) {
	for flag, values := range map[string][]string{
		"model": choice.Names(run.Choices()), "optimizer": choice.Names(optimizers.Names()), "schedule": choice.Names(optimizers.ScheduleNames()),
		"rnn": choice.Names(run.Executions()), "tokenizer": choice.Names(text.Tokenizers()), "normalize": choice.Names(text.NormalForms()),
		"case": choice.Names(text.Cases()), "padding": choice.Names(text.Sides()), "truncating": choice.Names(text.Sides()), "split": choice.Names(datasets.Splits()),
		"html": {"true"}, "regression": {"true"}, "frozen": {"true"}, "vectors": {vectors}, "data": {"sample"}, "group-column": {"who"},
		"num-words": {"300"}, "skip-top": {"0", "5"}, "min-count": {"2"}, "oov-buckets": {"3"}, "ngrams": {"2"}, "maxlen": {"1", "6"},
		"best": {"true"}, "class-weight": {"balanced"}, "clip": {"1"}, "validation": {"0.4"}, "folds": {"2"}, "early-stop": {"1"}, "memory": {"1GB"},
	} {
		for _, v := range values {
			all = append(all, flagValue{flag, v})
		}
	}
	slices.SortFunc(all, func(a, b flagValue) int { return strings.Compare(a.flag+a.value, b.flag+b.value) })
	return all
}

// parse reads choices as the command train does; files are the data unless they
// name others.
func parse(t *testing.T, files []string, row []flagValue) (*trainFlags, error) {
	t.Helper()
	f := &trainFlags{}
	flags := pflag.NewFlagSet("train", pflag.ContinueOnError)
	f.runFlags(flags)
	data := files
	for _, c := range row {
		if c.flag == "data" {
			data = []string{c.value}
			continue
		}
		if err := flags.Set(c.flag, c.value); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range data {
		if err := flags.Set("data", path); err != nil {
			t.Fatal(err)
		}
	}
	if f.MaxLen == 0 {
		f.MaxLen = 6
	}
	if err := (line{"train", flags, 0}).check(); err != nil {
		return nil, err
	}
	_, _, err := f.Check()
	return f, err
}

// tryOut trains as the flags say.
func tryOut(t *testing.T, f *trainFlags) error {
	a := &app{in: strings.NewReader(""), out: &terminal.Output{Writer: io.Discard}, say: io.Discard, err: io.Discard}
	f.out = filepath.Join(t.TempDir(), "run")
	return a.run(f).Train(t.Context())
}

// TestPairsOfFlags: any two values of flags either train or are refused as a wrong
// command line that names one of them, before anything is read. The pairs that are
// accepted are tried out together, as many in a row as are accepted together.
func TestPairsOfFlags(t *testing.T) {
	dir := t.TempDir()
	var files []string
	for _, name := range []string{"a.csv", "b.csv"} {
		var b strings.Builder
		b.WriteString("text,label,who\n")
		for i := range 30 {
			fmt.Fprintf(&b, "A <b>%s</b> café %s &amp; more of it than before,%d,w%d\n",
				[]string{"good", "dull"}[i%2], []string{"film", "story", "plot"}[i%3], i%2, i%7)
		}
		files = append(files, writeFile(t, filepath.Join(dir, name), b.String()))
	}
	all := choices(writeFile(t, filepath.Join(dir, "vectors.txt"), "good 1 2\na 3 4\nfilm 5 6\n"))
	var left [][2]flagValue
	for i, a := range all {
		for _, b := range all[:i] {
			if a.flag == b.flag {
				continue
			}
			_, err := parse(t, files, []flagValue{a, b})
			var usage usage.Error
			switch {
			case err == nil:
				left = append(left, [2]flagValue{a, b})
			case !errors.As(err, &usage) || !strings.Contains(err.Error(), "--"+a.flag) && !strings.Contains(err.Error(), "--"+b.flag):
				t.Errorf("--%s %s --%s %s: %v", a.flag, a.value, b.flag, b.value, err)
			}
		}
	}
	pairs, rows := len(left), 0
	for len(left) > 0 {
		row := left[0][:]
		rest := left[:0:0]
		for _, p := range left[1:] {
			if wider, ok := join(row, p); ok {
				if _, err := parse(t, files, wider); err == nil {
					row = wider
					continue
				}
			}
			rest = append(rest, p)
		}
		left = rest
		rows++
		if raced && rows > 10 { // the same code runs for all
			t.Logf("%d pairs are left to the tests without the race detector", len(left))
			break
		}
		f, err := parse(t, files, row)
		if err == nil {
			err = tryOut(t, f)
		}
		if err != nil {
			t.Errorf("%v: %v", row, err)
		}
	}
	t.Logf("%d pairs in %d rows", pairs, rows)
}

// join adds a pair to a row, unless a flag has another value there.
func join(row []flagValue, pair [2]flagValue) ([]flagValue, bool) {
	wider := slices.Clone(row)
	for _, c := range pair {
		at := slices.IndexFunc(wider, func(o flagValue) bool { return o.flag == c.flag })
		switch {
		case at < 0:
			wider = append(wider, c)
		case wider[at].value != c.value:
			return nil, false
		}
	}
	return wider, true
}
