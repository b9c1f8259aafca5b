package main

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"unroll/cmd/sentiment/internal/terminal"
	"unroll/internal/choice"
)

// everyCommand returns the program's commands, itself among them.
func everyCommand() []*cobra.Command {
	root := (&app{out: &terminal.Output{Writer: new(bytes.Buffer)}, err: new(bytes.Buffer)}).command()
	return append(root.Commands(), root)
}

// A flag that has no rule is forgotten.
func TestEveryFlagHasARule(t *testing.T) {
	known := map[string]bool{}
	for _, c := range everyCommand() {
		c.Flags().VisitAll(func(f *pflag.Flag) {
			known[f.Name] = true
			if flagRules[f.Name] == nil {
				t.Errorf("%s: --%s has no rule", c.Name(), f.Name)
			}
		})
	}
	for name := range flagRules {
		if !known[name] {
			t.Errorf("there is a rule for --%s, and no such flag", name)
		}
	}
}

// arg is a value that a flag can have.
func arg(f *pflag.Flag) string {
	if of := choiceOf(f); of != nil {
		return choice.Names(of.All)[0]
	}
	switch f.Value.Type() {
	case "bool":
		return "true"
	case "string", "stringArray":
		return "x"
	case "duration":
		return "2s"
	}
	return "3"
}

// A flag that can have one value is refused if it has two, whichever command it
// is of, however it is written, and also where both are the same.
func TestFlagsGivenTwice(t *testing.T) {
	eachFlag(func(path []string, f *pflag.Flag) {
		if _, ok := f.Value.(pflag.SliceValue); ok {
			return
		}
		given := "--" + f.Name + "=" + arg(f)
		again := [][]string{{given}}
		if f.Shorthand != "" {
			again = append(again, []string{"-" + f.Shorthand})
		}
		for _, second := range again {
			args := slices.Concat(path, []string{given}, second, []string{"dir", "word"})
			status, stdout, stderr := command("", args...)
			checkFailure(t, status, exitUsage, stdout, stderr, "--"+f.Name+" is given twice")
		}
	})
}

