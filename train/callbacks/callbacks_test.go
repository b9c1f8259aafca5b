package callbacks_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pkg/errors"

	"unroll/nn"
	"unroll/train"
	"unroll/train/callbacks"
	"unroll/train/internal/traintest"
	"unroll/train/optimizers"
)

// play tells a hook of epochs whose val_loss is given, as Fit would, and returns
// the epoch in which it stopped, 0 if it did not, and the rate after each.
func play(t *testing.T, h train.Callback, m *nn.Model, values ...float64) (stopped int, rates []float64) {
	t.Helper()
	sgd := &optimizers.SGD{LearningRate: 1}
	tr, err := train.Compile(m, train.Config{Optimizer: sgd})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	stop := false
	tell := func(e *train.Event) error {
		e.Model, e.Trainer = m, tr
		err := h.Handle(e)
		stop = e.Stopped() != ""
		return err
	}
	if err := tell(&train.Event{Kind: train.TrainBegin}); err != nil {
		t.Fatal(err)
	}
	for i, v := range values {
		if err := m.Weights()[0].Set([]float64{float64(i + 1)}); err != nil {
			t.Fatal(err)
		}
		err := tell(&train.Event{Kind: train.EpochEnd, Epoch: i + 1, Logs: train.Logs{"val_loss": v, "val_accuracy": -v}})
		if err != nil {
			t.Fatal(err)
		}
		rates = append(rates, sgd.Rate())
		if stop {
			stopped = i + 1
			break
		}
	}
	if err := tell(&train.Event{Kind: train.TrainEnd}); err != nil {
		t.Fatal(err)
	}
	return stopped, rates
}

func oneWeight(t *testing.T) *nn.Model {
	t.Helper()
	m, err := nn.Sequential{Input: nn.Features(1), Layers: []nn.Layer{nn.Dense{Units: 1, NoBias: true}}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestHooksKeepTheirState: a run that is resumed decides as one that was not cut.
func TestHooksKeepTheirState(t *testing.T) {
	cut := errors.New("cut")
	hooks := func() []train.Callback {
		return []train.Callback{
			&callbacks.EarlyStopping{Patience: 2, Monitor: "loss", RestoreBest: true, MinDelta: 0.02},
			&callbacks.ReduceLROnPlateau{Patience: 1, Monitor: "loss", MinDelta: 0.03, Factor: 0.5},
			&callbacks.ModelCheckpoint{Dir: filepath.Join(t.TempDir(), "best"), BestOnly: true},
		}
	}
	want, wantHistory, err := traintest.Resumable(t, "", &optimizers.Adam{LearningRate: 0.02}, 12, nil, hooks()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []uint64{4, 11, 20} {
		dir, mine := t.TempDir(), hooks()
		_, _, err := traintest.Resumable(t, dir, &optimizers.Adam{LearningRate: 0.02}, 12, nil, append(mine, train.CallbackFunc(func(e *train.Event) error {
			if e.Kind == train.BatchEnd && e.Step == at {
				return cut
			}
			return nil
		}))...)
		if !errors.Is(err, cut) {
			t.Fatalf("step %d: error %v", at, err)
		}
		from, err := train.LatestCheckpoint(dir)
		if err != nil {
			t.Fatal(err)
		}
		fresh := hooks()
		fresh[2].(*callbacks.ModelCheckpoint).Dir = mine[2].(*callbacks.ModelCheckpoint).Dir
		got, history, err := traintest.Resumable(t, dir, &optimizers.Adam{LearningRate: 0.02}, 12, from, fresh...)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" || len(history.Epochs) != len(wantHistory.Epochs) {
			t.Errorf("cut at step %d: %d epochs, want %d: %s", at, len(history.Epochs), len(wantHistory.Epochs), diff)
		}
	}
}

// TestHookErrors: settings and logs that make no sense.
func TestHookErrors(t *testing.T) {
	d := traintest.WordOrder(40, 1)
	for want, h := range map[string]train.Callback{
		`fit: early_stopping: no log "acc", there are accuracy, loss`:                                               &callbacks.EarlyStopping{Monitor: "acc"},
		`fit: early_stopping: unknown mode "best", want min, max or none`:                                           &callbacks.EarlyStopping{Mode: "best"},
		"fit: early_stopping: Patience is -1 and MinDelta 0, want at least 0":                                       &callbacks.EarlyStopping{Patience: -1},
		`fit: model_checkpoint: Dir is "" and Every 0, want a folder and at least 0`:                                &callbacks.ModelCheckpoint{},
		"fit: learning_rate_scheduler: no Schedule":                                                                 callbacks.LearningRateScheduler{},
		"fit: reduce_lr_on_plateau: Factor is 2, Patience 0 and Cooldown 0, want a factor below 1 and none below 0": &callbacks.ReduceLROnPlateau{Factor: 2},
		"fit: node_stats: no Names": callbacks.NodeStats{},
		`fit: the model has no layer "gru", but embedding, simple_rnn, dense`: callbacks.NodeStats{Names: []string{"gru"}},
	} {
		tr := traintest.Trainer(t, 1)
		if _, err := tr.Fit(context.Background(), d, train.FitConfig{Callbacks: []train.Callback{h}}); err == nil || err.Error() != want {
			t.Errorf("the error is %v, want %s", err, want)
		}
	}
}
