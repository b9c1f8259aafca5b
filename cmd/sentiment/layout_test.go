package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/cmd/sentiment/internal/run"
	"unroll/internal/report"
)

// TestSizesOfLayers: what is trained, saved, reported, and described by summary has the
// sizes that were asked for, and keeps them when a run that was interrupted is resumed.
func TestSizesOfLayers(t *testing.T) {
	whole, cut := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "run")
	sizes := []string{"--units", "3", "--embedding-dim", "5", "--layers", "2", "--dropout", "0.3"}
	sized := func(out string) []string {
		return tiny(out, append([]string{"--epochs", "2", "--checkpoint-every", "3", "--model", "onehot,embedding"}, sizes...)...)
	}
	succeed(t, "", sized(whole)...)
	interrupted(t, "", "Epoch 2/2", sized(cut)...)
	succeed(t, "", "train", "--resume", cut)
	if diff := cmp.Diff(weights(t, whole), weights(t, cut)); diff != "" {
		t.Error(diff)
	}
	described := succeed(t, "", append([]string{"summary", "--maxlen", "10", "--model", "embedding"}, sizes...)...)
	kept := succeed(t, "", "summary", filepath.Join(whole, "embedding"))
	for _, line := range []string{"(None, 10, 5)", "(None, 10, 3)", "simple_rnn_1", "dropout_1"} {
		if !strings.Contains(described, line) || !strings.Contains(kept, line) {
			t.Errorf("no %q in %s or in %s", line, described, kept)
		}
	}
	r, err := run.ReadReport(whole)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []report.Setting{{Name: "units", Value: "3"}, {Name: "embedding-dim", Value: "5"}, {Name: "layers", Value: "2"}, {Name: "dropout", Value: "0.3"}} {
		if !slices.Contains(r.Runs[0].Settings, want) {
			t.Errorf("the report's settings are %v, want %v among them", r.Runs[0].Settings, want)
		}
	}
	picture := filepath.Join(t.TempDir(), "g.dot")
	succeed(t, "", "graph", "--model", "conv", "--units", "7", "--out", picture)
	if drawn, err := os.ReadFile(picture); err != nil || !strings.Contains(string(drawn), "7") {
		t.Errorf("drawn %s, error %v", drawn, err)
	}
}

// TestSizesThatAreTheModelsOwn: to ask for what a model has by itself changes nothing, and
// no dropout is not the same as the model's own.
func TestSizesThatAreTheModelsOwn(t *testing.T) {
	own := succeed(t, "", "summary", "--model", "onehot,lstm")
	if asked := succeed(t, "", "summary", "--model", "onehot,lstm", "--embedding-dim", "32", "--layers", "1"); asked != own {
		t.Errorf("%s, want %s", asked, own)
	}
	if without := succeed(t, "", "summary", "--model", "conv", "--dropout", "0"); strings.Contains(without, "dropout") || !strings.Contains(succeed(t, "", "summary", "--model", "conv"), "dropout") {
		t.Errorf("without dropout %s", without)
	}
	for flag, values := range map[string][]string{"units": {"-1", "10001"}, "embedding-dim": {"-1", "10001"}, "layers": {"-1", "101"}, "dropout": {"-0.1", "1", "NaN"}} {
		for _, v := range values {
			for _, args := range [][]string{{"summary", "--model", "lstm"}, {"graph", "--model", "lstm"}, tiny(filepath.Join(t.TempDir(), "run"))} {
				status, stdout, stderr := command("", append(args, "--"+flag+"="+v)...)
				checkFailure(t, status, exitUsage, stdout, stderr, "--"+flag+" is "+v+", want ")
			}
		}
	}
}
