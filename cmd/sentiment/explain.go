package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/term"

	"unroll/datasets/text"
	"unroll/internal/answer"
	"unroll/internal/markup"
	"unroll/train"
	"unroll/train/explain"
)

// explainer tells which words of a text pushed a model's prediction.
type explainer struct {
	*saved
	usual, exact *explain.Explainer
}

// The points of the integral: as many as do for most texts, and more for those
// of which the sum is too far off.
const (
	usualPoints = 50
	exactPoints = 400
	largestGap  = 0.02 // of the difference that is to be explained, or of 1
)

func newExplainer(s *saved) (*explainer, error) {
	x := &explainer{saved: s}
	var err error
	if x.usual, err = explain.New(s.model, explain.Config{Points: usualPoints}); err != nil {
		return nil, err
	}
	x.exact, err = explain.New(s.model, explain.Config{Points: exactPoints})
	return x, err
}

func (x *explainer) close() error {
	if err := x.usual.Close(); err != nil {
		return err
	}
	return x.exact.Close()
}

// explain explains the prediction for each text.
func (x *explainer) explain(ctx context.Context, texts []string) ([]answer.Explanation, error) {
	class := explain.Predicted
	if x.Task.binary() {
		class = 1
	}
	all := make([]answer.Explanation, len(texts))
	for i, text := range texts {
		d := train.Data{Tokens: [][]int32{x.encoder.Encode(text)}}
		found, err := x.usual.Explain(ctx, d, class)
		if err == nil && found[0].Gap > largestGap*max(1, math.Abs(found[0].Value-found[0].Baseline)) {
			found, err = x.exact.Explain(ctx, d, class)
		}
		if err != nil {
			return nil, err
		}
		all[i] = x.words(text, found[0])
	}
	return all, nil
}

// words finds the pieces of a text that the steps of its sequence stand for.
func (x *explainer) words(of string, a explain.Attribution) answer.Explanation {
	e := answer.Explanation{Baseline: a.Baseline, Gap: a.Gap}
	unit := 1.0
	if x.Task.number() {
		unit = x.Task.unit()
		e.Baseline, e.Gap = a.Baseline*unit+x.Task.Mean, a.Gap*unit
	} else {
		e.Class = x.Task.Classes[a.Class]
	}
	_, spans := x.encoder.EncodeSpans(of)
	at := 0
	if x.encoder.Config().Padding == text.Pre {
		at = len(a.Steps) - len(spans)
	}
	for i, s := range spans {
		e.Words = append(e.Words, answer.Word{Start: s[0], End: s[1], Push: unit * a.Steps[at+i]})
	}
	return e
}

// strongest returns the words that pushed most to one side, joined where they
// are the same but for case.
func strongest(text string, e *answer.Explanation, of scaling, sign float64, n int) []string {
	pushes := map[string]float64{}
	read := markup.Read(text)
	for _, w := range e.Words {
		pushes[strings.TrimSpace(oneLine(strings.ToLower(read.Word(w.Start, w.End))))] += sign * w.Push
	}
	var names []string
	for name, push := range pushes {
		if push >= 0.005*min(of.unit(), 1) { // which is printed as 0.01, or at all
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(pushes[b], pushes[a]), cmp.Compare(a, b)) })
	for i, name := range names {
		names[i] = name + " " + of.text(sign*pushes[name], 2, "+")
	}
	return names[:min(n, len(names))]
}

// reasons says in a line what the model answers to no text, where the prediction
// starts, which words pushed it towards the explained class, and which away from it.
func reasons(text, noText string, e *answer.Explanation, of scaling) string {
	const most = 5
	towards := "up"
	away := "down"
	if e.Class != "" {
		towards, away = "for "+e.Class, "against"
	}
	start := "to no text " + noText
	if e.Class != "" { // and the units are logits
		start += fmt.Sprintf(", %+.2f", e.Baseline)
	}
	parts := []string{start}
	for _, side := range []struct {
		name string
		sign float64
	}{{towards, 1}, {away, -1}} {
		if list := strongest(text, e, of, side.sign, most); len(list) > 0 {
			parts = append(parts, side.name+": "+strings.Join(list, ", "))
		}
	}
	if len(parts) == 1 {
		parts = append(parts, "no word pushed either way")
	}
	return strings.Join(parts, "; ")
}

// marked is the text in one line and without markup, its words coloured by their pushes: blue
// towards the class and orange away from it, the stronger ones bold.
func marked(text string, e *answer.Explanation) string {
	most := 0.0
	for _, w := range e.Words {
		most = max(most, math.Abs(w.Push))
	}
	read := markup.Read(text)
	text = read.Shown
	var b strings.Builder
	at := 0
	for _, w := range e.Words {
		start, end := read.Span(w.Start, w.End)
		if start < at || start == end || most == 0 || math.Abs(w.Push) < most/10 {
			continue // a piece of a word before it, of markup, or as good as nothing
		}
		color := "38;5;33" // blue and orange differ to every eye
		if w.Push < 0 {
			color = "38;5;208"
		}
		if math.Abs(w.Push) > most/2 {
			color = "1;" + color
		}
		b.WriteString(oneLine(text[at:start]))
		fmt.Fprintf(&b, "\x1b[%sm%s\x1b[0m", color, oneLine(text[start:end]))
		at = end
	}
	b.WriteString(oneLine(text[at:]))
	return strings.TrimSpace(b.String())
}

// oneLine makes a space of each white space, and U+FFFD of each other control
// character, which a terminal might obey.
func oneLine(text string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case unicode.IsSpace(c):
			return ' '
		case unicode.IsControl(c):
			return unicode.ReplacementChar
		}
		return c
	}, text)
}

// colors reports whether w shows colours: a terminal, unless NO_COLOR is set.
func colors(w io.Writer) bool {
	if o, ok := w.(*output); ok {
		w = o.Writer
	}
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}
