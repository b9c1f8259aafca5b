package main

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"unroll/cmd/sentiment/internal/run"
)

// TestExecutionsOnIMDB trains both experiments on the real reviews for three
// epochs in each execution and compares the losses of every epoch.
func TestExecutionsOnIMDB(t *testing.T) {
	data := os.Getenv("UNROLL_IMDB")
	if data == "" {
		t.Skip("SKIPPED, NOTHING IS TRAINED ON THE REAL REVIEWS: set UNROLL_IMDB to the path of an aclImdb folder or .tar.gz")
	}
	var want *run.Results
	for _, rnn := range []string{"unrolled", "looped", "fused"} {
		out := filepath.Join(t.TempDir(), rnn)
		succeed(t, "", "train", "--data", data, "--model", "onehot,embedding", "--epochs", "3", "--rnn", rnn, "--out", out)
		got := readResults(t, out)
		if want == nil {
			want = got
		}
		for i, e := range got.Experiments {
			for j, epoch := range e.Epochs {
				got, first := epoch.Scores["loss"], want.Experiments[i].Epochs[j].Scores["loss"]
				if !(math.Abs(got-first) <= 1e-3) {
					t.Errorf("%s, %s, epoch %d: loss %g, unrolled %g", e.Name, rnn, j+1, got, first)
				}
			}
		}
	}
}
