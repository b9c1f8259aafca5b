package train_test

import (
	"context"
	"io"
	"iter"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"unroll/internal/tensorfile"
	"unroll/nn"
	"unroll/train"
	"unroll/train/explain"
	"unroll/train/internal/traintest"
	"unroll/train/optimizers"
)

// users are a model and what uses it.
type users struct {
	m         *nn.Model
	tr, other *train.Trainer
	x         *explain.Explainer
	d         train.Data
	dir       string
}

func newUsers(t *testing.T) users {
	t.Helper()
	u := users{m: traintest.Model(t, 1), d: traintest.WordOrder(16, 1), dir: t.TempDir()}
	var err error
	for _, tr := range []**train.Trainer{&u.tr, &u.other} {
		if *tr, err = train.Compile(u.m, train.Config{Optimizer: &optimizers.Adam{}, Loss: nn.BinaryCrossentropy{}}); err != nil {
			t.Fatal(err)
		}
	}
	if u.x, err = explain.New(u.m, explain.Config{Points: 2}); err != nil {
		t.Fatal(err)
	}
	return u
}

type batches struct{ train.Data }

func (b batches) Epoch(int) iter.Seq2[train.Data, error] {
	return func(yield func(train.Data, error) bool) { yield(b.Data, nil) }
}

// call is what a method does beside others. The errors are patterns of what it says in a
// callback of a Fit of its trainer, and after Close; empty if it works as ever.
type call struct {
	run             func(u users) error
	inFit, closed   string
	trains, changes bool
}

func quiet(f func(u users)) call { return call{run: func(u users) error { f(u); return nil }} }

// busy is what calls say that train while a Fit does.
const (
	busy   = `another Fit of this model is running$`
	closed = `: the trainer is closed$`
)

var background = context.Background()

func trains(run func(u users) error) call {
	return call{run: run, inFit: busy, closed: closed, trains: true, changes: true}
}

func reads(run func(u users) error) call { return call{run: run, closed: closed} }

func changes(run func(u users) error) call { return call{run: run, changes: true} }

func kernel(u users) *nn.Weight { return u.m.Weights()[0] }

// calls are all methods of what uses a model.
var calls = map[string]call{
	"Trainer.Fit": trains(func(u users) error {
		_, err := u.tr.Fit(background, u.d, train.FitConfig{BatchSize: 8})
		return err
	}),
	"Trainer.FitSource": trains(func(u users) error {
		_, err := u.tr.FitSource(background, batches{u.d}, train.FitConfig{BatchSize: 16, Checkpoint: &train.Checkpointing{Dir: u.dir}})
		return err
	}),
	"Trainer.RateRange": trains(func(u users) error {
		_, err := u.tr.RateRange(background, u.d, 0.01, 0.1, 2, 8)
		return err
	}),
	"Trainer.OverfitBatch": trains(func(u users) error { _, err := u.tr.OverfitBatch(background, u.d, 8, 2); return err }),
	"Trainer.Evaluate":     reads(func(u users) error { _, err := u.tr.Evaluate(background, u.d, 8); return err }),
	"Trainer.EvaluateSource": reads(func(u users) error {
		_, err := u.tr.EvaluateSource(background, batches{u.d})
		return err
	}),
	"Trainer.Predict":        reads(func(u users) error { _, err := u.tr.Predict(background, u.d, 8); return err }),
	"Trainer.PredictOutputs": reads(func(u users) error { _, err := u.tr.PredictOutputs(background, u.d, 5); return err }),
	"Trainer.Profile":        reads(func(u users) error { _, err := u.tr.Profile(u.d, 8, 1); return err }),
	"Trainer.Diagram":        reads(func(u users) error { _, err := u.tr.Diagram(8, 6); return err }),
	"Trainer.Memory":         reads(func(u users) error { _, err := u.tr.Memory(8, 6); return err }),
	"Trainer.Model":          quiet(func(u users) { u.tr.Model() }),
	"Trainer.Close":          {run: func(u users) error { return u.tr.Close() }, inFit: `^close: Fit is running$`, changes: true},
	"Explainer.Explain": {run: func(u users) error {
		_, err := u.x.Explain(background, u.d, explain.Predicted)
		return err
	}, closed: `: the explainer is closed$`},
	"Explainer.Close": {run: func(u users) error { return u.x.Close() }, changes: true},

	"Model.Architecture": reads(func(u users) error { _, err := u.m.Architecture(); return err }).open(),
	"Model.AsLayer":      quiet(func(u users) { u.m.AsLayer() }),
	"Model.BagRows":      quiet(func(u users) { _, _ = u.m.BagRows([]int32{0}) }), // there is no bag
	"Model.Batch":        quiet(func(u users) { u.m.Batch() }),
	"Model.CopyTensors":  quiet(func(u users) { u.m.CopyTensors() }),
	"Model.Blended":      reads(func(u users) error { _, err := u.m.Blended(nn.Auto, 2, 6); return err }).open(),
	"Model.Block":        quiet(func(u users) { _, _, _ = u.m.Block(nn.Dense{Units: 1}, "dense", nn.Shape{5}) }),
	"Model.Calls":        quiet(func(u users) { u.m.Calls() }),
	"Model.Diagram":      quiet(func(u users) { u.m.Diagram() }),
	"Model.Digest":       reads(func(u users) error { _, err := u.m.Digest(); return err }).open(),
	"Model.Dtype":        quiet(func(u users) { u.m.Dtype() }),
	"Model.Follows":      quiet(func(u users) { u.m.Follows(0, 0) }),
	"Model.Forward":      reads(func(u users) error { _, err := u.m.Forward(nn.Train, nn.Auto, 2, 6); return err }).open(),
	"Model.ForwardRemat": reads(func(u users) error { _, err := u.m.ForwardRemat(nn.Train, nn.Auto, 2, 6); return err }).open(),
	"Model.Inputs":       quiet(func(u users) { u.m.Inputs() }),
	"Model.Layer":        reads(func(u users) error { _, err := u.m.Layer("dense"); return err }).open(),
	"Model.Layers":       quiet(func(u users) { u.m.Layers() }),
	"Model.Network":      quiet(func(u users) { u.m.Network() }),
	"Model.Outputs":      quiet(func(u users) { u.m.Outputs() }),
	"Model.Params":       quiet(func(u users) { u.m.Params() }),
	"Model.Read":         reads(func(u users) error { return u.m.Read(func() error { kernel(u).Float64s(); return nil }) }).open(),
	"Model.Replace":      reads(func(u users) error { _, err := u.m.Replace("dense", nn.Dense{Units: 2}); return err }).open(),
	"Model.ResetStates":  quiet(func(u users) { u.m.ResetStates() }),
	"Model.Save":         reads(func(u users) error { return u.m.Save(u.dir) }).open(),
	"Model.SaveInt8":     reads(func(u users) error { return u.m.SaveInt8(u.dir) }).open(),
	"Model.States":       quiet(func(u users) { u.m.States() }),
	"Model.SubModel": reads(func(u users) error {
		sub, err := u.m.SubModel("embedding")
		if err == nil {
			sub.Weights()[0].Float64s()
		}
		return err
	}).open(),
	"Model.Summary": quiet(func(u users) { u.m.Summary() }),
	"Model.Tensors": reads(func(u users) error {
		return u.m.Read(func() error { return tensorfile.Write(io.Discard, u.m.Tensors(), map[string]string{}) })
	}).open(),
	"Model.Train": {run: func(u users) error {
		turn, err := u.m.Train("Train")
		if err != nil {
			return err
		}
		defer turn.End()
		return turn.Update(func() error { return kernel(u).Set(kernel(u).Float64s()) })
	}, inFit: busy, trains: true, changes: true},
	"Model.Weight":  reads(func(u users) error { _, err := u.m.Weight("dense/bias"); return err }).open(),
	"Model.Weights": quiet(func(u users) { u.m.Weights() }),

	"Weight.Assign":    quiet(func(u users) { _ = kernel(u).Assign(kernel(u).Value()) }), // it is no state
	"Weight.Constrain": quiet(func(u users) { kernel(u).Constrain() }),
	"Weight.Float64s":  quiet(func(u users) { kernel(u).Float64s() }),
	"Weight.Name":      quiet(func(u users) { kernel(u).Name() }),
	"Weight.Set":       changes(func(u users) error { return kernel(u).Set(kernel(u).Float64s()) }),
	"Weight.SetRow":    changes(func(u users) error { return kernel(u).SetRow(1, []float32{1, 2, 3, 4}) }),
	"Weight.Shape":     quiet(func(u users) { kernel(u).Shape() }),
	"Weight.Trainable": quiet(func(u users) { kernel(u).Trainable() }),
	"Weight.Value":     quiet(func(u users) { kernel(u).Value() }),
}

