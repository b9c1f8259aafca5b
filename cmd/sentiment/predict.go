package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/pkg/errors"
	"github.com/spf13/cobra"

	"unroll/cmd/sentiment/internal/corpus"
	"unroll/cmd/sentiment/internal/run"
	"unroll/cmd/sentiment/internal/terminal"
	"unroll/cmd/sentiment/internal/usage"
	"unroll/datasets"
	"unroll/internal/answer"
	"unroll/internal/show"
	"unroll/train/classifier"
)

func (a *app) predictCommand() *cobra.Command {
	var data corpus.Settings
	var asJSON, explain bool
	var rule answer.Rule
	var given []string // beside the text
	c := &cobra.Command{
		Use:   "predict DIR [TEXT...]",
		Short: "Predict the labels of texts",
		Long: `Prints one line per text: its label, the probability of that label and the text. A
model that estimates numbers prints the number and the text. DIR is the folder of a
model, or of a run, which stands for its best model on the validation texts.

Without a TEXT it reads one text from each line of standard input, empty lines
included; with --data it reads files, with or without labels. There is one line for
each text, so that the output can be joined to the input. Where the model knows no
word the line has "-", and a warning on standard error counts those texts. Put a TEXT
that begins with a dash after "--".

A text whose label is withheld by --abstain has the label "unsure", with the
probability that its label would have had; in JSON it has "unsure": true, too.

With --json a line has the text and the server's answer, in which a note says where no
word is known. --explain adds to each line, on a terminal below it, how far each word
pushed the prediction, starting from the model's answer without any text. Pushes on a
class are in logits, the values which sigmoid or softmax turns into probabilities.`,
		Example: `  sentiment predict runs/latest "a wonderful film"
  sentiment predict runs/latest < reviews.txt | paste - reviews.txt
  sentiment predict runs/latest/embedding "not a wonderful film" --explain
  sentiment predict runs/latest/bow --json --data new.csv
  sentiment predict runs/latest -- "-- what a film"`,
		Args: arguments(1, -1),
		RunE: func(c *cobra.Command, args []string) error {
			fromFiles := c.Flags().Changed("data")
			if fromFiles && len(args) > 1 {
				return usage.Errorf("predict: --data and the text %q cannot be used together", args[1])
			}
			if err := checkRule(rule, c.Flags()); err != nil {
				return err
			}
			dirs, err := run.BestFirst(args[0])
			if err != nil {
				return err
			}
			m, err := run.Load(dirs[0])
			if err != nil {
				return err
			}
			defer m.Close()
			if err := run.CheckRule(rule, m.Name(), m.Task()); err != nil {
				return err
			}
			p := &predictor{Saved: m, app: a, rule: rule, json: asJSON, explain: explain}
			if p.beside, err = besideOf(m.Columns(), given); err != nil {
				return err
			}
			p.written = terminal.Answers{Task: m.Task(), Colors: terminal.Colors(a.out), Below: terminal.Width(a.out) > 0}
			if explain {
				none, err := m.NoText(c.Context())
				if err != nil {
					return err
				}
				if warning := none.NoTextWarning(); warning != "" {
					a.warn("%s", warning)
				}
			}
			switch {
			case fromFiles:
				if data, err = other(c, m, data); err != nil {
					return err
				}
				err = p.files(c.Context(), data)
			case len(args) > 1:
				err = p.args(c.Context(), args[1:])
			default:
				err = p.lines(c.Context(), data.Encoding)
			}
			p.end()
			return err
		},
	}
	c.Flags().StringArrayVar((*[]string)(&data.Data), "data", nil, "`file` or folder of texts, or - for standard input; can be repeated")
	c.Flags().StringArrayVar(&given, "column", nil, "`name=value` of a column beside the text, for a model that takes some; can be repeated (default: missing)")
	c.Flags().BoolVar(&explain, "explain", false, "show which words pushed the prediction, and how far")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per line")
	ruleFlags(&rule, c.Flags())
	signatureFlag(c.Flags())
	fileFlags(&data, c.Flags())
	return dashed(c)
}

