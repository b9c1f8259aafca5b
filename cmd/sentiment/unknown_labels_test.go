package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"unroll/cmd/sentiment/internal/run"
)

// labelledFile writes texts with labels, so many of each.
func labelledFile(t *testing.T, name string, labels map[string]int) string {
	var b strings.Builder
	b.WriteString("text,label\n")
	for _, label := range []string{"neg", "pos", "refund", "spam"} {
		for i := range labels[label] {
			word := map[string]string{"neg": "dull", "pos": "wonderful"}[label]
			fmt.Fprintf(&b, "a %s film %d of %s,%s\n", word, i, name, label)
		}
	}
	return writeFile(t, filepath.Join(t.TempDir(), name), b.String())
}

// TestUnknownLabels: labels that occur in test data alone are no classes. Their texts count
// as wrong, and are told of with their number.
func TestUnknownLabels(t *testing.T) {
	learned := labelledFile(t, "known.csv", map[string]int{"neg": 30, "pos": 30})
	test := labelledFile(t, "test.csv", map[string]int{"neg": 8, "pos": 8, "refund": 3, "spam": 1})
	const warning = `4 texts to test on have labels that are not among the model's classes: "refund" (3 texts), "spam" (1 text); they count as wrong answers`
	for _, model := range []string{"bow", "ngrams"} {
		out := filepath.Join(t.TempDir(), "run")
		status, _, stderr := command("", "train", "--data", learned, "--test-data", test, "--model", model, "--out", out, "--quiet")
		if status != exitOK || strings.Count(stderr, "warning: ") != 1 || !strings.Contains(stderr, warning) {
			t.Fatalf("%s: status %d, stderr %q", model, status, stderr)
		}
		var results run.Results
		doc, err := os.ReadFile(filepath.Join(out, run.ResultsFile))
		if err == nil {
			err = json.Unmarshal(doc, &results)
		}
		if err != nil {
			t.Fatal(err)
		}
		r := results.Experiments[0]
		known := r.Test["known_label_accuracy"]
		if r.TestSamples != 20 || r.UnknownTestSamples != 4 || math.Abs(r.Test["accuracy"]-0.8*known) > 1e-12 || model == "ngrams" && known != 1 {
			t.Errorf("%s: %d test texts, %d unknown, scores %v", model, r.TestSamples, r.UnknownTestSamples, r.Test)
		}
		// So it is of the run's test texts, and of the same file as other data.
		for _, args := range [][]string{{"--split", "test"}, {"--data", test}} {
			args = append([]string{"evaluate", filepath.Join(out, model)}, args...)
			status, stdout, stderr := command("", args...)
			if status != exitOK || !strings.Contains(stderr, warning) || !strings.HasPrefix(stdout, model+" on 20 ") || !strings.Contains(stdout, fmt.Sprintf(", accuracy %.4f (", 0.8*known)) || !strings.Contains(stdout, fmt.Sprintf("), known label accuracy %.4f", known)) {
				t.Errorf("%v: status %d, %q, stderr %q", args, status, stdout, stderr)
			}
			var e evaluation
			_, stdout, _ = command("", append(args, "--json")...)
			if err := json.Unmarshal([]byte(stdout), &e); err != nil || e.Texts != 20 || e.Unknown["refund"] != 3 || e.Scores["accuracy"] != r.Test["accuracy"] {
				t.Errorf("%v: %+v, error %v", args, e, err)
			}
		}
	}
	// Where no label is known there is nothing to measure; to validate on none may be new.
	strange := labelledFile(t, "strange.csv", map[string]int{"refund": 5, "spam": 5})
	for want, args := range map[string][]string{
		`none of the 10 test texts has a label that occurs in the training data: they have "refund" (5 texts), "spam" (5 texts); the training data have "neg" (30 texts), "pos" (30 texts)`: {"--test-data", strange},
		`the validation data have labels that do not occur in the training data: "refund" (3 texts), "spam" (1 text)`:                                                                       {"--validation-data", test},
	} {
		args = append([]string{"train", "--data", learned, "--model", "bow", "--out", filepath.Join(t.TempDir(), "run")}, args...)
		status, stdout, stderr := command("", args...)
		checkFailure(t, status, exitFailure, stdout, stderr, want)
	}
	if status, _, stderr := command("", "data", learned, "--test-data", test); status != exitOK || !strings.Contains(stderr, strings.Replace(warning, "not among the model's classes", "not in the training data", 1)) {
		t.Errorf("data: status %d, stderr %q", status, stderr)
	}
}

// TestUnknownLabelsOfOtherData: of data without any label that the model knows nothing can
// be said.
func TestUnknownLabelsOfOtherData(t *testing.T) {
	strange := labelledFile(t, "strange.csv", map[string]int{"refund": 1, "spam": 1})
	status, stdout, stderr := command("", "evaluate", filepath.Join(sharedRun(t), "onehot"), "--data", strange)
	checkFailure(t, status, exitFailure, stdout, stderr, "none of the 2 texts has a label that the model knows: its classes are negative, positive")
}
