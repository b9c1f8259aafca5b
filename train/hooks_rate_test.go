package train

import (
	"context"
	"strings"
	"testing"

	"unroll/train/optimizers"
)

// TestOneHookSetsTheRate: what would change the learning rate to no effect is
// refused, before the first update where that can be known.
func TestOneHookSetsTheRate(t *testing.T) {
	cosine := optimizers.CosineDecay{Initial: 0.1, DecaySteps: 100}
	constant := LearningRateScheduler{Schedule: func(int, float64) float64 { return 0.1 }}
	falling := LearningRateScheduler{Schedule: func(epoch int, _ float64) float64 { return 1 / float64(epoch) }}
	halved := LearningRateScheduler{Schedule: func(_ int, lr float64) float64 { return lr / 2 }}
	plateau := func() Hook { return &ReduceLROnPlateau{Monitor: "loss", Patience: 1, MinDelta: 100} }
	own := HookFunc(func(e *Event) error {
		if e.Kind == BatchEnd {
			return e.SetLearningRate(0.5)
		}
		return nil
	})
	scheduled := func() Optimizer { return &optimizers.Tuned{Optimizer: &optimizers.Adam{}, Schedule: cosine} }
	plain := func() Optimizer { return &optimizers.Adam{LearningRate: 0.1} }
	const both = "the optimizer's schedule CosineDecay sets the learning rate before each update: use one of the two"
	for name, c := range map[string]struct {
		optimizer func() Optimizer
		hooks     []Hook
		want      string
		updates   bool // before it is refused
	}{
		"schedule and scheduler":         {scheduled, []Hook{constant}, "fit: learning_rate_scheduler: " + both, false},
		"schedule and plateau":           {scheduled, []Hook{plateau()}, "fit: reduce_lr_on_plateau: " + both, false},
		"schedule and one's own":         {scheduled, []Hook{own}, "fit: " + both, true},
		"wrapped schedule and scheduler": {func() Optimizer { return &optimizers.Tuned{Optimizer: scheduled(), ClipNorm: 1} }, []Hook{halved}, "fit: learning_rate_scheduler: " + both, false},
		"schedule over schedule": {func() Optimizer {
			return &optimizers.Tuned{Optimizer: scheduled(), Schedule: optimizers.ExponentialDecay{Initial: 1, DecaySteps: 1, DecayRate: 0.9}}
		}, nil, "the schedules ExponentialDecay and CosineDecay both set the learning rate", false},
		"plateau undone":           {plain, []Hook{plateau(), falling}, "learning_rate_scheduler: Schedule gives the rate 0.3333333333333333 for epoch 3 whatever the present one is, and undoes the 0.05 that ReduceLROnPlateau has set", true},
		"scheduler undone":         {plain, []Hook{halved, constant}, "fit: learning_rate_scheduler: Schedule gives the rate 0.1 for epoch 1 whatever the present one is, and undoes the 0.05 that LearningRateScheduler has set", false},
		"wrapped without schedule": {func() Optimizer { return &optimizers.Tuned{Optimizer: &optimizers.Adam{}, ClipNorm: 1} }, []Hook{halved}, "", true},
		"scheduler on scheduler":   {plain, []Hook{falling, halved}, "", true},
		"scheduler on plateau":     {plain, []Hook{plateau(), halved}, "", true},
		"scheduler alone":          {plain, []Hook{falling}, "", true},
	} {
		m := smallModel(t, 1)
		tr, err := Compile(m, Config{Optimizer: c.optimizer(), Loss: smallTrainer(t, 1).config.Loss})
		if err != nil {
			t.Fatal(err)
		}
		updates := false
		look := HookFunc(func(e *Event) error {
			updates = updates || e.Kind == BatchEnd
			return nil
		})
		_, err = tr.Fit(context.Background(), wordOrder(40, 1), FitConfig{Epochs: 6, Hooks: append([]Hook{look}, c.hooks...)})
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
	tr, err := Compile(smallModel(t, 1), Config{Optimizer: &optimizers.Tuned{Optimizer: &optimizers.SGD{}, Schedule: optimizers.CosineDecay{Initial: 1, DecaySteps: 9}}, Loss: smallTrainer(t, 1).config.Loss})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	points, err := tr.RateRange(context.Background(), wordOrder(40, 1), 1e-3, 1, 10, 8)
	if want := "rate range: the optimizer's schedule CosineDecay sets the learning rate before each update: leave it out"; err == nil || err.Error() != want || len(points) > 0 {
		t.Errorf("%d points, error %v, want %s", len(points), err, want)
	}
}

// TestTwoHooksPutBackWeights.
func TestTwoHooksPutBackWeights(t *testing.T) {
	d := wordOrder(40, 1)
	_, err := smallTrainer(t, 1).Fit(context.Background(), d, FitConfig{Validation: &d, Hooks: []Hook{&EarlyStopping{RestoreBest: true}, &BestWeights{Monitor: "accuracy"}}})
	if want := "fit: best_weights: early_stopping puts back the best weights as well: use one of the two"; err == nil || err.Error() != want {
		t.Errorf("the error is %v, want %s", err, want)
	}
}
