package callbacks_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"unroll/nn"
	"unroll/train"
	"unroll/train/callbacks"
	"unroll/train/internal/traintest"
	"unroll/train/optimizers"
)

// absent stands for an epoch without the log.
var absent = math.Float64frombits(0x7ff8_0000_0000_0abc)

func isAbsent(v float64) bool { return math.Float64bits(v) == math.Float64bits(absent) }

// told is a hook that adds the log "val_told" from a list, by epoch, and gives the
// model's only weight the epoch's number.
type told []float64

func (told) LogNames() []string { return []string{"val_told"} }

func (s told) Handle(e *train.Event) error {
	if e.Kind != train.EpochEnd {
		return nil
	}
	if v := s[e.Epoch-1]; !isAbsent(v) {
		e.Logs["val_told"] = v
	}
	return e.Model.Weights()[0].Set([]float64{float64(e.Epoch)})
}

// tell fits a model of one weight for as many epochs as there are values, with a
// hook that watches them, and returns the weight in the end and the rates that the
// epochs began with.
func tell(t rapid.TB, values []float64, hooks ...train.Callback) (weight float64, rates []float64, h *train.History, err error) {
	t.Helper()
	m, err := nn.Sequential{Input: nn.Features(1), Layers: []nn.Layer{nn.Dense{Units: 1, NoBias: true}}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.SGD{LearningRate: 1}, Loss: nn.MeanSquaredError{}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	look := train.CallbackFunc(func(e *train.Event) error {
		if e.Kind == train.EpochBegin {
			lr, err := e.LearningRate()
			rates = append(rates, lr)
			return err
		}
		return nil
	})
	d := train.Data{Features: [][]float32{{0}}, Targets: []float32{0}} // which changes no weight
	h, err = tr.Fit(context.Background(), d, train.FitConfig{Epochs: len(values), Callbacks: append([]train.Callback{told(values), look}, hooks...)})
	return m.Weights()[0].Float64s()[0], rates, h, err
}

// firstBest is the rule in its plainest form: of the epochs that have a number,
// the first whose value none beats; 0 if there is none.
func firstBest(values []float64, mode train.Mode) int {
	at := 0
	for i, v := range values {
		if !math.IsNaN(v) && (at == 0 || mode == train.MaxMode && v > values[at-1] || mode == train.MinMode && v < values[at-1]) {
			at = i + 1
		}
	}
	return at
}

// TestWhatIsBest: every hook that compares, and the History, take the same epoch
// for the best, whatever the values are.
func TestWhatIsBest(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, values := range [][]float64{
		{nan, 3, 2, 4}, {nan, nan, 2}, {3, nan, 2}, {2, nan, 3}, {inf, 3}, {inf, inf, 3}, {-inf, 3}, {3, inf}, {3, -inf}, {inf, -inf},
		{nan, inf}, {nan, -inf, nan}, {absent, 2, absent, 1}, {absent, nan, 3}, {2, 2, 2}, {0, math.Copysign(0, -1)}, {nan}, {absent}, {nan, nan, absent},
	} {
		checkBest(t, values)
	}
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.SampledFrom([]float64{nan, absent, inf, -inf, -2, -1, 0, 1, 2})
		checkBest(t, rapid.SliceOfN(value, 1, 8).Draw(t, "values"))
	})
}

