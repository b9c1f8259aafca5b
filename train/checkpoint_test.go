package train

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pkg/errors"

	"unroll/internal/tensorfile"
	"unroll/nn"
	"unroll/train/optimizers"
)

// dropper is a model with dropout, batch statistics and a mask.
func dropper(t *testing.T, seed uint64) *nn.Model {
	t.Helper()
	m, err := nn.Sequential{Input: nn.Tokens(5), Seed: seed, Layers: []nn.Layer{
		nn.Embedding{InputDim: 20, OutputDim: 6, MaskZero: true},
		nn.Dropout{Rate: 0.2},
		nn.BatchNormalization{Momentum: 0.8},
		nn.LSTM{Units: 4, RecurrentDropout: 0.1},
		nn.Dense{Units: 1, Activation: nn.Sigmoid},
	}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func counting(n int) Data {
	d := Data{}
	for i := range n {
		ids := make([]int32, 5)
		for j := range ids {
			ids[j] = int32((i*(j+3) + j*j) % 20)
		}
		d.Tokens = append(d.Tokens, ids)
		d.Targets = append(d.Targets, float32(i%2))
	}
	return d
}

// resumable runs a fit that a hook may stop with an error, and returns the bits
// of all weights and states and the history.
func resumable(t *testing.T, dir string, o Optimizer, epochs int, from *Checkpoint, hooks ...Hook) ([][]float64, *History, error) {
	t.Helper()
	m := dropper(t, 3)
	tr, err := Compile(m, Config{Optimizer: o, Loss: nn.BinaryCrossentropy{}, Metrics: []Metric{&BinaryAccuracy{}}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	c := FitConfig{Epochs: epochs, BatchSize: 16, Seed: 5, Hooks: hooks, Resume: from}
	if dir != "" {
		c.Checkpoint = &Checkpointing{Dir: dir, Every: 2}
	}
	d, v := counting(100), counting(30)
	c.Validation = &v
	h, err := tr.Fit(context.Background(), d, c)
	weights := weightsOf(m)
	for _, w := range m.States() {
		weights = append(weights, w.Float64s())
	}
	return weights, h, err
}

// TestResumedRunsEndInTheSameBits interrupts a run after each of its batches and
// resumes it from the latest checkpoint.
func TestResumedRunsEndInTheSameBits(t *testing.T) {
	optimizers := map[string]func() Optimizer{
		"sgd":      func() Optimizer { return &optimizers.SGD{LearningRate: 0.1} },
		"momentum": func() Optimizer { return &optimizers.SGD{LearningRate: 0.1, Momentum: 0.9} },
		"adam":     func() Optimizer { return &optimizers.Adam{LearningRate: 0.01} },
	}
	cut := errors.New("cut")
	for name, o := range optimizers {
		want, wantHistory, err := resumable(t, "", o(), 3, nil)
		if err != nil {
			t.Fatal(err)
		}
		for at := 1; at <= 21; at++ {
			dir := t.TempDir()
			_, _, err := resumable(t, dir, o(), 3, nil, HookFunc(func(e *Event) error {
				if e.Kind == BatchEnd && e.Step == uint64(at) {
					return cut
				}
				return nil
			}))
			if !errors.Is(err, cut) {
				t.Fatalf("%s: error %v", name, err)
			}
			from, err := LatestCheckpoint(dir)
			if err != nil {
				t.Fatal(err)
			}
			got, history, err := resumable(t, dir, o(), 3, from)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s, cut at step %d: %s", name, at, diff)
			}
			for _, log := range wantHistory.Names() {
				if diff := cmp.Diff(wantHistory.Values(log), history.Values(log)); diff != "" {
					t.Errorf("%s, cut at step %d, %s: %s", name, at, log, diff)
				}
			}
			last, err := LatestCheckpoint(dir)
			if err != nil || last == nil || !last.Finished() || last.Epoch() != 3 || len(last.History().Epochs) != 3 {
				t.Errorf("the last checkpoint is %+v, error %v", last, err)
			}
		}
	}
}

// TestCancelledRunsResume: what a cancelled context leaves goes on at the batch.
func TestCancelledRunsResume(t *testing.T) {
	want, _, err := resumable(t, "", &optimizers.Adam{}, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	m := dropper(t, 3)
	tr, err := Compile(m, Config{Optimizer: &optimizers.Adam{}, Loss: nn.BinaryCrossentropy{}, Metrics: []Metric{&BinaryAccuracy{}}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	v := counting(30)
	_, err = tr.Fit(ctx, counting(100), FitConfig{Epochs: 2, BatchSize: 16, Seed: 5, Validation: &v, Checkpoint: &Checkpointing{Dir: dir},
		Hooks: []Hook{HookFunc(func(e *Event) error {
			if e.Kind == BatchEnd && e.Step == 5 {
				cancel()
			}
			return nil
		})}})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	from, err := LatestCheckpoint(dir)
	if err != nil || from == nil || from.Batch() != 5 {
		t.Fatalf("checkpoint %+v, error %v", from, err)
	}
	got, _, err := resumable(t, "", &optimizers.Adam{}, 2, from)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestCheckpointsAreKept: the last three, and a damaged one is passed over.
func TestCheckpointsAreKept(t *testing.T) {
	dir := t.TempDir()
	if _, _, err := resumable(t, dir, &optimizers.SGD{}, 2, nil); err != nil {
		t.Fatal(err)
	}
	unfinished := filepath.Join(dir, ".step-000000000001.ckpt.123") // as a kill leaves it
	if err := os.WriteFile(unfinished, []byte("a part"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := resumable(t, dir, &optimizers.SGD{}, 3, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(unfinished); err == nil {
		t.Errorf("%s is still there", unfinished)
	}
	files, err := Checkpointing{Dir: dir}.files()
	if err != nil || len(files) != 3 {
		t.Fatalf("files %v, error %v", files, err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	bad := map[string][]byte{"empty": {}, "newer": newer(t, files[0])}
	for at := range data {
		bad[fmt.Sprintf("bit %d flipped", 8*at+2)] = flipped(data, at)
		if at%16 == 0 {
			bad[fmt.Sprintf("cut after %d bytes", at)] = data[:at]
		}
	}
	for name, bad := range bad {
		if err := os.WriteFile(files[0], bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadCheckpoint(files[0]); err == nil || !strings.HasPrefix(err.Error(), files[0]) {
			t.Errorf("%s: the error is %v", name, err)
		}
		c, err := LatestCheckpoint(dir)
		if err != nil || c.Path != files[1] {
			t.Errorf("%s: checkpoint %+v, error %v, want %s", name, c, err, files[1])
		}
	}
	if err := os.WriteFile(files[0], bad["newer"], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadCheckpoint(files[0]); err == nil || !strings.HasSuffix(err.Error(), "version 3, this program reads up to 2") {
		t.Errorf("of a newer version: the error is %v", err)
	}
	if c, err := LatestCheckpoint(filepath.Join(dir, "nothing")); c != nil || err != nil {
		t.Errorf("of no folder: %v, %v", c, err)
	}
}

// newer returns a checkpoint with the next version's number.
func newer(t *testing.T, path string) []byte {
	t.Helper()
	c, err := ReadCheckpoint(path)
	if err != nil {
		t.Fatal(err)
	}
	c.meta.Version++
	doc, err := json.Marshal(c.meta)
	if err != nil {
		t.Fatal(err)
	}
	tensors, err := c.under("")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := tensorfile.Write(&b, tensors, map[string]string{"checkpoint": string(doc)}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func flipped(data []byte, at int) []byte {
	out := slices.Clone(data)
	out[at] ^= 4
	return out
}

// TestCheckpointsOfOtherRuns are refused, with what differs.
func TestCheckpointsOfOtherRuns(t *testing.T) {
	dir := t.TempDir()
	if _, _, err := resumable(t, dir, &optimizers.SGD{}, 1, nil); err != nil {
		t.Fatal(err)
	}
	c, err := LatestCheckpoint(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := resumable(t, "", &optimizers.Adam{}, 2, c); err == nil || !strings.Contains(err.Error(), "optimizer was SGD and is Adam") {
		t.Errorf("the error is %v", err)
	}
	tr, err := Compile(smallModel(t, 1), Config{Optimizer: &optimizers.SGD{}, Loss: nn.BinaryCrossentropy{}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	if _, err := tr.Fit(context.Background(), wordOrder(32, 1), FitConfig{Resume: c}); err == nil || !strings.HasSuffix(err.Error(), "is of another model") {
		t.Errorf("the error is %v", err)
	}
}

// TestFullDisk fills the disk in the middle of a run: the error says where and
// why, the checkpoints before it are whole, and with room again the run ends in
// the bits of one that never stopped.
func TestFullDisk(t *testing.T) {
	disk := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk).CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: a small disk cannot be mounted here, so a full one is not tested: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", disk).CombinedOutput(); err != nil {
			t.Errorf("umount: %v: %s", err, out)
		}
	})
	want, _, err := resumable(t, "", &optimizers.Adam{}, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	dir, filler := filepath.Join(disk, "run"), filepath.Join(disk, "filler")
	_, _, err = resumable(t, dir, &optimizers.Adam{}, 2, nil, HookFunc(func(e *Event) error {
		if e.Kind == BatchEnd && e.Step == 5 {
			_ = os.WriteFile(filler, make([]byte, 1<<20), 0o600) // as much as there is room for
		}
		return nil
	}))
	if err == nil || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "no space left on device") {
		t.Fatalf("the error is %v", err)
	}
	from, err := LatestCheckpoint(dir)
	if err != nil || from == nil || from.Batch() != 4 {
		t.Fatalf("checkpoint %+v, error %v", from, err)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	got, _, err := resumable(t, dir, &optimizers.Adam{}, 2, from)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasPrefix(f.Name(), "step-") {
			t.Errorf("%s was left behind", f.Name())
		}
	}
}
