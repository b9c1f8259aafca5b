package classifier_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"unroll/datasets/text"
	"unroll/train/classifier"
	"unroll/train/ngrams"
)

// BenchmarkClassifyGrams: texts of 20 words by a model of n-grams of 200,000, a batch at a
// time.
func BenchmarkClassifyGrams(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	texts := make([]string, 4096)
	for i := range texts {
		words := make([]string, 20)
		for k := range words {
			words[k] = fmt.Sprint("w", int(2000*r.Float64()*r.Float64()))
		}
		texts[i] = strings.Join(words, " ")
	}
	g, err := text.LearnGrams(text.Of(texts...), text.GramConfig{Text: text.Config{Tokenizer: "marks", Case: "lower"}, Words: 3, Bounds: true})
	if err != nil {
		b.Fatal(err)
	}
	bags, err := g.EncodeTexts(text.Of(texts...))
	if err != nil {
		b.Fatal(err)
	}
	d := ngrams.Data{Grams: g, Bags: bags, Class: make([]int32, len(texts)), Classes: 2}
	rows := make([]int, len(texts))
	for i := range rows {
		rows[i], d.Class[i] = i, int32(i%2)
	}
	net, err := d.Train(context.Background(), rows, ngrams.Trial{Setting: ngrams.Setting{Block: ngrams.Words, C: 1}, Factor: 1})
	if err != nil {
		b.Fatal(err)
	}
	m, err := classifier.NewGrams("ngrams", net, g, classifier.Task{Classes: []string{"a", "b"}})
	if err != nil {
		b.Fatal(err)
	}
	defer m.Close()
	for b.Loop() {
		if _, err := m.Classify(context.Background(), texts...); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*len(texts))/b.Elapsed().Seconds(), "texts/s")
}
