package main

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"unroll/bench/internal/report"
)

// baseline is the execution that the others are compared with.
const baseline = "naive"

func (r *run) markdown(goVersion string, now time.Time) string {
	var b strings.Builder
	b.WriteString(report.Header(cmp.Or(r.config["cpu"], "unnamed processor"), r.procs, r.config["goos"]+"/"+r.config["goarch"], goVersion, now))
	for _, t := range r.benchmarks {
		fmt.Fprintf(&b, "\n### %s\n\n%s", t.name, t.table())
	}
	if len(r.skipped) > 0 {
		b.WriteString("\n### Not measured\n\n")
		for _, s := range r.skipped {
			b.WriteString("- " + s + "\n")
		}
	}
	return b.String()
}

func (t *benchmark) table() string {
	out := report.Table{Text: 1, Head: append([]string{""}, t.executions...)}
	for _, row := range t.rows {
		base := report.Median(t.cells[key{row, baseline}]["ns/op"])
		line := []string{row}
		for _, e := range t.executions {
			line = append(line, cell(t.cells[key{row, e}], e, base))
		}
		out.Add(line...)
	}
	return out.String()
}

// cell holds the time, how many times faster than the baseline that is, and
// below the allocations, their bytes and the graph's nodes.
func cell(units map[string][]float64, execution string, base float64) string {
	ns := report.Median(units["ns/op"])
	if ns == 0 {
		return ""
	}
	s := report.Duration(ns * 1e-9)
	if base > 0 && execution != baseline {
		s += ", **" + report.Number(base/ns) + "×**"
	}
	var more []string
	if v := units["allocs/op"]; v != nil {
		more = append(more, fmt.Sprintf("%.0f allocs", report.Median(v)))
	}
	if v := units["B/op"]; v != nil {
		more = append(more, report.Size(report.Median(v)))
	}
	if v := units["nodes"]; v != nil {
		more = append(more, fmt.Sprintf("%.0f nodes", report.Median(v)))
	}
	if len(more) > 0 {
		s += "<br>" + strings.Join(more, ", ")
	}
	return s
}
