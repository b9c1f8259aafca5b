package run

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"unroll/datasets/text"
	"unroll/nn"
	"unroll/train/classifier"
)

// TestImportIsWhole: where a file of an imported model cannot be written, none is left,
// and the error has the folder's own name.
func TestImportIsWhole(t *testing.T) {
	vocabulary, err := text.NewVocabulary([]string{"good"}, text.Config{})
	if err != nil {
		t.Fatal(err)
	}
	e, err := text.NewEncoder(vocabulary, text.EncoderConfig{MaxLen: 2})
	if err != nil {
		t.Fatal(err)
	}
	net, err := nn.Sequential{Input: nn.Tokens(2), Layers: []nn.Layer{
		nn.Embedding{InputDim: 9, OutputDim: 1}, nn.GlobalAveragePooling1D{}, nn.Dense{Units: 1},
	}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	// JSON has no NaN: task.json cannot be written, which comes after the weights.
	m, err := classifier.New("m", net, e, classifier.Task{Scaling: classifier.Scaling{Mean: math.NaN(), Deviation: 1}})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	empty := t.TempDir()
	for _, dir := range []string{filepath.Join(t.TempDir(), "a", "b"), empty} {
		err := Import(dir, m, "m.keras")
		if err == nil || !strings.Contains(err.Error(), filepath.Join(dir, classifier.TaskFile)) || strings.Contains(err.Error(), ".new") {
			t.Errorf("error is %v", err)
		}
		if list, err := os.ReadDir(dir); len(list) > 0 {
			t.Errorf("%s holds %v (%v)", dir, list, err)
		}
	}
	if _, err := os.Stat(empty); err != nil {
		t.Errorf("a folder that was there is gone: %v", err)
	}
}
