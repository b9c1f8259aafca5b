package callbacks_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"unroll/nn"
	"unroll/train/callbacks"
)

// TestModelCheckpoint saves each second epoch, and only the best.
func TestModelCheckpoint(t *testing.T) {
	dir := t.TempDir()
	m := oneWeight(t)
	play(t, &callbacks.ModelCheckpoint{Dir: filepath.Join(dir, "at-{epoch}"), Every: 2}, m, 5, 4, 3, 2, 1)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if !slices.Equal(names, []string{"at-2", "at-4"}) {
		t.Errorf("folders %v", names)
	}
	best := filepath.Join(dir, "best")
	play(t, &callbacks.ModelCheckpoint{Dir: best, BestOnly: true}, m, 5, 3, 4, 6)
	loaded, err := nn.Load(best)
	if err != nil {
		t.Fatal(err)
	}
	if w := loaded.Weights()[0].Float64s()[0]; w != 2 {
		t.Errorf("the saved weights are of epoch %g, want 2", w)
	}
}
