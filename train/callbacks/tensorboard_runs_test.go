package callbacks_test

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pkg/errors"

	"unroll/internal/tfevents/tfeventstest"
	"unroll/train"
	"unroll/train/callbacks"
	"unroll/train/internal/traintest"
)

// TestTensorBoardChangesNothing: the weights are the same bits with it.
func TestTensorBoardChangesNothing(t *testing.T) {
	var runs [2][][]float64
	for i := range runs {
		var hooks []train.Callback
		if i == 1 {
			hooks = []train.Callback{&callbacks.TensorBoard{Dir: t.TempDir(), HistogramEvery: 1, WriteGraph: true, UpdateEvery: 1}}
		}
		tr := traintest.Trainer(t, 3)
		if _, err := tr.Fit(context.Background(), traintest.WordOrder(100, 1), train.FitConfig{Epochs: 3, Seed: 9, Callbacks: hooks}); err != nil {
			t.Fatal(err)
		}
		runs[i] = traintest.Weights(tr.Model())
	}
	if diff := cmp.Diff(runs[0], runs[1]); diff != "" {
		t.Error(diff)
	}
}

// TestTensorBoardResumes cancels a run in its second epoch, and resumes it: all
// that was told until then is in a file that is whole though nobody closed it,
// and the curves go on in another.
func TestTensorBoardResumes(t *testing.T) {
	dir, checkpoints := t.TempDir(), t.TempDir()
	d, val := traintest.WordOrder(80, 1), traintest.WordOrder(20, 2)
	c := train.FitConfig{Epochs: 3, BatchSize: 20, Validation: &val, Checkpoint: &train.Checkpointing{Dir: checkpoints}}
	ctx, cancel := context.WithCancel(context.Background())
	board := &callbacks.TensorBoard{Dir: dir, UpdateEvery: 1, HistogramEvery: 1}
	c.Callbacks = []train.Callback{board, train.CallbackFunc(func(e *train.Event) error {
		if e.Step == 6 {
			cancel()
		}
		return nil
	})}
	if _, err := traintest.Trainer(t, 1).Fit(ctx, d, c); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want one of the cancelled context", err)
	}
	trainDir := filepath.Join(dir, "train")
	scalars, _, _ := readSeries(t, trainDir)
	if batches, epochs := len(scalars["batch_loss"]), len(scalars["epoch_loss"]); batches != 6 || epochs != 1 {
		t.Errorf("%d updates and %d epochs were written, want 6 and 1", batches, epochs)
	}
	if scalars, _, _ := readSeries(t, filepath.Join(dir, "validation")); len(scalars["epoch_loss"]) != 1 {
		t.Errorf("the validation of %d epochs was written, want 1", len(scalars["epoch_loss"]))
	}
	var err error
	if c.Resume, err = train.LatestCheckpoint(checkpoints); err != nil || c.Resume == nil {
		t.Fatalf("checkpoint %v, error %v", c.Resume, err)
	}
	c.Callbacks = []train.Callback{board}
	h, err := traintest.Trainer(t, 1).Fit(context.Background(), d, c)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(tfeventstest.Files(t, trainDir)); n != 2 {
		t.Errorf("%d files, want 2", n)
	}
	scalars, histograms, _ := readSeries(t, trainDir)
	if diff := cmp.Diff(points(0, 1, h.Values("loss")), scalars["epoch_loss"]); diff != "" {
		t.Error(diff)
	}
	var steps []int64
	for _, p := range scalars["batch_loss"] {
		steps = append(steps, p.Step)
	}
	if diff := cmp.Diff([]int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, steps); diff != "" {
		t.Error(diff)
	}
	if n := len(histograms["dense/bias/gradient"]); n != 3 {
		t.Errorf("%d histograms of a gradient, want 3", n)
	}
}

