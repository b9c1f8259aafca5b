package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/spf13/cobra"

	"unroll/datasets"
	"unroll/internal/markup"
	"unroll/nn"
	"unroll/train"
)

func (a *app) predictCommand() *cobra.Command {
	var data dataSettings
	var asJSON, explain bool
	c := &cobra.Command{
		Use:   "predict [flags] DIR [TEXT...]",
		Short: "Say what texts are: label, probability, text",
		Long: `Prints a line for each text: its label, a probability, and the text. Of two
classes the probability is that of the second, such as positive, and of several
that of the label; an estimated number has none. Without a TEXT it reads one from
each line of standard input and leaves out empty lines; with --data it reads the
texts of files, with labels or without. A text of which the model knows no word is
left out, and the exit status tells. In JSON the probability is the label's.`,
		Example: `  sentiment predict runs/latest/embedding "a wonderful film"
  cat reviews.txt | sentiment predict runs/latest/embedding
  sentiment predict --explain runs/latest/embedding "not a wonderful film"
  sentiment predict --json --data new.csv runs/latest/bow`,
		Args: arguments(1, -1),
		RunE: func(c *cobra.Command, args []string) error {
			fromFiles := c.Flags().Changed("data")
			if fromFiles && len(args) > 1 {
				return usagef("predict: --data and the text %q, want one of them", args[1])
			}
			s, err := load(args[0])
			if err != nil {
				return err
			}
			flags := data
			if data, err = s.other(c, data); err != nil {
				return err
			}
			t, err := s.Task.compile(s.model, nil, nn.Auto)
			if err != nil {
				return err
			}
			defer t.Close()
			p := &predictor{saved: s, trainer: t, out: a.out, err: a.err, json: asJSON, colors: colors(a.out)}
			if explain {
				if p.explainer, err = newExplainer(s); err != nil {
					return err
				}
				defer p.explainer.close()
			}
			switch {
			case fromFiles:
				err = p.files(c.Context(), data, a.in)
			case len(args) > 1:
				err = p.texts(c.Context(), nil, slices.DeleteFunc(args[1:], func(text string) bool { return p.unknown("", text) }))
			default:
				err = p.lines(c.Context(), a.in, flags.Encoding)
			}
			return cmp.Or(err, p.leftOut())
		},
	}
	c.Flags().StringArrayVar((*[]string)(&data.Data), "data", nil, "`file` or folder of texts, or -; may be given again")
	c.Flags().BoolVar(&explain, "explain", false, "show which words pushed the prediction, and how far")
	c.Flags().BoolVar(&asJSON, "json", false, "print a JSON object a line")
	data.readFlags(c.Flags())
	return dashed(c)
}

// predictor prints predictions.
type predictor struct {
	*saved
	trainer *train.Trainer
	out     io.Writer
	err     io.Writer // for notes
	json    bool
	colors  bool

	explainer *explainer // nil without
	left      int        // texts without a known word
	first     error      // of them
}

// unknown reports whether the model knows no word of a text: it would say the same
// of any such. where is empty or says where the text stands.
func (p *predictor) unknown(where, text string) bool {
	if p.encoder.KnownWords(text) > 0 {
		return false
	}
	if p.left++; p.first == nil {
		p.first = errors.Errorf("%sno word of %q is known to the model", where, shortened(text))
	}
	return true
}

// leftOut is the error of the texts that were left out, nil if there are none.
func (p *predictor) leftOut() error {
	if p.left > 1 {
		return errors.Errorf("%v, and so of %d more", p.first, p.left-1)
	}
	return p.first
}

// predictBatch is how many texts are predicted at a time.
const predictBatch = 32

// prediction is a line of JSON.
type prediction struct {
	ID string `json:"id,omitempty"` // where the text stands
	verdict
	Text string `json:"text"`
	*explanation
}