// predictor prints predictions: a line for each text that it is given.
type predictor struct {
	*run.Saved
	app *app

	rule          answer.Rule
	json, explain bool
	written       terminal.Answers // for people

	beside map[string]string // columns of a text that is no row of a file
	gaps   corpus.Gaps

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

	columns map[string]string // beside it
	bad     error             // why a row of a file is no text
}

// predict prints the predictions for items.
func (p *predictor) predict(ctx context.Context, items []item) error {
	var rows []classifier.Row
	for _, it := range items {
		if it.bad == nil {
			rows = append(rows, classifier.Row{Text: it.text, Columns: it.columns})
		}
	}
	var answers []answer.Answer
	if len(rows) > 0 {
		ask := p.ClassifyRows
		if p.explain {
			ask = p.ExplainRows
		}
		var err error
		if answers, err = ask(ctx, rows...); err != nil {
			return err
		}
	}
	for _, it := range items {
		var a *answer.Answer
		if it.bad == nil {
			a, answers = &answers[0], answers[1:]
			p.rule.Apply(a)
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
	p.gaps.Add(a.Gaps)
	if a.KnownWords > 0 {
		return
	}
	if p.unknown++; p.unknown == 1 {
		p.first = fmt.Sprintf("%s: %q", it.where, show.Shortened(it.text, 60))
	}
}

// end says of how many texts no word was known: there the model guesses; and what was
// missing beside them.
func (p *predictor) end() {
	p.gaps.Tell(p.Columns(), p.app.warn)
	if p.unknown > 0 {
		fmt.Fprintf(p.app.err, "warning: %d of %d texts have no word that the model knows, the first is %s\n", p.unknown, p.asked, p.first)
	}
}

// line writes the answer for an item, nil if that is no text.
func (p *predictor) line(it item, a *answer.Answer) (string, error) {
	if p.json {
		return jsonLine(it, a)
	}
	return p.written.Line(it.text, a), nil
}

// jsonLine is the server's object for a text, with the text, and where it stands in
// a file, in front.
func jsonLine(it item, a *answer.Answer) (string, error) {
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

// args predicts the texts of the command line.
func (p *predictor) args(ctx context.Context, texts []string) error {
	var items []item
	for i, text := range texts {
		items = append(items, item{where: fmt.Sprintf("text %d", i+1), text: strings.ToValidUTF8(text, "\uFFFD"), columns: p.beside})
	}
	return p.predict(ctx, items)
}

// files predicts the texts of files. A bad row that is passed over has its line too.
func (p *predictor) files(ctx context.Context, s corpus.Settings) error {
	var items []item
	bad := func(b *datasets.BadRow) { items = append(items, item{bad: b}) }
	for r, err := range corpus.Unlabelled(ctx, s, p.app.console(), bad) {
		if err != nil {
			if err := p.predict(ctx, items); err != nil {
				return err
			}
			return err
		}
		it := item{id: r.ID, where: r.ID, text: r.Text}
		if c := p.Columns(); c != nil {
			it.columns = corpus.ByName(c, r.Columns)
		}
		items = append(items, it)
		if len(items) >= predictBatch {
			if err := p.predict(ctx, items); err != nil {
				return err
			}
			items = items[:0]
		}
	}
	return p.predict(ctx, items)
}

// lines predicts each line of standard input.
func (p *predictor) lines(ctx context.Context, encoding string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	text, err := datasets.NewDecoder(p.app.in, encoding, func(line string) { fmt.Fprintln(p.app.err, "standard input: "+line) })
	if err != nil {
		return err
	}
	chunks := corpus.Lines(ctx, text, predictBatch)
	for n := 0; ; {
		var c corpus.Chunk
		select {
		case c = <-chunks:
		case <-ctx.Done():
			return ctx.Err()
		}
		var items []item
		for _, line := range c.Lines {
			n++
			if err := datasets.CheckUTF8(line); err != nil {
				c.Err = corpus.Offer(errors.Wrapf(err, "line %d", n)) // after the lines before it
				break
			}
			items = append(items, item{where: fmt.Sprintf("standard input: line %d", n), text: line, columns: p.beside})
		}
		if err := p.predict(ctx, items); err != nil {
			return err
		}
		switch {
		case c.Err == io.EOF:
			return nil
		case c.Err != nil:
			return errors.Wrap(c.Err, "standard input")
		}
	}
}
