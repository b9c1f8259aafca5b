package report

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"unroll/internal/markup"
)

// notes is a list of examples under a heading.
type notes struct {
	Title, About string
	Notes        []note
}

// note is an example with its words marked.
type note struct {
	Example
	Right     bool
	Long      bool   // is shown in a window
	Markup    bool   // is left out
	Sure      string // the probability
	Pieces    []piece
	For, Away []pushed // the strongest, in words
}

// piece is a part of the text that is marked alike.
type piece struct {
	Text  string
	Push  string // signed, "" where nothing is marked
	Level int    // 1 to 4, the strength
	Away  bool
}

// pushed is a word with its push.
type pushed struct{ Word, Push string }

func newNotes(e Experiment, numbers bool) []notes {
	var all []notes
	wrong := "Confident and wrong, the worst first."
	if numbers {
		wrong = "Furthest from the true value, the worst first."
	}
	for _, n := range []struct {
		title, about string
		examples     []Example
	}{
		{"Most wrong", wrong, e.Wrong},
		{"Least certain", "Where the model was least sure of itself.", e.Unsure},
	} {
		if len(n.examples) == 0 {
			continue
		}
		list := notes{Title: n.title, About: n.about}
		for _, x := range n.examples {
			list.Notes = append(list.Notes, newNote(x))
		}
		all = append(all, list)
	}
	return all
}

func newNote(x Example) note {
	read := markup.Read(x.Text)
	n := note{Example: x, Right: x.True == x.Predicted, Long: len(read.Shown) > 1200, Markup: read.Marked(), Pieces: pieces(x, read)}
	if x.Probability > 0 && x.Probability.finite() {
		n.Sure = percent(float64(x.Probability))
	}
	n.For, n.Away = strongest(x, read)
	return n
}

// pieces cuts the text, as it is read, where tokens begin and end. A piece's push is
// the sum of those of its tokens, for n-grams overlap; a cut within a letter, as bytes
// of byte-pair encoding have, moves to the letter's edge. Tokens of markup are not
// seen.
func pieces(x Example, read markup.Text) []piece {
	text := read.Shown
	cuts := []int{0, len(text)}
	type spanned struct {
		start, end int
		push       float64
	}
	var words []spanned
	for _, w := range x.Words {
		s := spanned{push: w.Push}
		s.start, s.end = read.Span(w.Start, w.End)
		for s.start > 0 && s.start < len(text) && !utf8.RuneStart(text[s.start]) {
			s.start--
		}
		for s.end < len(text) && !utf8.RuneStart(text[s.end]) {
			s.end++
		}
		words = append(words, s)
		cuts = append(cuts, s.start, s.end)
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	pushes := make([]float64, len(cuts)) // of the piece that begins at the cut
	largest := 0.
	for _, w := range words {
		at, _ := slices.BinarySearch(cuts, w.start)
		for ; cuts[at] < w.end; at++ {
			pushes[at] += w.push
		}
	}
	for _, p := range pushes {
		largest = max(largest, math.Abs(p))
	}
	var out []piece
	for i, from := range cuts[:len(cuts)-1] {
		p := piece{Text: clean(text[from:cuts[i+1]])}
		if l := level(pushes[i], largest); l > 0 {
			p.Push, p.Level, p.Away = signed(pushes[i]), l, pushes[i] < 0
		}
		if n := len(out); n > 0 && p.Level == 0 && out[n-1].Level == 0 {
			out[n-1].Text += p.Text
			continue
		}
		out = append(out, p)
	}
	return out
}

// level is the strength of a push: 0 is not worth a mark, 4 is like the text's
// largest.
func level(push, largest float64) int {
	share := math.Abs(push) / largest // NaN without pushes, which is in no range
	for l, least := range []float64{0.75, 0.5, 0.25, 0.08} {
		if share >= least {
			return 4 - l
		}
	}
	return 0
}

// strongest returns the three words that push most towards the prediction and
// away from it; a word that comes again pushes by the sum.
func strongest(x Example, read markup.Text) (towards, away []pushed) {
	var words []string
	sums := map[string]float64{}
	for _, w := range x.Words {
		word := strings.TrimSpace(clean(read.Word(w.Start, w.End)))
		if _, seen := sums[word]; !seen {
			words = append(words, word)
		}
		sums[word] += w.Push
	}
	for _, c := range x.Columns {
		name := "column " + clean(c.Column)
		words = append(words, name)
		sums[name] += c.Push
	}
	slices.SortStableFunc(words, func(a, b string) int { return cmp.Compare(math.Abs(sums[b]), math.Abs(sums[a])) })
	for _, word := range words {
		p := pushed{word, signed(sums[word])}
		switch push := sums[word]; {
		case word == "" || math.Abs(push) < 0.005: // which would read 0.00
		case push > 0 && len(towards) < 3:
			towards = append(towards, p)
		case push < 0 && len(away) < 3:
			away = append(away, p)
		}
	}
	return towards, away
}
