package main

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// run is what go test printed.
type run struct {
	config     map[string]string // goos, goarch, cpu
	procs      int               // GOMAXPROCS
	benchmarks []*benchmark      // in their order
	skipped    []string
}

// benchmark is one table.
type benchmark struct {
	name       string
	rows       []string // the sub-benchmark's name without the execution
	executions []string
	cells      map[key]map[string][]float64 // unit: one value a run
}

type key struct{ row, execution string }

// parse reads the format of go.dev/design/14313-benchmark-format, and the lines
// "# skipped" that this project's benchmarks print beside it.
func parse(in io.Reader) (*run, error) {
	r := &run{config: map[string]string{}, procs: 1}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		line := lines.Text()
		if s, ok := strings.CutPrefix(line, "# skipped "); ok {
			if !slices.Contains(r.skipped, s) {
				r.skipped = append(r.skipped, s)
			}
			continue
		}
		if strings.HasPrefix(line, "--- FAIL") || strings.HasPrefix(line, "FAIL") {
			return nil, fmt.Errorf("the benchmarks failed: %s", line)
		}
		if strings.HasPrefix(line, "Benchmark") {
			if err := r.add(strings.Fields(line)); err != nil {
				return nil, fmt.Errorf("%q: %w", line, err)
			}
			continue
		}
		if key, value, ok := strings.Cut(line, ": "); ok && !strings.ContainsAny(key, " \t") {
			r.config[key] = value
		}
	}
	return r, lines.Err()
}

// add takes a line: name, number of iterations, then values with their units.
func (r *run) add(f []string) error {
	if len(f) < 4 || len(f)%2 != 0 {
		return nil // a name that is printed before its benchmark runs
	}
	name := strings.TrimPrefix(f[0], "Benchmark")
	if i := strings.LastIndexByte(name, '-'); i >= 0 {
		if procs, err := strconv.Atoi(name[i+1:]); err == nil {
			name, r.procs = name[:i], procs
		}
	}
	name, rest, _ := strings.Cut(name, "/")
	execution := ""
	var row []string
	for part := range strings.SplitSeq(rest, "/") {
		if e, ok := strings.CutPrefix(part, "rnn="); ok {
			execution = e
		} else if part != "" {
			row = append(row, part)
		}
	}
	b := r.benchmark(name)
	at := key{strings.Join(row, ", "), execution}
	b.rows = appendNew(b.rows, at.row)
	b.executions = appendNew(b.executions, at.execution)
	if b.cells[at] == nil {
		b.cells[at] = map[string][]float64{}
	}
	for i := 2; i < len(f); i += 2 {
		v, err := strconv.ParseFloat(f[i], 64)
		if err != nil {
			return err
		}
		b.cells[at][f[i+1]] = append(b.cells[at][f[i+1]], v)
	}
	return nil
}

func (r *run) benchmark(name string) *benchmark {
	for _, b := range r.benchmarks {
		if b.name == name {
			return b
		}
	}
	b := &benchmark{name: name, cells: map[key]map[string][]float64{}}
	r.benchmarks = append(r.benchmarks, b)
	return b
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
