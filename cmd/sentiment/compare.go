package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/pkg/errors"
	"github.com/spf13/cobra"

	"unroll/internal/report"
	"unroll/internal/safefile"
	"unroll/internal/show"
)

func (a *app) compareCommand() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:     "compare RUN...",
		Short:   "Make one report of several runs",
		Long:    "Makes a page like a run's own of several runs: their scores, curves and mistakes\nside by side, and the settings in which they differ.",
		Example: "  sentiment compare --out compare.html runs/one runs/two",
		Args:    arguments(1, -1),
		RunE:    func(_ *cobra.Command, args []string) error { return a.compare(args, out) },
	}
	c.Flags().StringVar(&out, "out", "compare.html", "`file` for the page")
	return c
}

func (a *app) compare(dirs []string, out string) error {
	if out == "" {
		return usagef("--out is empty, want a file")
	}
	var all report.Report
	for i, dir := range dirs {
		r, err := readReport(dir)
		if err != nil {
			return err
		}
		if i > 0 && r.Score != all.Score {
			return errors.Errorf("%s is judged by its %s, %s by its %s: they cannot be compared", dirs[0], all.Score.Name, dir, r.Score.Name)
		}
		all.Score = r.Score
		for _, run := range r.Runs {
			run.Name = filepath.Clean(dir)
			all.Runs = append(all.Runs, run)
		}
	}
	all.Title = fmt.Sprintf("%d runs compared", len(all.Runs))
	if err := safefile.Write(out, func(w io.Writer) error { return report.Write(w, all) }); err != nil {
		return errors.WithMessage(err, "--out")
	}
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	t.AppendHeader(table.Row{"run", "experiment", "params", "epoch", "val " + all.Score.Name, "test " + all.Score.Name})
	number := func(e *report.Evaluation) string {
		if e == nil {
			return "-"
		}
		return figure(float64(e.Score))
	}
	for _, run := range all.Runs {
		for _, e := range run.Experiments {
			t.AppendRow(table.Row{run.Name, e.Name, show.Thousands(e.Parameters), epochOf(e), number(e.Validation), number(e.Test)})
		}
	}
	fmt.Fprintf(a.out, "%s\nThe page is %s.\n", t.Render(), out)
	return nil
}

// epochOf tells after which epoch an experiment's weights are.
func epochOf(e report.Experiment) string {
	if e.Epoch == 0 {
		return "-" // of a run that began before reports told
	}
	return strconv.Itoa(e.Epoch)
}

// readReport reads the report of a run's folder.
func readReport(dir string) (r report.Report, err error) {
	path := filepath.Join(dir, reportData)
	data, err := os.ReadFile(path)
	if err != nil {
		return r, errors.Errorf("%s: no run with a report, there is no %s", dir, path)
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return r, errors.Wrapf(err, "%s: damaged", path)
	}
	return r, nil
}

// readRunResults reads the results of a run's folder.
func readRunResults(dir string) (*results, error) {
	path := filepath.Join(dir, resultsFile)
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, errors.Wrap(err, "results")
	}
	r := &results{}
	if err := json.Unmarshal(data, r); err != nil {
		return nil, errors.Wrapf(err, "%s: damaged", path)
	}
	return r, nil
}
