package train_test

import (
	"context"
	"iter"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"unroll/nn"
	"unroll/train"
	"unroll/train/internal/traintest"
	"unroll/train/metrics"
	"unroll/train/optimizers"
)

// build makes a trainer by SGD.
func build(t *testing.T, loss nn.Loss, c train.Config, input nn.Input, layers ...nn.Layer) *train.Trainer {
	t.Helper()
	m, err := nn.Sequential{Input: input, Seed: 1, Layers: layers}.Build()
	if err != nil {
		t.Fatal(err)
	}
	c.Loss, c.Optimizer = loss, &optimizers.SGD{}
	tr, err := train.Compile(m, c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tr.Close() })
	return tr
}

// TestDecoderOfPaddedTexts: the targets of an output whose steps are not the input's
// are as many for each sample, also where the longest text has as many steps.
func TestDecoderOfPaddedTexts(t *testing.T) {
	for _, steps := range []int{nn.Any, 4} {
		tr := build(t, nn.MeanSquaredError{}, train.Config{}, nn.Tokens(steps), nn.Embedding{InputDim: 5, OutputDim: 2},
			nn.GRU{Units: 2}, nn.RepeatVector{N: 4}, nn.GRU{Units: 2, ReturnSequences: true}, nn.Dense{Units: 1})
		for longest := 3; longest <= 4; longest++ {
			d := train.Data{Tokens: [][]int32{{1, 2}, make([]int32, longest)}, Padding: &train.Padding{}, Targets: make([]float32, 8)}
			if _, err := tr.Fit(context.Background(), d, train.FitConfig{}); err != nil {
				t.Errorf("%d steps, the longest text has %d: %v", steps, longest, err)
			}
			d.Targets = d.Targets[:6] // as many as the texts have words
			if _, err := tr.Fit(context.Background(), d, train.FitConfig{}); err == nil {
				t.Errorf("%d steps, the longest text has %d: 6 targets are taken", steps, longest)
			}
		}
	}
}

// TestStreamTargetsAreHeldToTheirSample: two wrong numbers do not make a right one.
func TestStreamTargetsAreHeldToTheirSample(t *testing.T) {
	text := func(n int, targets, weights int) train.Sample {
		s := train.Sample{Tokens: make([]int32, n), Targets: make([]float32, targets)}
		for range weights {
			s.Weights = append(s.Weights, 1)
		}
		return s
	}
	features := func(targets, weights int) train.Sample {
		s := text(0, targets, weights)
		s.Tokens, s.Features = nil, make([]float32, 8)
		return s
	}
	for name, c := range map[string]struct {
		input   nn.Input
		samples []train.Sample
		want    string // "" is right
	}{
		"texts":            {nn.Tokens(nn.Any), []train.Sample{text(3, 3, 3), text(5, 5, 0)}, ""},
		"shifted":          {nn.Tokens(nn.Any), []train.Sample{text(3, 4, 0), text(5, 4, 0)}, "sample 0: 4 targets, want 3"},
		"features":         {nn.Features(4, 2), []train.Sample{features(4, 4), features(4, 1)}, ""},
		"shifted features": {nn.Features(4, 2), []train.Sample{features(3, 0), features(5, 0)}, "sample 0: 3 targets, want 4"},
		"shifted weights":  {nn.Features(4, 2), []train.Sample{features(4, 3), features(4, 5)}, "sample 0 of a batch: 3 weights, another has 5"},
	} {
		var first nn.Layer = nn.Activation{}
		s := train.Stream{BatchSize: 2, Open: func(int) iter.Seq2[train.Sample, error] {
			return func(yield func(train.Sample, error) bool) {
				for _, x := range c.samples {
					if !yield(x, nil) {
						return
					}
				}
			}
		}}
		if c.samples[0].Tokens != nil {
			first, s.Buckets = nn.Embedding{InputDim: 2, OutputDim: 2}, []int{5}
		}
		tr := build(t, nn.MeanSquaredError{}, train.Config{}, c.input, first, nn.Dense{Units: 1})
		_, err := tr.FitSource(context.Background(), s, train.FitConfig{})
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
}

// TestRefusedBeforeTraining: what could not be finished is not begun.
func TestRefusedBeforeTraining(t *testing.T) {
	d := traintest.WordOrder(20, 1)
	wrong := d
	wrong.Targets = d.Targets[:3]
	for want, c := range map[string]train.FitConfig{
		"validation: data: 3 targets": {Validation: &wrong},
		`checkpoint: Dir is ""`:       {Checkpoint: &train.Checkpointing{}},
		"Every -3":                    {Checkpoint: &train.Checkpointing{Dir: t.TempDir(), Every: -3}},
		"Keep -2":                     {Checkpoint: &train.Checkpointing{Dir: t.TempDir(), Keep: -2}},
		"InitialEpoch is 5 of 2 epochs: there is nothing": {InitialEpoch: 5},
		"callback 1 is nil": {Callbacks: []train.Callback{train.CallbackFunc(func(*train.Event) error { return nil }), nil}},
		`checkpoint: two callbacks are called "stateful/same"`: {Checkpoint: &train.Checkpointing{Dir: t.TempDir()}, Callbacks: []train.Callback{same{}, same{}}},
	} {
		c.Epochs = 2
		c.Callbacks = append(c.Callbacks[:len(c.Callbacks):len(c.Callbacks)], train.CallbackFunc(func(e *train.Event) error {
			if e.Kind == train.BatchEnd {
				t.Errorf("%q is found after a batch", want)
			}
			return nil
		}))
		tr := traintest.Trainer(t, 1)
		for kind, fit := range map[string]func() (*train.History, error){
			"Fit": func() (*train.History, error) { return tr.Fit(context.Background(), d, c) },
			"FitSource": func() (*train.History, error) {
				return tr.FitSource(context.Background(), single{d}, c)
			},
		} {
			if _, err := fit(); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %v, want %q", kind, err, want)
			}
		}
	}
	_, err := train.Compile(traintest.Model(t, 1), train.Config{Loss: nn.BinaryCrossentropy{}, Metrics: []train.Metric{&metrics.AUC{}, nil}})
	if err == nil || !strings.Contains(err.Error(), "is nil") {
		t.Errorf("a nil metric: error %v", err)
	}
}

