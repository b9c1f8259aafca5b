package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"sort"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/pkg/errors"
	"github.com/spf13/cobra"

	"unroll/nn"
	"unroll/train"
)

func (a *app) summaryCommand() *cobra.Command {
	var models string
	var maxlen int
	c := &cobra.Command{
		Use:   "summary",
		Short: "Print the models' layers, shapes and parameters",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			chosen, err := choose(models)
			if err != nil {
				return err
			}
			if maxlen < 1 {
				return usagef("--maxlen is %d, want at least 1", maxlen)
			}
			for _, e := range chosen {
				m, err := e.model(maxlen, 0)
				if err != nil {
					return errors.WithMessage(err, e.name)
				}
				fmt.Fprintf(a.out, "Experiment %s\n%s\n", e.name, m.Summary())
			}
			return nil
		},
	}
	c.Flags().StringVar(&models, "model", "onehot,embedding", "models to show, comma-separated")
	c.Flags().IntVar(&maxlen, "maxlen", 100, "words of a review that the models see")
	return c
}

func (a *app) evaluateCommand() *cobra.Command {
	var data, half string
	c := &cobra.Command{
		Use:     "evaluate DIR",
		Short:   "Measure a saved model's loss and accuracy",
		Example: "  sentiment evaluate runs/latest/embedding --split test",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if half != "validation" && half != "test" {
				return usagef("--split: %q, want validation or test", half)
			}
			s, err := load(args[0])
			if err != nil {
				return err
			}
			if data == "" {
				data = s.Data
			}
			return a.evaluate(c.Context(), s, data, half)
		},
	}
	c.Flags().StringVar(&data, "data", "", "reviews, as for train; those the model was trained on if empty")
	c.Flags().StringVar(&half, "split", "validation", "validation: the reviews held back in training; test: the official test reviews")
	return c
}

func (a *app) evaluate(ctx context.Context, s *saved, data, half string) error {
	corpus, _, err := a.corpus(ctx, data)
	if err != nil {
		return err
	}
	reviews := corpus.Test
	d := train.Data{}
	if half == "validation" {
		_, rows, err := split(corpus, s.Seed)
		if err != nil {
			return err
		}
		if d, err = part(samples(s.encoder, corpus.Train), rows); err != nil {
			return err
		}
	} else {
		d = samples(s.encoder, reviews)
	}
	t, err := newTrainer(s.model, nil, nn.Auto)
	if err != nil {
		return err
	}
	defer t.Close()
	r, err := evaluate(ctx, t, d, s.Batch)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s on %s %s reviews (%s): loss %.4f, accuracy %.4f\n",
		s.Model, nn.Thousands(d.Len()), half, corpus.Name, r.Loss, r.Accuracy)
	return nil
}

func (a *app) wordsCommand() *cobra.Command {
	var nearest int
	c := &cobra.Command{
		Use:     "words DIR WORD...",
		Short:   "Show what an embedding learned: nearest words and similarities",
		Example: "  sentiment words runs/latest/embedding good bad boring",
		Args:    cobra.MinimumNArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			if nearest < 1 {
				return usagef("--nearest is %d, want at least 1", nearest)
			}
			s, err := load(args[0])
			if err != nil {
				return err
			}
			return a.words(s, args[0], args[1:], nearest)
		},
	}
	c.Flags().IntVar(&nearest, "nearest", 8, "how many near words to show")
	return c
}

// words prints the nearest words by cosine, and the cosines between the words
// given.
func (a *app) words(s *saved, dir string, words []string, nearest int) error {
	var table [][]float64
	for _, w := range s.model.Weights() {
		if strings.HasSuffix(w.Name(), "/embeddings") {
			table = unitRows(w)
			break
		}
	}
	if table == nil {
		return errors.Errorf("%s: the model has no embedding", dir)
	}
	ids := make([]int32, len(words))
	for i, w := range words {
		words[i] = strings.ToLower(w)
		var ok bool
		if ids[i], ok = s.encoder.IDOf(words[i]); !ok {
			return errors.Errorf("the model in %s does not know the word %q", dir, w)
		}
	}
	width := 0
	for _, w := range words {
		width = max(width, len([]rune(w)))
	}
	for i, w := range words {
		fmt.Fprintf(a.out, "%-*s ", width, w)
		for _, n := range near(s, table, ids[i], nearest) {
			fmt.Fprintf(a.out, " %s %.2f ", n.word, n.cosine)
		}
		fmt.Fprintln(a.out)
	}
	if len(words) > 1 {
		fmt.Fprintf(a.out, "\n%s\n", pairs(words, ids, table))
	}
	return nil
}

