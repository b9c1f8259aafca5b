package classifier

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"unroll/datasets/text"
	"unroll/datasets/text/kerastext"
	"unroll/nn/keras"
)

// TestPublished: models that people published answer with the words that they were
// trained on.
func TestPublished(t *testing.T) {
	shared := filepath.Join("..", "..", "..", "shared", "data")
	if _, err := os.Stat(filepath.Join(shared, "keras")); err != nil {
		t.Skipf("SKIPPED: published models are NOT tested with their tokenizers, there is no %s", shared)
	}
	for _, c := range []struct {
		model, words string
		change       func(*text.EncoderConfig)
	}{
		{"simple_rnn-3.13.keras", "keras/tokenizer.pkl", func(c *text.EncoderConfig) { c.MaxLen, c.Padding, c.Truncating = 200, text.Post, text.Post }},
		{"lstm_imdb-2.0.9.h5", "imdb_word_index.json", func(c *text.EncoderConfig) { c.MaxLen, c.NumWords = 500, 10000 }},
	} {
		net, err := keras.Load(filepath.Join(shared, "keras", c.model))
		if err != nil {
			t.Errorf("%s: %v", c.model, err)
			continue
		}
		read, err := kerastext.Read(filepath.Join(shared, c.words))
		if err != nil {
			t.Fatal(err)
		}
		config := read.Config
		c.change(&config)
		e, err := read.Encoder(config)
		if err != nil {
			t.Fatal(err)
		}
		m, err := New(c.model, net, e, tasks["two classes"].Task)
		if err != nil {
			t.Errorf("%s: %v", c.model, err)
			continue
		}
		defer m.Close()
		// Of a short text and much padding behind it a SimpleRNN remembers nothing, and of a
		// long one little.
		good := strings.Repeat("Wonderful film, excellent story, brilliant acting, beautiful music: perfect, loved! ", 30)
		bad := strings.Repeat("Waste of time, worst film ever: boring, awful script, terrible acting, poor! ", 30)
		answers, err := m.Explain(t.Context(), good, bad)
		if err != nil {
			t.Fatal(err)
		}
		p := [2]float64{}
		for i, a := range answers {
			if p[i] = a.Probabilities[1].Probability; a.KnownWords < 150 {
				t.Errorf("%s: only %d words are known", c.model, a.KnownWords)
			}
			sum := a.Explanation.Baseline
			for _, w := range a.Explanation.Words {
				sum += w.Push
			}
			if logit := math.Log(p[i] / (1 - p[i])); math.Abs(sum-logit) > 0.02 {
				t.Errorf("%s: the words sum up to %v, the logit is %v", c.model, sum, logit)
			}
		}
		if p[0] < 0.5 || p[1] > 0.5 || p[0]-p[1] < 0.2 {
			t.Errorf("%s: a good text has %.3f, a bad one %.3f", c.model, p[0], p[1])
		}
	}
}