// open is a call of what cannot be closed.
func (c call) open() call { c.closed = ""; return c }

// forTests are methods that only tests of this package have.
var forTests = []string{"Trainer.AtATime", "Trainer.ProgramSize", "Trainer.ShardsFor"}

// trainersOwn are the methods by which a trainer and an optimizer hand each other
// gradients, in one goroutine.
var trainersOwn = []string{"Weight.Grad", "Weight.SetGrad", "Weight.SparseGrad", "Weight.SetSparseGrad"}

// TestEveryCallIsTested: no method is missing in calls.
func TestEveryCallIsTested(t *testing.T) {
	found := 0
	for _, of := range []any{&train.Trainer{}, &explain.Explainer{}, &nn.Model{}, &nn.Weight{}} {
		typ := reflect.TypeOf(of)
		for i := range typ.NumMethod() {
			name := typ.Elem().Name() + "." + typ.Method(i).Name
			if _, ok := calls[name]; ok {
				found++
			} else if !slices.Contains(slices.Concat(trainersOwn, forTests), name) {
				t.Errorf("%s is not held to what others do meanwhile", name)
			}
		}
	}
	if found != len(calls) {
		t.Errorf("%d methods of %d in the table are found", found, len(calls))
	}
}

// mayFail is what a call may say beside others.
var mayFail = regexp.MustCompile(`another \w+ of this model is running$|(trainer|explainer) is closed$|^close: \w+ is running$`)

// TestConcurrentCalls is for the race detector: what changes something, beside each other
// call, and beside itself by another trainer. Assembly hides its races, so make race runs
// it without.
func TestConcurrentCalls(t *testing.T) {
	for name, c := range calls {
		for change, by := range calls {
			if !by.changes {
				continue
			}
			u := newUsers(t)
			second := u
			second.tr = u.other
			done := make(chan error)
			for _, run := range []func() error{
				func() error { return c.run(u) }, func() error { return by.run(u) }, func() error { return by.run(second) },
			} {
				go func() {
					var err error
					for range 2 {
						if err = run(); err != nil && !mayFail.MatchString(err.Error()) {
							break
						}
						err = nil
					}
					done <- err
				}()
			}
			for range 3 {
				if err := <-done; err != nil {
					t.Errorf("%s beside %s: %v", name, change, err)
				}
			}
		}
	}
}
