package main

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/pkg/errors"
	"github.com/spf13/cobra"

	"unroll/cmd/sentiment/internal/corpus"
	"unroll/cmd/sentiment/internal/run"
	"unroll/cmd/sentiment/internal/usage"
	"unroll/internal/report"
	"unroll/internal/safefile"
	"unroll/internal/show"
)

// comparer is a command "compare": its flags.
type comparer struct {
	*app
	page string // file of the report
	json bool
	data corpus.Settings
}

func (a *app) compareCommand() *cobra.Command {
	m := &comparer{app: a}
	c := &cobra.Command{
		Use:   "compare DIR...",
		Short: "Compare several runs, or imported models, in one report",
		Long: `Writes one report of several runs: their scores, curves and mistakes side by side,
and the settings in which they differ. A DIR can also be the folder of an imported
model, which has no scores of its own: it is measured on the texts of the first run.

With --data all models are measured on the texts that it names. They are all taken as
test texts.

Where models were measured on the same texts, McNemar's test compares the one that is
right most often with each of the others, by the texts that only one of the two gives
the right label: p is the chance of such a difference between models that are equally
good. It is of single pairs: of many models one is ahead by chance more easily.`,
		Example: `  sentiment compare --out compare.html runs/one runs/two
  sentiment compare runs/latest mine
  sentiment compare --data reviews.csv runs/latest mine`,
		Args: arguments(1, -1),
		RunE: func(c *cobra.Command, args []string) error { return m.compare(c, args) },
	}
	c.Flags().StringVar(&m.page, "out", "compare.html", "`file` to write the report to")
	c.Flags().BoolVar(&m.json, "json", false, "print one JSON object instead of a table")
	signatureFlag(c.Flags())
	c.Flags().StringArrayVar((*[]string)(&m.data.Data), "data", nil, dataHelp+" (default: those of the runs)")
	readFlags(&m.data, c.Flags())
	return c
}

func (m *comparer) compare(c *cobra.Command, dirs []string) error {
	if m.page == "" {
		return usage.Errorf("--out is empty, want a file")
	}
	if slices.Contains(dirs, "") {
		return usage.Errorf("compare: the name of a folder is empty")
	}
	data, remove, err := m.data.Spool(c.Context(), m.console()) // for more than one model to read
	if err != nil {
		return err
	}
	defer remove()
	m.data = data
	var all report.Report
	for i, dir := range dirs {
		r, err := m.report(c, dir, dirs)
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
	all.Comparisons = comparisons(all)
	all.Title = fmt.Sprintf("%d runs compared", len(all.Runs))
	if err := safefile.Write(m.page, func(w io.Writer) error { return report.Write(w, all) }); err != nil {
		return errors.WithMessage(err, "--out")
	}
	if m.json {
		return json.NewEncoder(m.out).Encode(comparedOf(all, m.page))
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
	fmt.Fprintln(m.out, show.Table(head, rows, 2))
	for _, c := range all.Comparisons {
		fmt.Fprintln(m.out, c)
	}
	fmt.Fprintf(m.out, "The report is %s.\n", m.page)
	return nil
}

// report is that of a folder: a run's own, or what is measured now.
func (m *comparer) report(c *cobra.Command, dir string, dirs []string) (report.Report, error) {
	console := run.Console{Console: m.console(), Version: version()}
	if len(m.data.Data) > 0 {
		given := run.Texts{Whole: true, Of: func(s *run.Saved) (corpus.Settings, error) { return other(c, s, m.data) }}
		return given.Report(c.Context(), dir, console)
	}
	file := run.ImportedFrom(dir)
	if file == "" {
		return run.ReadReport(dir)
	}
	first := slices.IndexFunc(dirs, func(d string) bool { return run.ImportedFrom(d) == "" })
	if first < 0 {
		return report.Report{}, usage.Errorf("%s was imported from %s and has no texts of its own: give some with --data, or compare it with a run", dir, file)
	}
	texts, err := run.TextsOf(dirs[first])
	if err != nil {
		return report.Report{}, err
	}
	return texts.Report(c.Context(), dir, console)
}

// epochOf tells after which epoch an experiment's weights are.
func epochOf(e report.Experiment) string {
	if e.Epoch == 0 {
		return "-" // of a run that began before reports told
	}
	return strconv.Itoa(e.Epoch)
}
