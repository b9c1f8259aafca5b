package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/pkg/errors"
	"github.com/spf13/cobra"

	"unroll/nn"
	"unroll/train"
)

func (a *app) predictCommand() *cobra.Command {
	return dashed(&cobra.Command{
		Use:   "predict [flags] DIR [TEXT...]",
		Short: "Say whether texts are positive: label, probability, text",
		Long: `Prints a line for each text: positive or negative, the probability of being
positive, and the text. Without a TEXT it reads one from each line of standard
input and leaves out empty lines.`,
		Example: `  sentiment predict runs/latest/embedding "a wonderful film"
  cat reviews.txt | sentiment predict runs/latest/embedding`,
		Args: arguments(1, -1),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := load(args[0])
			if err != nil {
				return err
			}
			t, err := newTrainer(s.model, nil, nn.Auto)
			if err != nil {
				return err
			}
			defer t.Close()
			p := &predictor{saved: s, trainer: t, out: a.out}
			if len(args) > 1 {
				return p.texts(c.Context(), args[1:])
			}
			return p.lines(c.Context(), a.in)
		},
	})
}

// predictor prints predictions.
type predictor struct {
	*saved
	trainer *train.Trainer
	out     io.Writer
}

// predictBatch is how many texts are predicted at a time.
const predictBatch = 32

// texts predicts all texts, or none if there is one without a known word.
func (p *predictor) texts(ctx context.Context, texts []string) error {
	if len(texts) == 0 {
		return nil
	}
	d := train.Data{}
	for _, text := range texts {
		if p.encoder.KnownWords(text) == 0 {
			return errors.Errorf("no word of %q is known to the model", text)
		}
		d.Tokens = append(d.Tokens, p.encoder.Encode(text))
	}
	y, err := p.trainer.Predict(ctx, d, predictBatch)
	if err != nil {
		return err
	}
	for i, probability := range y {
		label := "negative"
		if probability > 0.5 {
			label = "positive"
		}
		text := strings.Join(strings.Fields(texts[i]), " ")
		if _, err := fmt.Fprintf(p.out, "%s  %.4f  %s\n", label, probability, text); err != nil {
			return err
		}
	}
	return nil
}

// lines predicts each line of in that is not empty.
func (p *predictor) lines(ctx context.Context, in io.Reader) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	chunks := readLines(ctx, in)
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
			text := strings.TrimSpace(line)
			if text == "" {
				continue
			}
			if p.encoder.KnownWords(text) == 0 {
				c.err = errors.Errorf("line %d: no word of %q is known to the model", n, text)
				break
			}
			texts = append(texts, text)
		}
		if err := p.texts(ctx, texts); err != nil {
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