// TestFlagsWithoutEffect: each is refused before anything is read or written.
func TestFlagsWithoutEffect(t *testing.T) {
	run := sharedRun(t)
	model := filepath.Join(run, "embedding")
	table := writeFile(t, filepath.Join(t.TempDir(), "t.csv"), "text,label\na,1\n")
	reviews := aclImdb(t, 10)
	out := filepath.Join(t.TempDir(), "out")
	for _, c := range []struct {
		flag string
		args []string
	}{
		{"vectors", tiny(out, "--vectors", table, "--model", "bow")},
		{"vectors", tiny(out, "--vectors", table, "--model", "onehot,bow")},
		{"vectors", tiny(out, "--vectors", "missing.txt", "--model", "bow")},
		{"frozen", tiny(out, "--frozen")},
		{"rnn", tiny(out, "--rnn", "looped", "--model", "bow")},
		{"epochs", []string{"train", "--data", "sample", "--out", out, "--model", "ngrams", "--epochs", "3"}},
		{"optimizer", []string{"train", "--data", "sample", "--out", out, "--model", "ngrams", "--optimizer", "adam"}},
		{"maxlen", []string{"train", "--data", "sample", "--out", out, "--model", "ngrams", "--maxlen", "30"}},
		{"rnn", tiny(out, "--rnn", "fused", "--model", "conv,bow")},
		{"rnn", []string{"graph", "--rnn", "looped"}},
		{"rnn", []string{"graph", "--rnn", "looped", "--view", "expression", "--model", "conv"}},
		{"steps", []string{"graph", "--steps", "4"}},
		{"profile", []string{"graph", "--profile"}},
		{"trace", []string{"graph", "--view", "expression", "--trace", out}},
		{"maxlen", []string{"graph", "--view", "expression", "--maxlen", "4"}},
		{"maxlen", []string{"summary", "--maxlen", "4", "model.keras"}},
		{"model", []string{"summary", "--model", "bow", "model.keras"}},
		{"num-words", []string{"summary", "--num-words", "4", "model.keras"}},
		{"oov-buckets", []string{"summary", "--oov-buckets", "4", "model.keras"}},
		{"units", tiny(out, "--units", "3", "--model", "bow")},
		{"units", []string{"train", "--units", "3", "--from", run, "--data", "sample"}},
		{"layers", tiny(out, "--layers", "2", "--model", "bow,ngrams")},
		{"dropout", []string{"summary", "--dropout", "0", "--model", "ngrams"}},
		{"embedding-dim", []string{"graph", "--embedding-dim", "3", "--model", "onehot"}},
		{"embedding-dim", tiny(out, "--embedding-dim", "3", "--vectors", table)},
		{"units", []string{"summary", "--units", "3", "model.keras"}},
		{"padding", tiny(out, "--padding", "post", "--model", "bow")},
		{"skip-top", tiny(out, "--skip-top", "3", "--tokenizer", "bpe")},
		{"oov-buckets", tiny(out, "--oov-buckets", "3", "--tokenizer", "bpe")},
		{"ngrams", tiny(out, "--ngrams", "2", "--tokenizer", "bpe")},
		{"test-data", tiny(out, "--data", table, "--test-data", "b.csv", "--folds", "3")},
		{"test-data", []string{"probe", "--data", table, "--test-data", "b.csv"}},
		{"validation", tiny(out, "--validation", "0.3", "--folds", "3")},
		{"validation", tiny(out, "--data", table, "--validation", "0.3", "--validation-data", "b.csv")},
		{"split", tiny(out, "--data", table, "--split", "random", "--validation-data", "b.csv")},
		{"group-column", tiny(out, "--data", table, "--group-column", "g", "--validation-data", "b.csv")},
		{"group-column", tiny(out, "--data", table, "--group-column", "g", "--split", "random")},
		{"group-column", tiny(out, "--data", table, "--group-column", "g", "--split", "file")},
		{"text-column", []string{"predict", "--text-column", "text", model, "good"}},
		{"skip-bad", []string{"predict", "--skip-bad", "3", model}},
		{"batch-wait", []string{"serve", "--batch-wait", "2ms", "--batch", "1", run}},
		{"text-column", tiny(out, "--text-column", "text")},
		{"delimiter", tiny(out, "--delimiter", ",", "--data", reviews)},
		{"test-data", tiny(out, "--test-data", table)},
		{"validation-data", []string{"data", "--validation-data", table, "sample"}},
		{"header", []string{"evaluate", "--header", "yes", model}},
		{"format", []string{"evaluate", "--format", "csv", "--data", reviews, model}},
	} {
		status, stdout, stderr := command("", c.args...)
		checkFailure(t, status, exitUsage, stdout, stderr, "--"+c.flag+" has no effect ")
	}
	// What stands for no value cannot be given.
	for _, flag := range notZero {
		status, stdout, stderr := command("", tiny(out, "--"+flag, "0")...)
		checkFailure(t, status, exitUsage, stdout, stderr, "--"+flag+" is 0")
	}
	status, stdout, stderr := command("", tiny(out, "--model", "bow,bow")...)
	checkFailure(t, status, exitUsage, stdout, stderr, "--model", "bow twice")
	status, stdout, stderr = command("", tiny(out, "--data", table, "--test-data", table)...)
	checkFailure(t, status, exitUsage, stdout, stderr, table+" is given twice")
	status, stdout, stderr = command("", tiny(out, "--vectors", "missing.txt")...)
	checkFailure(t, status, exitFailure, stdout, stderr, "--vectors", "missing.txt", "no such file")
	status, stdout, stderr = command("", tiny(out, "--vectors", t.TempDir())...)
	checkFailure(t, status, exitFailure, stdout, stderr, "--vectors", "folder")
}

// TestFlagsOfOtherFormats: what a file's format has no use for is told of.
func TestFlagsOfOtherFormats(t *testing.T) {
	var lines bytes.Buffer
	for range 10 {
		lines.WriteString(`{"text": "a good film", "label": "x"}` + "\n" + `{"text": "a dull story", "label": "y"}` + "\n")
	}
	path := writeFile(t, filepath.Join(t.TempDir(), "t.jsonl"), lines.String())
	for flag, value := range map[string]string{"delimiter": ";", "header": "yes"} {
		status, _, stderr := command("", "data", "--"+flag, value, path)
		if status != exitOK || !strings.Contains(stderr, path) || !strings.Contains(stderr, flag) || !strings.Contains(stderr, "has no effect") {
			t.Errorf("--%s %s: status %d, stderr %q", flag, value, status, stderr)
		}
	}
}

// TestValuesOfTheWrongKind: each flag that is not free text tells of a value of another
// kind, and of the kind that it wants, in a user's words.
func TestValuesOfTheWrongKind(t *testing.T) {
	eachFlag(func(path []string, f *pflag.Flag) {
		if f.Value.Type() == "string" || f.Value.Type() == "stringArray" || f.Name == "help" || f.Name == "version" {
			return
		}
		status, stdout, stderr := command("", append(path, "--"+f.Name+"=some")...)
		checkFailure(t, status, exitUsage, stdout, stderr, "--"+f.Name+` is "some", want `)
	})
}