// texts predicts texts. ids say where they stand, if that is known.
func (p *predictor) texts(ctx context.Context, ids, texts []string) error {
	if len(texts) == 0 {
		return nil
	}
	d := train.Data{}
	for _, text := range texts {
		d.Tokens = append(d.Tokens, p.encoder.Encode(text))
	}
	y, err := p.trainer.Predict(ctx, d, predictBatch)
	if err != nil {
		return err
	}
	var why []explanation
	if p.explainer != nil {
		if why, err = p.explainer.explain(ctx, texts); err != nil {
			return err
		}
	}
	for i, text := range texts {
		v := p.Task.verdict(y[i*p.Task.outputs() : (i+1)*p.Task.outputs()])
		line := fmt.Sprintf("%s  %s", p.Task.line(v), strings.Join(strings.Fields(oneLine(markup.Read(text).Shown)), " "))
		if p.json {
			out := prediction{verdict: v, Text: text}
			if ids != nil {
				out.ID = ids[i]
			}
			if why != nil {
				out.explanation = &why[i]
			}
			doc, err := json.Marshal(out)
			if err != nil {
				return err
			}
			line = string(doc)
		} else if why != nil {
			if p.colors {
				line = fmt.Sprintf("%s  %s", p.Task.line(v), why[i].marked(text))
			}
			line += "\n    " + why[i].reasons(text)
		}
		if _, err := fmt.Fprintln(p.out, line); err != nil {
			return err
		}
	}
	return nil
}

// files predicts the texts of files.
func (p *predictor) files(ctx context.Context, s dataSettings, in io.Reader) error {
	o := s.options()
	o.NoLabels, o.Stdin = true, in
	tell := &teller{out: p.err}
	o.OnBad, o.Note = tell.bad, tell.note
	var ids, texts []string
	flush := func() error {
		err := p.texts(ctx, ids, texts)
		ids, texts = ids[:0], texts[:0]
		return err
	}
	for r, err := range datasets.Records(ctx, s.Data, o) {
		if err == nil && p.unknown(r.ID+": ", r.Text) {
			continue
		}
		if err != nil {
			if flushed := flush(); flushed != nil {
				return flushed
			}
			return offer(err)
		}
		ids, texts = append(ids, r.ID), append(texts, r.Text)
		if len(texts) == predictBatch {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	tell.end()
	return flush()
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

// lines predicts each line of in that is not empty.
func (p *predictor) lines(ctx context.Context, in io.Reader, encoding string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	text, err := datasets.NewDecoder(in, encoding, func(line string) { fmt.Fprintln(p.err, "standard input: "+line) })
	if err != nil {
		return err
	}
	chunks := readLines(ctx, text)
	for n := 0; ; {
		var c chunk
		select {
		case c = <-chunks:
		case <-ctx.Done():
			return ctx.Err()
		}
		var texts []string
		for _, line := range c.lines {
			n++
			if err := datasets.CheckUTF8(line); err != nil {
				c.err = offer(errors.Wrapf(err, "line %d", n)) // after the lines before it
				break
			}
			text := strings.TrimSpace(line)
			if text != "" && !p.unknown(fmt.Sprintf("standard input: line %d: ", n), text) {
				texts = append(texts, text)
			}
		}
		if err := p.texts(ctx, nil, texts); err != nil {
			return err
		}
		switch {
		case c.err == io.EOF:
			return nil
		case c.err != nil:
			return errors.Wrap(c.err, "standard input")
		}
	}
}

// chunk is some lines of input, and the error that ends them.
type chunk struct {
	lines []string
	err   error
}

// readLines sends the lines that are there together, so that a person who
// types gets each answer at once. It reads in a goroutine, for a read from a
// terminal cannot be interrupted.
func readLines(ctx context.Context, in io.Reader) <-chan chunk {
	chunks := make(chan chunk)
	go func() {
		r := bufio.NewReader(in)
		for {
			var c chunk
			for more := true; more; more = c.err == nil && r.Buffered() > 0 && len(c.lines) < predictBatch {
				var line string
				line, c.err = r.ReadString('\n')
				c.lines = append(c.lines, line)
			}
			select {
			case chunks <- c:
			case <-ctx.Done():
				return
			}
			if c.err != nil {
				return
			}
		}
	}()
	return chunks
}
