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
		return []string{"train", "--data", "sample", "--model", "bilstm", "--maxlen", "1000", "--epochs", "1", "--memory", limit, "--out", dir}
	}
	status, _, stderr := command("", args("1MB")...)
	checkFailure(t, status, exitFailure, "", stderr, "bilstm: memory: a batch in 4 programs of 8 and 1000 steps needs ", " with recurrent layers that recompute: more than the memory limit of 1,048,576")
	for limit, recomputes := range map[string]bool{"1GB": false, "17MB": true} {
		dir = filepath.Join(t.TempDir(), "run")
		if out := succeed(t, "", args(limit)...); !strings.Contains(out, "Memory of a batch: ") || strings.Contains(out, "; bidirectional/forward, bidirectional/backward recompute") != recomputes {
			t.Errorf("--memory %s: %s", limit, out)
		}
		if out := succeed(t, "", "train", "--resume", dir, "--epochs", "2"); strings.Contains(out, "; bidirectional/forward, bidirectional/backward recompute") != recomputes {
			t.Errorf("--memory %s, resumed: %s", limit, out)
		}
	}
}
