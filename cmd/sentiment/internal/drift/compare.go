package drift

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Comparison is what has changed.
type Comparison struct {
	Texts   int      `json:"texts"`
	Before  int      `json:"texts_before"`
	Drift   string   `json:"drift"` // no, some or much: the most of the changes
	Changes []Change `json:"changes"`
	Words   []Word   `json:"words"` // that became much more frequent
}

// Change is one of the things that are compared.
type Change struct {
	What  string `json:"what"`
	Drift string `json:"drift"`
	// Index is the population stability index less what chance gives texts as few as these;
	// of unknown words it is the growth of their share.
	Index float64 `json:"index"`
	Text  string  `json:"text"` // for people
}

// Word is the share of texts that have a word. Before is an upper bound, if AtMost.
type Word struct {
	Word   string  `json:"word"`
	Share  float64 `json:"share"`
	Before float64 `json:"before"`
	AtMost bool    `json:"at_most,omitempty"`
}

// The rule of thumb of the index.
const (
	someDrift = 0.1
	muchDrift = 0.25
)

var levels = []string{"no", "some", "much"}

func level(v, some, much float64) string {
	switch {
	case v > much:
		return levels[2]
	case v > some:
		return levels[1]
	}
	return levels[0]
}

// Index is the population stability index
//
//	Σ (a − b)·ln(a/b)
//
// of two lists of shares, of n and m values, each with half a value more, less what chance
// seldom exceeds where nothing has changed; at least 0. Of k shares 1/(1/n + 1/m) times the
// sum is about χ² of k − 1 degrees then: its mean and two deviations are taken off.
func Index(before, now []float64, n, m int) float64 {
	if n == 0 || m == 0 {
		return 0
	}
	sum, k := 0.0, 0
	for i := range before {
		if before[i] == 0 && now[i] == 0 {
			continue
		}
		k++
		a, b := now[i]+0.5/float64(m), before[i]+0.5/float64(n)
		sum += (a - b) * math.Log(a/b)
	}
	free := float64(max(0, k-1))
	return max(0, sum-(free+2*math.Sqrt(2*free))*(1/float64(n)+1/float64(m)))
}

// Compare compares texts with those before.
func Compare(before, now *Profile) Comparison {
	c := Comparison{Texts: now.Texts, Before: before.Texts}
	add := func(what string, index, some, much float64, text string, args ...any) {
		c.Changes = append(c.Changes, Change{what, level(index, some, much), index, fmt.Sprintf(text, args...)})
	}
	add("unknown words", now.Unknown-before.Unknown, max(0.02, before.Unknown/4), max(0.05, before.Unknown/2),
		"%.1f %%, were %.1f %%", 100*now.Unknown, 100*before.Unknown)
	q, b := now.Quartiles, before.Quartiles
	add("words in a text", Index(before.Lengths.Shares, now.Lengths.Shares, before.Lengths.N, now.Lengths.N), someDrift, muchDrift,
		"quartiles %v, %v, %v, were %v, %v, %v", q[0], q[1], q[2], b[0], b[1], b[2])
	classes := func(what string, before, now map[string]float64, n, m int) {
		if len(before) == 0 || len(now) == 0 {
			return
		}
		all := map[string]bool{}
		for name := range before {
			all[name] = true
		}
		for name := range now {
			all[name] = true
		}
		var x, y []float64
		var list []string
		for _, name := range slices.Sorted(maps.Keys(all)) {
			x, y = append(x, before[name]), append(y, now[name])
			list = append(list, fmt.Sprintf("%s %.0f %%, was %.0f %%", name, 100*now[name], 100*before[name]))
		}
		if len(list) > 6 {
			list = append(list[:6], fmt.Sprintf("%d more", len(list)-6))
		}
		add(what, Index(x, y, n, m), someDrift, muchDrift, "%s", strings.Join(list, "; "))
	}
	classes("labels", before.Labels, now.Labels, before.Texts, now.Texts)
	classes("answers", before.Answers, now.Answers, before.Scores.N, now.Scores.N)
	what := "probability of the answer"
	if len(before.Answers) == 0 {
		what = "numbers given"
	}
	add(what, Index(before.Scores.Shares, now.Scores.Shares, before.Scores.N, now.Scores.N), someDrift, muchDrift,
		"mean %.3g, was %.3g", now.Mean, before.Mean)
	c.Drift = levels[0]
	for _, x := range c.Changes {
		if slices.Index(levels, x.Drift) > slices.Index(levels, c.Drift) {
			c.Drift = x.Drift
		}
	}
	c.Words = risen(before, now)
	return c
}

// risen are the words that became much more frequent: three times, and two of a hundred
// texts.
func risen(before, now *Profile) []Word {
	least := 0.0 // share of a word that the profile did not keep, at most
	if len(before.Words) >= mostWords {
		least = slices.Min(slices.Collect(maps.Values(before.Words)))
	}
	list := []Word{}
	for w, share := range now.Words {
		was, kept := before.Words[w]
		if !kept {
			was = least
		}
		if share*float64(now.Texts) >= 4.5 && share >= 3*was && share-was >= 0.02 {
			list = append(list, Word{w, share, was, !kept && least > 0})
		}
	}
	slices.SortFunc(list, func(a, b Word) int {
		return cmp.Or(cmp.Compare(b.Share-b.Before, a.Share-a.Before), cmp.Compare(a.Word, b.Word))
	})
	return list[:min(len(list), 10)]
}

// String writes a comparison for people.
func (c Comparison) String() string {
	var b strings.Builder
	for _, x := range c.Changes {
		fmt.Fprintf(&b, "  %-4s drift  %s: %s\n", x.Drift, x.What, x.Text)
	}
	if len(c.Words) > 0 {
		b.WriteString("  Much more frequent than before, in so many texts:")
		for i, w := range c.Words {
			if i > 0 {
				b.WriteString(";")
			}
			most := ""
			if w.AtMost {
				most = "at most "
			}
			fmt.Fprintf(&b, " %s %.1f %%, was %s%.1f %%", w.Word, 100*w.Share, most, 100*w.Before)
		}
		b.WriteString("\n")
	}
	switch c.Drift {
	case levels[0]:
		b.WriteString("No drift: the texts are like those of the training.\n")
	case levels[1]:
		b.WriteString("Some drift: measure the model on new texts with labels; if it does worse, train it on them.\n")
	default:
		b.WriteString("Much drift: label some of the new texts and train on them, with --from, or anew on old and new.\n")
	}
	return b.String()
}
