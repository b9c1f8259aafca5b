package train_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"unroll/internal/tensorfile"
	"unroll/nn"
	"unroll/train"
	"unroll/train/callbacks"
	"unroll/train/internal/traintest"
	"unroll/train/metrics"
	"unroll/train/optimizers"
)

// goOn trains a model of two epochs with all that checkpoints keep a state of: wrapped
// optimizers, metrics and callbacks. It writes checkpoints into dir, or goes on from one.
func goOn(t testing.TB, dir string, from *train.Checkpoint, stop uint64) (*train.History, error) {
	t.Helper()
	m := traintest.Dropper(t, 3)
	tr, err := train.Compile(m, train.Config{
		Optimizer: &optimizers.Average{Optimizer: &optimizers.Accumulate{Optimizer: &optimizers.Adam{}, Steps: 2}}, Loss: nn.BinaryCrossentropy{},
		Metrics: []train.Metric{&metrics.BinaryAccuracy{}, &metrics.AUC{}, &metrics.Precision{}, &metrics.ConfusionMatrix{}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	v := traintest.Counting(20)
	c := train.FitConfig{Epochs: 2, BatchSize: 16, Seed: 5, Validation: &v, Resume: from, Callbacks: []train.Callback{
		&callbacks.EarlyStopping{Patience: 5, RestoreBest: true}, &callbacks.ReduceLROnPlateau{},
		train.CallbackFunc(func(e *train.Event) error {
			if e.Kind == train.BatchEnd && e.Step == stop {
				cancel()
			}
			return nil
		}),
	}}
	if dir != "" {
		c.Checkpoint = &train.Checkpointing{Dir: dir}
	}
	return tr.Fit(ctx, traintest.Counting(50), c)
}

// FuzzCheckpoint: whatever a checkpoint says of a run, with a checksum that is right, and
// whatever tensors it has, it is refused by its name, or the run goes on from it to its end.
func FuzzCheckpoint(f *testing.F) {
	dir := f.TempDir()
	for _, stop := range []uint64{1, 5} {
		if _, err := goOn(f, dir, nil, stop); !errors.Is(err, context.Canceled) {
			f.Fatal(err)
		}
	}
	all, err := filepath.Glob(filepath.Join(dir, "*.ckpt"))
	if err != nil || len(all) == 0 {
		f.Fatal(all, err)
	}
	for _, path := range all {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		file, err := tensorfile.Read(data)
		if err != nil {
			f.Fatal(err)
		}
		doc := file.Meta["checkpoint"]
		f.Add([]byte(doc), data)
		for old, new := range map[string]string{`"epoch":0`: `"epoch":-1`, `"batch":`: `"batch":1`, `"history":null`: `"history":[{"logs":{},"seconds":1}]`, `"outputs":[`: `"outputs":[{},`} {
			f.Add([]byte(strings.Replace(doc, old, new, 1)), data)
		}
	}
	path := filepath.Join(f.TempDir(), "step-000000000001.ckpt")
	f.Fuzz(func(t *testing.T, doc, data []byte) {
		file, err := tensorfile.ReadChecked(data)
		if err != nil || !json.Valid(doc) {
			return
		}
		tensors := map[string]*tensor.Dense{}
		for _, name := range file.Names() {
			if tensors[name], err = file.Tensor(name); err != nil {
				return // which a checkpoint does not have
			}
		}
		var b bytes.Buffer
		if err := tensorfile.Write(&b, tensors, map[string]string{"checkpoint": string(doc)}); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := train.ReadCheckpoint(path)
		if err == nil {
			var h *train.History
			if h, err = goOn(t, "", c, 0); err == nil && len(h.Epochs) > 2 {
				t.Errorf("2 epochs ended with the scores of %d", len(h.Epochs))
			}
		}
		if err != nil && (!strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "\n")) {
			t.Errorf("error %q", err)
		}
	})
}