// TestTensorBoardResumesAtTheEnd resumes a run after an epoch's last update: the
// epoch is written, without gradients, which went with the first run.
func TestTensorBoardResumesAtTheEnd(t *testing.T) {
	dir, checkpoints := t.TempDir(), t.TempDir()
	d := traintest.WordOrder(40, 1)
	c := train.FitConfig{BatchSize: 20, Checkpoint: &train.Checkpointing{Dir: checkpoints, Every: 1}}
	killed := errors.New("killed")
	c.Callbacks = []train.Callback{train.CallbackFunc(func(e *train.Event) error {
		if e.Kind == train.EpochEnd {
			return killed
		}
		return nil
	})}
	if _, err := traintest.Trainer(t, 1).Fit(context.Background(), d, c); !errors.Is(err, killed) {
		t.Fatalf("error %v, want %v", err, killed)
	}
	var err error
	if c.Resume, err = train.LatestCheckpoint(checkpoints); err != nil || c.Resume.Batch() != 2 {
		t.Fatalf("checkpoint %v, error %v, want one after 2 batches", c.Resume, err)
	}
	c.Callbacks = []train.Callback{&callbacks.TensorBoard{Dir: dir, HistogramEvery: 1, WriteGraph: true}}
	h, err := traintest.Trainer(t, 1).Fit(context.Background(), d, c)
	if err != nil {
		t.Fatal(err)
	}
	scalars, histograms, graphs := readSeries(t, filepath.Join(dir, "train"))
	if diff := cmp.Diff(points(0, 1, h.Values("loss")), scalars["epoch_loss"]); diff != "" {
		t.Error(diff)
	}
	if len(histograms["dense/bias/histogram"]) != 1 || len(histograms["dense/bias/gradient"]) != 0 || len(graphs) != 0 {
		t.Errorf("histograms %v and %d graphs, want weights alone", histograms, len(graphs))
	}
}

func TestTensorBoardErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for want, b := range map[string]*callbacks.TensorBoard{
		"fit: tensorboard: mkdir " + file + ": not a directory":                       {Dir: file},
		"fit: tensorboard: HistogramEvery is -1 and UpdateEvery 0, want none below 0": {Dir: t.TempDir(), HistogramEvery: -1},
		"fit: tensorboard: HistogramEvery is 0 and UpdateEvery -2, want none below 0": {Dir: t.TempDir(), UpdateEvery: -2},
	} {
		tr := traintest.Trainer(t, 1)
		before := traintest.Weights(tr.Model())
		_, err := tr.Fit(context.Background(), traintest.WordOrder(40, 1), train.FitConfig{Callbacks: []train.Callback{b}})
		if err == nil || err.Error() != want {
			t.Errorf("error %v, want %q", err, want)
		}
		if !cmp.Equal(before, traintest.Weights(tr.Model())) {
			t.Errorf("%s: the model was trained", want)
		}
	}
	// A folder for validation that cannot be made is found when it is needed.
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "validation"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	val := traintest.WordOrder(20, 2)
	_, err := traintest.Trainer(t, 1).Fit(context.Background(), traintest.WordOrder(40, 1), train.FitConfig{Validation: &val, Callbacks: []train.Callback{&callbacks.TensorBoard{Dir: dir}}})
	if want := "fit: tensorboard: mkdir " + filepath.Join(dir, "validation") + ": not a directory"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %q", err, want)
	}
}

// TestTensorBoardNotFinite: a run that diverges is written like any other.
func TestTensorBoardNotFinite(t *testing.T) {
	dir := t.TempDir()
	tr := traintest.Trainer(t, 1)
	w, err := tr.Model().Weight("dense/bias")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Set([]float64{math.NaN()}); err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Fit(context.Background(), traintest.WordOrder(40, 1), train.FitConfig{Callbacks: []train.Callback{&callbacks.TensorBoard{Dir: dir, HistogramEvery: 1}}}); err != nil {
		t.Fatal(err)
	}
	scalars, histograms, _ := readSeries(t, filepath.Join(dir, "train"))
	if p := scalars["epoch_loss"]; len(p) != 1 || !math.IsNaN(p[0].Values[0]) {
		t.Errorf("the loss is %v, want NaN", p)
	}
	if p := histograms["dense/bias/histogram"]; len(p) != 1 || len(p[0].Values) != 0 {
		t.Errorf("the bias is %v, want no buckets", p)
	}
}
