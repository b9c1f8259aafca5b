package classifier

import (
	"context"
	"reflect"
	"regexp"
	"sync"
	"testing"

	"unroll/datasets/text"
	"unroll/train"
	"unroll/train/optimizers"
)

// call is a method of Model. closed is a pattern of what it says after Close, empty if it
// works as ever.
type call struct {
	run    func(m *Model, dir string) error
	closed string
}

func always(f func(m *Model)) call {
	return call{run: func(m *Model, _ string) error { f(m); return nil }}
}

func answers(f func(m *Model) error) call {
	return call{func(m *Model, _ string) error { return f(m) }, `^small: the model is closed$`}
}

var background = context.Background()

var calls = map[string]call{
	"Calibrate": {run: func(m *Model, _ string) error {
		return m.Calibrate([]float32{0.9, 0.2, 0.6, 0.3}, []float32{1, 0, 0, 1})
	}},
	"Classify":     answers(func(m *Model) error { _, err := m.Classify(background, texts...); return err }),
	"ClassifyRows": answers(func(m *Model) error { _, err := m.ClassifyRows(background, rows(texts)...); return err }),
	"Close":        {run: func(m *Model, _ string) error { return m.Close() }},
	"Columns":      always(func(m *Model) { m.Columns() }),
	"Embedding":    always(func(m *Model) { m.Embedding() }),
	"Encoder":      always(func(m *Model) { m.Encoder() }),
	"Explain":      answers(func(m *Model) error { _, err := m.Explain(background, texts[:2]...); return err }),
	"ExplainRows":  answers(func(m *Model) error { _, err := m.ExplainRows(background, rows(texts[:2])...); return err }),
	"Grams":        always(func(m *Model) { m.Grams() }),
	"Name":         always(func(m *Model) { m.Name() }),
	"Net":          always(func(m *Model) { m.Net() }),
	"NoText":       answers(func(m *Model) error { _, err := m.NoText(background); return err }),
	"Prune":        always(func(m *Model) { _, _ = m.Prune(1) }), // it is no model of n-grams
	"Save":         {run: func(m *Model, dir string) error { return m.Save(dir) }},
	"SaveInt8":     {run: func(m *Model, dir string) error { return m.SaveInt8(dir) }},
	"Task":         always(func(m *Model) { m.Task() }),
}

// TestCallsBesideOthers is for the race detector: each method beside each other one, while
// the network is trained.
func TestCallsBesideOthers(t *testing.T) {
	typ := reflect.TypeOf(&Model{})
	for i := range typ.NumMethod() {
		if _, ok := calls[typ.Method(i).Name]; !ok {
			t.Errorf("%s is not held to what others do meanwhile", typ.Method(i).Name)
		}
	}
	mayFail := regexp.MustCompile(`^small: (the model is closed|close: \w+ is running|calibrate: \w+ is running)$`)
	for name, a := range calls {
		m, dir := learn(t, "two classes", text.Pre), t.TempDir()
		tr, err := train.Compile(m.Net(), train.Config{Optimizer: &optimizers.SGD{LearningRate: 0.1}, Loss: m.Task().Config().Loss})
		if err != nil {
			t.Fatal(err)
		}
		defer tr.Close()
		var all sync.WaitGroup
		check := func(of string, err error) {
			if err != nil && !mayFail.MatchString(err.Error()) {
				t.Errorf("%s, beside %s: %v", of, name, err)
			}
		}
		all.Go(func() {
			d := train.Data{Tokens: [][]int32{{0, 0, 0, 0, 2, 3, 4, 5}}, Targets: []float32{1}}
			_, err := tr.Fit(background, d, train.FitConfig{Epochs: 50})
			check("Fit", err)
		})
		for other, b := range calls {
			if other != "Close" {
				all.Go(func() { check(other, b.run(m, dir)) })
			}
			all.Go(func() { check(name, a.run(m, dir)) })
		}
		all.Wait()
		check("Close", m.Close())
	}
}

// TestCallsAfterClose: answers are refused, and the rest works as ever.
func TestCallsAfterClose(t *testing.T) {
	for name, c := range calls {
		m := learn(t, "two classes", text.Pre)
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
		err := c.run(m, t.TempDir())
		if (err == nil) != (c.closed == "") || err != nil && !regexp.MustCompile(c.closed).MatchString(err.Error()) {
			t.Errorf("%s: error %v, want %q", name, err, c.closed)
		}
	}
}
