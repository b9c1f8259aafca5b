package train_test

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pkg/errors"

	"unroll/nn"
	"unroll/train"
	"unroll/train/optimizers"
)

// reader gives texts, counts the iterators that are open, and may misbehave.
// The iterators share a variable that is not locked, so that the race detector
// sees two that run at one time.
type reader struct {
	fault     string
	now, most atomic.Int64
	shared    int
}

var errRead = errors.New("line 40 is damaged")

func (r *reader) open(epoch int) iter.Seq2[train.Sample, error] {
	if r.fault == "panics before it reads" {
		panic(errRead)
	}
	return func(yield func(train.Sample, error) bool) {
		r.most.Store(max(r.most.Load(), r.now.Add(1)))
		defer r.now.Add(-1)
		if r.fault == "panics when it is closed" {
			defer func() { panic(errRead) }()
		}
		n := 0
		for x := range texts(110)(epoch) {
			r.shared++
			if n++; n == 40 {
				switch r.fault {
				case "panics":
					panic(errRead)
				case "fails":
					yield(train.Sample{}, errRead)
					return
				case "fails and goes on":
					yield(train.Sample{}, errRead)
				}
			}
			if !yield(x, nil) && r.fault != "goes on when it is closed" {
				return
			}
		}
	}
}

// TestSourcesEnd: whatever ends Fit or EvaluateSource, at most one pass was
// open at a time, none is afterwards, no goroutine is left, and what went wrong
// is an error.
func TestSourcesEnd(t *testing.T) {
	tr, err := train.Compile(maskedModel(t, nn.Any), train.Config{Optimizer: &optimizers.SGD{}, Loss: nn.BinaryCrossentropy{}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	goroutines := runtime.NumGoroutine()
	hook := func(at uint64, f func(e *train.Event) error) train.Callback {
		return train.CallbackFunc(func(e *train.Event) error {
			if e.Kind == train.BatchEnd && e.Step >= at {
				return f(e)
			}
			return nil
		})
	}
	broken := errors.New("broken")
	ends := map[string]func(s train.Source) error{
		"the last step": func(s train.Source) error {
			_, err := tr.FitSource(context.Background(), s, train.FitConfig{Epochs: 5, StepsPerEpoch: 5})
			return err
		},
		"the last pass": func(s train.Source) error {
			_, err := tr.FitSource(context.Background(), s, train.FitConfig{Epochs: 3, ValidationSource: s})
			return err
		},
		"a hook that stops": func(s train.Source) error {
			_, err := tr.FitSource(context.Background(), s, train.FitConfig{Epochs: 5, Callbacks: []train.Callback{hook(6, func(e *train.Event) error { e.Stop("enough"); return nil })}})
			return err
		},
		"a hook that fails": func(s train.Source) error {
			_, err := tr.FitSource(context.Background(), s, train.FitConfig{Epochs: 5, Callbacks: []train.Callback{hook(2, func(*train.Event) error { return broken })}})
			if errors.Is(err, broken) {
				err = nil
			}
			return err
		},
		"a hook that panics": func(s train.Source) (err error) {
			defer func() {
				if p := recover(); p != nil && p != any(broken) {
					err = errors.Errorf("%v", p)
				}
			}()
			_, err = tr.FitSource(context.Background(), s, train.FitConfig{Epochs: 5, Callbacks: []train.Callback{hook(2, func(*train.Event) error { panic(broken) })}})
			return err
		},
		"cancellation": func(s train.Source) error {
			ctx, cancel := context.WithCancel(context.Background())
			_, err := tr.FitSource(ctx, s, train.FitConfig{Epochs: 5, Callbacks: []train.Callback{hook(2, func(*train.Event) error { cancel(); return nil })}})
			if errors.Is(err, context.Canceled) {
				err = nil
			}
			return err
		},
		"a batch that does not fit": func(s train.Source) error {
			_, err := tr.FitSource(context.Background(), s, train.FitConfig{BatchSize: 4})
			if err != nil && strings.Contains(err.Error(), "want at most BatchSize") {
				err = nil
			}
			return err
		},
		"evaluation": func(s train.Source) error {
			_, err := tr.EvaluateSource(context.Background(), s)
			return err
		},
		"evaluation that is cancelled": func(s train.Source) error {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			_, err := tr.EvaluateSource(ctx, s)
			if errors.Is(err, context.Canceled) {
				err = nil
			}
			return err
		},
	}
	// The reader's own faults come before the 40th sample, or after the end.
	early := map[string]bool{"a hook that fails": true, "a hook that panics": true, "cancellation": true, "a batch that does not fit": true, "evaluation that is cancelled": true}
	for _, fault := range []string{"", "panics before it reads", "panics", "panics when it is closed", "fails", "fails and goes on", "goes on when it is closed"} {
		for name, end := range ends {
			for _, s := range []train.Stream{{}, {Prefetch: 1}, {Prefetch: 3}, {Shuffle: 30}, {Prefetch: 2, Shuffle: 200}} {
				r := &reader{fault: fault}
				s.Open, s.BatchSize, s.Buckets = r.open, 8, []int{4, 9}
				what := fmt.Sprintf("%s, a reader that %q, Prefetch %d, Shuffle %d", name, fault, s.Prefetch, s.Shuffle)
				err := end(s)
				switch {
				case fault == "" && err != nil:
					t.Errorf("%s: error %v", what, err)
				case fault != "" && err == nil && !early[name] && fault != "goes on when it is closed":
					t.Errorf("%s: no error", what)
				case err != nil && fault != "goes on when it is closed" && !errors.Is(err, errRead):
					t.Errorf("%s: error %v", what, err)
				}
				if now, most := r.now.Load(), r.most.Load(); now != 0 || most > 1 {
					t.Errorf("%s: %d iterators open afterwards, %d at one time", what, now, most)
				}
			}
		}
	}
	waitForGoroutines(t, goroutines)
}

// TestValidationBetweenSteps: where an epoch ends in the middle of a pass nothing
// is read ahead in it while another source is validated on; both share a
// variable.
func TestValidationBetweenSteps(t *testing.T) {
	tr, err := train.Compile(maskedModel(t, nn.Any), train.Config{Optimizer: &optimizers.SGD{}, Loss: nn.BinaryCrossentropy{}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	goroutines := runtime.NumGoroutine()
	r := &reader{}
	s := train.Stream{Open: r.open, BatchSize: 8, Buckets: []int{9}, Prefetch: 2}
	h, err := tr.FitSource(context.Background(), s, train.FitConfig{Epochs: 20, StepsPerEpoch: 3, ValidationSource: s})
	if err != nil {
		t.Fatal(err)
	}
	if len(h.Values("val_loss")) != 20 || r.now.Load() != 0 {
		t.Errorf("%d epochs, %d iterators open", len(h.Epochs), r.now.Load())
	}
	waitForGoroutines(t, goroutines)
}

// TestPassWithoutBatches: a source that gives batches once is told so.
func TestPassWithoutBatches(t *testing.T) {
	tr := sampleTrainer(t)
	defer tr.Close()
	once := train.Stream{Buckets: []int{2}, Open: func(epoch int) iter.Seq2[train.Sample, error] {
		if epoch > 0 {
			return func(func(train.Sample, error) bool) {}
		}
		return texts(64)(epoch)
	}}
	for steps, want := range map[int]string{0: "fit: epoch 2: the source gives no batches", 3: "fit: epoch 1: the source gives no batches in pass 2"} {
		if _, err := tr.FitSource(context.Background(), once, train.FitConfig{Epochs: 3, StepsPerEpoch: steps}); err == nil || err.Error() != want {
			t.Errorf("%d steps: error %v, want %s", steps, err, want)
		}
	}
	for _, s := range []train.Source{nil, train.Stream{Open: func(int) iter.Seq2[train.Sample, error] { return nil }}} {
		if _, err := tr.FitSource(context.Background(), s, train.FitConfig{}); err == nil {
			t.Errorf("%v: no error", s)
		}
		if _, err := tr.EvaluateSource(context.Background(), s); err == nil {
			t.Errorf("%v: no error", s)
		}
	}
}

// waitForGoroutines fails if more are left than before.
func waitForGoroutines(t *testing.T, before int) {
	t.Helper()
	for range 500 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}
