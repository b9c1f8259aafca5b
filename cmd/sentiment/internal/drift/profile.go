// Package drift tells whether texts are still like those that a model was trained on.
package drift

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"sort"
	"strings"
	"unicode"

	"github.com/clipperhouse/uax29/v2/words"

	"unroll/train/classifier"
)

// Version is that of a profile's file.
const Version = 1

// Profile is what texts are like, and what a model says of them.
type Profile struct {
	Version int `json:"version"`
	Texts   int `json:"texts"`
	// Lengths are words per text, Quartiles three numbers of them.
	Lengths   Histogram  `json:"lengths"`
	Quartiles [3]float64 `json:"quartiles"`
	Unknown   float64    `json:"unknown"` // share of the words that the model does not know, of texts held out
	// Words are the most frequent, with the share of texts that have each.
	Words  map[string]float64 `json:"words"`
	Labels map[string]float64 `json:"labels,omitempty"` // shares of the classes; none of numbers
	// Answers are the shares of the classes that the model gives to texts held out, and
	// Scores their probabilities, or the numbers that it gives. Mean is that of the scores.
	Answers map[string]float64 `json:"answers,omitempty"`
	Scores  Histogram          `json:"scores"`
	Mean    float64            `json:"mean"`
}

// Histogram is the shares of values below the first edge, between it and the second, and
// so on, and from the last edge on, with the number of the values.
type Histogram struct {
	Edges  []float64 `json:"edges"`
	Shares []float64 `json:"shares"`
	N      int       `json:"n"`
}

// NewHistogram counts values between edges.
func NewHistogram(edges, values []float64) Histogram {
	h := Histogram{edges, make([]float64, len(edges)+1), len(values)}
	for _, v := range values {
		h.Shares[sort.Search(len(edges), func(k int) bool { return edges[k] > v })] += 1 / float64(len(values))
	}
	return h
}

// edges divide values into parts of the same size, as far as they differ, and from what is
// less than all of them or greater.
func edges(values []float64, parts int) []float64 {
	if len(values) == 0 {
		return nil
	}
	sorted := slices.Sorted(slices.Values(values))
	var all []float64
	for k := range parts {
		all = append(all, sorted[k*len(sorted)/parts])
	}
	return slices.Compact(append(all, math.Nextafter(sorted[len(sorted)-1], math.Inf(1))))
}

// Words divides a text into words, in lower case.
func Words(text string) (list []string) {
	for w := words.FromString(text); w.Next(); {
		if strings.ContainsFunc(w.Value(), func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
			list = append(list, strings.ToLower(w.Value()))
		}
	}
	return list
}

// mostWords is how many words a profile keeps.
const mostWords = 2000

// Learn describes texts by their words. Of a profile that it is compared with it takes the
// edges; before is nil without.
func (p *Profile) Learn(texts [][]string, before *Profile) {
	p.Version, p.Texts, p.Words = Version, len(texts), map[string]float64{}
	lengths := make([]float64, len(texts))
	count := map[string]int{}
	for i, t := range texts {
		lengths[i] = float64(len(t))
		for _, w := range slices.Compact(slices.Sorted(slices.Values(t))) {
			count[w]++
		}
	}
	between := edges(lengths, 10)
	if before != nil {
		between = before.Lengths.Edges
	}
	p.Lengths = NewHistogram(between, lengths)
	sorted := slices.Sorted(slices.Values(lengths))
	for k := range p.Quartiles {
		if len(sorted) > 0 {
			p.Quartiles[k] = sorted[(k+1)*len(sorted)/4]
		}
	}
	list := slices.SortedFunc(maps.Keys(count), func(a, b string) int { return cmp.Or(count[b]-count[a], cmp.Compare(a, b)) })
	for _, w := range list[:min(len(list), mostWords)] {
		p.Words[w] = float64(count[w]) / float64(len(texts))
	}
}

// Answered describes what a model says of texts.
func (p *Profile) Answered(answers []classifier.Answer, before *Profile) {
	scores := make([]float64, len(answers))
	number := false
	p.Answers = map[string]float64{}
	for i, a := range answers {
		scores[i] = a.Probability
		if number = a.IsNumber(); number {
			scores[i] = a.Value
		} else {
			p.Answers[a.Label] += 1 / float64(len(answers))
		}
		p.Mean += scores[i] / float64(len(answers))
	}
	between := []float64{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9}
	switch {
	case before != nil:
		between = before.Scores.Edges
	case number:
		between = edges(scores, 10)
	}
	p.Scores = NewHistogram(between, scores)
}

// Shares are those of labels.
func Shares(labels []string) map[string]float64 {
	shares := map[string]float64{}
	for _, l := range labels {
		shares[l] += 1 / float64(len(labels))
	}
	return shares
}
