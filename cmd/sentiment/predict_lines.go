package main

import (
	"context"
	"fmt"
	"strings"

	"unroll/cmd/sentiment/internal/run"
	"unroll/internal/answer"
	"unroll/internal/markup"
	"unroll/internal/show"
)

// predictor prints predictions: a line for each text that it is given.
type predictor struct {
	*run.Saved
	app *app

	json, explain bool
	colors        bool
	below         bool // explanations stand below their texts, and not behind them

	asked, unknown int    // texts, and those without a known word
	first          string // of those, and where it stands
}

// predictBatch is how many texts are predicted at a time.
const predictBatch = 32

// item is a text to be predicted.
type item struct {
	id    string // in a file, else ""
	where string // the text stands, for people
	text  string // in UTF-8
	bad   error  // why a row of a file is no text
}

// predict prints the predictions for items.
func (p *predictor) predict(ctx context.Context, items []item) error {
	var texts []string
	for _, it := range items {
		if it.bad == nil {
			texts = append(texts, it.text)
		}
	}
	var answers []answer.Answer
	if len(texts) > 0 {
		ask := p.Classify
		if p.explain {
			ask = p.Explain
		}
		var err error
		if answers, err = ask(ctx, texts...); err != nil {
			return err
		}
	}
	for _, it := range items {
		var a *answer.Answer
		if it.bad == nil {
			a, answers = &answers[0], answers[1:]
			p.count(it, a)
		}
		line, err := p.line(it, a)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(p.app.out, line); err != nil {
			return err
		}
	}
	return nil
}

func (p *predictor) count(it item, a *answer.Answer) {
	p.asked++
	if a.KnownWords > 0 {
		return
	}
	if p.unknown++; p.unknown == 1 {
		p.first = fmt.Sprintf("%s: %q", it.where, shortened(it.text))
	}
}

// end says of how many texts no word was known: there the model guesses.
func (p *predictor) end() {
	if p.unknown > 0 {
		fmt.Fprintf(p.app.err, "warning: %d of %d texts have no word that the model knows, the first is %s\n", p.unknown, p.asked, p.first)
	}
}

// line writes the answer for an item, nil if that is no text.
func (p *predictor) line(it item, a *answer.Answer) (string, error) {
	if p.json {
		return p.jsonLine(it, a)
	}
	said := "-"
	if !p.Task().Number() {
		said = "-  -"
	}
	if a != nil && a.KnownWords > 0 {
		said = p.said(a, "  ")
	}
	text := strings.Join(strings.Fields(show.OneLine(markup.Read(it.text).Shown)), " ")
	if a == nil || a.Explanation == nil {
		return strings.TrimRight(said+"  "+text, " "), nil
	}
	if p.colors {
		text = marked(it.text, a.Explanation)
	}
	between := "  | "
	if p.below {
		between = "\n    "
	}
	return strings.TrimRight(said+"  "+text, " ") + between + reasons(it.text, p.said(a.Explanation.NoText, " "), a.Explanation, p.Task().Scaling), nil
}

// jsonLine is the server's object for a text, with the text, and where it stands in
// a file, in front.
func (p *predictor) jsonLine(it item, a *answer.Answer) (string, error) {
	b := []byte{'{'}
	if it.bad != nil {
		b = answer.AppendString(append(b, `"error":`...), it.bad.Error())
		return string(append(b, '}')), nil
	}
	if it.id != "" {
		b = append(answer.AppendString(append(b, `"id":`...), it.id), ',')
	}
	b = append(answer.AppendString(append(b, `"text":`...), it.text), ',')
	object, err := a.Append(nil)
	if err != nil {
		return "", err
	}
	return string(append(b, object[1:]...)), nil
}

// said writes an answer for people: the label and its probability with the given
// space between them, or the number. In a sentence, where the space is a single one,
// the label is quoted if it could be taken for something else.
func (p *predictor) said(a *answer.Answer, between string) string {
	if p.Task().Number() {
		return p.Task().Format(a.Value, 4, "")
	}
	label := show.OneLine(a.Label)
	if between == " " {
		label = show.Quoted(a.Label)[0]
	}
	return fmt.Sprintf("%s%s%.4f", label, between, a.Probability)
}

// shortened is the beginning of a text, for a message.
func shortened(text string) string {
	const most = 60
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) <= most {
		return string(runes)
	}
	return string(runes[:most]) + "…"
}
