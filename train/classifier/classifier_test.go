package classifier

import (
	"context"
	"flag"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/datasets/text"
	"unroll/nn"
	"unroll/train"
	"unroll/train/optimizers"
)

var update = flag.Bool("update", false, "write the example's model anew")

// The texts of which the tests' models learn, and of each a target for each task.
var texts = []string{"a wonderful film", "a wonderful story", "fine actors, a fine film", "a dull film", "dull actors and a dull story", "a boring story"}

var tasks = map[string]struct {
	Task
	targets []float64
}{
	"two classes":   {Task{Classes: []string{"negative", "positive"}}, []float64{1, 1, 1, 0, 0, 0}},
	"three classes": {Task{Classes: []string{"bad", "fine", "good"}}, []float64{2, 2, 1, 0, 0, 0}},
	"number":        {Task{Scaling: Scaling{Mean: 3000, Deviation: 500}}, []float64{3500, 3600, 3200, 2500, 2400, 2300}},
}

// learn trains a small model.
func learn(t testing.TB, task string, padding text.Side, first ...nn.Layer) *Model {
	t.Helper()
	of := tasks[task]
	all := func(yield func(string, error) bool) {
		for _, s := range texts {
			if !yield(s, nil) {
				return
			}
		}
	}
	e, err := text.LearnEncoder(all, text.EncoderConfig{NumWords: 20, MaxLen: 8, Padding: padding})
	if err != nil {
		t.Fatal(err)
	}
	if first == nil {
		first = []nn.Layer{nn.Embedding{InputDim: e.Depth(), OutputDim: 4}, nn.SimpleRNN{Units: 4}}
	}
	net, err := nn.Sequential{Input: nn.Tokens(8), Layers: append(first, of.Head()), Seed: 1}.Build()
	if err != nil {
		t.Fatal(err)
	}
	m, err := New("small", net, e, of.Task)
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
	for _, y := range of.targets {
		d.Targets = append(d.Targets, of.Target(y))
	}
	if _, err := trainer.Fit(t.Context(), d, train.FitConfig{Epochs: 60, BatchSize: 2, Seed: 1}); err != nil {
		t.Fatal(err)
	}
	return m
}

// TestAnswers: a model answers what it was trained to, in the unit of its targets,
// and its words and the answer to no text sum up to the answer, at either padding.
func TestAnswers(t *testing.T) {
	for name, of := range tasks {
		for _, padding := range []text.Side{text.Pre, text.Post} {
			m := learn(t, name, padding)
			answers, err := m.Explain(t.Context(), texts...)
			if err != nil {
				t.Fatal(err)
			}
			plain, err := m.Classify(t.Context(), texts...)
			if err != nil {
				t.Fatal(err)
			}
			for i, a := range answers {
				x := a.Explanation
				a.Explanation = nil
				if !cmp.Equal(a, plain[i]) {
					t.Errorf("%s: explained %+v, classified %+v", name, a, plain[i])
				}
				if a.IsNumber() != of.Number() || !of.Number() && a.Label != of.Classes[int(of.targets[i])] || of.Number() && math.Abs(a.Value-of.targets[i]) > 200 {
					t.Errorf("%s: %q is %+v, want %v", name, texts[i], a, of.targets[i])
				}
				sum, logit := x.Baseline, a.Value
				for _, w := range x.Words {
					if word := texts[i][w.Start:w.End]; word != strings.Trim(word, " ,") || word == "" {
						t.Errorf("%s: the word %q", name, word)
					}
					sum += w.Push
				}
				if of.Binary() {
					logit = math.Log(a.Probabilities[1].Probability / a.Probabilities[0].Probability)
				}
				if math.Abs(math.Abs(sum-logit)-x.Gap) > 0.01*of.Unit() && len(of.Classes) < 3 || len(x.Words) != a.KnownWords || x.NoText == nil {
					t.Errorf("%s: %q: the words sum up to %v, the answer is %v, %+v", name, texts[i], sum, logit, x)
				}
			}
		}
	}
}

