package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"time"

	"unroll/bench/internal/report"
)

// measure does one measurement and returns its seconds.
type measure func(ctx context.Context) (float64, error)

// pairs are measurements of two sides in turns.
type pairs struct{ ours, theirs []float64 }

// rest lets the threads of the side before fall asleep: a pool of a BLAS spins
// for a while after its last product.
const rest = 150 * time.Millisecond

// alternate measures ours, theirs, ours, theirs and so on.
func alternate(ctx context.Context, n int, ours, theirs measure) (p pairs, err error) {
	for range n {
		runtime.GC() // the collector's work is not left to the other side
		time.Sleep(rest)
		a, err := ours(ctx)
		if err != nil {
			return p, err
		}
		time.Sleep(rest)
		b, err := theirs(ctx)
		if err != nil {
			return p, err
		}
		p.ours, p.theirs = append(p.ours, a), append(p.theirs, b)
	}
	return p, ctx.Err()
}

// ratios returns how many times faster we were, sorted.
func (p pairs) ratios() []float64 {
	r := make([]float64, len(p.ours))
	for i := range r {
		r[i] = p.theirs[i] / p.ours[i]
	}
	slices.Sort(r)
	return r
}

// ratio returns the median of the ratios.
func (p pairs) ratio() float64 { return report.Median(p.ratios()) }

// cells writes the medians of both sides, and median, least and greatest of
// the ratios.
func (p pairs) cells(format func(seconds float64) string) []string {
	r := p.ratios()
	return []string{
		format(report.Median(p.ours)),
		format(report.Median(p.theirs)),
		report.Number(report.Median(r)),
		report.Number(r[0]),
		report.Number(r[len(r)-1]),
	}
}

var pairHead = []string{"ratio", "min", "max"}

// atLeast tells whether a bar holds, in words.
func atLeast(x, bar float64) string { return held(x >= bar, "≥ ", bar) }

// atMost is atLeast for a limit from above.
func atMost(x, bar float64) string { return held(x <= bar, "≤ ", bar) }

func held(ok bool, sign string, bar float64) string {
	s := fmt.Sprintf("%s%g held", sign, bar)
	if !ok {
		s = fmt.Sprintf("%s%g **missed**", sign, bar)
	}
	return s
}

// progress tells on standard error what is measured now.
func progress(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "peers: "+format+"\n", args...)
}
