package classifier

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"unroll/datasets/text"
	"unroll/nn"
)

// reviews are texts of which a few words decide.
func reviews(n int) (texts []string) {
	r := rand.New(rand.NewPCG(5, 6))
	for i := range n {
		word := []string{"dull", "wonderful"}[i%2]
		texts = append(texts, fmt.Sprintf("a %s film of %d and %d, seen by %d", word, r.IntN(500), r.IntN(500), r.IntN(500)))
	}
	return texts
}

// weighed is a model of reviews in which "wonderful" and "dull" weigh much, and all else
// next to nothing.
func weighed(t *testing.T, texts []string, classes ...string) *Model {
	t.Helper()
	g, err := text.LearnGrams(text.Of(texts...), text.GramConfig{Text: text.Config{Case: "lower"}, Words: 2, MinChars: 4, MaxChars: 5})
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
		EmbeddingsInitializer: nn.Uniform(0.01),
	}}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	w := net.Weights()[0]
	x := w.Float64s()
	for word, weight := range map[string]float64{"wonderful": 9, "dull": -9} {
		for _, id := range g.Encode(nil, word) {
			x[int(id)*task.Outputs()] = weight
		}
	}
	if err := w.Set(x); err != nil {
		t.Fatal(err)
	}
	m, err := NewGrams("ngrams", net, g, task)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	return m
}

// TestPrune: a tenth of the n-grams answer nearly as all do, saved with 8 bits and read
// again; all of them do so exactly but for the 8 bits.
func TestPrune(t *testing.T) {
	ctx := context.Background()
	texts := append(reviews(300), "", "日本", "a film that is not known")
	for _, classes := range [][]string{{"bad", "good"}, {"good", "bad", "other"}} {
		m := weighed(t, texts[:300], classes...)
		want, err := m.Classify(ctx, texts...)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			keep int
			off  float64 // of a probability
		}{{m.Grams().Len() + 5, 0.01}, {m.Grams().Len() / 10, 0.1}} {
			small, err := m.Prune(c.keep)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			if err := small.SaveInt8(dir); err != nil {
				t.Fatal(err)
			}
			loaded, err := Load(dir)
			if err != nil {
				t.Fatal(err)
			}
			if n := loaded.Grams().Len(); n > min(c.keep, m.Grams().Len()) || n < min(c.keep, m.Grams().Len())*99/100 {
				t.Errorf("%d n-grams of %d are left", n, c.keep)
			}
			got, err := loaded.Explain(ctx, texts...)
			if err != nil {
				t.Fatal(err)
			}
			for i, a := range got {
				if a.Label != want[i].Label && want[i].Probability > 0.6 || math.Abs(a.Probability-want[i].Probability) > c.off {
					t.Errorf("%d n-grams, %q: %s %v, want %s %v", c.keep, texts[i], a.Label, a.Probability, want[i].Label, want[i].Probability)
				}
			}
			for _, m := range []*Model{small, loaded} {
				if err := m.Close(); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// TestPruneKeepsTheImportant: what weighs much and what many texts have stays, and a scale
// of 0 makes a gram the first to go.
func TestPruneKeepsTheImportant(t *testing.T) {
	texts := reviews(300)
	m := weighed(t, texts, "bad", "good")
	of := m.Grams().Encode(nil, "wonderful")
	small, err := m.Prune(2 * len(of))
	if err != nil {
		t.Fatal(err)
	}
	defer small.Close()
	if got := small.Grams().Encode(nil, "wonderful"); len(got) != len(of) {
		t.Errorf("%d of %d n-grams of the word are left", len(got), len(of))
	}
	scale, err := m.Net().Weight("embedding_bag/scale")
	if err != nil {
		t.Fatal(err)
	}
	x := scale.Float64s()
	for _, id := range of {
		x[id] = 0
	}
	if err := scale.Set(x); err != nil {
		t.Fatal(err)
	}
	without, err := m.Prune(m.Grams().Len() / 2)
	if err != nil {
		t.Fatal(err)
	}
	defer without.Close()
	if got := without.Grams().Encode(nil, "wonderful"); len(got) > 0 {
		t.Errorf("%d n-grams without a scale are left", len(got))
	}
}

func TestPruneRefuses(t *testing.T) {
	m := weighed(t, reviews(20), "bad", "good")
	if _, err := m.Prune(0); err == nil || err.Error() != "ngrams: 0 n-grams are to be kept, want 1 at least" {
		t.Errorf("error %v", err)
	}
	dir := t.TempDir()
	if err := m.SaveInt8(dir); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{GramsFile, nn.WeightsFile} {
		path := filepath.Join(dir, file)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data[:len(data)-1], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s is cut: error %v", file, err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// A part does not fit the table of the whole.
	small, err := m.Prune(10)
	if err != nil {
		t.Fatal(err)
	}
	defer small.Close()
	if err := small.Grams().Save(filepath.Join(dir, GramsFile)); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), "do not fit each other") {
		t.Errorf("error %v", err)
	}
}