type neighbour struct {
	word   string
	cosine float64
}

func near(s *saved, table [][]float64, id int32, n int) []neighbour {
	var all []neighbour
	for other := range table {
		word := s.encoder.WordOf(int32(other))
		if word == "" || int32(other) == id {
			continue
		}
		all = append(all, neighbour{word, dot(table[id], table[other])})
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].cosine > all[j].cosine })
	return all[:min(n, len(all))]
}

func pairs(words []string, ids []int32, vectors [][]float64) string {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	head := table.Row{""}
	for _, w := range words {
		head = append(head, w)
	}
	t.AppendHeader(head)
	for i, w := range words {
		row := table.Row{w}
		for j := range words {
			row = append(row, fmt.Sprintf("%5.2f", dot(vectors[ids[i]], vectors[ids[j]])))
		}
		t.AppendRow(row)
	}
	return t.Render()
}

// unitRows returns the rows of a matrix, each of length 1.
func unitRows(w *nn.Weight) [][]float64 {
	x, cols := w.Float64s(), w.Shape()[1]
	rows := make([][]float64, w.Shape()[0])
	for i := range rows {
		rows[i] = x[i*cols : (i+1)*cols]
		if norm := math.Sqrt(dot(rows[i], rows[i])); norm > 0 {
			for j := range rows[i] {
				rows[i][j] /= norm
			}
		}
	}
	return rows
}

func dot(x, y []float64) float64 {
	var s float64
	for i := range x {
		s += x[i] * y[i]
	}
	return s
}

func (a *app) predictCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "predict DIR [TEXT...]",
		Short: "Say whether texts are positive: label, probability, text",
		Long: `Prints a line for each text: positive or negative, the probability of being
positive, and the text. Without a TEXT it reads one from each line of standard
input and leaves out empty lines.`,
		Example: `  sentiment predict runs/latest/embedding "a wonderful film"
  cat reviews.txt | sentiment predict runs/latest/embedding`,
		Args: cobra.MinimumNArgs(1),
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
			if len(args) > 1 {
				for _, text := range args[1:] {
					if s.encoder.KnownWords(text) == 0 {
						return errors.Errorf("no word of %q is known to the model", text)
					}
				}
				return a.predict(c.Context(), s, t, args[1:])
			}
			return a.predictLines(c.Context(), s, t)
		},
	}
}

// predictBatch is how many lines of standard input are read ahead.
const predictBatch = 32

func (a *app) predictLines(ctx context.Context, s *saved, t *train.Trainer) error {
	in := bufio.NewReader(a.in)
	var texts []string
	for n := 1; ; n++ {
		line, err := in.ReadString('\n')
		if err != nil && err != io.EOF {
			return errors.Wrap(err, "standard input")
		}
		end := err == io.EOF
		text := strings.TrimSpace(line)
		unknown := text != "" && s.encoder.KnownWords(text) == 0
		if text != "" && !unknown {
			texts = append(texts, text)
		}
		// A person who types gets each answer at once.
		if end || unknown || len(texts) == predictBatch || in.Buffered() == 0 {
			if err := a.predict(ctx, s, t, texts); err != nil {
				return err
			}
			texts = texts[:0]
		}
		if unknown {
			return errors.Errorf("standard input, line %d: no word of %q is known to the model", n, text)
		}
		if end {
			return nil
		}
	}
}

func (a *app) predict(ctx context.Context, s *saved, t *train.Trainer, texts []string) error {
	if len(texts) == 0 {
		return nil
	}
	d := train.Data{}
	for _, text := range texts {
		d.Tokens = append(d.Tokens, s.encoder.Encode(text))
	}
	y, err := t.Predict(ctx, d, predictBatch)
	if err != nil {
		return err
	}
	for i, p := range y {
		label := "negative"
		if p > 0.5 {
			label = "positive"
		}
		text := strings.Join(strings.Fields(texts[i]), " ")
		if _, err := fmt.Fprintf(a.out, "%s  %.4f  %s\n", label, p, text); err != nil {
			return errors.Wrap(err, "standard output")
		}
	}
	return nil
}
