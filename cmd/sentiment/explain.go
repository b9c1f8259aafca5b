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

	"unroll/datasets"
	"unroll/internal/markup"
	"unroll/train"
)

// explainer tells which words of a text pushed a model's prediction.
type explainer struct {
	*saved
	usual, exact *train.Explainer
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
	if x.usual, err = train.NewExplainer(s.model, train.ExplainConfig{Points: usualPoints}); err != nil {
		return nil, err
	}
	x.exact, err = train.NewExplainer(s.model, train.ExplainConfig{Points: exactPoints})
	return x, err
}

func (x *explainer) close() error {
	if err := x.usual.Close(); err != nil {
		return err
	}
	return x.exact.Close()
}

// word is a piece of a text, the bytes from Start to End, and how far it pushed
// the prediction.
type word struct {
	Start int     `json:"start"`
	End   int     `json:"end"`
	Push  float64 `json:"push"` // in units of the logit; of a number, in its own
}

// explanation is what pushed a prediction.
type explanation struct {
	Class    string  `json:"class,omitempty"` // towards which words push: of two the second
	Baseline float64 `json:"baseline"`        // what the model says of a text without words
	Words    []word  `json:"words"`           // that the model sees, in their order
	Gap      float64 `json:"gap"`             // |Σ push − (value − baseline)|

	scaling scaling // of a number
}

// explain explains the prediction for each text.
func (x *explainer) explain(ctx context.Context, texts []string) ([]explanation, error) {
	class := train.Predicted
	if x.Task.binary() {
		class = 1
	}
	all := make([]explanation, len(texts))
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
func (x *explainer) words(text string, a train.Attribution) explanation {
	e := explanation{Baseline: a.Baseline, Gap: a.Gap, Words: []word{}}
	unit := 1.0
	if x.Task.number() {
		e.scaling, unit = x.Task.scaling, x.Task.unit()
		e.Baseline, e.Gap = a.Baseline*unit+e.scaling.Mean, a.Gap*unit
	} else {
		e.Class = x.Task.Classes[a.Class]
	}
	_, spans := x.encoder.EncodeSpans(text)
	at := 0
	if x.encoder.Config().Padding == datasets.Pre {
		at = len(a.Steps) - len(spans)
	}
	for i, s := range spans {
		e.Words = append(e.Words, word{s[0], s[1], unit * a.Steps[at+i]})
	}
	return e
}

// strongest returns the words that pushed most to one side, joined where they
// are the same but for case.
func (e explanation) strongest(text string, sign float64, n int) []string {
	pushes := map[string]float64{}
	read := markup.Read(text)
	for _, w := range e.Words {
		pushes[strings.TrimSpace(oneLine(strings.ToLower(read.Word(w.Start, w.End))))] += sign * w.Push
	}
	var names []string
	for name, push := range pushes {
		if push >= 0.005*min(e.scaling.unit(), 1) { // which is printed as 0.01, or at all
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(pushes[b], pushes[a]), cmp.Compare(a, b)) })
	for i, name := range names {
		names[i] = name + " " + e.scaling.text(sign*pushes[name], 2, "+")
	}
	return names[:min(n, len(names))]
}

// reasons says in a line what the prediction starts at, which words pushed towards
// the explained class, and which away from it.
func (e explanation) reasons(text string) string {
	const most = 5
	towards := "up"
	away := "down"
	if e.Class != "" {
		towards, away = "for "+e.Class, "against"
	}
	parts := []string{"without words " + e.scaling.text(e.Baseline, 2, "+")}
	for _, side := range []struct {
		name string
		sign float64
	}{{towards, 1}, {away, -1}} {
		if list := e.strongest(text, side.sign, most); len(list) > 0 {
			parts = append(parts, side.name+": "+strings.Join(list, ", "))
		}
	}
	if len(parts) == 1 {
		parts = append(parts, "no word pushed either way")
	}
	return strings.Join(parts, "; ")
}

// marked is the text in one line and without markup, its words coloured by their
// pushes: blue towards the class and orange away from it, the stronger ones bold.
func (e explanation) marked(text string) string {
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
