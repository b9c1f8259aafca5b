package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"
	"github.com/spf13/cobra"
	"gonum.org/v1/gonum/floats"

	"unroll/cmd/sentiment/internal/run"
	"unroll/cmd/sentiment/internal/usage"
	"unroll/datasets/text"
	"unroll/internal/show"
	"unroll/nn"
)

func (a *app) wordsCommand() *cobra.Command {
	var nearest int
	c := &cobra.Command{
		Use:   "words DIR WORD...",
		Short: "Show what an embedding learned: nearest words and similarities",
		Long: `Shows the words nearest to each WORD in the embedding, and how similar the WORDs are
to one another. DIR is the folder of a model, or of a run, which stands for its best
model with an embedding. WORDs that the model does not know are named on standard
error.`,
		Example: "  sentiment words runs/latest good bad boring",
		Args:    arguments(2, -1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := usage.Positive("nearest", nearest); err != nil {
				return err
			}
			dirs, err := run.BestFirst(args[0])
			if err != nil {
				return err
			}
			for _, dir := range dirs {
				s, err := run.Load(dir)
				if err != nil {
					return err
				}
				if vectors := embeddings(s.Net()); vectors != nil {
					return a.words(s, dir, vectors, args[1:], nearest)
				}
			}
			return errors.Errorf("%s: the model has no embedding", strings.Join(dirs, ", "))
		},
	}
	c.Flags().IntVar(&nearest, "nearest", 8, "number of nearest words to show")
	return dashed(c)
}

// words prints the nearest words by cosine, and the cosines between the words
// given. Those that the model does not know are left out and told of.
func (a *app) words(s *run.Saved, dir string, vectors [][]float64, words []string, nearest int) error {
	var given []vector
	var unknown []string
	width := 0
	for _, w := range words {
		tokens := s.Encoder().Tokens(w)
		if len(tokens) != 1 {
			unknown = append(unknown, fmt.Sprintf("%q is %d words, want one", w, len(tokens)))
			continue
		}
		id, ok := s.Encoder().IDOf(tokens[0])
		if !ok || int(id) >= len(vectors) {
			unknown = append(unknown, fmt.Sprintf("the model in %s does not know the word %q", dir, w))
			continue
		}
		given = append(given, vector{tokens[0], vectors[id]})
		width = max(width, utf8.RuneCountInString(tokens[0]))
	}
	if len(given) == 0 {
		return errors.New(strings.Join(unknown, "; "))
	}
	known := vocabulary(s.Encoder(), vectors)
	for _, v := range given {
		a.wrap(fmt.Sprintf("%-*s", width, v.word), v.nearest(known, nearest))
	}
	if len(given) > 1 {
		fmt.Fprintf(a.out, "\n%s\n", pairs(given))
	}
	for _, reason := range unknown {
		fmt.Fprintf(a.err, "warning: %s\n", reason)
	}
	return nil
}

// wrap prints a head and items in lines of at most 80 columns, the items below
// each other.
func (a *app) wrap(head string, items []string) {
	indent := utf8.RuneCountInString(head)
	line, at := head, indent
	for _, item := range items {
		n := 2 + utf8.RuneCountInString(item)
		if at+n > 80 && at > indent {
			fmt.Fprintln(a.out, line)
			line, at = strings.Repeat(" ", indent), indent
		}
		line, at = line+"  "+item, at+n
	}
	fmt.Fprintln(a.out, line)
}

// vector is a word with its embedding, of length 1.
type vector struct {
	word string
	x    []float64
}

func (v vector) cosine(w vector) float64 { return floats.Dot(v.x, w.x) }

// nearest returns the n words of the greatest cosine, with it.
func (v vector) nearest(known []vector, n int) []string {
	others := slices.DeleteFunc(slices.Clone(known), func(w vector) bool { return w.word == v.word })
	slices.SortStableFunc(others, func(x, y vector) int { return cmp.Compare(v.cosine(y), v.cosine(x)) })
	var out []string
	for _, w := range others[:min(n, len(others))] {
		out = append(out, fmt.Sprintf("%s %.2f", w.word, v.cosine(w)))
	}
	return out
}

// vocabulary returns the words that the model can see.
func vocabulary(e *text.Encoder, rows [][]float64) []vector {
	var known []vector
	for id, x := range rows {
		if word := e.WordOf(int32(id)); word != "" {
			known = append(known, vector{word, x})
		}
	}
	return known
}

func pairs(given []vector) string {
	head := []any{""}
	for _, v := range given {
		head = append(head, v.word)
	}
	var rows [][]any
	for _, v := range given {
		row := []any{v.word}
		for _, w := range given {
			row = append(row, fmt.Sprintf("%5.2f", v.cosine(w)))
		}
		rows = append(rows, row)
	}
	return show.Table(head, rows, len(head))
}

// embeddings returns the rows of the model's embedding, each of length 1; nil
// if it has none.
func embeddings(m *nn.Model) [][]float64 {
	w, err := m.Weight("embedding/embeddings") // trained or frozen
	if err != nil {
		return nil
	}
	x, cols := w.Float64s(), w.Shape()[1]
	rows := make([][]float64, w.Shape()[0])
	for i := range rows {
		rows[i] = x[i*cols : (i+1)*cols]
		if norm := floats.Norm(rows[i], 2); norm > 0 {
			floats.Scale(1/norm, rows[i])
		}
	}
	return rows
}
