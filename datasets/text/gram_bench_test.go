package text

import (
	"strings"
	"testing"
)

var (
	reviewGrams = GramConfig{Text: Config{HTML: true, Tokenizer: "words", Case: "lower"}, Words: 3, Bounds: true, MinCount: 2}
	shortGrams  = GramConfig{Text: Config{Tokenizer: "marks", Case: "lower"}, Words: 3, Bounds: true, MinChars: 1, MaxChars: 5, MinCount: 2}
)

func learnGrams(t testing.TB, c GramConfig, texts ...string) *Grams {
	t.Helper()
	g, err := LearnGrams(Of(texts...), c)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func BenchmarkLearnGrams(b *testing.B) {
	c := needReal(b)
	setBytes(b, c.train)
	for b.Loop() {
		g := learnGrams(b, reviewGrams, c.train...)
		b.ReportMetric(float64(g.Len()), "grams")
	}
}

func BenchmarkGramsEncodeTexts(b *testing.B) {
	c := needReal(b)
	g := learnGrams(b, reviewGrams, c.train...)
	setBytes(b, c.train)
	for b.Loop() {
		if _, err := g.EncodeTexts(Of(c.train...)); err != nil {
			b.Fatal(err)
		}
	}
}

// One processor encodes texts of 20 words that it did not learn.
func BenchmarkGramsEncode(b *testing.B) {
	c := needReal(b)
	g := learnGrams(b, shortGrams, ofWords20(c.train, 60_000)...)
	texts := ofWords20(c.test, 10_000)
	setBytes(b, texts[:1])
	var ids []int32
	i, n := 0, 0
	for b.Loop() {
		ids = g.Encode(ids[:0], texts[i%len(texts)])
		n += len(ids)
		i++
	}
	b.ReportMetric(float64(i)/b.Elapsed().Seconds(), "texts/s")
	b.ReportMetric(float64(n)/float64(i), "ids/text")
	b.ReportMetric(float64(g.Len()), "grams")
}

// ofWords20 cuts texts into up to n texts of 20 words.
func ofWords20(texts []string, n int) (short []string) {
	for _, text := range texts {
		for fields := strings.Fields(text); len(fields) >= 20 && len(short) < n; fields = fields[20:] {
			short = append(short, strings.Join(fields[:20], " "))
		}
	}
	return short
}
