package terminal

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"unroll/internal/answer"
	"unroll/internal/markup"
	"unroll/internal/show"
	"unroll/train/classifier"
)

// Answers writes answers to texts for people, a line each.
type Answers struct {
	Task   classifier.Task
	Colors bool // of the words that explain an answer
	Below  bool // explanations stand below their texts, and not behind them
}

// Line writes a text and the answer to it, nil if it is no text: "-" where the model
// knows no word.
func (s Answers) Line(text string, a *answer.Answer) string {
	said := "-"
	if !s.Task.Number() {
		said = "-  -"
	}
	if a != nil && a.KnownWords > 0 {
		said = s.said(a, "  ")
	}
	shown := strings.Join(strings.Fields(show.OneLine(markup.Read(text).Shown)), " ")
	if a == nil || a.Explanation == nil {
		return strings.TrimRight(said+"  "+shown, " ")
	}
	if s.Colors {
		shown = marked(text, a.Explanation)
	}
	between := "  | "
	if s.Below {
		between = "\n    "
	}
	return strings.TrimRight(said+"  "+shown, " ") + between + reasons(text, s.said(a.Explanation.NoText, " "), a.Explanation, s.Task.Scaling)
}

// said writes an answer for people: the label and its probability with the given
// space between them, or the number. In a sentence, where the space is a single one,
// the label is quoted if it could be taken for something else.
func (s Answers) said(a *answer.Answer, between string) string {
	if s.Task.Number() {
		return s.Task.Format(a.Value, 4, "")
	}
	if s.Task.Multi {
		return s.labels(a, between)
	}
	label := show.OneLine(a.Label)
	if between == " " {
		label = show.Quoted(a.Label)[0]
	}
	return fmt.Sprintf("%s%s%.4f", label, between, a.Probability)
}

// labels writes those that are given and then their probabilities, or that there are none.
func (s Answers) labels(a *answer.Answer, between string) string {
	var names, numbers []string
	for _, c := range a.Probabilities {
		if !slices.Contains(a.Labels, c.Class) {
			continue
		}
		name := show.OneLine(c.Class)
		if between == " " {
			name = show.Quoted(c.Class)[0]
		}
		names, numbers = append(names, name), append(numbers, fmt.Sprintf("%.4f", c.Probability))
	}
	if len(names) == 0 {
		if between == " " {
			return answer.None
		}
		numbers = []string{"-"}
	}
	return answer.Listed(names) + between + strings.Join(numbers, ", ")
}

// strongest returns the words that pushed most to one side, joined where they
// are the same but for case.
func strongest(text string, e *answer.Explanation, of classifier.Scaling, sign float64, n int) []string {
	pushes := map[string]float64{}
	read := markup.Read(text)
	for _, w := range e.Words {
		pushes[strings.TrimSpace(show.OneLine(strings.ToLower(read.Word(w.Start, w.End))))] += sign * w.Push
	}
	for _, c := range e.Columns {
		pushes["column "+show.OneLine(c.Column)] += sign * c.Push
	}
	var names []string
	for name, push := range pushes {
		if push >= 0.005*min(of.Unit(), 1) { // which is printed as 0.01, or at all
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(pushes[b], pushes[a]), cmp.Compare(a, b)) })
	for i, name := range names {
		names[i] = name + " " + of.Format(sign*pushes[name], 2, "+")
	}
	return names[:min(n, len(names))]
}

// reasons says in a line what the model answers to no text, and at which logit of the
// explained class that is where the prediction starts; then which words pushed it
// towards the class, and which away from it:
//
//	without text: negative 0.4705; for positive, from -0.12: film +0.21; against: dull -1.20
func reasons(text, noText string, e *answer.Explanation, of classifier.Scaling) string {
	const most = 5
	towards, away, pushed := "up", "down", false
	parts := []string{"without text: " + noText}
	if e.Class != "" { // and the units are logits
		parts[0] += fmt.Sprintf("; for %s, from %+.2f", show.Quoted(e.Class)[0], e.Baseline)
		towards, away = "", "against"
	}
	for _, side := range []struct {
		name string
		sign float64
	}{{towards, 1}, {away, -1}} {
		if list := strongest(text, e, of, side.sign, most); len(list) > 0 {
			if side.name == "" {
				parts[0] += ": " + strings.Join(list, ", ")
			} else {
				parts = append(parts, side.name+": "+strings.Join(list, ", "))
			}
			pushed = true
		}
	}
	if !pushed {
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
		b.WriteString(show.OneLine(text[at:start]))
		fmt.Fprintf(&b, "\x1b[%sm%s\x1b[0m", color, show.OneLine(text[start:end]))
		at = end
	}
	b.WriteString(show.OneLine(text[at:]))
	return strings.TrimSpace(b.String())
}
