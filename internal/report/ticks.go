package report

import (
	"math"
	"strconv"
	"strings"
)

// axis maps values to places on a line of a drawing. The script of the page has
// the same arithmetic, to the last digit: see page.js.
type axis struct {
	low, high float64 // the values at its ends
	from, to  float64 // where these are
}

func (a axis) at(v float64) float64 { return a.from + (v-a.low)/(a.high-a.low)*(a.to-a.from) }

// pixel rounds to a tenth, which nobody sees, and writes it.
func pixel(v float64) string { return strconv.FormatFloat(math.Floor(v*10+0.5)/10, 'f', -1, 64) }

// span returns the least and the largest finite value of all, and room around
// them; 0 to 1 of none.
func span(all ...Floats) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, values := range all {
		for _, v := range values {
			if Number(v).finite() {
				low, high = min(low, v), max(high, v)
			}
		}
	}
	if low > high {
		return 0, 1
	}
	room := 0.05 * (high - low)
	if size := math.Max(math.Abs(low), math.Abs(high)); room < 1e-6*size || size == 0 {
		room = math.Max(0.05*size, 1e-3) // no more than rounding parts them
	}
	return low - room, high + room
}

// tick is a labelled place.
type tick struct {
	At    string
	Label string
}

// ticks are multiples of 1, 2 or 5 times a power of ten, no finer than least, at
// most seven of them.
func (a axis) ticks(least float64, percent bool) []tick {
	step := math.Pow(10, math.Floor(math.Log10((a.high-a.low)/6)))
	for _, m := range []float64{1, 2, 5, 10} {
		if (a.high-a.low)/(m*step) <= 6 {
			step *= m
			break
		}
	}
	step = max(step, least)
	scale, unit := 1.0, ""
	if percent {
		scale, unit = 100, space+"%"
	}
	digits := max(0, int(math.Ceil(-math.Log10(scale*step)-1e-9)))
	var out []tick
	for i := math.Ceil(a.low / step); i*step <= a.high; i++ {
		label := strings.Replace(strconv.FormatFloat(scale*i*step, 'f', digits, 64), "-", minus, 1)
		if i == 0 {
			label = "0" // not −0
		}
		out = append(out, tick{pixel(a.at(i * step)), label + unit})
	}
	return out
}
