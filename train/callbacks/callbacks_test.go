package callbacks_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
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

// TestEarlyStopping holds decisions to those that Keras's source makes.
func TestEarlyStopping(t *testing.T) {
	baseline := 0.5
	falling := []float64{5, 4, 3, 3.5, 3.2, 3.1, 3.05, 1}
	for name, c := range map[string]struct {
		hook    *callbacks.EarlyStopping
		values  []float64
		stopped int
		weight  float64 // at the end, the epoch that it is of
	}{
		"patience of none":  {&callbacks.EarlyStopping{}, falling, 4, 4},
		"patience":          {&callbacks.EarlyStopping{Patience: 3}, falling, 6, 6},
		"restore":           {&callbacks.EarlyStopping{Patience: 3, RestoreBest: true}, falling, 6, 3},
		"long patience":     {&callbacks.EarlyStopping{Patience: 5, RestoreBest: true}, falling, 0, 8},
		"delta":             {&callbacks.EarlyStopping{Patience: 2, MinDelta: 1.5}, []float64{5, 4, 3.9, 3}, 3, 3},
		"greater is better": {&callbacks.EarlyStopping{Patience: 2, Monitor: "val_accuracy"}, falling, 5, 5},
		"mode":              {&callbacks.EarlyStopping{Patience: 2, Mode: train.MaxMode, RestoreBest: true}, falling, 3, 1},
		"baseline":          {&callbacks.EarlyStopping{Patience: 2, Baseline: &baseline}, falling, 4, 4},
		"later":             {&callbacks.EarlyStopping{Patience: 1, StartFromEpoch: 4}, []float64{1, 2, 3, 4, 5, 6}, 6, 6},
		"NaN":               {&callbacks.EarlyStopping{Patience: 2}, []float64{math.NaN(), math.NaN(), math.NaN()}, 2, 2},
	} {
		m := oneWeight(t)
		stopped, _ := play(t, c.hook, m, c.values...)
		if w := m.Weights()[0].Float64s()[0]; stopped != c.stopped || w != c.weight {
			t.Errorf("%s: stopped after %d with the weights of %g, want %d and %g", name, stopped, w, c.stopped, c.weight)
		}
	}
}

