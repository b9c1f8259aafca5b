package run

import (
	"os"
	"path/filepath"
	"testing"

	"unroll/internal/filetest"
)

// TestSweepInputs: what is left of runs that were killed while they took in standard
// input goes, and nothing else.
func TestSweepInputs(t *testing.T) {
	t.Chdir(t.TempDir())
	filetest.Write(t, RunsDir, map[string]string{
		"killed/.standard-input.12": "x", "killed later/.standard-input.12": "x", "killed later/" + StateFile: "{}", "mine/.standard-input.12": "x", "mine/notes": "x", "other/notes": "x",
	})
	sweepInputs()
	for name, want := range map[string]bool{
		"killed": false, "killed later/.standard-input.12": true, "mine/.standard-input.12": false, "mine/notes": true, "other/notes": true,
	} {
		if _, err := os.Stat(filepath.Join(RunsDir, name)); (err == nil) != want {
			t.Errorf("%s: there %t, want %t", name, err == nil, want)
		}
	}
}