// single is a source of one batch.
type single struct{ d train.Data }

func (s single) Epoch(int) iter.Seq2[train.Data, error] {
	return func(yield func(train.Data, error) bool) { yield(s.d, nil) }
}

// same is a Stateful callback of one name.
type same struct{ train.Stateful }

func (same) Handle(*train.Event) error { return nil }
func (same) Name() string              { return "stateful/same" }
func (same) State() (map[string]*tensor.Dense, []byte, error) {
	return nil, []byte("{}"), nil
}

// TestResumeHoldsTheSource: a source that has become shorter, and another division
// into shards, would not end in the bits of one run.
func TestResumeHoldsTheSource(t *testing.T) {
	batches := func(n int) train.Source {
		return train.Stream{BatchSize: 4, Open: texts(4 * n), Buckets: []int{9}}
	}
	fit := func(s train.Source, shards int, c train.FitConfig) error {
		m := maskedModel(t, nn.Any)
		tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.SGD{}, Loss: nn.BinaryCrossentropy{}, Shards: shards})
		if err != nil {
			t.Fatal(err)
		}
		defer tr.Close()
		c.Epochs, c.BatchSize = 2, 4
		_, err = tr.FitSource(context.Background(), s, c)
		return err
	}
	dir, cut := t.TempDir(), errors.New("cut")
	err := fit(batches(6), 1, train.FitConfig{Checkpoint: &train.Checkpointing{Dir: dir, Every: 1}, Callbacks: []train.Callback{train.CallbackFunc(func(e *train.Event) error {
		if e.Step == 6 {
			return cut
		}
		return nil
	})}})
	if !errors.Is(err, cut) {
		t.Fatal(err)
	}
	from, err := train.LatestCheckpoint(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := fit(batches(3), 1, train.FitConfig{Resume: from}); err == nil || !strings.Contains(err.Error(), "ended after 3 batches of a pass, the run had read 5") {
		t.Errorf("a shorter source: error %v", err)
	}
	if err := fit(batches(6), 2, train.FitConfig{Resume: from}); err == nil || !strings.Contains(err.Error(), "shards was 1 and is 2") {
		t.Errorf("other shards: error %v", err)
	}
	if err := fit(batches(6), 1, train.FitConfig{Resume: from}); err != nil {
		t.Error(err)
	}
}

// TestClassWeightsAtMaskedSteps: a target there may be anything.
func TestClassWeightsAtMaskedSteps(t *testing.T) {
	tr := build(t, nn.BinaryCrossentropy{}, train.Config{}, nn.Tokens(3), nn.Embedding{InputDim: 5, OutputDim: 2, MaskZero: true}, nn.Dense{Units: 1, Activation: nn.Sigmoid})
	d := train.Data{Tokens: [][]int32{{1, 2, 0}}, Targets: []float32{0, 1, 0.5}}
	c := train.FitConfig{ClassWeights: map[int]float64{1: 2}}
	if _, err := tr.Fit(context.Background(), d, c); err != nil {
		t.Errorf("where it is masked: %v", err)
	}
	d.Targets = []float32{0, 0.5, 0}
	if _, err := tr.Fit(context.Background(), d, c); err == nil || !strings.Contains(err.Error(), "target [0.5]") {
		t.Errorf("where it counts: error %v", err)
	}
}

// TestRateRangeOfUnevenBatches: the loss of a step is that of its own samples.
func TestRateRangeOfUnevenBatches(t *testing.T) {
	tr := build(t, nn.MeanSquaredError{}, train.Config{}, nn.Features(1), nn.Dense{Units: 1, NoBias: true})
	var d train.Data
	for range 33 { // of which each has the loss 4, whatever the weights
		d.Features, d.Targets = append(d.Features, []float32{0}), append(d.Targets, 2)
	}
	points, err := tr.RateRange(context.Background(), d, 1e-9, 1e-8, 6, 32)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range points {
		if p.Loss < 4-1e-6 || p.Loss > 4+1e-6 {
			t.Errorf("step %d has the loss %v, want 4", i, p.Loss)
		}
	}
}
