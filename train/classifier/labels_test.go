package classifier

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"unroll/datasets/text"
	"unroll/internal/jsonfile"
	"unroll/nn"
	"unroll/train"
	"unroll/train/optimizers"
)

// labelled learns which of three labels texts have; the third is about films.
func labelled(t *testing.T) *Model {
	t.Helper()
	of := Task{Classes: []string{"good", "bad", "film"}, Multi: true}
	e, err := text.LearnEncoder(text.Of(texts...), text.EncoderConfig{NumWords: 20, MaxLen: 8})
	if err != nil {
		t.Fatal(err)
	}
	net, err := nn.Sequential{Input: nn.Tokens(8), Layers: []nn.Layer{nn.Embedding{InputDim: e.Depth(), OutputDim: 4}, nn.SimpleRNN{Units: 4}, of.Head()}, Seed: 1}.Build()
	if err != nil {
		t.Fatal(err)
	}
	m, err := New("small", net, e, of)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	c := of.Config()
	c.Optimizer = &optimizers.Adam{LearningRate: 0.05}
	trainer, err := train.Compile(net, c)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	encoded, err := m.encode(rows(texts), false)
	if err != nil {
		t.Fatal(err)
	}
	d := m.data(encoded...)
	for _, s := range texts {
		for _, word := range []string{"wonderful fine", "dull boring", "film"} {
			y := 0.
			for w := range strings.FieldsSeq(word) {
				if strings.Contains(s, w) {
					y = 1
				}
			}
			d.Targets = append(d.Targets, of.Target(y))
		}
	}
	h, err := trainer.Fit(t.Context(), d, train.FitConfig{Epochs: 80, BatchSize: 2, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	last := h.Epochs[len(h.Epochs)-1].Logs
	for _, name := range []string{of.Score(), "f1_score_macro", "subset_accuracy"} {
		if last[name] < 0.95 {
			t.Errorf("%s is %v after training", name, last[name])
		}
	}
	return m
}

// TestLabels: an answer has the labels above their thresholds, the explanation is of the
// most probable one, and a saved model answers the same.
func TestLabels(t *testing.T) {
	m := labelled(t)
	answers, err := m.Explain(t.Context(), texts...)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range answers {
		x := a.Explanation
		top := slices.IndexFunc(a.Probabilities, func(c Class) bool { return c.Class == a.Label })
		if !a.Multi() || len(a.Probabilities) != 3 || x.Class != a.Label || a.Probability != a.Probabilities[top].Probability {
			t.Fatalf("%q: %+v", texts[i], a)
		}
		for _, c := range a.Probabilities {
			if c.Probability > a.Probability || slices.Contains(a.Labels, c.Class) != (c.Probability > 0.5) {
				t.Errorf("%q: %+v", texts[i], a)
			}
		}
		sum := x.Baseline
		for _, w := range x.Words {
			sum += w.Push
		}
		if p := 1 / (1 + math.Exp(-sum)); math.Abs(p-a.Probability) > 0.02 {
			t.Errorf("%q: the words lead to %v, the answer is %v", texts[i], p, a.Probability)
		}
	}
	if got := answers[0].Labels; !slices.Equal(got, []string{"good", "film"}) {
		t.Errorf("labels %q", got)
	}
	dir := t.TempDir()
	tuned, err := New(m.Name(), m.Net(), m.Encoder(), Task{Classes: m.Task().Classes, Multi: true, Thresholds: []float64{1, 0.5, 0.25}})
	if err != nil {
		t.Fatal(err)
	}
	defer tuned.Close()
	if err := tuned.Save(dir); err != nil {
		t.Fatal(err)
	}
	loaded, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer loaded.Close()
	again, err := loaded.Classify(t.Context(), texts[0])
	if err != nil || !slices.Equal(again[0].Labels, []string{"film"}) || !slices.Equal(again[0].Probabilities, answers[0].Probabilities) {
		t.Errorf("%+v, error %v", again, err)
	}
	for text, want := range map[string]string{
		`{"version":2,"name":"m","classes":["a","b"],"multi":true,"thresholds":[0.5]}`:   "damaged",
		`{"version":2,"name":"m","classes":["a","b"],"multi":true,"thresholds":[0.5,2]}`: "damaged",
		`{"version":2,"name":"m","classes":["a","b"],"thresholds":[0.5,0.5]}`:            "damaged",
		`{"version":2,"name":"m","multi":true}`:                                          "damaged",
		`{"version":3,"name":"m","classes":["a","b"]}`:                                   "version 3, this program reads up to 2",
	} {
		if err := jsonfile.Write(filepath.Join(dir, TaskFile), json.RawMessage(text)); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadTask(dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", text, err, want)
		}
	}
}

// TestTaskVersions: a file of one class a text has the version from before there were labels.
func TestTaskVersions(t *testing.T) {
	dir := t.TempDir()
	if err := learn(t, "two classes", text.Pre).Save(dir); err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile(filepath.Join(dir, TaskFile))
	if err != nil {
		t.Fatal(err)
	}
	want := "{\n  \"version\": 1,\n  \"name\": \"small\",\n  \"classes\": [\n    \"negative\",\n    \"positive\"\n  ],\n  \"sha256\": "
	if !strings.HasPrefix(string(doc), want) {
		t.Errorf("%s, want %s", doc, want)
	}
}

// TestTaskOfLabels: what a task of several labels says of sizes, targets and thresholds.
func TestTaskOfLabels(t *testing.T) {
	of := Task{Classes: []string{"a", "b"}, Multi: true}
	if of.Binary() || of.Number() || of.Outputs() != 2 || of.Width() != 2 || !of.Better(0.6, 0.5) {
		t.Errorf("%+v", of)
	}
	if got := of.Text(0, 1) + " " + of.Text(0, 0) + " " + of.Text(1, 1); got != "b (none) a, b" {
		t.Errorf("targets are %q", got)
	}
	y, targets := make([]float32, 0), make([]float32, 0)
	for i := range 30 {
		has := float32(0)
		if i < 12 {
			has = 1
		}
		y, targets = append(y, 0.1+0.2*has, 0.4), append(targets, has, float32(i/28))
	}
	tuned, err := of.Tuned(y, targets)
	if err != nil || tuned.Threshold(0) <= 0.1 || tuned.Threshold(0) >= 0.3 || tuned.Threshold(1) != 0.5 || of.Thresholds != nil {
		t.Errorf("%+v, error %v", tuned, err)
	}
	if _, err := (Task{Classes: of.Classes}).Tuned(y, targets); err == nil {
		t.Error("thresholds of one class a text are no error")
	}
}
