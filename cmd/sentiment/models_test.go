package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"unroll/cmd/sentiment/internal/run"
)

// TestRunInPlaceOfAModel: predict and words take the best model, evaluate all.
func TestRunInPlaceOfAModel(t *testing.T) {
	shared := sharedRun(t)
	best := ""
	score := -1.0
	for _, e := range readResults(t, shared).Experiments {
		if v := e.Evaluate["accuracy"]; v > score {
			best, score = filepath.Join(shared, e.Name), v
		}
	}
	if a, b := succeed(t, "", "predict", shared, "a wonderful film"), succeed(t, "", "predict", best, "a wonderful film"); a != b {
		t.Errorf("of the run %q, of the best model %q", a, b)
	}
	if a, b := succeed(t, "", "words", shared, "good"), succeed(t, "", "words", filepath.Join(shared, "embedding"), "good"); a != b {
		t.Errorf("of the run %q, of the embedding %q", a, b)
	}
	var each, eachJSON string
	for _, model := range []string{"onehot", "embedding"} {
		each += succeed(t, "", "evaluate", filepath.Join(shared, model), "--split", "test")
		eachJSON += succeed(t, "", "evaluate", filepath.Join(shared, model), "--split", "test", "--json", "--report")
	}
	if all := succeed(t, "", "evaluate", shared, "--split", "test"); all != each {
		t.Errorf("of the run %q, of each %q", all, each)
	}
	if all := succeed(t, "", "evaluate", "--json", "--report", shared, "--split", "test"); all != eachJSON {
		t.Errorf("of the run %q, of each %q", all, eachJSON)
	}
	for line := range strings.Lines(eachJSON) {
		var e struct {
			Model, Data, Split string
			Texts              int
			Scores             run.Scores
			Report             struct{ Classes []struct{ Name string } }
			Confusion          [][]float64
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil || e.Texts != 1000 || e.Split != "test" || e.Data != "sample" || len(e.Confusion) != 2 || e.Report.Classes[1].Name != "positive" {
			t.Errorf("%s: error %v", line, err)
		}
		for _, r := range readResults(t, shared).Experiments {
			if r.Name == e.Model && e.Scores["accuracy"] != r.Test["accuracy"] {
				t.Errorf("%s, in the results %v", line, r.Test)
			}
		}
	}
	if all := succeed(t, "text,label\ngood,positive\nbad,negative\n", "evaluate", shared, "--data", "-"); strings.Count(all, "on 2 texts (standard input)") != 2 {
		t.Errorf("of standard input %q", all)
	}
}

// TestNoModels: a folder without models says why.
func TestNoModels(t *testing.T) {
	folds, cut := filepath.Join(t.TempDir(), "folds"), filepath.Join(t.TempDir(), "cut")
	succeed(t, "", tiny(folds, "--folds", "2", "--model", "bow")...)
	interrupted(t, "", "Epoch 1/5", tiny(cut, "--epochs", "5")...)
	for dir, want := range map[string]string{
		folds: folds + " holds a cross-validation in 2 folds, which keeps no models", filepath.Join(folds, "bow"): "cross-validation in 2 folds, which keeps no models",
		cut: "not finished and has no models yet; continue it with: sentiment train --resume " + cut, filepath.Join(cut, "onehot"): "the run in " + cut + " is not finished",
	} {
		for _, args := range [][]string{{"serve", dir}, {"predict", dir, "good"}, {"words", dir, "good"}, {"evaluate", dir}} {
			status, stdout, stderr := command("", args...)
			checkFailure(t, status, exitFailure, stdout, stderr, want)
		}
	}
	if _, err := os.Stat(filepath.Join(cut, runFile)); err != nil {
		t.Error(err)
	}
}
