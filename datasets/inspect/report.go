package inspect

import (
	"cmp"
	"maps"
	"math"
	"math/bits"
	"slices"

	"unroll/datasets"
)

// Report is what an Inspector found.
type Report struct {
	Texts     int         `json:"texts"`
	Parts     []Part      `json:"parts"`                     // by first appearance
	Several   bool        `json:"several_labels,omitempty"`  // a text may have any number of labels
	Labels    []Labelled  `json:"labels_per_text,omitempty"` // with Several, by rising number
	Leaks     []Leak      `json:"leaks"`                     // of the pairs of parts that have any
	Conflicts Conflicts   `json:"conflicts"`                 // one text, two labels
	Empty     Empty       `json:"empty"`
	Bad       []BadReason `json:"bad,omitempty"` // rows that were passed over, the most frequent reason first

	Lengths Lengths `json:"lengths"`
	Longest Longest `json:"longest"`

	Tokens     int         `json:"tokens"`     // in all texts
	Vocabulary int         `json:"vocabulary"` // different words
	Coverage   []Coverage  `json:"coverage"`   // by the most frequent words
	Frequent   []WordCount `json:"frequent"`   // the most frequent words
}

// Part is about the texts of a part.
type Part struct {
	Name       string         `json:"name"`
	Texts      int            `json:"texts"`
	Classes    map[string]int `json:"classes"`    // texts by label, of which they may have several
	Duplicates Copies         `json:"duplicates"` // texts that the part holds already
}

// Labelled counts the texts that have so many labels.
type Labelled struct {
	Labels int `json:"labels"`
	Texts  int `json:"texts"`
}

// Copies counts texts that are the same as others: byte by byte, and after case
// and white space are folded, which are no fewer.
type Copies struct {
	Exact  int    `json:"exact"`
	Folded int    `json:"folded"`
	First  []Pair `json:"first,omitempty"` // the first few
}

// Pair names two texts that are the same.
type Pair struct {
	First string `json:"first"` // ID
	Again string `json:"again"` // ID
	Exact bool   `json:"exact"` // byte by byte
}

// Leak counts the different texts that are in both of two parts: a model that has
// learned one by heart is flattered by the other.
type Leak struct {
	Parts [2]string `json:"parts"`
	Copies
}

// Conflicts are texts, the same after folding, that have more than one label.
type Conflicts struct {
	Texts int        `json:"texts"`
	First []Conflict `json:"first,omitempty"` // the first few
}

// Conflict names two of them.
type Conflict struct {
	Pair
	Labels [2]string `json:"labels"`
}

// Empty are texts without a token.
type Empty struct {
	Texts int      `json:"texts"`
	First []string `json:"first,omitempty"` // IDs of the first few
}

// BadReason counts the bad rows with one thing wrong.
type BadReason struct {
	Reason string   `json:"reason"`
	Rows   int      `json:"rows"`
	First  []string `json:"first,omitempty"` // where the first few are
}

// Lengths are those of the texts in tokens. A quantile is the least length that so
// many texts do not exceed.
type Lengths struct {
	Mean      float64 `json:"mean"`
	Min       int     `json:"min"`
	Q1        int     `json:"q1"`
	Median    int     `json:"median"`
	Q3        int     `json:"q3"`
	P95       int     `json:"p95"`
	P99       int     `json:"p99"`
	Max       int     `json:"max"`
	Histogram []Bin   `json:"histogram"`
}

// Bin counts the texts of From to To tokens. The bins end before powers of two.
type Bin struct {
	From  int `json:"from"`
	To    int `json:"to"`
	Texts int `json:"texts"`
}

// Longest is the text of the most tokens, the first of several.
type Longest struct {
	ID     string `json:"id"`
	Tokens int    `json:"tokens"`
}

// Coverage is the share of all tokens that the most frequent words make up.
type Coverage struct {
	Words int     `json:"words"`
	Share float64 `json:"share"`
}

// WordCount is a word and how often it occurs.
type WordCount struct {
	Word  string `json:"word"`
	Count int    `json:"count"`
}

// Report returns what was found in the texts so far.
func (in *Inspector) Report() *Report {
	r := in.report
	r.Parts = slices.Clone(r.Parts)
	all := map[string]int{}
	for _, p := range r.Parts {
		for label, n := range p.Classes {
			all[label] += n
		}
	}
	delete(all, "") // no label
	names := slices.Collect(maps.Keys(datasets.MergeNumbers(all)))
	class := datasets.ClassIndex(names)
	for i, p := range r.Parts {
		r.Parts[i].Classes = map[string]int{}
		for label, n := range p.Classes {
			if c, ok := class(label); ok && label != "" {
				label = names[c]
			}
			r.Parts[i].Classes[label] += n
		}
	}
	r.Bad = slices.Clone(r.Bad)
	slices.SortStableFunc(r.Bad, func(a, b BadReason) int { return cmp.Compare(b.Rows, a.Rows) })
	r.Leaks = []Leak{}
	for a := range r.Parts {
		for b := range r.Parts {
			if l := in.leaks[[2]int{a, b}]; l != nil {
				r.Leaks = append(r.Leaks, *l)
			}
		}
	}
	r.Labels = nil
	for _, n := range slices.Sorted(maps.Keys(in.labels)) {
		if r.Several {
			r.Labels = append(r.Labels, Labelled{n, in.labels[n]})
		}
	}
	r.Lengths = lengthsOf(in.lengths, r.Texts, r.Tokens)

	ranked := slices.SortedFunc(slices.Values(in.counts), func(a, b WordCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Word, b.Word))
	})
	r.Vocabulary = len(ranked)
	r.Frequent = slices.Clone(ranked[:min(20, len(ranked))])
	for _, n := range []int{100, 1000, 10_000} {
		sum := 0
		for _, w := range ranked[:min(n, len(ranked))] {
			sum += w.Count
		}
		r.Coverage = append(r.Coverage, Coverage{n, float64(sum) / float64(max(r.Tokens, 1))})
	}
	return &r
}

// lengthsOf summarises a count of texts by length.
func lengthsOf(count map[int]int, texts, tokens int) (l Lengths) {
	if texts == 0 {
		return l
	}
	sorted := slices.Sorted(maps.Keys(count))
	quantile := func(q float64) int {
		left := int(math.Ceil(q * float64(texts)))
		for _, n := range sorted {
			if left -= count[n]; left <= 0 {
				return n
			}
		}
		return sorted[len(sorted)-1]
	}
	l = Lengths{
		Mean: float64(tokens) / float64(texts),
		Min:  sorted[0], Q1: quantile(0.25), Median: quantile(0.5), Q3: quantile(0.75),
		P95: quantile(0.95), P99: quantile(0.99), Max: sorted[len(sorted)-1],
	}
	for at := bits.Len(uint(l.Min)); at <= bits.Len(uint(l.Max)); at++ {
		l.Histogram = append(l.Histogram, Bin{From: 1 << at >> 1, To: 1<<at - 1})
	}
	for n, texts := range count {
		l.Histogram[bits.Len(uint(n))-bits.Len(uint(l.Min))].Texts += texts
	}
	return l
}
