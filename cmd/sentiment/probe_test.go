package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestProbe draws the curves of both models and says what they show.
func TestProbe(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "probe")
	out := succeed(t, "", "probe", "--data", "sample", "--maxlen", "10", "--steps", "100", "--out", dir)
	for _, model := range []string{"onehot", "embedding"} {
		for _, line := range []string{
			`: one batch of 32, 100 times: loss from 0\.\d{4} to 0\.\d{4}\n`,
			`: learning rates from 1e-05 to [0-9.]+: the loss falls fastest at [0-9.]+\n`,
			`: verdict: it (learns|has not learned) a batch by heart.*; take --lr [0-9.]+\n`,
		} {
			if !regexp.MustCompile(model + line).MatchString(out) {
				t.Errorf("%s%s is not in\n%s", model, line, out)
			}
		}
		for _, extension := range []string{".png", ".svg"} {
			if info, err := os.Stat(filepath.Join(dir, model+"-rates"+extension)); err != nil || info.Size() < 5000 {
				t.Errorf("%v, error %v", info, err)
			}
		}
	}
	status, stdout, stderr := command("", "probe", "--data", "sample", "--steps", "1", "--out", dir)
	checkFailure(t, status, exitUsage, stdout, stderr, "--steps is 1, want at least 2")
}
