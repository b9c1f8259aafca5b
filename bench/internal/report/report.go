// Package report writes measurements as Markdown.
package report

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Median returns the middle of the values, or the mean of the two in the
// middle; 0 of none.
func Median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	v = slices.Sorted(slices.Values(v))
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

// Duration writes seconds with three digits.
func Duration(seconds float64) string {
	unit, name := 1e-9, "ns"
	for _, u := range []struct {
		unit float64
		name string
	}{{1e-6, "µs"}, {1e-3, "ms"}, {1, "s"}} {
		if seconds >= 0.9995*u.unit { // rounds to 1 of it
			unit, name = u.unit, u.name
		}
	}
	return Number(seconds/unit) + " " + name
}

// Number writes a positive x with three digits, all of them where there are
// more before the point.
func Number(x float64) string {
	switch {
	case x >= 99.95:
		return fmt.Sprintf("%.0f", x)
	case x >= 9.995:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.2f", x)
}

// Size writes a number of bytes.
func Size(bytes float64) string {
	switch {
	case bytes >= 1<<30:
		return fmt.Sprintf("%.1f GiB", bytes/(1<<30))
	case bytes >= 1<<20:
		return fmt.Sprintf("%.1f MiB", bytes/(1<<20))
	case bytes >= 1<<10:
		return fmt.Sprintf("%.1f KiB", bytes/(1<<10))
	}
	return fmt.Sprintf("%.0f B", bytes)
}

// Table is a table whose first columns are text and whose others are numbers.
type Table struct {
	Text int // columns aligned to the left
	Head []string
	Rows [][]string
}

// Add adds a row.
func (t *Table) Add(cells ...string) { t.Rows = append(t.Rows, cells) }

// String writes the table in Markdown.
func (t *Table) String() string {
	var b strings.Builder
	line := func(cells []string) { b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	line(t.Head)
	rule := make([]string, len(t.Head))
	for i := range rule {
		rule[i] = "---:"
		if i < t.Text {
			rule[i] = "---"
		}
	}
	line(rule)
	for _, r := range t.Rows {
		line(r)
	}
	return b.String()
}

// Header names the machine and the time of a measurement.
func Header(processor string, procs int, family, goVersion string, now time.Time) string {
	return fmt.Sprintf("Machine: %s, GOMAXPROCS %d, %s  \nGo: %s  \nDate: %s\n", processor, procs, family, goVersion, now.Format(time.DateOnly))
}

// Processor returns the processor's name where the system tells it.
func Processor() string {
	f, err := os.Open("/proc/cpuinfo")
	if err == nil {
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			if key, name, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(key) == "model name" {
				return strings.TrimSpace(name)
			}
		}
	}
	return runtime.GOARCH
}
