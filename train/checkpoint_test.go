package train_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"unroll/internal/tensorfile"
	"unroll/nn"
	"unroll/train"
	"unroll/train/internal/traintest"
	"unroll/train/metrics"
	"unroll/train/optimizers"
)

// TestResumedRunsEndInTheSameBits interrupts a run after each of its batches and
// resumes it from the latest checkpoint.
func TestResumedRunsEndInTheSameBits(t *testing.T) {
	optimizers := map[string]func() train.Optimizer{
		"sgd":      func() train.Optimizer { return &optimizers.SGD{LearningRate: 0.1} },
		"momentum": func() train.Optimizer { return &optimizers.SGD{LearningRate: 0.1, Momentum: 0.9} },
		"adam":     func() train.Optimizer { return &optimizers.Adam{LearningRate: 0.01} },
	}
	cut := errors.New("cut")
	for name, o := range optimizers {
		want, wantHistory, err := traintest.Resumable(t, "", o(), 3, nil)
		if err != nil {
			t.Fatal(err)
		}
		for at := 1; at <= 21; at++ {
			dir := t.TempDir()
			_, _, err := traintest.Resumable(t, dir, o(), 3, nil, train.CallbackFunc(func(e *train.Event) error {
				if e.Kind == train.BatchEnd && e.Step == uint64(at) {
					return cut
				}
				return nil
			}))
			if !errors.Is(err, cut) {
				t.Fatalf("%s: error %v", name, err)
			}
			from, err := train.LatestCheckpoint(dir)
			if err != nil {
				t.Fatal(err)
			}
			got, history, err := traintest.Resumable(t, dir, o(), 3, from)
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
			last, err := train.LatestCheckpoint(dir)
			if err != nil || last == nil || !last.Finished() || last.Epoch() != 3 || len(last.History().Epochs) != 3 {
				t.Errorf("the last checkpoint is %+v, error %v", last, err)
			}
		}
	}
}

// TestCancelledRunsResume: what a cancelled context leaves goes on at the batch.
func TestCancelledRunsResume(t *testing.T) {
	want, _, err := traintest.Resumable(t, "", &optimizers.Adam{}, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	m := traintest.Dropper(t, 3)
	tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.Adam{}, Loss: nn.BinaryCrossentropy{}, Metrics: []train.Metric{&metrics.BinaryAccuracy{}}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	v := traintest.Counting(30)
	_, err = tr.Fit(ctx, traintest.Counting(100), train.FitConfig{Epochs: 2, BatchSize: 16, Seed: 5, Validation: &v, Checkpoint: &train.Checkpointing{Dir: dir},
		Callbacks: []train.Callback{train.CallbackFunc(func(e *train.Event) error {
			if e.Kind == train.BatchEnd && e.Step == 5 {
				cancel()
			}
			return nil
		})}})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	from, err := train.LatestCheckpoint(dir)
	if err != nil || from == nil || from.Batch() != 5 {
		t.Fatalf("checkpoint %+v, error %v", from, err)
	}
	got, _, err := traintest.Resumable(t, "", &optimizers.Adam{}, 2, from)
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
	if _, _, err := traintest.Resumable(t, dir, &optimizers.SGD{}, 2, nil); err != nil {
		t.Fatal(err)
	}
	unfinished := filepath.Join(dir, ".step-000000000001.ckpt.123") // as a kill leaves it
	if err := os.WriteFile(unfinished, []byte("a part"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := traintest.Resumable(t, dir, &optimizers.SGD{}, 3, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(unfinished); err == nil {
		t.Errorf("%s is still there", unfinished)
	}
	files, err := filepath.Glob(filepath.Join(dir, "step-*.ckpt"))
	slices.Reverse(files) // the newest first
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
		if _, err := train.ReadCheckpoint(files[0]); err == nil || !strings.HasPrefix(err.Error(), files[0]) {
			t.Errorf("%s: the error is %v", name, err)
		}
		c, err := train.LatestCheckpoint(dir)
		if err != nil || c.Path != files[1] {
			t.Errorf("%s: checkpoint %+v, error %v, want %s", name, c, err, files[1])
		}
	}
	if err := os.WriteFile(files[0], bad["newer"], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := train.ReadCheckpoint(files[0]); err == nil || !strings.HasSuffix(err.Error(), "version 4, this program reads version 3") {
		t.Errorf("of a newer version: the error is %v", err)
	}
	if c, err := train.LatestCheckpoint(filepath.Join(dir, "nothing")); c != nil || err != nil {
		t.Errorf("of no folder: %v, %v", c, err)
	}
}

// newer returns a checkpoint with the next version's number.
func newer(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := tensorfile.Read(data)
	if err != nil {
		t.Fatal(err)
	}
	tensors := map[string]*tensor.Dense{}
	for _, name := range file.Names() {
		if tensors[name], err = file.Tensor(name); err != nil {
			t.Fatal(err)
		}
	}
	doc := regexp.MustCompile(`"version":\d+`).ReplaceAllStringFunc(file.Meta["checkpoint"], func(s string) string {
		version, err := strconv.Atoi(strings.TrimPrefix(s, `"version":`))
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf(`"version":%d`, version+1)
	})
	var b bytes.Buffer
	if err := tensorfile.Write(&b, tensors, map[string]string{"checkpoint": doc}); err != nil {
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
	if _, _, err := traintest.Resumable(t, dir, &optimizers.SGD{}, 1, nil); err != nil {
		t.Fatal(err)
	}
	c, err := train.LatestCheckpoint(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := traintest.Resumable(t, "", &optimizers.Adam{}, 2, c); err == nil || !strings.Contains(err.Error(), "optimizer was SGD and is Adam") {
		t.Errorf("the error is %v", err)
	}
	tr, err := train.Compile(traintest.Model(t, 1), train.Config{Optimizer: &optimizers.SGD{}, Loss: nn.BinaryCrossentropy{}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	if _, err := tr.Fit(context.Background(), traintest.WordOrder(32, 1), train.FitConfig{Resume: c}); err == nil || !strings.HasSuffix(err.Error(), "is of another model") {
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
	want, _, err := traintest.Resumable(t, "", &optimizers.Adam{}, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	dir, filler := filepath.Join(disk, "run"), filepath.Join(disk, "filler")
	_, _, err = traintest.Resumable(t, dir, &optimizers.Adam{}, 2, nil, train.CallbackFunc(func(e *train.Event) error {
		if e.Kind == train.BatchEnd && e.Step == 5 {
			_ = os.WriteFile(filler, make([]byte, 1<<20), 0o600) // as much as there is room for
		}
		return nil
	}))
	if err == nil || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "no space left on device") {
		t.Fatalf("the error is %v", err)
	}
	from, err := train.LatestCheckpoint(dir)
	if err != nil || from == nil || from.Batch() != 4 {
		t.Fatalf("checkpoint %+v, error %v", from, err)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	got, _, err := traintest.Resumable(t, dir, &optimizers.Adam{}, 2, from)
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