// TestReduceLROnPlateau holds the rates to those of Keras's source.
func TestReduceLROnPlateau(t *testing.T) {
	for name, c := range map[string]struct {
		hook   *callbacks.ReduceLROnPlateau
		values []float64
		want   []float64
	}{
		"patience": {&callbacks.ReduceLROnPlateau{Patience: 2, Factor: 0.5}, []float64{5, 4, 4, 4, 4, 4, 3}, []float64{1, 1, 1, 0.5, 0.5, 0.25, 0.25}},
		"cooldown": {&callbacks.ReduceLROnPlateau{Patience: 1, Factor: 0.5, Cooldown: 2}, []float64{5, 5, 5, 5, 5, 5}, []float64{1, 0.5, 0.5, 0.25, 0.25, 0.125}},
		"least":    {&callbacks.ReduceLROnPlateau{Patience: 1, Factor: 0.1, MinLR: 0.05}, []float64{5, 5, 5, 5}, []float64{1, 0.1, 0.05, 0.05}},
		"delta":    {&callbacks.ReduceLROnPlateau{Patience: 2, MinDelta: 1, Factor: 0.5}, []float64{5, 4.5, 4.1, 3}, []float64{1, 1, 0.5, 0.5}},
	} {
		if _, got := play(t, c.hook, oneWeight(t), c.values...); !cmp.Equal(got, c.want) {
			t.Errorf("%s: rates %v, want %v", name, got, c.want)
		}
	}
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

// TestStoppedRunsStayStopped: what a hook ended goes no further when it is
// resumed, and ends with the weights of the best epoch again.
func TestStoppedRunsStayStopped(t *testing.T) {
	hook := func() train.Callback {
		return &callbacks.EarlyStopping{Monitor: "loss", MinDelta: 10, RestoreBest: true}
	}
	dir := t.TempDir()
	want, h, err := traintest.Resumable(t, dir, &optimizers.Adam{}, 9, nil, hook())
	if err != nil || len(h.Epochs) != 2 {
		t.Fatalf("%d epochs, error %v, want 2", len(h.Epochs), err)
	}
	from, err := train.LatestCheckpoint(dir)
	if err != nil || !from.Finished() {
		t.Fatalf("checkpoint %+v, error %v", from, err)
	}
	got, h, err := traintest.Resumable(t, dir, &optimizers.Adam{}, 9, from, hook())
	if err != nil || len(h.Epochs) != 2 {
		t.Errorf("%d epochs, error %v, want 2", len(h.Epochs), err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestLoggers: what stands in the files, also of a run that was resumed.
func TestLoggers(t *testing.T) {
	dir := t.TempDir()
	table, lines := filepath.Join(dir, "log.csv"), filepath.Join(dir, "log.jsonl")
	hooks := func() []train.Callback {
		return []train.Callback{&callbacks.CSVLogger{Path: table}, &callbacks.JSONLogger{Path: lines}}
	}
	checkpoints := filepath.Join(dir, "checkpoints")
	if _, _, err := traintest.Resumable(t, checkpoints, &optimizers.SGD{}, 2, nil, hooks()...); err != nil {
		t.Fatal(err)
	}
	from, err := train.LatestCheckpoint(checkpoints)
	if err != nil {
		t.Fatal(err)
	}
	_, h, err := traintest.Resumable(t, checkpoints, &optimizers.SGD{}, 3, from, hooks()...)
	if err != nil {
		t.Fatal(err)
	}
	read := func(path string) []string {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Split(strings.TrimSpace(string(data)), "\n")
	}
	rows := read(table)
	if len(rows) != 4 || rows[0] != "epoch,loss,accuracy,val_loss,val_accuracy" || !strings.HasPrefix(rows[3], fmt.Sprintf("3,%v,", h.Epochs[2].Logs["loss"])) {
		t.Errorf("the table is\n%s", strings.Join(rows, "\n"))
	}
	if rows := read(lines); len(rows) != 3 || !strings.HasPrefix(rows[1], `{"epoch":2,"step":14,`) || !strings.Contains(rows[1], `"learning_rate":0.01,"logs":{"accuracy":`) {
		t.Errorf("the lines are\n%s", strings.Join(rows, "\n"))
	}
	_, _, err = traintest.Resumable(t, "", &optimizers.SGD{}, 1, nil, &callbacks.CSVLogger{Path: filepath.Join(dir, "no", "log.csv")})
	if err == nil || !strings.Contains(err.Error(), "csv_logger: open "+filepath.Join(dir, "no", "log.csv")) {
		t.Errorf("the error is %v", err)
	}
}

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

// TestTerminateOnNaN names the node that was the first to lose its value.
func TestTerminateOnNaN(t *testing.T) {
	m, err := nn.Sequential{Input: nn.Features(2), Layers: []nn.Layer{nn.Dense{Units: 2}, nn.Dense{Units: 1, Activation: nn.Exponential}}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.SGD{}, Loss: nn.MeanSquaredError{}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	w, err := m.Weight("dense_1/kernel")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Set([]float64{1e4, 1e4}); err != nil { // e^(1e4·x) overflows
		t.Fatal(err)
	}
	w, err = m.Weight("dense/kernel")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Set([]float64{1, 1, 1, 1}); err != nil {
		t.Fatal(err)
	}
	d := train.Data{Features: [][]float32{{1, 1}, {-1, -1}}, Targets: []float32{0, 1}}
	_, err = tr.Fit(context.Background(), d, train.FitConfig{NoShuffle: true, Callbacks: []train.Callback{callbacks.TerminateOnNaN{}}})
	if want := "fit: terminate_on_nan: the loss is +Inf: dense_1: exponential (2, 1): element 0 is +Inf"; err == nil || err.Error() != want {
		t.Errorf("the error is %v, want %s", err, want)
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
	} {
		tr := traintest.Trainer(t, 1)
		if _, err := tr.Fit(context.Background(), d, train.FitConfig{Callbacks: []train.Callback{h}}); err == nil || err.Error() != want {
			t.Errorf("the error is %v, want %s", err, want)
		}
	}
}

func ExampleLearningRateScheduler() {
	halved := callbacks.LearningRateScheduler{Schedule: func(epoch int, lr float64) float64 {
		if epoch == 1 {
			return lr
		}
		return lr / 2
	}}
	m, err := nn.Sequential{Input: nn.Features(1), Layers: []nn.Layer{nn.Dense{Units: 1}}}.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.SGD{LearningRate: 0.4}, Loss: nn.MeanSquaredError{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	show := train.CallbackFunc(func(e *train.Event) error {
		if e.Kind == train.EpochEnd {
			lr, err := e.LearningRate()
			fmt.Println("epoch", e.Epoch, "rate", lr)
			return err
		}
		return nil
	})
	d := train.Data{Features: [][]float32{{1}, {2}}, Targets: []float32{1, 2}}
	if _, err := tr.Fit(context.Background(), d, train.FitConfig{Epochs: 3, Callbacks: []train.Callback{halved, show}}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// epoch 1 rate 0.4
	// epoch 2 rate 0.2
	// epoch 3 rate 0.1
}
