package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strconv"

	"github.com/pkg/errors"
	"github.com/spf13/cobra"

	"unroll/cmd/sentiment/internal/run"
	"unroll/cmd/sentiment/internal/usage"
	"unroll/internal/report"
	"unroll/internal/safefile"
	"unroll/internal/show"
)

func (a *app) compareCommand() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:     "compare RUN...",
		Short:   "Compare several runs in one report",
		Long:    "Writes one report of several runs: their scores, curves and mistakes side by side,\nand the settings in which they differ.",
		Example: "  sentiment compare --out compare.html runs/one runs/two",
		Args:    arguments(1, -1),
		RunE:    func(_ *cobra.Command, args []string) error { return a.compare(args, out) },
	}
	c.Flags().StringVar(&out, "out", "compare.html", "`file` to write the report to")
	return c
}

func (a *app) compare(dirs []string, out string) error {
	if out == "" {
		return usage.Errorf("--out is empty, want a file")
	}
	var all report.Report
	for i, dir := range dirs {
		r, err := run.ReadReport(dir)
		if err != nil {
			return err
		}
		if i > 0 && r.Score != all.Score {
			return errors.Errorf("%s is scored by its %s, %s by its %s: they cannot be compared", dirs[0], all.Score.Name, dir, r.Score.Name)
		}
		all.Score = r.Score
		for _, one := range r.Runs {
			one.Name = filepath.Clean(dir)
			all.Runs = append(all.Runs, one)
		}
	}
	all.Title = fmt.Sprintf("%d runs compared", len(all.Runs))
	if err := safefile.Write(out, func(w io.Writer) error { return report.Write(w, all) }); err != nil {
		return errors.WithMessage(err, "--out")
	}
	number := func(e *report.Evaluation) string {
		if e == nil {
			return "-"
		}
		return show.Score(float64(e.Score))
	}
	var rows [][]any
	for _, r := range all.Runs {
		for _, e := range r.Experiments {
			rows = append(rows, []any{r.Name, e.Name, show.Thousands(e.Parameters), epochOf(e), number(e.Validation), number(e.Test)})
		}
	}
	head := []any{"run", "experiment", "params", "epoch", "val " + all.Score.Name, "test " + all.Score.Name}
	fmt.Fprintf(a.out, "%s\nThe report is %s.\n", show.Table(head, rows, 2), out)
	return nil
}

// epochOf tells after which epoch an experiment's weights are.
func epochOf(e report.Experiment) string {
	if e.Epoch == 0 {
		return "-" // of a run that began before reports told
	}
	return strconv.Itoa(e.Epoch)
}
