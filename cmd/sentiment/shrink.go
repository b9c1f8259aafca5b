package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"unroll/cmd/sentiment/internal/corpus"
	"unroll/cmd/sentiment/internal/run"
	"unroll/cmd/sentiment/internal/usage"
	"unroll/internal/show"
	"unroll/nn"
)

// smallSize is under 2 MB however one counts.
const smallSize = run.Bytes(1900 << 10)

func (a *app) shrinkCommand() *cobra.Command {
	how := run.Shrinking{Size: smallSize}
	out := ""
	c := &cobra.Command{
		Use:   "shrink DIR",
		Short: "Make a small copy of a model",
		Long: `Makes a smaller folder of a model, for predict, evaluate, serve and the other commands.
DIR is the folder of a model, or of a run, which stands for its best model on the
validation texts.

Weights get 8 bits each. Of a model of n-grams those are kept that move its answers the
most, as many as --size has room for. Where the texts of the training are still at hand
it then measures both models, on the test texts or else on the validation texts.`,
		Example: `  sentiment shrink runs/latest --out small
  sentiment shrink runs/latest/ngrams --size 500kB --out tiny`,
		Args: arguments(1, 1),
		RunE: func(c *cobra.Command, args []string) error {
			if out == "" {
				return usage.Errorf("shrink: --out is missing, want the name of a folder to make")
			}
			if c.Flags().Changed("keep") && how.Keep < 1 {
				return usage.Errorf("--keep is %d, want at least 1", how.Keep)
			}
			dirs, err := run.BestFirst(args[0])
			if err != nil {
				return err
			}
			return a.shrink(c.Context(), how, dirs[0], out, c.Flags().Changed("size") || how.Keep > 0)
		},
	}
	c.Flags().StringVar(&out, "out", "", "`folder` to make for the small model (required)")
	c.Flags().Var(&how.Size, "size", "most `bytes` of the folder, where n-grams can be left out, such as 2MB")
	c.Flags().IntVar(&how.Keep, "keep", 0, "`number` of n-grams to keep, in place of --size")
	signatureFlag(c.Flags())
	return c
}

func (a *app) shrink(ctx context.Context, how run.Shrinking, dir, out string, limited bool) error {
	s, err := how.Shrink(dir, out, limited)
	if err != nil {
		return err
	}
	defer s.Close()
	fmt.Fprintf(a.out, "%s of %s: %s before, %s after.\n", s.After.Name(), dir, fileSize(s.Bytes[0]), fileSize(s.Bytes[1]))
	if g := s.After.Grams(); g != nil {
		fmt.Fprintf(a.out, "%s of %s n-grams are kept.\n", show.Thousands(g.Len()), show.Thousands(s.Before.Grams().Len()))
	}
	if err := a.compareShrunk(ctx, s); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "The small model is in %s.\n", out)
	return nil
}

// fileSize is a number of bytes for people.
func fileSize(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%.1f kB", float64(n)/(1<<10))
	}
	return show.Bytes(n)
}

// compareShrunk tells how both models do on the texts of the training, if these are still
// there.
func (a *app) compareShrunk(ctx context.Context, s *run.Shrunk) error {
	if s.After.Imported != "" {
		fmt.Fprintf(a.out, "It was imported and has no texts of its own: measure it by sentiment evaluate --data.\n")
		return nil
	}
	missing := func(err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		fmt.Fprintf(a.out, "Not measured, the texts of the training are not at hand: %s.\n", show.OneLine(worded(err)))
		return nil
	}
	data := s.After.Settings
	texts, err := corpus.Open(ctx, data, corpus.Console{In: strings.NewReader(""), Err: io.Discard})
	if err != nil {
		return missing(err)
	}
	var before run.Scores
	for _, m := range []*run.Saved{s.Before, s.After} {
		set, err := texts.ReadFor(ctx, data, m.Model, false)
		if err != nil {
			return missing(err)
		}
		part := corpus.Test.String()
		rows, _, err := set.Part(part, data, m.Seed)
		if err != nil {
			part = corpus.Validation.String()
			if rows, _, err = set.Part(part, data, m.Seed); err != nil {
				return missing(err)
			}
		}
		t, err := run.Compile(m.Task(), m.Net(), nil, nn.Auto, 0)
		if err != nil {
			return err
		}
		scores, err := run.Evaluate(ctx, t, set.Data(m.Name(), m.Task(), rows, nil), m.Batch)
		if e := t.Close(); err == nil {
			err = e
		}
		if err != nil {
			return err
		}
		if before == nil {
			before = scores
			fmt.Fprintf(a.out, "On %s %s %s (%s):\n  before  %s\n", show.Thousands(len(rows)), part, texts.Unit, texts.Name, scores.Line())
			continue
		}
		fmt.Fprintf(a.out, "  after   %s\n", scores.Line())
	}
	return nil
}
