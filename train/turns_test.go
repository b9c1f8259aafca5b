package train_test

import (
	"regexp"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorgonia.org/gorgonia"

	"unroll/nn"
	"unroll/train"
	"unroll/train/internal/traintest"
	"unroll/train/optimizers"
)

// says holds an error to a pattern, which is empty for none.
func says(t *testing.T, what string, err error, pattern string) {
	t.Helper()
	if (err == nil) != (pattern == "") || err != nil && !regexp.MustCompile(pattern).MatchString(err.Error()) {
		t.Errorf("%s: error %v, want %q", what, err, pattern)
	}
}

// TestCallsInACallback: in the middle of a Fit its callbacks may do whatever does not train
// or close, by the trainer or another one, in the goroutine of Fit or in one that they wait
// for.
func TestCallsInACallback(t *testing.T) {
	for name, c := range calls {
		u := newUsers(t)
		second := u
		second.tr = u.other
		callback := train.CallbackFunc(func(e *train.Event) error {
			if e.Kind == train.BatchEnd && e.Step == 1 {
				says(t, name, c.run(u), c.inFit)
				other := make(chan error)
				go func() { other <- c.run(u) }()
				says(t, name+" in a goroutine", <-other, c.inFit)
				if c.trains {
					says(t, name+" by another trainer", c.run(second), c.inFit)
				}
			}
			return nil
		})
		_, err := u.tr.Fit(background, u.d, train.FitConfig{BatchSize: 8, Callbacks: []train.Callback{callback}})
		says(t, "fit around "+name, err, "")
		says(t, name+" after fit", c.run(u), "")
	}
}

// TestCallsAfterClose: what needs programs is refused, and the rest works as ever.
func TestCallsAfterClose(t *testing.T) {
	for name, c := range calls {
		u := newUsers(t)
		says(t, "close", u.tr.Close(), "")
		says(t, "close", u.x.Close(), "")
		says(t, name, c.run(u), c.closed)
	}
}

// TestTrainingNamesTheOther: the error names the call that trains.
func TestTrainingNamesTheOther(t *testing.T) {
	u := newUsers(t)
	turn, err := u.m.Train("my loop")
	if err != nil {
		t.Fatal(err)
	}
	_, err = u.tr.Fit(background, u.d, train.FitConfig{})
	says(t, "fit", err, `^fit: another my loop of this model is running$`)
	sub, err := u.m.SubModel("embedding")
	if err != nil {
		t.Fatal(err)
	}
	_, err = sub.Train("Fit")
	says(t, "of a model that shares its weights", err, `^another my loop of this model is running$`)
	says(t, "set in read", u.m.Read(func() error { return kernel(u).Set(kernel(u).Float64s()) }), `^embedding/embeddings: to be changed in a call that reads`)
	turn.End()
	_, err = u.tr.Fit(background, u.d, train.FitConfig{})
	says(t, "fit", err, "")
}

// meddling is an optimizer that uses the model while it updates it.
type meddling struct {
	optimizers.SGD
	use func() error
}

func (o *meddling) Step(weights []gorgonia.ValueGrad) error {
	if err := o.use(); err != nil {
		return err
	}
	return o.SGD.Step(weights)
}

// TestOptimizersUseTheModel: an optimizer that looks at the loss or sets a weight, within
// an update, does not wait for itself.
func TestOptimizersUseTheModel(t *testing.T) {
	m, d := traintest.Model(t, 1), traintest.WordOrder(16, 1)
	w := m.Weights()[0]
	o := &meddling{SGD: optimizers.SGD{LearningRate: 0.1}}
	tr, err := train.Compile(m, train.Config{Optimizer: o, Loss: nn.BinaryCrossentropy{}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	used := 0
	o.use = func() error {
		used++
		if _, err := tr.Evaluate(background, d, 8); err != nil {
			return err
		}
		if err := w.SetRow(2, []float32{1, 2, 3, 4}); err != nil {
			return err
		}
		return m.Read(func() error { return w.Set(w.Float64s()) })
	}
	if _, err := tr.Fit(background, d, train.FitConfig{BatchSize: 8}); err != nil || used != 2 {
		t.Errorf("used %d times, error %v", used, err)
	}
}

// TestFitBesideReaders: what others read meanwhile changes no bit of what is learned, of a
// model with states, either, and each batch is predicted by the weights of one update.
func TestFitBesideReaders(t *testing.T) {
	fit := func(beside func(m *nn.Model, tr *train.Trainer, stop <-chan struct{}) error) [][]float64 {
		m := traintest.Dropper(t, 3)
		tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.Adam{}, Loss: nn.BinaryCrossentropy{}})
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		stop := make(chan struct{})
		for range 2 {
			all.Go(func() {
				if err := beside(m, tr, stop); err != nil {
					t.Error(err)
				}
			})
		}
		if _, err := tr.Fit(background, traintest.Counting(64), train.FitConfig{Epochs: 3, BatchSize: 16, Seed: 5}); err != nil {
			t.Error(err)
		}
		close(stop)
		all.Wait()
		if err := tr.Close(); err != nil {
			t.Error(err)
		}
		return traintest.Weights(m)
	}
	want := fit(func(*nn.Model, *train.Trainer, <-chan struct{}) error { return nil })
	got := fit(func(m *nn.Model, tr *train.Trainer, stop <-chan struct{}) error {
		d, dir := traintest.Counting(2), t.TempDir()
		d.Tokens[1] = d.Tokens[0]
		for {
			select {
			case <-stop:
				return nil
			default:
			}
			y, err := tr.Predict(background, d, 2)
			if err != nil {
				return err
			}
			if y[0] != y[1] {
				t.Errorf("the same text is %v and %v in one batch", y[0], y[1])
			}
			if err := m.Save(dir); err != nil {
				return err
			}
		}
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
