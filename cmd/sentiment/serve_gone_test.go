package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"unroll/cmd/sentiment/internal/run"
	"unroll/internal/answer"
	"unroll/nn"
)

// TestServeGone: a model that was served and of which a file is gone is an error that
// names it, and not one model fewer, until it is back; a new run has its own models.
func TestServeGone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	if err := os.CopyFS(dir, os.DirFS(sharedRun(t))); err != nil {
		t.Fatal(err)
	}
	load := run.Loader(dir, 1, answer.Rule{})
	names := func() (all []string, err error) {
		models, err := load(t.Context())
		for _, m := range models {
			all = append(all, m.Info().Name)
			if err := m.Close(); err != nil {
				t.Error(err)
			}
		}
		slices.Sort(all)
		return all, err
	}
	served := func(want ...string) {
		t.Helper()
		if got, err := names(); err != nil || !slices.Equal(got, want) {
			t.Errorf("%v are loaded, error %v, want %v", got, err, want)
		}
	}
	served("embedding", "onehot")
	state, err := os.ReadFile(filepath.Join(dir, run.StateFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, gone := range []string{"onehot", filepath.Join("onehot", nn.ArchitectureFile), "embedding"} {
		at, away := filepath.Join(dir, gone), filepath.Join(t.TempDir(), "away")
		if err := os.Rename(at, away); err != nil {
			t.Fatal(err)
		}
		model := strings.Split(gone, string(filepath.Separator))[0]
		for _, left := range []string{string(state), ""} { // what is left may not say of which run it is
			if err := os.Remove(filepath.Join(dir, run.StateFile)); err != nil {
				t.Fatal(err)
			}
			if left != "" {
				writeFile(t, filepath.Join(dir, run.StateFile), left)
			}
			if got, err := names(); err == nil || !strings.Contains(err.Error(), "the model "+model+", which was served, is gone") {
				t.Errorf("without %s: %v, error %v", gone, got, err)
			}
		}
		writeFile(t, filepath.Join(dir, run.StateFile), string(state))
		if err := os.Rename(away, at); err != nil {
			t.Fatal(err)
		}
		served("embedding", "onehot")
	}
	if err := os.RemoveAll(filepath.Join(dir, "onehot")); err != nil {
		t.Fatal(err)
	}
	other := strings.Replace(string(state), `"seed": 42`, `"seed": 43`, 1)
	if other == string(state) {
		t.Fatal("the run has another seed")
	}
	writeFile(t, filepath.Join(dir, run.StateFile), other)
	served("embedding")
}