// TestTogether: what a text is does not depend on the others, nor on who else asks.
func TestTogether(t *testing.T) {
	m := learn(t, "two classes", text.Pre)
	all, err := m.Explain(t.Context(), append(slices.Clone(texts), "", "unknown words")...)
	if err != nil {
		t.Fatal(err)
	}
	if none := all[len(texts)]; none.KnownWords != 0 || none.Label != all[0].Explanation.NoText.Label || none.Probability != all[len(texts)+1].Probability {
		t.Errorf("no text is %+v", none)
	}
	var wait sync.WaitGroup
	for i, s := range texts {
		wait.Go(func() {
			if a, err := m.Explain(context.Background(), s); err != nil || !cmp.Equal(a[0], all[i]) {
				t.Errorf("%q alone is %+v, error %v, among others %+v", s, a, err, all[i])
			}
		})
	}
	wait.Wait()
	if a, err := m.Classify(t.Context()); a != nil || err != nil {
		t.Errorf("of nothing: %v, error %v", a, err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Explain(gone, "a"); err == nil {
		t.Error("it answers when nobody waits")
	}
}

// TestNew refuses parts that do not fit.
func TestNew(t *testing.T) {
	m := learn(t, "two classes", text.Pre)
	short, err := nn.Sequential{Input: nn.Tokens(7), Layers: []nn.Layer{nn.OneHot{Depth: 20}, nn.SimpleRNN{Units: 1}}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	for want, c := range map[string]struct {
		net  *nn.Model
		task Task
	}{
		"the encoder gives 8 words, the network takes 7":     {short, m.Task()},
		"want 3 values for 3 classes":                        {m.net, tasks["three classes"].Task},
		"small: the network's output is (1), want 4 values ": {m.net, Task{Classes: []string{"a", "b", "c", "d"}}},
	} {
		if _, err := New("small", c.net, m.Encoder(), c.task); err == nil || !strings.Contains(err.Error(), strings.TrimPrefix(want, "small: the network's output is (1), ")) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// TestSave: a model that was saved and loaded, from a folder or an fs.FS, answers in
// the same bits.
func TestSave(t *testing.T) {
	for name, of := range tasks {
		m := learn(t, name, text.Post)
		dir := filepath.Join(t.TempDir(), "a", "model")
		if err := m.Save(dir); err != nil {
			t.Fatal(err)
		}
		want, err := m.Explain(t.Context(), texts...)
		if err != nil {
			t.Fatal(err)
		}
		loaded, err := Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		embedded, err := LoadFS(os.DirFS(filepath.Dir(dir)), "model")
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range []*Model{loaded, embedded} {
			got, err := l.Explain(t.Context(), texts...)
			if diff := cmp.Diff(want, got); err != nil || diff != "" || l.Name() != "small" || !cmp.Equal(l.Task(), of.Task) {
				t.Errorf("%s: error %v (-saved +loaded):\n%s", name, err, diff)
			}
			if err := l.Close(); err != nil {
				t.Error(err)
			}
		}
		if task, err := LoadTask(dir); err != nil || !cmp.Equal(task, of.Task) {
			t.Errorf("%+v, error %v", task, err)
		}
	}
}

// TestLoadRefuses what is missing or damaged, by name.
func TestLoadRefuses(t *testing.T) {
	m := learn(t, "two classes", text.Pre)
	for file, content := range map[string]string{
		nn.ArchitectureFile: "{", nn.WeightsFile: "", VocabularyFile: "{}", TaskFile: `{"version":1,"classes":["only"]}`,
	} {
		for _, missing := range []bool{true, false} {
			dir := t.TempDir()
			if err := m.Save(dir); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, file)
			err := os.WriteFile(path, []byte(content), 0o644)
			if missing {
				err = os.Remove(path)
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), path) {
				t.Errorf("%s: error %v", file, err)
			}
			if _, err := LoadFS(os.DirFS(dir), "."); err == nil || !strings.Contains(err.Error(), file) {
				t.Errorf("%s: error %v", file, err)
			}
		}
	}
}

// TestExampleModel writes the model that the example embeds, with -update.
func TestExampleModel(t *testing.T) {
	const dir = "testdata/reviews"
	if *update {
		if err := learn(t, "two classes", text.Pre).Save(dir); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Load(dir); err != nil {
		t.Error(err)
	}
}
