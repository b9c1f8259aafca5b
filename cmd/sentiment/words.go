package main

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"
	"github.com/spf13/cobra"

	"unroll/cmd/sentiment/internal/run"
	"unroll/cmd/sentiment/internal/usage"
	"unroll/internal/show"
	"unroll/train/classifier"
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
				defer s.Close()
				if e := s.Embedding(); e != nil {
					return a.words(e, args[1:], nearest)
				}
			}
			return errors.Errorf("%s: the model has no embedding", strings.Join(dirs, ", "))
		},
	}
	c.Flags().IntVar(&nearest, "nearest", 8, "number of nearest words to show")
	signatureFlag(c.Flags())
	return dashed(c)
}

// words prints the nearest words by cosine, and the cosines between the words
// given. Those that the model does not know are left out and told of.
func (a *app) words(e *classifier.Embedding, words []string, nearest int) error {
	var given []classifier.WordVector
	var unknown []string
	width := 0
	for _, word := range words {
		v, err := e.Find(word)
		if err != nil {
			unknown = append(unknown, err.Error())
			continue
		}
		given = append(given, v)
		width = max(width, utf8.RuneCountInString(v.Word))
	}
	if len(given) == 0 {
		return errors.New(strings.Join(unknown, "; "))
	}
	for _, v := range given {
		var near []string
		for _, w := range e.Nearest(v, nearest) {
			near = append(near, fmt.Sprintf("%s %.2f", w.Word, v.Similarity(w)))
		}
		a.wrap(fmt.Sprintf("%-*s", width, v.Word), near)
	}
	if len(given) > 1 {
		fmt.Fprintf(a.out, "\n%s\n", pairs(given))
	}
	for _, reason := range unknown {
		a.warn("%s", reason)
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

// pairs is a table of the cosines between words.
func pairs(given []classifier.WordVector) string {
	head := []any{""}
	for _, v := range given {
		head = append(head, v.Word)
	}
	var rows [][]any
	for _, v := range given {
		row := []any{v.Word}
		for _, w := range given {
			row = append(row, fmt.Sprintf("%5.2f", v.Similarity(w)))
		}
		rows = append(rows, row)
	}
	return show.Table(head, rows, len(head))
}
