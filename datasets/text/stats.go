package text

import (
	"iter"
	"maps"
	"slices"
)

// Stats says how much of some texts an encoder sees. Lengths are in ids, before
// cutting and padding.
type Stats struct {
	Texts     int // number of texts
	Empty     int // texts of which no id is left
	Truncated int // texts longer than MaxLen
	Tokens    int // tokens and n-grams of all texts
	Unknown   int // those that are not in the vocabulary, in buckets or dropped

	// The least, the middle, the 95th percentile and the greatest length, of texts
	// in order of length the one at that share; 0 without texts.
	Shortest, Median, P95, Longest int
}

// UnknownShare returns the share of tokens out of vocabulary, 0 to 1.
func (s Stats) UnknownShare() float64 { return share(s.Unknown, s.Tokens) }

// TruncatedShare returns the share of texts longer than MaxLen, 0 to 1.
func (s Stats) TruncatedShare() float64 { return share(s.Truncated, s.Texts) }

func share(n, of int) float64 { return float64(n) / float64(max(1, of)) }

// Stats encodes a stream of texts on all processors and keeps only the statistics.
// It returns the stream's first error as it is.
func (e *Encoder) Stats(texts iter.Seq2[string, error]) (Stats, error) {
	workers, err := walk(texts, func(s *scratch, b batch) {
		for _, text := range b.texts {
			s.stats.add(e.encode(s, text))
		}
	})
	if err != nil {
		return Stats{}, err
	}
	return e.stats(workers), nil
}

// tally is what a worker counts for Stats.
type tally struct {
	tokens, unknown int
	lengths         map[int]int // number of texts of each length
}

func (t *tally) add(tokens, unknown, length int) {
	if t.lengths == nil {
		t.lengths = map[int]int{}
	}
	t.tokens += tokens
	t.unknown += unknown
	t.lengths[length]++
}

func (e *Encoder) stats(workers []*scratch) (s Stats) {
	texts := map[int]int{}
	for _, w := range workers {
		s.Tokens += w.stats.tokens
		s.Unknown += w.stats.unknown
		for length, n := range w.stats.lengths {
			texts[length] += n
			s.Texts += n
			if length > e.config.MaxLen {
				s.Truncated += n
			}
		}
	}
	if s.Empty = texts[0]; e.config.Start > 0 {
		s.Empty = texts[1]
	}
	lengths := slices.Sorted(maps.Keys(texts))
	if len(lengths) == 0 {
		return s
	}
	s.Shortest, s.Longest = lengths[0], lengths[len(lengths)-1]
	// The first length that at least that share of the texts do not exceed.
	quantile := func(percent int) int {
		seen := 0
		for _, length := range lengths {
			if seen += texts[length]; 100*seen >= percent*s.Texts {
				return length
			}
		}
		return s.Longest
	}
	s.Median, s.P95 = quantile(50), quantile(95)
	return s
}