func checkBest(t rapid.TB, values []float64) {
	t.Helper()
	for _, mode := range []train.Mode{train.MinMode, train.MaxMode} {
		want := firstBest(values, mode)
		for _, hook := range []train.Callback{
			&callbacks.BestWeights{Monitor: "val_told", Mode: mode},
			&callbacks.EarlyStopping{Monitor: "val_told", Mode: mode, Patience: 99, RestoreBest: true},
		} {
			got, _, h, err := tell(t, values, hook)
			switch {
			case want > 0 && (err != nil || got != float64(want) || h.WeightsEpoch != want || h.Best("val_told", mode) != want):
				t.Fatalf("%T %s of %v: weights of %v, told %d, History.Best %d, error %v, want %d", hook, mode, values, got, h.WeightsEpoch, h.Best("val_told", mode), err, want)
			case want == 0 && (got != float64(len(values)) || h.WeightsEpoch != len(values) || h.Best("val_told", mode) != 0):
				t.Fatalf("%T %s of %v: weights of %v, told %d, want the last", hook, mode, values, got, h.WeightsEpoch)
			}
			// To watch nothing is what a run without a validation in it does.
			if _, early := hook.(*callbacks.EarlyStopping); want == 0 && !(early && allAbsent(values)) {
				wantError(t, err, "val_told was not a number in any epoch: there are no best weights")
			}
		}
		dir, remove := tempDir(t)
		_, _, _, err := tell(t, values, &callbacks.ModelCheckpoint{Dir: dir, BestOnly: true, Monitor: "val_told", Mode: mode})
		m, loadErr := nn.Load(dir)
		remove()
		if want == 0 {
			wantError(t, err, "val_told was not a number in any epoch to be saved: nothing is in "+dir)
			if loadErr == nil {
				t.Fatalf("%s of %v: a model was saved", mode, values)
			}
			continue
		}
		if err != nil || loadErr != nil {
			t.Fatalf("%s of %v: errors %v, %v", mode, values, err, loadErr)
		}
		if got := m.Weights()[0].Float64s()[0]; got != float64(want) {
			t.Fatalf("%s of %v: saved are the weights of %v, want %d", mode, values, got, want)
		}
	}
}

// tempDir is TempDir for what rapid calls many times.
func tempDir(t rapid.TB) (dir string, remove func()) {
	dir, err := os.MkdirTemp("", "monitor.")
	if err != nil {
		t.Fatal(err)
	}
	return dir, func() { os.RemoveAll(dir) }
}

func allAbsent(values []float64) bool {
	for _, v := range values {
		if !isAbsent(v) {
			return false
		}
	}
	return true
}

func wantError(t rapid.TB, err error, part string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), part) {
		t.Fatalf("the error is %v, want %q in it", err, part)
	}
}

// TestPatience: an epoch without the log counts for nothing, NaN as no better.
func TestPatience(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		values  []float64
		epochs  int // that EarlyStopping with a patience of 2 lets be
		plateau int // the first that begins with another rate; 0: none
	}{
		{[]float64{1, 2, 2, 0, 0}, 3, 4},
		{[]float64{nan, nan, 1, 1, 1}, 2, 3},
		{[]float64{nan, 1, nan, nan, 0}, 4, 5},
		{[]float64{absent, absent, absent, absent}, 4, 0},
		{[]float64{absent, 1, absent, 1, absent, 1, 0}, 6, 7},
		{[]float64{absent, nan, absent, 1, absent, 0}, 6, 0},
		{[]float64{math.Inf(1), math.Inf(1), 1, 0}, 4, 0},
		{[]float64{math.Inf(1), math.Inf(1), math.Inf(1), 0}, 3, 4},
		{[]float64{math.Inf(-1), 1, 1, 0}, 3, 4},
	} {
		for _, mode := range []train.Mode{train.MinMode, train.MaxMode} {
			values := make([]float64, len(c.values))
			for i, v := range c.values {
				if values[i] = v; mode == train.MaxMode && !isAbsent(v) {
					values[i] = -v
				}
			}
			_, _, h, err := tell(t, values, &callbacks.EarlyStopping{Monitor: "val_told", Mode: mode, Patience: 2})
			if err != nil || len(h.Epochs) != c.epochs {
				t.Errorf("%s of %v: stopped after %d, error %v, want %d", mode, values, len(h.Epochs), err, c.epochs)
			}
			_, rates, _, err := tell(t, values, &callbacks.ReduceLROnPlateau{Monitor: "val_told", Mode: mode, Patience: 2})
			at := 0
			for i, r := range rates {
				if at == 0 && r != 1 {
					at = i + 1
				}
			}
			if err != nil || at != c.plateau {
				t.Errorf("%s of %v: rates %v, error %v, want another from epoch %d", mode, values, rates, err, c.plateau)
			}
		}
	}
}

