package terminal

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"unroll/internal/show"
	"unroll/train"
)

const fullBar = "[==============================]"

// epochLine says how an epoch went, with as much of Keras's line as the width has
// room for, and the end of the curve. A width of 0 is that of no terminal: a plain
// line of any length, without a curve.
func epochLine(e *train.Event, width int, curve []float64) string {
	digits := 0
	if e.Seconds < 10 {
		digits = 1
	}
	epoch := fmt.Sprintf("%d/%d", e.Epoch, e.Epochs)
	seconds := fmt.Sprintf("%.*fs", digits, e.Seconds)
	each := fmt.Sprintf("%s %.2fms/step", seconds, 1000*e.Seconds/float64(e.Batches))
	all := Listed(e.Logs)
	if width == 0 {
		return fmt.Sprintf("Epoch %s - %s - %s", epoch, each, all)
	}
	pairs := paired(e.Logs)
	long := []string{
		fmt.Sprintf("Epoch %s - %d/%d %s - %s - %s", epoch, e.Batches, e.Batches, fullBar, each, all),
		fmt.Sprintf("Epoch %s - %s - %s", epoch, each, all),
		fmt.Sprintf("Epoch %s - %s - %s", epoch, seconds, all),
		fmt.Sprintf("%s - %s - %s", epoch, seconds, strings.Join(pairs, " - ")),
	}
	room := min(len(curve), shortCurve)
	for _, line := range long {
		if left := width - utf8.RuneCountInString(line) - 1; left >= room && room > 0 {
			return line + " " + sparkline(curve, min(left, longCurve))
		}
	}
	for n := len(pairs); n > 0; n-- { // scores before curves
		long = append(long, epoch+" - "+strings.Join(pairs[:n], " - "))
	}
	return widest(long, width)
}

// paired writes each score with the validation's behind it: loss: 0.58, val 0.49.
func paired(logs train.Logs) []string {
	h := train.History{Epochs: []train.Epoch{{Logs: logs}}}
	var pairs []string
	for _, name := range h.Names() {
		base := strings.TrimPrefix(name, "val_")
		if _, both := logs[base]; base != name && both {
			continue
		}
		pair := name + ": " + show.Score(logs[name])
		if v, ok := logs["val_"+name]; ok {
			pair += ", val " + show.Score(v)
		}
		pairs = append(pairs, pair)
	}
	return pairs
}

// widest returns the first of the lines that has at most so many columns, else the
// beginning of the last one.
func widest(lines []string, columns int) string {
	last := ""
	for _, line := range lines {
		if last = line; utf8.RuneCountInString(line) <= columns {
			return line
		}
	}
	return string([]rune(last)[:max(0, columns)])
}

// A curve shows shortCurve epochs, or all, where the terminal has room for so many,
// and longCurve at the most.
const (
	shortCurve = 8
	longCurve  = 30
)

// sparkline draws the last values of a curve in a line of blocks, the least of
// them lowest.
func sparkline(values []float64, columns int) string {
	const blocks = "▁▂▃▄▅▆▇█"
	values = values[max(0, len(values)-columns):]
	low, high := slices.Min(values), slices.Max(values)
	var b strings.Builder
	for _, v := range values {
		height := 0
		if high > low {
			height = int(math.Round(7 * (v - low) / (high - low)))
		}
		b.WriteRune([]rune(blocks)[height])
	}
	return b.String()
}

// Listed writes scores as Keras does: loss: 0.5807 - accuracy: 0.7169.
func Listed(logs train.Logs) string {
	h := train.History{Epochs: []train.Epoch{{Logs: logs}}}
	var parts []string
	for _, name := range h.Names() {
		parts = append(parts, name+": "+show.Score(logs[name]))
	}
	return strings.Join(parts, " - ")
}
