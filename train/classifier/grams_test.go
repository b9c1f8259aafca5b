package classifier

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"unroll/datasets/text"
	"unroll/nn"
)

// gramModel is a model of n-grams with weights as they are drawn.
func gramModel(t *testing.T, classes ...string) *Model {
	t.Helper()
	g, err := text.LearnGrams(text.Of("A wonderful film!", "a dull film", "not wonderful at all"), text.GramConfig{
		Text: text.Config{Tokenizer: "words", Case: "lower"}, Words: 2, Bounds: true, MinChars: 1, MaxChars: 3,
	})
	if err != nil {
		t.Fatal(err)
	}
	task := Task{Classes: classes}
	f := nn.Sigmoid
	if !task.Binary() {
		f = nn.Softmax
	}
	net, err := nn.Sequential{Input: nn.Bag(), Seed: 3, Layers: []nn.Layer{nn.EmbeddingBag{
		InputDim: g.Len(), OutputDim: task.Outputs(), Frequency: "log", Norm: "l2", Split: g.Split(), Scaled: true, UseBias: true, Activation: f,
		EmbeddingsInitializer: nn.Uniform(2),
	}}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	m, err := NewGrams("ngrams", net, g, task)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	return m
}

// TestGrams: a model of n-grams answers the same after it was saved and loaded, of one text
// or of many, and of a text of which it knows nothing.
func TestGrams(t *testing.T) {
	for _, classes := range [][]string{{"bad", "good"}, {"a", "b", "c"}} {
		m := gramModel(t, classes...)
		dir := t.TempDir()
		if err := m.Save(dir); err != nil {
			t.Fatal(err)
		}
		loaded, err := Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer loaded.Close()
		texts := []string{"a wonderful film", "Dull!", "", "日本", strings.Repeat("not a film at all ", 40)}
		all, err := m.Classify(context.Background(), texts...)
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range texts {
			one, err := loaded.Classify(context.Background(), s)
			if err != nil {
				t.Fatal(err)
			}
			if one[0].Label != all[i].Label || math.Abs(one[0].Probability-all[i].Probability) > 1e-6 || one[0].KnownWords != all[i].KnownWords {
				t.Errorf("%q: %+v, want %+v", s, one[0], all[i])
			}
		}
		if m.Encoder() != nil || loaded.Grams().Len() != m.Grams().Len() || m.Embedding() != nil {
			t.Error("it has an encoder of words")
		}
	}
}

// TestExplainGrams: the pushes of a text's words add up to its logit less that of no text,
// whatever n-grams they are shares of, and stand at the words.
func TestExplainGrams(t *testing.T) {
	m := gramModel(t, "bad", "good")
	for _, s := range []string{"a wonderful film", "not a dull, dull film at all!", "...", "日本 a", "", " film "} {
		answers, err := m.Explain(context.Background(), s)
		if err != nil {
			t.Fatal(err)
		}
		x := answers[0].Explanation
		sum := x.Baseline
		for _, w := range x.Words {
			sum += w.Push
			if word := s[w.Start:w.End]; strings.ContainsAny(word, " !") && s != "..." {
				t.Errorf("%q is a word of %q", word, s)
			}
		}
		p := answers[0].Probabilities[1].Probability
		if logit := math.Log(p / (1 - p)); math.Abs(sum-logit) > 1e-4 {
			t.Errorf("%q: pushes and baseline are %v, the logit is %v", s, sum, logit)
		}
	}
}

// TestGramsThatDoNotFit: a network, a vocabulary or a file that is another's is refused.
func TestGramsThatDoNotFit(t *testing.T) {
	m := gramModel(t, "bad", "good")
	small, err := nn.Sequential{Input: nn.Bag(), Layers: []nn.Layer{nn.EmbeddingBag{InputDim: 3, OutputDim: 1, Activation: nn.Sigmoid}}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	words, err := nn.Sequential{Input: nn.Tokens(3), Layers: []nn.Layer{nn.Embedding{InputDim: 3, OutputDim: 1}, nn.Flatten{}, nn.Dense{Units: 1}}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	for want, net := range map[string]*nn.Model{"the network takes 3": small, "the network takes tokens": words} {
		if _, err := NewGrams("small", net, m.Grams(), m.Task()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	e, err := text.LearnEncoder(text.Of("a b"), text.EncoderConfig{MaxLen: 3})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New("small", m.Net(), e, m.Task()); err == nil || !strings.Contains(err.Error(), "takes bags") {
		t.Errorf("an encoder of words for a bag: %v", err)
	}
	dir := t.TempDir()
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, GramsFile)
	for want, damage := range map[string]func() error{
		"cut short":      func() error { return os.Truncate(path, 40) },
		"does not exist": func() error { return os.Remove(path) },
	} {
		if err := m.Save(dir); err != nil {
			t.Fatal(err)
		}
		if err := damage(); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), GramsFile) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", want, err)
		}
	}
}