// TestModeOfNames: what AutoMode makes of the names of all metrics and of outputs
// that are called like one.
func TestModeOfNames(t *testing.T) {
	for name, want := range map[string]train.Mode{
		"loss": train.MinMode, "val_loss": train.MinMode, "val_recall_loss": train.MinMode, "auc_mean_absolute_error": train.MinMode,
		"val_mean_squared_error": train.MinMode, "root_mean_squared_error": train.MinMode, "val_accuracy": train.MaxMode, "top_k_categorical_accuracy": train.MaxMode,
		"auc": train.MaxMode, "val_auc_pr": train.MaxMode, "precision_macro": train.MaxMode, "val_recall": train.MaxMode, "f1_score_micro": train.MaxMode, "val_r2_score": train.MaxMode,
		"val_priority_accuracy": train.MaxMode, "perplexity": train.AutoMode, "bleu": train.AutoMode,
	} {
		if got := train.AutoMode.Of(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// TestWatchedNames: what no epoch will have is refused before the first update, by
// each hook that watches.
func TestWatchedNames(t *testing.T) {
	d := traintest.WordOrder(40, 1)
	for _, c := range []struct {
		monitor string
		mode    train.Mode
		config  train.FitConfig
		want    string
	}{
		{"val_los", train.AutoMode, train.FitConfig{Validation: &d}, `no log "val_los", there are accuracy, loss, val_accuracy, val_loss`},
		{"", train.AutoMode, train.FitConfig{}, `no log "val_loss", there are accuracy, loss`},
		{"Accuracy", train.MaxMode, train.FitConfig{}, `no log "Accuracy", there are accuracy, loss`},
		{"", train.AutoMode, train.FitConfig{Validation: &d, ValidationEvery: 3, Epochs: 2}, `no log "val_loss", there are accuracy, loss: ValidationEvery is 3, so none of 2 epochs is validated`},
		{"val_told", train.AutoMode, train.FitConfig{Validation: &d, Epochs: 2, Callbacks: []train.Callback{told{1, 2}}}, `the name "val_told" does not tell whether lower or higher is better: set Mode`},
		{"loss", "best", train.FitConfig{}, `unknown mode "best", want min, max or none`},
	} {
		for name, hook := range map[string]train.Callback{
			"early_stopping":       &callbacks.EarlyStopping{Monitor: c.monitor, Mode: c.mode},
			"best_weights":         &callbacks.BestWeights{Monitor: c.monitor, Mode: c.mode},
			"reduce_lr_on_plateau": &callbacks.ReduceLROnPlateau{Monitor: c.monitor, Mode: c.mode},
			"model_checkpoint":     &callbacks.ModelCheckpoint{Dir: filepath.Join(t.TempDir(), "m"), BestOnly: true, Monitor: c.monitor, Mode: c.mode},
		} {
			begun := false
			config := c.config
			config.Callbacks = append([]train.Callback{train.CallbackFunc(func(e *train.Event) error {
				begun = begun || e.Kind != train.TrainBegin
				return nil
			}), hook}, config.Callbacks...)
			_, err := traintest.Trainer(t, 1).Fit(context.Background(), d, config)
			if want := fmt.Sprintf("fit: %s: %s", name, c.want); err == nil || err.Error() != want || begun {
				t.Errorf("the error is %v, want %s; begun %t", err, want, begun)
			}
		}
	}
	if _, err := traintest.Trainer(t, 1).Fit(context.Background(), d, train.FitConfig{Epochs: 4, Validation: &d, ValidationEvery: 2, Callbacks: []train.Callback{&callbacks.EarlyStopping{RestoreBest: true}, &callbacks.ModelCheckpoint{Dir: t.TempDir(), BestOnly: true}}}); err != nil {
		t.Error(err)
	}
}
