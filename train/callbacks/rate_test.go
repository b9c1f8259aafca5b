package callbacks_test

import (
	"context"
	"strings"
	"testing"

	"unroll/nn"
	"unroll/train"
	"unroll/train/callbacks"
	"unroll/train/internal/traintest"
	"unroll/train/optimizers"
)

// TestOneHookSetsTheRate: what would change the learning rate to no effect is
// refused, before the first update where that can be known.
func TestOneHookSetsTheRate(t *testing.T) {
	cosine := optimizers.CosineDecay{Initial: 0.1, DecaySteps: 100}
	constant := callbacks.LearningRateScheduler{Schedule: func(int, float64) float64 { return 0.1 }}
	falling := callbacks.LearningRateScheduler{Schedule: func(epoch int, _ float64) float64 { return 1 / float64(epoch) }}
	halved := callbacks.LearningRateScheduler{Schedule: func(_ int, lr float64) float64 { return lr / 2 }}
	plateau := func() train.Callback {
		return &callbacks.ReduceLROnPlateau{Monitor: "loss", Patience: 1, MinDelta: 100}
	}
	own := train.CallbackFunc(func(e *train.Event) error {
		if e.Kind == train.BatchEnd {
			return e.SetLearningRate(0.5)
		}
		return nil
	})
	scheduled := func() train.Optimizer { return &optimizers.Scheduled{Optimizer: &optimizers.Adam{}, Schedule: cosine} }
	plain := func() train.Optimizer { return &optimizers.Adam{LearningRate: 0.1} }
	const both = "the optimizer's schedule CosineDecay sets the learning rate before each update: use one of the two"
	for name, c := range map[string]struct {
		optimizer func() train.Optimizer
		hooks     []train.Callback
		want      string
		updates   bool // before it is refused
	}{
		"schedule and scheduler":         {scheduled, []train.Callback{constant}, "fit: learning_rate_scheduler: " + both, false},
		"schedule and plateau":           {scheduled, []train.Callback{plateau()}, "fit: reduce_lr_on_plateau: " + both, false},
		"schedule and one's own":         {scheduled, []train.Callback{own}, "fit: " + both, true},
		"wrapped schedule and scheduler": {func() train.Optimizer { return &optimizers.Clip{Optimizer: scheduled(), Norm: 1} }, []train.Callback{halved}, "fit: learning_rate_scheduler: " + both, false},
		"schedule over schedule": {func() train.Optimizer {
			return &optimizers.Scheduled{Optimizer: scheduled(), Schedule: optimizers.ExponentialDecay{Initial: 1, DecaySteps: 1, DecayRate: 0.9}}
		}, nil, "the schedules ExponentialDecay and CosineDecay both set the learning rate", false},
		"plateau undone":           {plain, []train.Callback{plateau(), falling}, "learning_rate_scheduler: Schedule ignores the current rate: it gives 0.3333333333333333 for epoch 3 and undoes the 0.05 that ReduceLROnPlateau has set", true},
		"scheduler undone":         {plain, []train.Callback{halved, constant}, "fit: learning_rate_scheduler: Schedule ignores the current rate: it gives 0.1 for epoch 1 and undoes the 0.05 that LearningRateScheduler has set", false},
		"wrapped without schedule": {func() train.Optimizer { return &optimizers.Clip{Optimizer: &optimizers.Adam{}, Norm: 1} }, []train.Callback{halved}, "", true},
		"scheduler on scheduler":   {plain, []train.Callback{falling, halved}, "", true},
		"scheduler on plateau":     {plain, []train.Callback{plateau(), halved}, "", true},
		"scheduler alone":          {plain, []train.Callback{falling}, "", true},
	} {
		m := traintest.Model(t, 1)
		tr, err := train.Compile(m, train.Config{Optimizer: c.optimizer(), Loss: nn.BinaryCrossentropy{}})
		if err != nil {
			t.Fatal(err)
		}
		updates := false
		look := train.CallbackFunc(func(e *train.Event) error {
			updates = updates || e.Kind == train.BatchEnd
			return nil
		})
		_, err = tr.Fit(context.Background(), traintest.WordOrder(40, 1), train.FitConfig{Epochs: 6, Callbacks: append([]train.Callback{look}, c.hooks...)})
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) || updates != c.updates {
			t.Errorf("%s: error %v, want %q; updates %t", name, err, c.want, updates)
		}
		if err := tr.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestRateRangeWithSchedule, which would try other rates than it tells of.
func TestRateRangeWithSchedule(t *testing.T) {
	tr, err := train.Compile(traintest.Model(t, 1), train.Config{Optimizer: &optimizers.Scheduled{Optimizer: &optimizers.SGD{}, Schedule: optimizers.CosineDecay{Initial: 1, DecaySteps: 9}}, Loss: nn.BinaryCrossentropy{}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	points, err := tr.RateRange(context.Background(), traintest.WordOrder(40, 1), 1e-3, 1, 10, 8)
	if want := "rate range: the optimizer's schedule CosineDecay sets the learning rate before each update: leave it out"; err == nil || err.Error() != want || len(points) > 0 {
		t.Errorf("%d points, error %v, want %s", len(points), err, want)
	}
}

// TestTwoHooksPutBackWeights.
func TestTwoHooksPutBackWeights(t *testing.T) {
	d := traintest.WordOrder(40, 1)
	_, err := traintest.Trainer(t, 1).Fit(context.Background(), d, train.FitConfig{Validation: &d, Callbacks: []train.Callback{&callbacks.EarlyStopping{RestoreBest: true}, &callbacks.BestWeights{Monitor: "accuracy"}}})
	if want := "fit: best_weights: early_stopping puts back the best weights as well: use one of the two"; err == nil || err.Error() != want {
		t.Errorf("the error is %v, want %s", err, want)
	}
}
