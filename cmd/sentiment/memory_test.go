package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestMemory: a model that needs more than --memory recomputes, also when its run goes
// on, or is refused.
func TestMemory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	args := func(limit string) []string {
		return []string{"train", "--data", "sample", "--model", "gru", "--maxlen", "400", "--epochs", "1", "--memory", limit, "--out", dir}
	}
	status, _, stderr := command("", args("1MB")...)
	checkFailure(t, status, exitFailure, "", stderr, "gru: memory: a batch in 2 programs of 16 and 400 steps needs ", " with recurrent layers that recompute: more than the memory limit of 1,048,576")
	for limit, recomputes := range map[string]bool{"1GB": false, "5MB": true} {
		dir = filepath.Join(t.TempDir(), "run")
		if out := succeed(t, "", args(limit)...); !strings.Contains(out, "Memory of a batch: ") || strings.Contains(out, "; gru recomputes") != recomputes {
			t.Errorf("--memory %s: %s", limit, out)
		}
		if out := succeed(t, "", "train", "--resume", dir, "--epochs", "2"); strings.Contains(out, "; gru recomputes") != recomputes {
			t.Errorf("--memory %s, resumed: %s", limit, out)
		}
	}
}
