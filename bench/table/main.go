// Command table turns what "go test -bench -benchmem" prints into Markdown: one
// table for each benchmark, with a row for each size, a column for each
// execution, and the ratio to the baseline named naive. Of several runs of a
// benchmark it takes the medians.
//
//	go test -run '^$' -bench . -benchmem -count 5 ./bench > bench.txt
//	go run ./bench/table < bench.txt
package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"time"
)

func main() {
	if err := convert(os.Stdin, os.Stdout, runtime.Version(), time.Now()); err != nil {
		fmt.Fprintln(os.Stderr, "table:", err)
		os.Exit(1)
	}
}

func convert(in io.Reader, out io.Writer, goVersion string, now time.Time) error {
	r, err := parse(in)
	if err != nil {
		return err
	}
	if len(r.benchmarks) == 0 {
		return fmt.Errorf("no line of a benchmark in the input")
	}
	_, err = io.WriteString(out, r.markdown(goVersion, now))
	return err
}
